'use client';

import { ListFilter } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Button } from '@/components/ui/button';
import type { SeenRequest } from '@/lib/contract';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const kinds = ['sidecar', 'gateway', 'plain'] as const;

/** The request as it stands in the form; headers one per line. */
export interface RequestForm {
  from: string;
  method: string;
  url: string;
  headers: string;
}

/** Requests that were seen from a caller, to pick from. */
function SeenList({ from, requests, onPick }: { from: string; requests: SeenRequest[]; onPick: (one: SeenRequest) => void }): ReactNode {
  const t = useTranslations('explorer');
  if (requests.length === 0)
    return (
      <p className="border-b border-line bg-panel px-5 py-2 text-sm text-muted">{from === '' ? t('pickFirst') : t('pickNone', { from })}</p>
    );
  return (
    <ul aria-label={t('pick')} className="max-h-56 overflow-auto border-b border-line bg-panel px-3 py-1" data-testid="seen-requests">
      {requests.map((one) => (
        <li key={JSON.stringify([one.method, one.url, one.headers])}>
          <button
            type="button"
            onClick={() => onPick(one)}
            className="flex h-7 w-full items-center gap-3 rounded-sm px-2 text-left text-sm hover:bg-hover"
          >
            <span className="w-14 shrink-0 font-mono text-xs text-muted">{one.method}</span>
            <span className="min-w-0 flex-1 truncate font-mono text-xs">{one.url}</span>
            <span className="truncate font-mono text-xs text-accent-text">
              {Object.entries(one.headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join(', ')}
            </span>
            {one.status !== null && <span className="num text-xs text-muted">{one.status}</span>}
            <span className="num w-12 shrink-0 text-right text-xs text-muted">{t('times', { count: String(one.count) })}</span>
            <span className="w-20 shrink-0 text-right text-xs text-faint">{t(`sources.${one.source}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export interface RequestBarProps {
  form: RequestForm;
  onChange: (form: RequestForm) => void;
}

/** Who sends what: typed, pasted as a curl command, or picked from what was seen. */
export function RequestBar({ form, onChange }: RequestBarProps): ReactNode {
  const t = useTranslations('explorer');
  const [picking, setPicking] = useState(false);
  const seen = useEndpoint('seenRequests', { query: form.from === '' ? {} : { from: form.from } });
  const callers = seen.data?.callers ?? [];
  const field = 'h-8 rounded-md border border-line-strong bg-panel px-2';
  const headerLines = form.headers.split('\n').length;
  return (
    <>
      <div className="flex flex-wrap items-start gap-2 border-b border-line bg-panel px-5 py-3">
        <select
          aria-label={t('from')}
          value={form.from}
          onChange={(event) => onChange({ ...form, from: event.target.value })}
          className={`${field} w-56`}
        >
          <option value="">{t('chooseCaller')}</option>
          {form.from !== '' && !callers.some((one) => one.name === form.from) && <option value={form.from}>{form.from}</option>}
          {kinds.map((kind) => {
            const own = callers.filter((one) => one.kind === kind);
            return own.length === 0 ? null : (
              <optgroup key={kind} label={t(`kinds.${kind}`)}>
                {own.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.name}
                  </option>
                ))}
              </optgroup>
            );
          })}
        </select>
        <select
          aria-label={t('method')}
          value={form.method}
          onChange={(event) => onChange({ ...form, method: event.target.value })}
          className={`${field} font-mono text-sm`}
        >
          {[...new Set([...methods, form.method])].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <input
          aria-label={t('url')}
          value={form.url}
          placeholder={t('urlHint')}
          spellCheck={false}
          onChange={(event) => onChange({ ...form, url: event.target.value })}
          className={`${field} min-w-64 flex-[3] font-mono text-sm placeholder:text-faint`}
        />
        <textarea
          aria-label={t('headers')}
          value={form.headers}
          placeholder={t('headersHint')}
          spellCheck={false}
          rows={Math.min(4, headerLines)}
          onChange={(event) => onChange({ ...form, headers: event.target.value })}
          className="min-h-8 min-w-48 flex-[2] resize-none rounded-md border border-line-strong bg-panel px-2 py-1.5 font-mono text-sm leading-[18px] placeholder:text-faint"
        />
        <Button icon={<ListFilter size={14} aria-hidden="true" />} aria-expanded={picking} onClick={() => setPicking(!picking)}>
          {t('pick')}
        </Button>
      </div>
      {picking && (
        <SeenList
          from={form.from}
          requests={seen.data?.requests ?? []}
          onPick={(one) => {
            setPicking(false);
            const headers = Object.entries(one.headers).map(([name, value]) => `${name}: ${value}`);
            onChange({ from: form.from, method: one.method, url: one.url, headers: headers.join('\n') });
          }}
        />
      )}
    </>
  );
}
