'use client';

import { PencilLine } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { AppliedPanel } from '@/components/change/applied-panel';
import { ChangeFlow } from '@/components/change/change-flow';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useExplain } from '@/components/data/use-explain';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import { PageHeader } from '@/components/ui/page';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { Change, EndpointBody, ExplainResponse } from '@/lib/contract';
import { newRule } from './draft-texts';
import { ObjectPanel } from './object-panel';
import { RequestBar, type RequestForm } from './request-bar';
import { type Drafts, useDrafts } from './use-drafts';
import { type OpenedSource, WayTable } from './way-table';

const typingMs = 250;

/** A value once it has stood still for a moment. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), typingMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function readForm(from: string, line: string, headers: string): RequestForm {
  const [, method = 'GET', url = ''] = /^(?:([A-Z]+) )?(.*)$/s.exec(line) ?? [];
  return { from, method, url, headers };
}

/** Lines `name: value`; a line that is being typed does not count yet. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
  });
  return Object.fromEntries(pairs);
}

/** Whether a request goes to the service, by any of its names. */
function callsService(url: string, namespace: string, name: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === name || host === `${name}.${namespace}` || host.startsWith(`${name}.${namespace}.`);
}

function isCurl(url: string): boolean {
  return url.trimStart().startsWith('curl ');
}

function askFor(form: RequestForm, { objects, deletes }: Pick<Drafts, 'objects' | 'deletes'>): EndpointBody<'explain'> | null {
  const url = form.url.trim();
  if (form.from === '' || url === '') return null;
  const request = isCurl(url) ? url : { method: form.method, url, headers: readHeaders(form.headers) };
  return { from: form.from, request, objects, deletes };
}

/** The service that no rule speaks of, when that is so. */
function ruleless(answer: ExplainResponse | undefined): { namespace: string; name: string } | null {
  const won = answer?.rows.find((row) => row.group === 'routes' && row.live?.tone === 'good')?.live?.source?.ref;
  return won?.kind === 'Service' ? won : null;
}

/** Findings about the draft, errors first. */
function Findings({ answer }: { answer: ExplainResponse }): ReactNode {
  const t = useTranslations('explorer');
  if (answer.findings.length === 0) return null;
  return (
    <section className="border-b border-line bg-panel px-5 py-2">
      <h2 className="mb-1 text-sm">{t('findings')}</h2>
      <ul className="flex flex-col gap-1 text-sm">
        {answer.findings.map((one) => (
          <li key={`${one.code} ${one.kind} ${one.name} ${one.path}`} className="flex items-start gap-2">
            <span className="pt-1">
              <HealthMark health={one.severity === 'error' ? 'failing' : one.severity === 'warning' ? 'degraded' : 'idle'} size={11} />
            </span>
            <span>
              {one.message} <span className="font-mono text-xs text-faint">{one.code}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One request, followed through the live configuration and through a draft that can be edited where it decides. */
export function ExplorerPage(): ReactNode {
  const t = useTranslations('explorer');
  const common = useTranslations('common');
  const scope = useScope();
  const [from = '', setFrom] = useUrlValue('from');
  const [line = '', setLine] = useUrlValue('r');
  const [headers = '', setHeaders] = useUrlValue('h');
  const [kept] = useUrlValue('draft');
  const [form, setForm] = useState(() => readForm(from, line, headers));
  const [opened, setOpened] = useState<OpenedSource>();
  const [applied, setApplied] = useState<Change>();
  const drafts = useDrafts(kept);
  const { objects, deletes } = drafts;
  const asked = useSettled(useMemo(() => askFor(form, { objects, deletes }), [form, objects, deletes]));
  const answer = useExplain(asked, scope.refresh);
  const change = (next: RequestForm): void => {
    setForm(next);
    setFrom(next.from);
    setLine(next.url === '' ? undefined : `${next.method} ${next.url}`);
    setHeaders(next.headers);
  };

  // The way is asked for a service: a request to it that was seen stands for all.
  const [to] = useUrlValue('to');
  const seen = useEndpoint('seenRequests', { query: from === '' ? {} : { from } }, { enabled: to !== undefined && form.url === '' });
  const offered = to === undefined || form.url !== '' || seen.isPlaceholderData ? undefined : seen.data?.requests;
  useEffect(() => {
    if (offered === undefined || to === undefined) return;
    const [namespace = '', name = ''] = to.split('/');
    const one = offered.find(({ url }) => callsService(url, namespace, name));
    change({ ...form, method: one?.method ?? 'GET', url: one?.url ?? `http://${name}.${namespace}/` });
    // Runs when the list is there.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [offered, to]);

  // A curl command turns into the request it stands for.
  const renamed = !answer.isPlaceholderData && answer.data !== undefined && asked?.from === form.from && answer.data.from !== form.from;
  const parsed = answer.isPlaceholderData ? undefined : answer.data?.request;
  useEffect(() => {
    if (parsed === undefined || !(isCurl(form.url) || renamed)) return;
    const lines = Object.entries(parsed.headers).map(([name, value]) => `${name}: ${value}`);
    change({ from: answer.data?.from ?? form.from, method: parsed.method, url: parsed.url, headers: lines.join('\n') });
    // Runs when the answer to the command is there.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [parsed]);

  const draft = useMemo(
    () =>
      drafts.list.length + drafts.deletes.length === 0 || drafts.broken.size > 0
        ? undefined
        : { objects: drafts.objects, deletes: drafts.deletes, bases: drafts.bases },
    [drafts.list, drafts.objects, drafts.deletes, drafts.bases, drafts.broken],
  );
  const bare = drafts.list.length === 0 ? ruleless(answer.data) : null;
  const write = (service: { namespace: string; name: string }): void => {
    const rule = newRule(service.namespace, service.name, service.name);
    drafts.add(rule);
    setOpened({ ref: rule.ref, path: 'spec.http[0].timeout', line: null, side: 'draft' });
  };
  const names = drafts.list.map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`).join(', ');
  return (
    <>
      <PageHeader
        title={t('title')}
        status={<span className="text-sm text-muted">{t('about')}</span>}
        actions={
          bare !== null && (
            <Button icon={<PencilLine size={14} aria-hidden="true" />} onClick={() => write(bare)}>
              {t('writeRule', { host: bare.name })}
            </Button>
          )
        }
      />
      <RequestBar form={form} onChange={change} />
      <NoticeStrip notices={answer.data?.notices ?? []} />
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col bg-panel">
          <div className="min-h-40 flex-1 overflow-auto">
            {answer.isError && (
              <ErrorState {...answer.error.body.error} retryLabel={common('retry')} onRetry={() => void answer.refetch()} />
            )}
            {asked === null ? (
              <EmptyState title={t('start')} />
            ) : answer.data && !answer.isError ? (
              <>
                <Findings answer={answer.data} />
                <WayTable answer={answer.data} opened={opened} onOpen={setOpened} />
              </>
            ) : (
              !answer.isError && <SkeletonRows rows={10} label={common('loading')} />
            )}
          </div>
          {applied && <AppliedPanel change={applied} onDone={() => setApplied(undefined)} />}
          {(drafts.list.length > 0 || drafts.deletes.length > 0) && (
            <section
              className="max-h-[65%] shrink-0 overflow-auto border-t border-l-2 border-line border-l-accent"
              aria-label={t('drafted', { names })}
            >
              <p className="px-4 pt-2 text-sm text-accent-text">{t('drafted', { names })}</p>
              <ChangeFlow
                draft={draft}
                onApplied={(done) => setApplied(done)}
                onDiscard={() => {
                  drafts.drop();
                  setOpened(undefined);
                }}
              />
            </section>
          )}
        </div>
        {opened && answer.data && <ObjectPanel answer={answer.data} opened={opened} drafts={drafts} onClose={() => setOpened(undefined)} />}
      </div>
    </>
  );
}
