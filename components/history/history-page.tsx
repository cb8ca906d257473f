'use client';

import clsx from 'clsx';
import { Eye, FileDown } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useScope, useUrlValue } from '@/components/shell/scope';
import { Button } from '@/components/ui/button';
import { type Column, DataTable } from '@/components/ui/data-table';
import { FilterField } from '@/components/ui/filter-field';
import { Inspector } from '@/components/ui/inspector';
import { Mark } from '@/components/ui/mark';
import { PageHeader } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { EmptyState, ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { Change } from '@/lib/contract';
import { ChangePanel, type RenderPreview } from './change-panel';
import { exportJson, exportYaml } from './export-history';

const most = 500;
const origins = ['all', 'heddle', 'observed'] as const;

const statusTones = {
  applying: 'text-muted',
  applied: 'text-text',
  undone: 'text-muted line-through',
  failed: 'text-failing-text',
  put_back: 'text-degraded-text',
} as const;

function objectNames(change: Change): string {
  return change.objects.map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`).join(', ');
}

function columnsOf(t: ReturnType<typeof useTranslations<'history'>>): Column<Change>[] {
  return [
    {
      id: 'when',
      header: t('when'),
      width: '7.5rem',
      cell: (row) => <RelativeTime at={Date.parse(row.at)} className="num text-muted" />,
      sortBy: (row) => row.at,
    },
    {
      id: 'what',
      header: t('what'),
      cell: (row) => (
        <span className="flex max-w-[26rem] items-center gap-2 2xl:max-w-[48rem]">
          <span className="shrink-0" title={t(row.origin === 'observed' ? 'observed' : 'here')}>
            {row.origin === 'observed' ? <Eye size={13} aria-label={t('observed')} className="text-faint" /> : <Mark size={13} />}
          </span>
          <span className="truncate">{row.sentences[0]?.text ?? objectNames(row)}</span>
          {row.sentences.length > 1 && (
            <span className="shrink-0 text-xs text-faint">{t('more', { count: String(row.sentences.length - 1) })}</span>
          )}
        </span>
      ),
    },
    {
      id: 'objects',
      header: t('objects'),
      cell: (row) => (
        <span className="flex max-w-[15rem] items-center gap-2 text-muted" title={objectNames(row)}>
          <span className="truncate">{row.objects.slice(0, 1).map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`)}</span>
          {row.objects.length > 1 && (
            <span className="shrink-0 text-xs text-faint">{t('more', { count: String(row.objects.length - 1) })}</span>
          )}
        </span>
      ),
      sortBy: objectNames,
    },
    { id: 'who', header: t('who'), cell: (row) => <span className="block max-w-[11rem] truncate">{row.by}</span>, sortBy: (row) => row.by },
    {
      id: 'status',
      header: t('status'),
      cell: (row) => <span className={statusTones[row.status]}>{t(`statuses.${row.status}`)}</span>,
      sortBy: (row) => row.status,
    },
    {
      id: 'proxies',
      header: t('proxies'),
      align: 'right',
      cell: (row) => <span className="num text-muted">{row.proxies === undefined ? '–' : `${row.proxies.have}/${row.proxies.total}`}</span>,
    },
  ];
}

/** Every change of the mesh's configuration, whoever made it, newest first; one of them in full at the side. */
export function HistoryPage({ renderPreview, rollouts }: { renderPreview: RenderPreview; rollouts?: ReactNode }): ReactNode {
  const t = useTranslations('history');
  const common = useTranslations('common');
  const scope = useScope();
  const [text = '', setText] = useUrlValue('q');
  const [originText, setOrigin] = useUrlValue('origin');
  const [selected, setSelected] = useUrlValue('sel');
  const origin = origins.find((one) => one === originText) ?? 'all';
  const changes = useEndpoint('changes', { query: { limit: most } }, { refreshMs: scope.refresh });
  const rows = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return (changes.data?.changes ?? []).filter((row) => {
      if (origin !== 'all' && (row.origin ?? 'heddle') !== origin) return false;
      if (scope.namespaces.length > 0 && !row.objects.some((one) => scope.namespaces.includes(one.ref.namespace))) return false;
      const hay = `${objectNames(row)} ${row.by} ${row.reason ?? ''} ${row.sentences.map((one) => one.text).join(' ')}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
  }, [changes.data, text, origin, scope.namespaces]);
  const shown = changes.data?.changes.find((one) => one.id === selected);
  const isNarrow = shown !== undefined;
  // Beside the panel there is room for what tells changes apart; the panel says the rest.
  const columns = useMemo(() => columnsOf(t).filter((one) => !isNarrow || (one.id !== 'objects' && one.id !== 'proxies')), [t, isNarrow]);
  return (
    <>
      <PageHeader
        title={t('title')}
        status={changes.data && <span className="text-sm text-muted">{t('total', { count: rows.length })}</span>}
        actions={
          <>
            <div role="group" aria-label={t('origin')} className="flex h-8 items-center rounded-md border border-line-strong p-0.5">
              {origins.map((one) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={origin === one}
                  onClick={() => setOrigin(one === 'all' ? undefined : one)}
                  className={clsx(
                    'h-full rounded-sm px-2.5 text-sm',
                    origin === one ? 'bg-accent-soft text-accent-text' : 'text-muted hover:text-text',
                  )}
                >
                  {t(`origins.${one}`)}
                </button>
              ))}
            </div>
            <FilterField label={t('filter')} value={text} onChange={setText} />
            <Button icon={<FileDown size={14} aria-hidden="true" />} disabled={rows.length === 0} onClick={() => exportJson(rows)}>
              JSON
            </Button>
            <Button icon={<FileDown size={14} aria-hidden="true" />} disabled={rows.length === 0} onClick={() => exportYaml(rows)}>
              YAML
            </Button>
          </>
        }
      />
      <NoticeStrip notices={changes.data?.notices ?? []} />
      <div className="flex min-h-0 flex-1">
        <div className="min-w-0 flex-1 overflow-auto bg-panel">
          {rollouts}
          {changes.isError && !changes.data ? (
            <ErrorState {...changes.error.body.error} retryLabel={common('retry')} onRetry={() => void changes.refetch()} />
          ) : !changes.data ? (
            <SkeletonRows rows={8} label={common('loading')} />
          ) : (
            <DataTable
              label={t('title')}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              onOpen={(row) => setSelected(row.id)}
              initialSort={{ id: 'when', descending: true }}
              empty={
                <EmptyState
                  title={text === '' && origin === 'all' ? t('empty') : t('emptyFilter')}
                  action={text !== '' && <Button onClick={() => setText(undefined)}>{t('clear')}</Button>}
                />
              }
            />
          )}
        </div>
        {shown && (
          <Inspector
            label={t('change')}
            closeLabel={common('close')}
            title={shown.sentences[0]?.text ?? objectNames(shown)}
            onClose={() => setSelected(undefined)}
          >
            <ChangePanel key={shown.id} change={shown} renderPreview={renderPreview} onSelect={setSelected} />
          </Inspector>
        )}
      </div>
    </>
  );
}
