'use client';

import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { versionColor } from '@/components/charts/series-color';
import { type Column, DataTable } from '@/components/ui/data-table';
import { EmptyState } from '@/components/ui/states';
import type { ServiceCaller, ServiceResponse, ServiceVersion } from '@/lib/contract';
import { formatMs, formatNumber, formatPercent } from '@/lib/format';

interface Red {
  rps: number | null;
  errorRatio: number | null;
  p95Ms: number | null;
}

function useRedColumns<Row extends Red>(): Column<Row>[] {
  const t = useTranslations('service');
  const common = useTranslations('common');
  return useMemo(
    () => [
      {
        id: 'rps',
        header: `${t('requests')} (${common('rps')})`,
        align: 'right',
        cell: (row) => formatNumber(row.rps),
        sortBy: (row) => row.rps,
      },
      { id: 'errors', header: t('errors'), align: 'right', cell: (row) => formatPercent(row.errorRatio), sortBy: (row) => row.errorRatio },
      { id: 'p95', header: t('p95'), align: 'right', cell: (row) => formatMs(row.p95Ms), sortBy: (row) => row.p95Ms },
    ],
    [t, common],
  );
}

/** The versions behind the service, with their share of its requests. */
export function VersionsTable({ service }: { service: ServiceResponse }): ReactNode {
  const t = useTranslations('service');
  const common = useTranslations('common');
  const red = useRedColumns<ServiceVersion>();
  const names = service.versions.map((one) => one.version);
  const columns: Column<ServiceVersion>[] = [
    {
      id: 'version',
      header: t('version'),
      cell: (row) => (
        <span className="flex items-center gap-2 font-[550]">
          <span aria-hidden="true" className="size-2 rounded-full" style={{ background: versionColor(row.version, names) }} />
          {row.version}
        </span>
      ),
      sortBy: (row) => row.version,
    },
    {
      id: 'workloads',
      header: t('workloads'),
      cell: (row) => <span className="text-muted">{row.workloads.map((one) => one.name).join(', ')}</span>,
    },
    {
      id: 'subsets',
      header: t('subsets'),
      cell: (row) => <span className="font-mono text-xs text-muted">{row.subsets.join(' ') || '–'}</span>,
    },
    {
      id: 'ready',
      header: t('ready'),
      align: 'right',
      cell: (row) => (
        <span className={row.readyEndpoints < row.endpoints || row.endpoints === 0 ? 'text-degraded-text' : undefined}>
          {t('readyOf', { ready: String(row.readyEndpoints), desired: String(row.endpoints) })}
        </span>
      ),
      sortBy: (row) => row.readyEndpoints,
    },
    { id: 'share', header: t('share'), align: 'right', cell: (row) => formatPercent(row.share), sortBy: (row) => row.share },
    ...red,
  ];
  return (
    <DataTable
      label={t('versions')}
      columns={columns}
      rows={service.versions}
      rowKey={(row) => row.version}
      initialSort={{ id: 'version', descending: false }}
      empty={<EmptyState title={common('noTraffic')} />}
    />
  );
}

/** Who calls the service. */
export function CallersTable({ service }: { service: ServiceResponse }): ReactNode {
  const t = useTranslations('service');
  const common = useTranslations('common');
  const red = useRedColumns<ServiceCaller>();
  const columns: Column<ServiceCaller>[] = [
    {
      id: 'name',
      header: common('name'),
      cell: (row) => (
        <span>
          <span className="font-[550]">{row.name}</span> {row.version !== undefined && <span className="text-faint">{row.version}</span>}
        </span>
      ),
      sortBy: (row) => row.name,
    },
    {
      id: 'namespace',
      header: common('namespace'),
      cell: (row) => <span className="text-muted">{row.namespace || '–'}</span>,
      sortBy: (row) => row.namespace,
    },
    { id: 'mtls', header: t('mtls'), align: 'right', cell: (row) => formatPercent(row.mtlsShare), sortBy: (row) => row.mtlsShare },
    ...red,
  ];
  return (
    <DataTable
      label={t('callers')}
      columns={columns}
      rows={service.callers}
      rowKey={(row) => row.id}
      initialSort={{ id: 'rps', descending: true }}
      empty={<EmptyState title={t('noCallers')} />}
    />
  );
}
