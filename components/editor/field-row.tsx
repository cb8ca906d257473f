'use client';

import { X } from 'lucide-react';
import { type ReactNode, use } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import type { FieldNote } from '@/lib/kinds';
import type { YamlPath } from '@/lib/yaml';
import { FindingsContext, useFormControl, writePath } from './form-control';

export const severityHealth = { error: 'failing', warning: 'degraded', info: 'idle' } as const;

/** What is found at a path itself. */
export function FieldFindings({ path }: { path: YamlPath }): ReactNode {
  const found = use(FindingsContext).get(writePath(path));
  if (found === undefined) return null;
  return (
    <ul className="flex flex-col gap-0.5 pb-1">
      {found.map((finding) => (
        <li key={`${finding.code} ${finding.message}`} className="flex gap-1.5 text-xs">
          <span className="pt-0.5">
            <HealthMark health={severityHealth[finding.severity]} label={finding.severity} size={10} />
          </span>
          <span className={finding.severity === 'error' ? 'text-failing-text' : 'text-muted'}>{finding.message}</span>
        </li>
      ))}
    </ul>
  );
}

export interface FieldRowProps {
  name: string;
  path: YamlPath;
  note: FieldNote | undefined;
  isRequired: boolean;
  isSet: boolean;
  /** What removing the field removes; the field itself when left out. */
  removes?: YamlPath;
  children: ReactNode;
}

/** A field on one line: name, control, a way to take it out, and what is found about it. */
export function FieldRow({ name, path, note, isRequired, isSet, removes, children }: FieldRowProps): ReactNode {
  const t = useTranslations('editor');
  const { remove, explain } = useFormControl();
  const tell = (): void => explain(name, note);
  return (
    <div data-path={writePath(path)} onFocusCapture={tell} onMouseEnter={tell}>
      <div className="group grid min-h-8 grid-cols-[minmax(96px,168px)_minmax(0,1fr)_24px] items-center gap-2">
        <span
          className={`truncate font-mono text-xs ${note?.deprecated === undefined ? (isSet ? 'text-text' : 'text-muted') : 'text-faint line-through'}`}
          title={note?.text}
        >
          {name}
          {isRequired && (
            <span className="text-faint" title={t('required')}>
              {' *'}
            </span>
          )}
        </span>
        {children}
        {isSet && !isRequired ? (
          <button
            type="button"
            aria-label={t('removeField', { name })}
            onClick={() => remove(removes ?? path)}
            className="flex size-6 items-center justify-center rounded-sm text-faint opacity-60 group-hover:opacity-100 hover:bg-hover hover:text-text focus-visible:opacity-100"
          >
            <X size={13} aria-hidden="true" />
          </button>
        ) : (
          <span />
        )}
      </div>
      <FieldFindings path={path} />
    </div>
  );
}

export const smallButton = 'flex size-6 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-text';

/** The line above a list or a map: its name, how much is in it, a way to take it out. */
export function GroupHead({
  name,
  note,
  count,
  onRemove,
}: Pick<FieldRowProps, 'name' | 'note'> & { count?: number; onRemove: (() => void) | undefined }): ReactNode {
  const t = useTranslations('editor');
  const { explain } = useFormControl();
  const tell = (): void => explain(name, note);
  return (
    <div className="group flex min-h-7 items-center gap-2" onFocusCapture={tell} onMouseEnter={tell}>
      <span className="font-mono text-xs font-[450]" title={note?.text}>
        {name}
      </span>
      <span className="num flex-1 text-xs text-faint">{count !== undefined && count > 0 && count}</span>
      {onRemove && (
        <button type="button" aria-label={t('removeField', { name })} onClick={onRemove} className={smallButton}>
          <X size={13} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

export const inputLook =
  'h-7 min-w-0 w-full rounded-sm border border-line-strong bg-panel px-2 text-sm placeholder:text-faint disabled:opacity-50';
