'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { GraphNode } from '@/lib/contract';
import { formatMs, formatNumber, formatPercent } from '@/lib/format';
import type { RankedDifference } from '@/lib/graph-view';
import { nodeTitle } from './to-canvas';

export interface CompareBarProps {
  before: string;
  after: string;
  onBefore: (at: string) => void;
  onAfter: (at: string | undefined) => void;
  live: boolean;
}

/** A moment as the field for dates wants it: local time without a zone. */
function localText(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function Moment({ label, value, onChange }: { label: string; value: string; onChange: (at: string) => void }): ReactNode {
  return (
    <label className="flex items-center gap-2 text-sm text-muted">
      {label}
      <input
        type="datetime-local"
        step={1}
        value={localText(value)}
        onChange={(event) => {
          const at = new Date(event.target.value);
          if (!Number.isNaN(at.getTime())) onChange(at.toISOString());
        }}
        className="h-7 rounded-sm border border-line-strong bg-panel px-2 text-text"
      />
    </label>
  );
}

const presets: [minutes: number, text: string][] = [
  [5, '5 min'],
  [15, '15 min'],
  [60, '1 h'],
  [24 * 60, '1 d'],
];

/** The two times of a comparison. */
export function CompareBar({ before, after, onBefore, onAfter, live }: CompareBarProps): ReactNode {
  const t = useTranslations('graph');
  return (
    <div role="group" aria-label={t('compare')} className="flex h-11 shrink-0 items-center gap-4 border-b border-line bg-accent-soft px-5">
      <Moment label={t('compareBefore')} value={before} onChange={onBefore} />
      <Moment label={t('compareAfter')} value={after} onChange={onAfter} />
      {!live && (
        <button type="button" onClick={() => onAfter(undefined)} className="text-sm text-accent-text hover:underline">
          {t('compareNow')}
        </button>
      )}
      <span className="ml-auto flex gap-1">
        {presets.map(([minutes, time]) => (
          <button
            key={minutes}
            type="button"
            onClick={() => onBefore(new Date(Date.parse(after) - minutes * 60_000).toISOString())}
            className="h-7 rounded-sm px-2 text-sm text-accent-text hover:bg-hover"
          >
            {t('compareAgo', { time })}
          </button>
        ))}
      </span>
    </div>
  );
}

function valueText(difference: RankedDifference, value: number | null): string {
  if (difference.kind === 'failsMore' || difference.kind === 'failsLess') return formatPercent(value);
  if (difference.kind === 'slower' || difference.kind === 'faster') return formatMs(value);
  return value === null ? '–' : `${formatNumber(value)}/s`;
}

const colors: Partial<Record<RankedDifference['kind'], string>> = {
  failsMore: 'text-failing-text',
  vanished: 'text-failing-text',
  slower: 'text-degraded-text',
  failsLess: 'text-healthy-text',
  faster: 'text-healthy-text',
};

export interface DifferencesProps {
  differences: readonly RankedDifference[];
  ends: ReadonlyMap<string, { source: string; target: string }>;
  nodes: ReadonlyMap<string, GraphNode>;
  onPick: (id: string) => void;
}

/** What differs, what matters most first. */
export function Differences({ differences, ends, nodes, onPick }: DifferencesProps): ReactNode {
  const t = useTranslations('graph');
  const name = (id: string): string => {
    const node = nodes.get(id);
    return node === undefined ? id : nodeTitle(node);
  };
  const what = (one: RankedDifference): string => {
    const edge = ends.get(one.id);
    return edge === undefined ? name(one.id) : `${name(edge.source)} → ${name(edge.target)}`;
  };
  return (
    <section
      aria-label={t('differences')}
      className="absolute bottom-3 left-3 max-h-[45%] w-[26rem] overflow-y-auto rounded-md border border-line-strong bg-float p-1.5 shadow-float"
    >
      <h2 className="px-1.5 pb-0.5 text-xs text-muted">{t('differences')}</h2>
      {differences.length === 0 ? (
        <p className="px-1.5 py-1 text-sm text-muted">{t('noDifference')}</p>
      ) : (
        <ol>
          {differences.slice(0, 50).map((one) => (
            <li key={`${one.id} ${one.kind}`}>
              <button
                type="button"
                onClick={() => onPick(one.id)}
                className="flex min-h-7 w-full items-center gap-2 rounded-sm px-1.5 text-left text-sm hover:bg-hover"
              >
                <span className="min-w-0 flex-1 truncate">{what(one)}</span>
                <span className={`shrink-0 ${colors[one.kind] ?? 'text-muted'}`}>{t(`difference.${one.kind}`)}</span>
                <span className="num w-32 shrink-0 text-right text-xs text-muted">
                  {valueText(one, one.before)} → {valueText(one, one.after)}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
