'use client';

import type { ReactNode } from 'react';
import { Popover } from './floating';

/** Where a number comes from. Every number on a page can be asked. */
export interface WhyFacts {
  promql: string;
  window: string;
  reporter?: string | undefined;
  source: string;
}

export interface WhyWords {
  ask: string;
  query: string;
  window: string;
  reporter: string;
  source: string;
}

/** A number that opens its query, window, reporter and source when pressed. */
export function Why({
  facts,
  words,
  children,
  note,
}: {
  facts: WhyFacts | undefined;
  words: WhyWords;
  children: ReactNode;
  note?: ReactNode;
}): ReactNode {
  if (facts === undefined) return children;
  const rows: [string, string | undefined][] = [
    [words.window, facts.window],
    [words.reporter, facts.reporter],
    [words.source, facts.source],
  ];
  return (
    <Popover
      label={words.ask}
      className="w-[420px] max-w-[90vw] p-3"
      trigger={
        <button
          type="button"
          title={words.ask}
          className="num rounded-sm decoration-faint decoration-dotted underline-offset-4 hover:underline"
        >
          {children}
        </button>
      }
    >
      <dl className="grid grid-cols-[80px_1fr] gap-x-3 gap-y-1 text-sm">
        {note !== undefined && <dd className="col-span-2 mb-1 text-text">{note}</dd>}
        <dt className="text-muted">{words.query}</dt>
        <dd className="rounded-sm bg-inset px-1.5 py-1 font-mono text-xs break-words">{facts.promql}</dd>
        {rows.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Popover>
  );
}
