'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { type Column, DataTable } from '@/components/ui/data-table';
import { PageHeader } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { TraceSummary } from '@/lib/contract';
import { formatMs } from '@/lib/format';
import { type TraceSearch, TraceSearchForm } from './trace-search';

/** Services named in a row; the rest is a number. */
const mostServices = 3;

/** The search as one value of the URL, so that the link restores it. */
function useSearch(): [TraceSearch, (search: TraceSearch) => void] {
  const [service = '', setService] = useUrlValue('service');
  const [operation = '', setOperation] = useUrlValue('operation');
  const [tags = '', setTags] = useUrlValue('tags');
  const [minDurationMs = '', setMin] = useUrlValue('min');
  const [maxDurationMs = '', setMax] = useUrlValue('max');
  const [limit = '20', setLimit] = useUrlValue('limit');
  const set = (next: TraceSearch): void => {
    setService(next.service);
    setOperation(next.operation);
    setTags(next.tags);
    setMin(next.minDurationMs);
    setMax(next.maxDurationMs);
    setLimit(next.limit === '20' ? undefined : next.limit);
  };
  return [{ service, operation, tags, minDurationMs, maxDurationMs, limit }, set];
}

/** Search of traces; newest first, a dot per trace above the list shows the slow ones. */
export function TracesPage(): ReactNode {
  const t = useTranslations('traces');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [search, setSearch] = useSearch();
  const query = {
    service: search.service,
    limit: Number(search.limit),
    ...(search.operation === '' ? {} : { operation: search.operation }),
    ...(search.tags === '' ? {} : { tags: search.tags }),
    ...(search.minDurationMs === '' ? {} : { minDurationMs: Number(search.minDurationMs) }),
    ...(search.maxDurationMs === '' ? {} : { maxDurationMs: Number(search.maxDurationMs) }),
  };
  const traces = useEndpoint('traces', { query }, { enabled: search.service !== '', refreshMs: scope.refresh });
  const found = traces.data?.traces;
  const longest = useMemo(() => Math.max(1, ...(found ?? []).map((one) => one.durationUs)), [found]);
  const columns = useMemo<Column<TraceSummary>[]>(
    () => [
      {
        id: 'root',
        header: t('root'),
        cell: (row) => (
          <span className="block max-w-[19rem] truncate 2xl:max-w-[40rem]" title={`${row.rootService} ${row.rootOperation}`}>
            <span className="font-[550]">{row.rootService.split('.')[0]}</span> <span className="text-muted">{row.rootOperation}</span>
          </span>
        ),
        sortBy: (row) => `${row.rootService} ${row.rootOperation}`,
      },
      {
        id: 'start',
        header: t('start'),
        cell: (row) => <RelativeTime at={row.startUs / 1_000} className="text-muted" />,
        sortBy: (row) => row.startUs,
      },
      {
        id: 'services',
        header: t('services'),
        cell: (row) => (
          <span className="flex max-w-[21rem] gap-1 overflow-hidden 2xl:max-w-none">
            {row.services.slice(0, mostServices).map((one, at) => (
              <span
                key={one.name}
                className={`rounded-sm border px-1.5 text-xs leading-5 ${one.errorCount > 0 ? 'border-failing text-failing-text' : 'border-line text-muted'}`}
              >
                <span
                  aria-hidden="true"
                  className="mr-1 inline-block size-1.5 rounded-full align-middle"
                  style={{ background: `var(--series-${(at % 8) + 1})` }}
                />
                {one.name.split('.')[0]} {one.spanCount}
              </span>
            ))}
            {row.services.length > mostServices && (
              <span className="text-xs leading-5 text-faint">+{row.services.length - mostServices}</span>
            )}
          </span>
        ),
      },
      { id: 'spans', header: t('spans'), align: 'right', cell: (row) => row.spanCount, sortBy: (row) => row.spanCount },
      {
        id: 'errors',
        header: t('errors'),
        align: 'right',
        cell: (row) => <span className={row.errorCount > 0 ? 'text-failing-text' : 'text-faint'}>{row.errorCount}</span>,
        sortBy: (row) => row.errorCount,
      },
      {
        id: 'duration',
        header: t('duration'),
        align: 'right',
        width: '200px',
        cell: (row) => (
          <span className="flex items-center justify-end gap-2">
            <span
              aria-hidden="true"
              className="h-1.5 rounded-full bg-accent opacity-60"
              style={{ width: `${(row.durationUs / longest) * 120}px` }}
            />
            <span className="w-16">{formatMs(row.durationUs / 1_000)}</span>
          </span>
        ),
        sortBy: (row) => row.durationUs,
      },
    ],
    [t, longest],
  );
  return (
    <>
      <PageHeader title={t('title')} status={found && <span className="text-sm text-muted">{t('found', { count: found.length })}</span>} />
      <TraceSearchForm search={search} onSearch={setSearch} />
      <NoticeStrip notices={traces.data?.notices ?? []} />
      {search.service === '' ? (
        <EmptyState title={t('emptyService')} />
      ) : traces.isError && !traces.data ? (
        <ErrorState {...traces.error.body.error} retryLabel={common('retry')} onRetry={() => void traces.refetch()} />
      ) : !found ? (
        <SkeletonRows rows={8} label={common('loading')} />
      ) : (
        <div className="overflow-x-auto bg-panel">
          <DataTable
            label={t('title')}
            columns={columns}
            rows={found}
            rowKey={(row) => row.traceId}
            onOpen={(row) => router.push(scope.href(`/traces/${encodeURIComponent(row.traceId)}`))}
            empty={<EmptyState title={t('empty')} />}
          />
        </div>
      )}
    </>
  );
}
