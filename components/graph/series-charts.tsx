'use client';

import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Skeleton } from '@/components/ui/states';
import type { SeriesResponse } from '@/lib/contract';

const RedCharts = dynamic(() => import('@/components/charts/red-charts').then((charts) => charts.RedCharts), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-96" />,
});

/** What the charts of a panel are of. */
export type SeriesSubject =
  | { kind: 'edge'; source: string; target: string; protocol: 'http' | 'grpc' }
  | { kind: 'workload' | 'service'; namespace: string; name: string }
  | { kind: 'group'; namespaces: string; workloads?: string };

/** Whether the window ends now, and how often it is asked for anew. */
export interface SeriesTime {
  refresh: number | false;
  /** End of the window, when it is past. */
  at: string | undefined;
}

const duration = '15m';

/** Rate, errors and percentiles of the last quarter of an hour. */
export function SeriesCharts({ subject, time }: { subject: SeriesSubject; time: SeriesTime }): ReactNode {
  switch (subject.kind) {
    case 'edge':
      return <EdgeSeries subject={subject} time={time} />;
    case 'group':
      return <GroupSeries subject={subject} time={time} />;
    default:
      return <NamedSeries subject={subject} time={time} />;
  }
}

function options({ refresh }: SeriesTime): { refreshMs: number | false; keep: boolean } {
  return { refreshMs: refresh && 15_000, keep: false };
}

function EdgeSeries({ subject, time }: { subject: SeriesSubject & { kind: 'edge' }; time: SeriesTime }): ReactNode {
  const { source, target, protocol } = subject;
  return <Charts answer={useEndpoint('edgeSeries', { query: { source, target, protocol, duration, at: time.at } }, options(time))} />;
}

function GroupSeries({ subject, time }: { subject: SeriesSubject & { kind: 'group' }; time: SeriesTime }): ReactNode {
  const { namespaces, workloads } = subject;
  return <Charts answer={useEndpoint('groupSeries', { query: { namespaces, workloads, duration, at: time.at } }, options(time))} />;
}

function NamedSeries({ subject, time }: { subject: SeriesSubject & { kind: 'workload' | 'service' }; time: SeriesTime }): ReactNode {
  const { kind, namespace, name } = subject;
  const input = { params: { namespace, name }, query: { duration, at: time.at } };
  return <Charts answer={useEndpoint(kind === 'workload' ? 'workloadSeries' : 'serviceSeries', input, options(time))} />;
}

function Charts({ answer }: { answer: { data: SeriesResponse | undefined; isError: boolean } }): ReactNode {
  const t = useTranslations('graph');
  const common = useTranslations('common');
  if (answer.isError && !answer.data) return null;
  return (
    <section className="border-b border-line py-3">
      <h3 className="mb-1 px-4 text-sm">{t('history')}</h3>
      {!answer.data ? (
        <Skeleton className="m-4 h-80" />
      ) : (
        <RedCharts
          data={answer.data}
          stacked
          percentiles
          height={104}
          words={{ rate: common('rps'), errors: t('errors'), duration: t('duration'), noTraffic: common('noTraffic') }}
        />
      )}
    </section>
  );
}
