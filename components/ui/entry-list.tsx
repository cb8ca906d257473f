'use client';

import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button';

const input = 'h-7 w-full min-w-0 flex-1 rounded-sm border border-line-strong bg-panel px-1.5 font-mono text-xs placeholder:text-faint';

export interface EntryListProps {
  label: string;
  /** Rows of one text, or of a name and a value. */
  entries: readonly (readonly string[])[];
  /** Placeholder of each column; their number is the number of columns. */
  columns: readonly string[];
  addLabel: string;
  removeLabel: (row: number) => string;
  onChange: (entries: string[][]) => void;
}

/** A list of texts, or of names with values, that grows and shrinks. */
export function EntryList({ label, entries, columns, addLabel, removeLabel, onChange }: EntryListProps): ReactNode {
  const rows = entries.map((row) => [...row]);
  return (
    <fieldset className="flex min-w-0 flex-col gap-1 py-0.5">
      <legend className="text-sm text-muted">{label}</legend>
      {rows.map((row, index) => (
        <div key={index} className="flex gap-1">
          {columns.map((column, position) => (
            <input
              key={column}
              value={row[position] ?? ''}
              placeholder={column}
              aria-label={`${label} ${index + 1}, ${column}`}
              className={input}
              onChange={(event) =>
                onChange(
                  rows.map((one, at) =>
                    at === index ? columns.map((_, place) => (place === position ? event.target.value : (one[place] ?? ''))) : one,
                  ),
                )
              }
            />
          ))}
          <Button
            size="sm"
            variant="ghost"
            aria-label={removeLabel(index + 1)}
            icon={<X size={13} aria-hidden="true" />}
            onClick={() => onChange(rows.toSpliced(index, 1))}
          />
        </div>
      ))}
      <Button
        size="sm"
        variant="ghost"
        className="self-start"
        icon={<Plus size={13} aria-hidden="true" />}
        onClick={() => onChange([...rows, columns.map(() => '')])}
      >
        {addLabel}
      </Button>
    </fieldset>
  );
}
