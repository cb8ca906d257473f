'use client';

import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useObjectRows } from '@/components/data/use-object-rows';
import { objectPath } from '@/components/shell/object-path';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { FilterField } from '@/components/ui/filter-field';
import { PageHeader } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { ObjectSort, ObjectSummary } from '@/lib/contract';
import { ConfigTabs } from './config-tabs';
import { FilterSelect } from './filter-select';
import { FindingCount } from './finding-count';
import { type VirtualColumn, VirtualTable } from './virtual-table';

const families = ['mesh', 'kubernetes', 'all'] as const;
const severities = ['error', 'warning', 'info', 'none'] as const;
const sorts: readonly ObjectSort[] = ['name', 'kind', 'namespace', 'findings', 'owner', 'age'];

function useColumns(): VirtualColumn<ObjectSummary>[] {
  const t = useTranslations('configuration');
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('name'),
        width: '20%',
        sortable: true,
        cell: (row) => (
          <span className="font-[550]" title={row.ref.name}>
            {row.ref.name}
          </span>
        ),
      },
      { id: 'kind', header: t('kind'), width: '10.5rem', sortable: true, cell: (row) => row.ref.kind },
      {
        id: 'namespace',
        header: t('namespace'),
        width: '8.5rem',
        sortable: true,
        cell: (row) => <span className="text-muted">{row.ref.namespace === '' ? t('clusterWide') : row.ref.namespace}</span>,
      },
      {
        id: 'findings',
        header: t('findings'),
        width: '5.5rem',
        align: 'right',
        sortable: true,
        cell: (row) => <FindingCount findings={row.findings} />,
      },
      {
        id: 'about',
        header: t('about'),
        cell: (row) => (
          <span className="font-mono text-xs text-muted" title={row.about}>
            {row.about}
          </span>
        ),
      },
      {
        id: 'owner',
        header: t('owner'),
        width: '9.5rem',
        sortable: true,
        cell: (row) => (
          <span className="text-muted" title={row.owners.join(', ')}>
            {row.owners.length === 0 ? '–' : row.owners.join(', ')}
          </span>
        ),
      },
      {
        id: 'age',
        header: t('age'),
        width: '7.5rem',
        align: 'right',
        sortable: true,
        cell: (row) => (row.createdAt === null ? '–' : <RelativeTime at={Date.parse(row.createdAt)} className="num text-muted" />),
      },
    ],
    [t],
  );
}

/** Every object that configures the mesh: what it is about, what is wrong with it, who wrote it. */
export function ConfigPage(): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [text = '', setText] = useUrlValue('q');
  const [familyText, setFamily] = useUrlValue('family');
  const [kind, setKind] = useUrlValue('kind');
  const [severity, setSeverity] = useUrlValue('severity');
  const [owner, setOwner] = useUrlValue('owner');
  const [sortText = 'kind', setSort] = useUrlValue('sort');
  const [range, setRange] = useState({ first: 0, last: 0 });
  const words = useDeferredValue(text);
  const family = families.find((one) => one === familyText) ?? 'mesh';
  const descending = sortText.startsWith('-');
  const sort = sorts.find((one) => one === sortText.replace(/^-/, '')) ?? 'kind';
  const kinds = useEndpoint('kinds', {}, { refreshMs: 60_000 });
  const ofFamily = (kinds.data?.kinds ?? []).filter(
    (one) => one.served && (family === 'all' || (family === 'kubernetes') === (one.family === 'kubernetes')),
  );
  const names = ofFamily.map((one) => (one.group === '' ? one.kind : `${one.group}/${one.kind}`));
  const wanted = kind ?? (family === 'mesh' ? '' : names.join(','));
  const rows = useObjectRows(
    {
      kinds: wanted,
      namespaces: scope.namespaces.join(','),
      severities: severity ?? '',
      owners: owner ?? '',
      q: words,
      sort,
      ...(descending ? { descending: 'true' as const } : {}),
    },
    range,
    { refreshMs: scope.refresh, enabled: family === 'mesh' || wanted !== '' },
  );
  const columns = useColumns();
  const look = useCallback((first: number, last: number) => setRange({ first, last }), []);
  const narrowed = text !== '' || kind !== undefined || severity !== undefined || owner !== undefined;
  const clear = (): void => {
    for (const set of [setText, setKind, setSeverity, setOwner]) set(undefined);
  };
  const counts = new Map((rows.facets?.severities ?? []).map((one) => [one.value, one.count]));
  return (
    <>
      <PageHeader
        title={t('title')}
        status={rows.total !== undefined && <span className="num text-sm text-muted">{t('total', { count: rows.total })}</span>}
        actions={
          <Button
            variant="primary"
            icon={<Plus size={14} aria-hidden="true" />}
            onClick={() => router.push(scope.href(kind === undefined ? '/config/new' : `/config/new?kind=${encodeURIComponent(kind)}`))}
          >
            {t('newObject')}
          </Button>
        }
      />
      <ConfigTabs />
      <div role="search" className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-panel px-5 py-2">
        <FilterField label={t('filter')} value={text} onChange={setText} />
        <div role="group" aria-label={t('family')} className="flex h-8 items-center rounded-md border border-line-strong p-0.5">
          {families.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={family === one}
              onClick={() => {
                setFamily(one === 'mesh' ? undefined : one);
                setKind(undefined);
              }}
              className={`h-full rounded-sm px-2.5 text-sm ${family === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text'}`}
            >
              {t(`families.${one}`)}
            </button>
          ))}
        </div>
        <FilterSelect
          label={t('kind')}
          value={kind}
          onChange={setKind}
          options={names.map((name) => ({
            value: name,
            label: name.slice(name.lastIndexOf('/') + 1) + (name.startsWith('gateway.') ? ' (Gateway API)' : ''),
          }))}
        />
        <FilterSelect
          label={t('severity')}
          value={severity}
          onChange={setSeverity}
          options={severities.map((one) => ({ value: one, label: t(`severities.${one}`), count: counts.get(one) ?? 0 }))}
        />
        <FilterSelect
          label={t('owner')}
          value={owner}
          onChange={setOwner}
          options={(rows.facets?.owners ?? []).map((one) => ({ value: one.value, label: one.value, count: one.count }))}
        />
        {narrowed && (
          <Button size="sm" variant="ghost" onClick={clear}>
            {t('clear')}
          </Button>
        )}
      </div>
      <NoticeStrip notices={rows.notices} />
      {rows.error !== null && rows.total === undefined ? (
        <ErrorState {...rows.error.body.error} retryLabel={common('retry')} onRetry={rows.retry} />
      ) : rows.total === undefined ? (
        <SkeletonRows rows={12} label={common('loading')} />
      ) : rows.total === 0 ? (
        <EmptyState
          title={narrowed ? t('emptyFilter') : t('empty')}
          action={
            narrowed ? (
              <Button onClick={clear}>{t('clear')}</Button>
            ) : (
              <Button onClick={() => router.push(scope.href('/config/new'))}>{t('newObject')}</Button>
            )
          }
        />
      ) : (
        <VirtualTable
          label={t('title')}
          columns={columns}
          total={rows.total}
          row={rows.row}
          rowKey={(row) => `${row.ref.group}/${row.ref.kind} ${row.ref.namespace}/${row.ref.name}`}
          onRange={look}
          sort={{ id: sort, descending }}
          onSort={(next) => setSort(`${next.descending ? '-' : ''}${next.id}`)}
          onOpen={(row) => router.push(scope.href(objectPath(row.ref)))}
        />
      )}
    </>
  );
}
