'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';

export interface FilterOption {
  value: string;
  label: string;
  count?: number;
}

/** One filter of a list: nothing chosen means all. */
export function FilterSelect({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | undefined;
  options: readonly FilterOption[];
  onChange: (value: string | undefined) => void;
}): ReactNode {
  const t = useTranslations('configuration');
  // What is filtered by stays choosable when nothing has it any more.
  const all = value !== undefined && !options.some((one) => one.value === value) ? [...options, { value, label: value }] : options;
  return (
    <label className="flex items-center gap-1.5 text-xs text-muted">
      {label}
      <select
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
        className="h-7 max-w-44 rounded-md border border-line-strong bg-panel px-1.5 text-sm text-text"
      >
        <option value="">{t('any')}</option>
        {all.map((one) => (
          <option key={one.value} value={one.value}>
            {one.count === undefined ? one.label : `${one.label} (${one.count})`}
          </option>
        ))}
      </select>
    </label>
  );
}
