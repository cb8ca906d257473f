'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { objectPath } from '@/components/shell/object-path';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { type Column, DataTable } from '@/components/ui/data-table';
import { FilterField } from '@/components/ui/filter-field';
import { PageHeader } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { EndpointResponse } from '@/lib/contract';

type Row = EndpointResponse<'objects'>['objects'][number];

const families = ['mesh', 'kubernetes', 'all'] as const;

/** Every object that configures the mesh, with what it is about. */
export function ConfigPage(): ReactNode {
  const t = useTranslations('configuration');
  const common = useTranslations('common');
  const router = useRouter();
  const scope = useScope();
  const [text = '', setText] = useUrlValue('q');
  const [familyText, setFamily] = useUrlValue('family');
  const family = families.find((one) => one === familyText) ?? 'mesh';
  const kinds = useEndpoint('kinds', {}, { refreshMs: 60_000 });
  const wanted = useMemo(
    () =>
      family === 'mesh'
        ? ''
        : (kinds.data?.kinds ?? [])
            .filter((kind) => kind.served && (family === 'all' || kind.family === 'kubernetes'))
            .map((kind) => (kind.group === '' ? kind.kind : `${kind.group}/${kind.kind}`))
            .join(','),
    [family, kinds.data],
  );
  const objects = useEndpoint(
    'objects',
    { query: { kinds: wanted, namespaces: scope.namespaces.join(',') } },
    { refreshMs: scope.refresh, enabled: family === 'mesh' || wanted !== '' },
  );
  const rows = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return (objects.data?.objects ?? []).filter((row) => {
      const hay = `${row.ref.kind} ${row.ref.namespace}/${row.ref.name} ${row.about}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
  }, [objects.data, text]);
  const columns = useMemo<Column<Row>[]>(
    () => [
      { id: 'name', header: t('name'), cell: (row) => <span className="font-[550]">{row.ref.name}</span>, sortBy: (row) => row.ref.name },
      { id: 'kind', header: t('kind'), cell: (row) => row.ref.kind, sortBy: (row) => `${row.ref.kind} ${row.ref.name}` },
      {
        id: 'namespace',
        header: t('namespace'),
        cell: (row) => <span className="text-muted">{row.ref.namespace === '' ? t('clusterWide') : row.ref.namespace}</span>,
        sortBy: (row) => row.ref.namespace,
      },
      {
        id: 'about',
        header: t('about'),
        cell: (row) => <span className="block max-w-[520px] truncate font-mono text-xs text-muted">{row.about}</span>,
      },
      {
        id: 'age',
        header: t('age'),
        align: 'right',
        cell: (row) => (row.createdAt === null ? '–' : <RelativeTime at={Date.parse(row.createdAt)} />),
        sortBy: (row) => row.createdAt,
      },
    ],
    [t],
  );
  return (
    <>
      <PageHeader
        title={t('title')}
        status={objects.data && <span className="text-sm text-muted">{t('total', { count: rows.length })}</span>}
        actions={
          <>
            <div role="group" aria-label={t('family')} className="flex h-8 items-center rounded-md border border-line-strong p-0.5">
              {families.map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={family === one}
                  onClick={() => setFamily(one === 'mesh' ? undefined : one)}
                  className={`h-full rounded-sm px-2.5 text-sm ${family === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text'}`}
                >
                  {t(`families.${one}`)}
                </button>
              ))}
            </div>
            <FilterField label={t('filter')} value={text} onChange={setText} />
          </>
        }
      />
      <NoticeStrip notices={objects.data?.notices ?? []} />
      {objects.isError && !objects.data ? (
        <ErrorState {...objects.error.body.error} retryLabel={common('retry')} onRetry={() => void objects.refetch()} />
      ) : !objects.data ? (
        <SkeletonRows rows={8} label={common('loading')} />
      ) : (
        <div className="overflow-x-auto bg-panel">
          <DataTable
            label={t('title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => `${row.ref.group}/${row.ref.kind} ${row.ref.namespace}/${row.ref.name}`}
            onOpen={(row) => router.push(scope.href(objectPath(row.ref)))}
            initialSort={{ id: 'kind', descending: false }}
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
