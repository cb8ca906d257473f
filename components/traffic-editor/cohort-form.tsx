'use client';

import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '@/components/ui/button';
import { TextField, Toggle } from '@/components/ui/field';
import { SelectField } from '@/components/ui/select-field';
import type { TrafficCaller } from '@/lib/contract';
import type { Condition } from '@/lib/kinds/shared/conditions';
import type { SplitRow } from '@/lib/traffic';

/** Requests with a header, to one version: the shortest way to a rule of its own. */
export function CohortForm({
  rows,
  caller,
  labelled,
  onAdd,
  onCancel,
}: {
  /** Where the cohort can go. */
  rows: readonly SplitRow[];
  caller: TrafficCaller | undefined;
  /** Whether the kind of route can ask for labels of the caller. */
  labelled: boolean;
  onAdd: (conditions: Condition[], row: SplitRow) => void;
  onCancel: () => void;
}): ReactNode {
  const t = useTranslations('traffic');
  const [name, setName] = useState('end-user');
  const [value, setValue] = useState('');
  const [to, setTo] = useState(rows.at(-1)?.key ?? '');
  const [onlyCaller, setOnlyCaller] = useState(false);
  const app = caller?.labels['app'];
  const target = rows.find((one) => one.key === to);
  const ready = target !== undefined && name.trim() !== '' && (value !== '' || onlyCaller);
  return (
    <form
      className="draft-mark mx-4 my-2 flex flex-col gap-1 bg-inset py-2 pr-2 pl-3"
      aria-label={t('cohort')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        onAdd(
          [
            ...(value === '' ? [] : [{ subject: 'header', name: name.trim().toLowerCase(), operator: 'exact', value } satisfies Condition]),
            ...(onlyCaller && app !== undefined
              ? [{ subject: 'callerLabel', name: 'app', operator: 'exact', value: app } satisfies Condition]
              : []),
          ],
          target,
        );
      }}
    >
      <p className="text-xs text-muted">{t('cohortWhat')}</p>
      <TextField label={t('headerName')} mono value={name} onChange={setName} />
      <TextField label={t('headerValue')} mono value={value} placeholder="jason" onChange={setValue} focused />
      <SelectField label={t('cohortTo')} value={to} options={rows.map((one) => [one.key, one.label] as const)} onChange={setTo} />
      {labelled && caller !== undefined && app !== undefined && (
        <Toggle label={t('cohortOnlyCaller', { caller: app })} checked={onlyCaller} onChange={setOnlyCaller} />
      )}
      <div className="mt-1 flex gap-2">
        <Button type="submit" size="sm" disabled={!ready}>
          {t('cohortAdd')}
        </Button>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
