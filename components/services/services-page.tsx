'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { versionColor } from '@/components/charts/series-color';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { type Column, DataTable } from '@/components/ui/data-table';
import { FilterField } from '@/components/ui/filter-field';
import { HealthLabel } from '@/components/ui/health-label';
import { PageHeader } from '@/components/ui/page';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import { useRedColumns } from '@/components/ui/use-red-columns';
import type { ServiceSummary } from '@/lib/contract';

const severity = { failing: 0, degraded: 1, unknown: 2, healthy: 3, idle: 4 } as const;

/** All services with their golden signals. */
export function ServicesPage(): ReactNode {
  const t = useTranslations('services');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [text = '', setText] = useUrlValue('q');
  const services = useEndpoint(
    'services',
    { query: { namespaces: scope.namespaces.join(','), duration: scope.duration } },
    { refreshMs: scope.refresh },
  );
  const red = useRedColumns(services.data?.queries);
  const path = (row: ServiceSummary): string =>
    scope.href(`/services/${encodeURIComponent(row.namespace)}/${encodeURIComponent(row.name)}`);

  const columns = useMemo<Column<ServiceSummary>[]>(
    () => [
      { id: 'name', header: t('service'), cell: (row) => <span className="font-[550]">{row.name}</span>, sortBy: (row) => row.name },
      {
        id: 'namespace',
        header: common('namespace'),
        cell: (row) => <span className="text-muted">{row.namespace}</span>,
        sortBy: (row) => row.namespace,
      },
      {
        id: 'health',
        header: t('health'),
        cell: (row) => <HealthLabel health={row.health} reasons={row.healthReasons} />,
        sortBy: (row) => severity[row.health],
      },
      {
        id: 'versions',
        header: t('versions'),
        cell: (row) => (
          <span className="flex gap-1">
            {row.versions.map((version) => (
              <span key={version} className="rounded-sm border border-line px-1.5 text-xs leading-5">
                <span
                  aria-hidden="true"
                  className="mr-1 inline-block size-1.5 rounded-full align-middle"
                  style={{ background: versionColor(version, row.versions) }}
                />
                {version}
              </span>
            ))}
          </span>
        ),
      },
      {
        id: 'ports',
        header: t('ports'),
        cell: (row) => {
          const ports = row.ports
            .map(({ number, protocol }) => `${number}/${protocol === 'Unsupported' ? t('sniffed') : protocol}`)
            .join(' ');
          return (
            <span title={ports} className="block max-w-[9.5rem] truncate font-mono text-xs text-muted 2xl:max-w-[28rem]">
              {ports}
            </span>
          );
        },
      },
      {
        id: 'ready',
        header: t('endpoints'),
        align: 'right',
        cell: (row) =>
          row.readyEndpoints === 0 ? (
            <span title={t('noEndpoints')} className="text-failing-text">
              0
            </span>
          ) : (
            row.readyEndpoints
          ),
        sortBy: (row) => row.readyEndpoints,
      },
      ...red,
    ],
    [t, common, red],
  );
  const rows = useMemo(
    () => (services.data?.services ?? []).filter((row) => `${row.namespace}/${row.name}`.includes(text.trim())),
    [services.data, text],
  );

  return (
    <>
      <PageHeader
        title={t('title')}
        status={services.data && <span className="text-sm text-muted">{t('total', { count: rows.length })}</span>}
        actions={<FilterField label={t('filter')} value={text} onChange={setText} />}
      />
      <NoticeStrip notices={services.data?.notices ?? []} />
      {services.isError && !services.data ? (
        <ErrorState {...services.error.body.error} retryLabel={common('retry')} onRetry={() => void services.refetch()} />
      ) : !services.data ? (
        <SkeletonRows rows={8} label={common('loading')} />
      ) : (
        <div className="overflow-x-auto bg-panel">
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => `${row.namespace}/${row.name}`}
            onOpen={(row) => router.push(path(row))}
            initialSort={{ id: 'rps', descending: true }}
            empty={
              <EmptyState
                title={text === '' ? t('empty') : t('emptyFilter', { text })}
                action={text !== '' && <Button onClick={() => setText(undefined)}>{t('clear')}</Button>}
              />
            }
          />
        </div>
      )}
    </>
  );
}
