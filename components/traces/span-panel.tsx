'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { explainPath } from '@/components/change/explain-path';
import { useScope } from '@/components/shell/scope';
import type { Span, TraceResponse } from '@/lib/contract';
import { formatMs } from '@/lib/format';

function Tags({ title, tags }: { title: string; tags: Span['tags'] }): ReactNode {
  if (tags.length === 0) return null;
  return (
    <section className="border-b border-line px-4 py-3">
      <h3 className="mb-1 text-sm">{title}</h3>
      <dl className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-x-3 gap-y-0.5 font-mono text-xs">
        {tags.map((tag) => (
          <div key={tag.key} className="contents">
            <dt className="truncate text-muted" title={tag.key}>
              {tag.key}
            </dt>
            <dd className="break-all">{String(tag.value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The request behind a span of a caller's proxy, for the explorer; `null` for spans of applications and of the called side. */
export function explainedSpan(span: Pick<Span, 'tags'>): { from: string; method: string; url: string } | null {
  const tag = (...names: string[]): string => String(span.tags.find((one) => names.includes(one.key))?.value ?? '');
  const [type, , pod = ''] = tag('node_id').split('~');
  const url = tag('http.url', 'url.full');
  if (url === '' || (type !== 'router' && !tag('upstream_cluster', 'upstream_cluster.name').startsWith('outbound|'))) return null;
  const dot = pod.lastIndexOf('.');
  return { from: `${pod.slice(dot + 1)}/${pod.slice(0, dot)}`, method: tag('http.method', 'http.request.method') || 'GET', url };
}

/** Everything one span says. */
export function SpanPanel({ span, trace }: { span: Span; trace: TraceResponse }): ReactNode {
  const t = useTranslations('traces');
  const explorer = useTranslations('explorer');
  const scope = useScope();
  const request = explainedSpan(span);
  return (
    <>
      <section className="num border-b border-line px-4 py-3 text-sm">
        <p>
          {formatMs(span.durationUs / 1_000)}{' '}
          <span className="text-muted">{t('startsAt', { time: formatMs((span.startUs - trace.startUs) / 1_000) })}</span>
        </p>
        <p className="font-mono text-xs text-faint">{span.spanId}</p>
        {request && (
          <Link href={scope.href(explainPath(request))} className="text-accent-text hover:underline">
            {explorer('explain')}
          </Link>
        )}
        {span.orphan && <p className="text-degraded-text">{t('orphan')}</p>}
      </section>
      <Tags title={t('tag')} tags={span.tags} />
      {span.events.length > 0 && (
        <section className="border-b border-line px-4 py-3 text-sm">
          <h3 className="mb-1 text-sm">{t('events')}</h3>
          {span.events.map((event) => (
            <p key={`${event.atUs} ${event.name}`}>
              <span className="num text-muted">{formatMs((event.atUs - trace.startUs) / 1_000)}</span> {event.name}
            </p>
          ))}
        </section>
      )}
      <Tags title={t('process')} tags={span.processTags} />
    </>
  );
}
