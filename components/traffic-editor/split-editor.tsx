'use client';

import { Lock, LockOpen } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { versionColor } from '@/components/charts/series-color';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { TrafficObserved } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { moveBorder, redistribute } from './redistribute';

export interface SplitRow {
  /** The version's label, or the subset's name, or the host. */
  name: string;
  weight: number;
  observed: TrafficObserved | undefined;
}

export interface SplitEditorProps {
  rows: readonly SplitRow[];
  /** Weights in force, drawn as a mark under the slider. */
  before: readonly number[];
  disabled: boolean;
  onChange: (weights: number[]) => void;
}

/** One bar of 100 % with draggable borders, and a row per version: lock, slider, number, observed share, ready endpoints. */
export function SplitEditor({ rows, before, disabled, onChange }: SplitEditorProps): ReactNode {
  const t = useTranslations('traffic');
  const [locked, setLocked] = useState<ReadonlySet<number>>(new Set());
  const bar = useRef<HTMLDivElement>(null);
  const drag = useRef<{ border: number; x: number; weights: number[] }>(undefined);
  const weights = rows.map((row) => row.weight);
  const names = rows.map((row) => row.name);
  const set = (index: number, value: number): void => onChange(redistribute(weights, index, value, locked));

  const move = (event: PointerEvent): void => {
    const width = bar.current?.clientWidth ?? 0;
    if (!drag.current || width === 0) return;
    onChange(moveBorder(drag.current.weights, drag.current.border, ((event.clientX - drag.current.x) / width) * 100));
  };
  const pressBorder = (event: KeyboardEvent, border: number): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    onChange(moveBorder(weights, border, step * (event.shiftKey ? 10 : 1)));
  };
  const pressSlider = (event: KeyboardEvent, index: number): void => {
    const step =
      event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    set(index, (weights[index] ?? 0) + step * (event.shiftKey ? 10 : 1));
  };

  const edges = weights.map((_, at) => weights.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0));
  return (
    <div>
      <div ref={bar} className="relative flex h-7 touch-none overflow-hidden rounded-md border border-line-strong">
        {rows.map((row, index) => {
          const color = versionColor(row.name, names);
          return (
            <div
              key={row.name}
              style={{
                width: `${row.weight}%`,
                background: `color-mix(in oklch, ${color} 24%, var(--surface-panel))`,
                borderTop: `3px solid ${color}`,
              }}
              className="num flex min-w-0 items-center justify-center overflow-hidden text-xs whitespace-nowrap"
              data-version={row.name}
              data-index={index}
            >
              {row.weight >= 12 && `${row.name} ${row.weight} %`}
            </div>
          );
        })}
        {rows.slice(0, -1).map((row, index) => {
          const edge = edges[index] ?? 0;
          return (
            <div
              key={row.name}
              role="slider"
              tabIndex={disabled ? -1 : 0}
              aria-label={t('border', { left: row.name, right: names[index + 1] ?? '' })}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={edge}
              aria-disabled={disabled}
              style={{ left: `calc(${edge}% - 6px)` }}
              className="absolute inset-y-0 w-3 cursor-col-resize after:absolute after:inset-y-0.5 after:left-[5px] after:w-0.5 after:rounded-full after:bg-text"
              onKeyDown={(event) => pressBorder(event, index)}
              onPointerDown={(event) => {
                if (disabled) return;
                drag.current = { border: index, x: event.clientX, weights };
                event.currentTarget.setPointerCapture(event.pointerId);
              }}
              onPointerMove={move}
              onPointerUp={() => (drag.current = undefined)}
            />
          );
        })}
      </div>
      <ul className="mt-2">
        {rows.map((row, index) => {
          const held = locked.has(index);
          const observed = row.observed;
          const changed = before[index] !== row.weight;
          return (
            <li
              key={row.name}
              className={`py-1.5 pl-2 ${changed ? 'draft-mark' : 'border-l-2 border-transparent'}`}
              data-split-row={row.name}
            >
              <div className="flex items-center gap-2">
                <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: versionColor(row.name, names) }} />
                <span className="w-14 shrink-0 truncate font-[550]" title={row.name}>
                  {row.name}
                </span>
                <input
                  type="range"
                  min={0}
                  max={100}
                  step={1}
                  value={row.weight}
                  disabled={disabled || held || rows.length < 2}
                  aria-label={t('weight', { version: row.name })}
                  onChange={(event) => set(index, event.target.valueAsNumber)}
                  onKeyDown={(event) => pressSlider(event, index)}
                  className="slider min-w-0 flex-1"
                  style={{ '--fill': versionColor(row.name, names), '--share': `${row.weight}%` } as CSSProperties}
                />
                <input
                  type="number"
                  min={0}
                  max={100}
                  value={row.weight}
                  disabled={disabled || held || rows.length < 2}
                  aria-label={`${t('weight', { version: row.name })} #`}
                  onChange={(event) => Number.isFinite(event.target.valueAsNumber) && set(index, event.target.valueAsNumber)}
                  className="h-7 w-14 rounded-sm border border-line-strong bg-panel px-1.5 text-right"
                />
                <span className="text-muted">%</span>
                <Button
                  variant="ghost"
                  size="sm"
                  aria-pressed={held}
                  disabled={disabled || rows.length < 3}
                  aria-label={held ? t('unlock', { version: row.name }) : t('lock', { version: row.name })}
                  onClick={() => {
                    const next = new Set(locked);
                    if (!next.delete(index)) next.add(index);
                    setLocked(next);
                  }}
                  icon={held ? <Lock size={13} aria-hidden="true" /> : <LockOpen size={13} aria-hidden="true" />}
                />
              </div>
              <p className="num flex gap-2 pl-4 text-xs text-muted">
                {observed === undefined || observed.share === null ? (
                  <span>{t('observedNone')}</span>
                ) : (
                  <span
                    title={t('observedRange', {
                      share: formatPercent(observed.share),
                      low: formatPercent(observed.low),
                      high: formatPercent(observed.high),
                      requests: String(Math.round(observed.requests ?? 0)),
                    })}
                  >
                    {t('observed', { share: formatPercent(observed.share) })}
                  </span>
                )}
                {observed !== undefined && observed.readyEndpoints === 0 && row.weight > 0 ? (
                  <span className="flex items-center gap-1 text-failing-text">
                    <HealthMark health="failing" size={10} />
                    {t('noneReady', { version: row.name })}
                  </span>
                ) : (
                  observed !== undefined && <span>{t('ready', { count: observed.readyEndpoints })}</span>
                )}
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
