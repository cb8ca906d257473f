'use client';

import { Plus, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Popover } from '@/components/ui/floating';
import { HealthMark } from '@/components/ui/health-mark';
import { meshKinds } from '@/lib/kinds';
import type { KindDefinition } from '@/lib/kinds';
import type { TextFinding } from '@/lib/validate';
import type { DraftEntry, ReadEntry } from './draft-entries';
import { severityHealth } from './field-row';

export interface DraftTabsProps {
  entries: readonly DraftEntry[];
  read: readonly ReadEntry[];
  findings: readonly (readonly TextFinding[])[] | undefined;
  active: number;
  onActive: (index: number) => void;
  onAdd: (kind: KindDefinition) => void;
  onRemove: (index: number) => void;
}

/** The objects of a draft; arrow keys go from one to the next. */
export function DraftTabs({ entries, read, findings, active, onActive, onAdd, onRemove }: DraftTabsProps): ReactNode {
  const t = useTranslations('editor');
  const [open, setOpen] = useState(false);
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (active + step + entries.length) % entries.length;
    onActive(next);
    event.currentTarget.parentElement?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <div className="flex min-w-0 items-center gap-1">
      <div role="tablist" aria-label={t('objects')} className="flex min-w-0 items-center gap-1 overflow-x-auto">
        {entries.map((entry, index) => {
          const worst = findings?.[index]?.map((finding) => finding.severity);
          const severity = worst?.includes('error') ? 'error' : worst?.includes('warning') ? 'warning' : undefined;
          const isChanged = entry.text !== entry.begun;
          const name = `${read[index]?.kind?.kind ?? ''} ${read[index]?.name || t('unnamed')}`.trim();
          return (
            <button
              key={entry.id}
              type="button"
              role="tab"
              aria-selected={index === active}
              tabIndex={index === active ? 0 : -1}
              onClick={() => onActive(index)}
              onKeyDown={press}
              className={`flex h-7 shrink-0 items-center gap-1.5 rounded-sm px-2 text-sm ${isChanged ? 'draft-mark' : ''} ${index === active ? 'bg-accent-soft text-accent-text' : 'text-muted hover:bg-hover'}`}
            >
              {severity && <HealthMark health={severityHealth[severity]} label={severity} size={10} />}
              {name}
              {entry.base === null && <span className="text-xs text-muted">{t('newObject')}</span>}
            </button>
          );
        })}
      </div>
      {entries.length > 1 && (
        <button
          type="button"
          aria-label={t('removeObject', { name: read[active]?.name ?? '' })}
          onClick={() => onRemove(active)}
          className="flex size-6 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-text"
        >
          <X size={13} aria-hidden="true" />
        </button>
      )}
      <Popover
        label={t('addObject')}
        open={open}
        onOpenChange={setOpen}
        className="max-h-96 w-96 overflow-auto"
        trigger={
          <button
            type="button"
            aria-label={t('addObject')}
            className="flex size-7 shrink-0 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-text"
          >
            <Plus size={14} aria-hidden="true" />
          </button>
        }
      >
        <ul>
          {meshKinds.map((kind) => (
            <li key={`${kind.group}/${kind.kind}`}>
              <button
                type="button"
                onClick={() => {
                  onAdd(kind);
                  setOpen(false);
                }}
                className="w-full rounded-sm px-2 py-1 text-left hover:bg-hover focus-visible:bg-hover"
              >
                <span className="text-sm">{kind.kind}</span> <span className="text-xs text-faint">{kind.group}</span>
                <span className="block text-xs text-muted">{kind.summary}</span>
              </button>
            </li>
          ))}
        </ul>
      </Popover>
    </div>
  );
}
