'use client';

import clsx from 'clsx';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useEndpoint } from '@/components/data/use-endpoint';
import { useUrlValue } from '@/components/shell/scope';
import { HealthMark } from '@/components/ui/health-mark';
import { Inspector } from '@/components/ui/inspector';
import { PageHeader } from '@/components/ui/page';
import { ErrorState, NoticeStrip, SkeletonRows } from '@/components/ui/states';
import type { Span, TraceResponse } from '@/lib/contract';
import { formatMs } from '@/lib/format';
import { serviceColor } from './service-color';
import { SpanPanel } from './span-panel';
import { parents, visibleSpans } from './visible-spans';

const nameWidth = 'w-[38%]';

/** Five marks from the start to the end of the trace. */
function Ruler({ durationUs }: { durationUs: number }): ReactNode {
  return (
    <div className="num sticky top-0 z-10 flex h-8 items-center border-b border-line bg-panel text-xs text-faint" aria-hidden="true">
      <div className={`${nameWidth} shrink-0`} />
      <div className="relative h-full flex-1">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span
            key={share}
            className={clsx('absolute top-1.5', share === 1 ? 'right-2' : share > 0 && '-translate-x-1/2')}
            style={share === 1 ? {} : { left: `${share * 100}%` }}
          >
            {formatMs((durationUs * share) / 1_000)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface SpanRowProps {
  span: Span;
  trace: TraceResponse;
  chosen: boolean;
  foldable: boolean;
  folded: boolean;
  onChoose: () => void;
  onFold: () => void;
}

function SpanRow({ span, trace, chosen, foldable, folded, onChoose, onFold }: SpanRowProps): ReactNode {
  const t = useTranslations('traces');
  const left = ((span.startUs - trace.startUs) / Math.max(1, trace.durationUs)) * 100;
  const width = (span.durationUs / Math.max(1, trace.durationUs)) * 100;
  const color = serviceColor(span.service, trace.services);
  // Beside the bar where there is room, on it where there is none.
  const label =
    left + width <= 84
      ? { inside: false, style: { left: `${left + width}%`, paddingLeft: 6 } }
      : width > 40
        ? { inside: true, style: { right: `${100 - left - width}%`, paddingRight: 8 } }
        : { inside: false, style: { right: `${100 - left}%`, paddingRight: 6 } };
  const press = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : undefined;
    if (event.key === 'Enter' || event.key === ' ') onChoose();
    else if (foldable && ((event.key === 'ArrowLeft' && !folded) || (event.key === 'ArrowRight' && folded))) onFold();
    else if (step) (event.currentTarget[step] as HTMLElement | null)?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="treeitem"
      tabIndex={0}
      aria-level={span.depth + 1}
      aria-selected={chosen}
      {...(foldable ? { 'aria-expanded': !folded } : {})}
      aria-label={`${span.service} ${span.operation}, ${formatMs(span.durationUs / 1_000)}, ${t('startsAt', { time: formatMs((span.startUs - trace.startUs) / 1_000) })}${span.error ? `, ${t('error')}` : ''}`}
      onClick={onChoose}
      onKeyDown={press}
      className={clsx(
        'flex h-7 cursor-pointer items-center border-b border-line text-sm focus-visible:outline-offset-[-2px]',
        chosen ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <div
        className={`${nameWidth} flex shrink-0 items-center gap-1.5 overflow-hidden pr-3`}
        style={{ paddingLeft: `${12 + span.depth * 14}px` }}
      >
        <button
          type="button"
          tabIndex={-1}
          aria-hidden={!foldable}
          aria-label={folded ? t('expand', { name: span.operation }) : t('collapse', { name: span.operation })}
          className={clsx('shrink-0 text-faint', !foldable && 'invisible')}
          onClick={(event) => {
            event.stopPropagation();
            onFold();
          }}
        >
          {folded ? <ChevronRight size={13} aria-hidden="true" /> : <ChevronDown size={13} aria-hidden="true" />}
        </button>
        <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: color }} />
        {span.error && <HealthMark health="failing" size={10} />}
        <span className="shrink-0 font-[550]">{span.service.split('.')[0]}</span>
        <span className="truncate text-muted">{span.operation}</span>
        <span className="ml-auto shrink-0 text-xs text-faint">{span.kind === 'unspecified' ? '' : t(`kindOf.${span.kind}`)}</span>
      </div>
      <div className="relative h-full flex-1">
        <div
          aria-hidden="true"
          className={clsx('absolute top-2 h-3 min-w-0.5 rounded-sm', span.error && 'ring-1 ring-failing')}
          style={{
            left: `${left}%`,
            width: `${width}%`,
            background: `color-mix(in oklch, ${color} ${span.kind === 'client' ? 45 : 75}%, var(--surface-panel))`,
          }}
        />
        <span
          className={clsx('num absolute top-1 text-xs whitespace-nowrap', label.inside ? 'font-[550] text-text' : 'text-muted')}
          style={label.style}
        >
          {formatMs(span.durationUs / 1_000)}
        </span>
      </div>
    </div>
  );
}

/** One trace as a timeline. */
export function TracePage({ id }: { id: string }): ReactNode {
  const t = useTranslations('traces');
  const common = useTranslations('common');
  const trace = useEndpoint('trace', { params: { id } });
  const [chosen, setChosen] = useUrlValue('span');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const data = trace.data;
  const shown = useMemo(() => (data ? visibleSpans(data.spans, folded) : []), [data, folded]);
  const foldable = useMemo(() => (data ? parents(data.spans) : new Set<string>()), [data]);
  const root = data?.spans[0];
  const span = data?.spans.find((one) => one.spanId === chosen);
  const fold = (spanId: string): void => {
    const next = new Set(folded);
    if (!next.delete(spanId)) next.add(spanId);
    setFolded(next);
  };
  return (
    <>
      <PageHeader
        kind={
          <>
            {t('trace')} <span className="font-mono">{id}</span>
          </>
        }
        title={root ? `${root.service} ${root.operation}` : id}
        status={
          data && (
            <span className="num text-sm text-muted">
              {formatMs(data.durationUs / 1_000)} · {t('depth', { spans: data.spans.length, services: data.services.length })}
            </span>
          )
        }
      />
      <NoticeStrip notices={data?.notices ?? []} />
      {trace.isError && !data ? (
        <ErrorState {...trace.error.body.error} retryLabel={common('retry')} onRetry={() => void trace.refetch()} />
      ) : !data ? (
        <SkeletonRows rows={8} label={common('loading')} />
      ) : (
        <div className="relative flex min-h-0 flex-1">
          <div className="min-w-0 flex-1 overflow-y-auto bg-panel">
            <Ruler durationUs={data.durationUs} />
            <div role="tree" aria-label={t('timeline')}>
              {shown.map((one) => (
                <SpanRow
                  key={one.spanId}
                  span={one}
                  trace={data}
                  chosen={one.spanId === chosen}
                  foldable={foldable.has(one.spanId)}
                  folded={folded.has(one.spanId)}
                  onChoose={() => setChosen(one.spanId === chosen ? undefined : one.spanId)}
                  onFold={() => fold(one.spanId)}
                />
              ))}
            </div>
          </div>
          {span && (
            <Inspector
              label={t('spanDetails')}
              closeLabel={t('close')}
              title={`${span.service.split('.')[0]} ${span.operation}`}
              onClose={() => setChosen(undefined)}
            >
              <SpanPanel span={span} trace={data} />
            </Inspector>
          )}
        </div>
      )}
    </>
  );
}
