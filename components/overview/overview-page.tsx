'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { type Column, DataTable } from '@/components/ui/data-table';
import { HealthLabel } from '@/components/ui/health-label';
import { HealthMark } from '@/components/ui/health-mark';
import { PageHeader } from '@/components/ui/page';
import { Sparkline } from '@/components/ui/sparkline';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import { useRedColumns } from '@/components/ui/use-red-columns';
import type { EndpointResponse } from '@/lib/contract';
import { Attention } from './attention';
import { LatestChanges } from './latest-changes';

type Namespace = EndpointResponse<'overview'>['namespaces'][number];

const severity = { failing: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 } as const;
const states = ['failing', 'degraded', 'healthy', 'idle', 'unknown'] as const;

/** Workloads by health, as marks with counts; zeros are left out. */
function WorkloadCounts({ row }: { row: Namespace }): ReactNode {
  const t = useTranslations('overview');
  const words = useTranslations('common');
  return (
    <span className="num inline-flex items-center gap-3">
      {states
        .filter((state) => row.workloads[state] > 0)
        .map((state) => (
          <span
            key={state}
            className="inline-flex items-center gap-1"
            title={t('workloadCount', { count: String(row.workloads[state]), health: words(state) })}
          >
            <HealthMark health={state} label={words(state)} size={10} />
            {row.workloads[state]}
          </span>
        ))}
    </span>
  );
}

/** Every namespace at a glance, what is not well, and what was changed last. */
export function OverviewPage(): ReactNode {
  const t = useTranslations('overview');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const overview = useEndpoint(
    'overview',
    { query: { namespaces: scope.namespaces.join(','), duration: scope.duration } },
    { refreshMs: scope.refresh },
  );
  const red = useRedColumns(overview.data?.queries);

  const columns = useMemo<Column<Namespace>[]>(
    () => [
      { id: 'name', header: common('namespace'), cell: (row) => <span className="font-[550]">{row.name}</span>, sortBy: (row) => row.name },
      {
        id: 'health',
        header: t('health'),
        cell: (row) => <HealthLabel health={row.health} reasons={row.healthReasons} />,
        sortBy: (row) => severity[row.health],
      },
      { id: 'workloads', header: t('workloads'), cell: (row) => <WorkloadCounts row={row} /> },
      {
        id: 'sidecars',
        header: t('sidecars'),
        cell: (row) => <span className="text-muted">{t(`injection.${row.injection}`)}</span>,
        sortBy: (row) => row.injection,
      },
      ...red,
      {
        id: 'trend',
        header: t('trend'),
        align: 'right',
        cell: (row) => (
          <span className="flex justify-end">
            <Sparkline values={row.sparkline.values} />
          </span>
        ),
        width: '128px',
      },
    ],
    [t, common, red],
  );

  return (
    <>
      <PageHeader
        title={t('title')}
        status={overview.data && <span className="text-sm text-muted">{t('total', { count: overview.data.namespaces.length })}</span>}
        actions={<Button onClick={() => router.push(scope.href('/graph'))}>{t('openGraph')}</Button>}
      />
      <NoticeStrip notices={overview.data?.notices ?? []} />
      {overview.isError && !overview.data ? (
        <ErrorState {...overview.error.body.error} retryLabel={common('retry')} onRetry={() => void overview.refetch()} />
      ) : !overview.data ? (
        <SkeletonRows rows={6} label={common('loading')} />
      ) : (
        <div className="shrink-0 overflow-x-auto bg-panel">
          <DataTable
            label={t('namespaces')}
            columns={columns}
            rows={overview.data.namespaces}
            rowKey={(row) => `${row.cluster}/${row.name}`}
            onOpen={(row) => router.push(scope.href(`/graph?ns=${encodeURIComponent(row.name)}`))}
            initialSort={{ id: 'rps', descending: true }}
            empty={
              <EmptyState
                title={scope.namespaces.length > 0 ? t('emptyFiltered') : t('empty')}
                action={scope.namespaces.length > 0 && <Button onClick={() => scope.set({ namespaces: [] })}>{t('showAll')}</Button>}
              />
            }
          />
        </div>
      )}
      <div className="grid shrink-0 grid-cols-1 divide-line 2xl:grid-cols-2 2xl:divide-x">
        <Attention />
        <LatestChanges />
      </div>
    </>
  );
}
