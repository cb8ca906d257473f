'use client';

import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Button } from '@/components/ui/button';

export interface TraceSearch {
  service: string;
  operation: string;
  tags: string;
  minDurationMs: string;
  maxDurationMs: string;
  limit: string;
}

const control = 'h-8 rounded-md border border-line-strong bg-panel px-2 text-base placeholder:text-faint';

function Labelled({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <label className="flex flex-col gap-0.5 text-xs text-muted">
      {label}
      {children}
    </label>
  );
}

/** What to search for. Choosing searches at once; what is typed searches on Enter. */
export function TraceSearchForm({ search, onSearch }: { search: TraceSearch; onSearch: (search: TraceSearch) => void }): ReactNode {
  const t = useTranslations('traces');
  const [draft, setDraft] = useState(search);
  const services = useEndpoint('traceServices', {}, { refreshMs: 30_000 });
  const operations = useEndpoint('traceOperations', { query: { service: draft.service } }, { enabled: draft.service !== '', keep: false });
  const names = services.data?.names ?? [];
  const choose = (patch: Partial<TraceSearch>): void => {
    const next = { ...draft, ...patch };
    setDraft(next);
    onSearch(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(draft);
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3 border-b border-line bg-panel px-5 py-3">
      <Labelled label={t('service')}>
        <select
          value={draft.service}
          onChange={(event) => choose({ service: event.target.value, operation: '' })}
          className={`${control} w-48 text-text`}
        >
          <option value="">{services.data && names.length === 0 ? t('noServices') : t('chooseService')}</option>
          {draft.service !== '' && !names.includes(draft.service) && <option value={draft.service}>{draft.service}</option>}
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={t('operation')}>
        <select
          value={draft.operation}
          onChange={(event) => choose({ operation: event.target.value })}
          className={`${control} w-52 text-text`}
        >
          <option value="">{t('anyOperation')}</option>
          {(operations.data?.names ?? []).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled label={t('tags')}>
        <input
          value={draft.tags}
          onChange={(event) => setDraft({ ...draft, tags: event.target.value })}
          placeholder={t('tagsHint')}
          className={`${control} w-56 font-mono text-xs`}
        />
      </Labelled>
      <Labelled label={`${t('min')} (${t('ms')})`}>
        <input
          type="number"
          min={0}
          value={draft.minDurationMs}
          onChange={(event) => setDraft({ ...draft, minDurationMs: event.target.value })}
          className={`${control} w-[68px] text-right`}
        />
      </Labelled>
      <Labelled label={`${t('max')} (${t('ms')})`}>
        <input
          type="number"
          min={0}
          value={draft.maxDurationMs}
          onChange={(event) => setDraft({ ...draft, maxDurationMs: event.target.value })}
          className={`${control} w-[68px] text-right`}
        />
      </Labelled>
      <Labelled label={t('limit')}>
        <select value={draft.limit} onChange={(event) => choose({ limit: event.target.value })} className={`${control} w-[68px] text-text`}>
          {['20', '50', '100', '200'].map((limit) => (
            <option key={limit} value={limit}>
              {limit}
            </option>
          ))}
        </select>
      </Labelled>
      <Button type="submit" variant="primary" disabled={draft.service === ''}>
        {t('search')}
      </Button>
    </form>
  );
}
