'use client';

import { Lock, LockOpen } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { versionColor } from '@/components/charts/series-color';
import { Button } from '@/components/ui/button';
import { HealthMark } from '@/components/ui/health-mark';
import type { TrafficVersion } from '@/lib/contract';
import { formatPercent } from '@/lib/format';
import { moveBorder, redistribute } from './redistribute';

export interface SplitLine {
  key: string;
  /** The version's label, or the subset's name, or the host. */
  name: string;
  weight: number;
  /** What is known of the version; absent for what is no version of the service. */
  version: TrafficVersion | undefined;
}

export interface SplitEditorProps {
  rows: readonly SplitLine[];
  /** Weights in force, by key of the row. */
  before: ReadonlyMap<string, number>;
  /** Names in the order that gives each its colour. */
  palette: readonly string[];
  /** Whether the observed shares are about this split alone. */
  observed: boolean;
  disabled: boolean;
  onChange: (weights: number[]) => void;
}

/** One bar of 100 % with draggable borders, and a row per version: lock, slider, number, observed share, ready endpoints. */
export function SplitEditor({ rows, before, palette, observed, disabled, onChange }: SplitEditorProps): ReactNode {
  const t = useTranslations('traffic');
  const [locked, setLocked] = useState<ReadonlySet<number>>(new Set());
  const bar = useRef<HTMLDivElement>(null);
  const drag = useRef<{ border: number; x: number; weights: number[] }>(undefined);
  const weights = rows.map((row) => row.weight);
  const names = rows.map((row) => row.name);
  const colorOf = (name: string): string => versionColor(name, palette.includes(name) ? palette : [...palette, ...names]);
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
          const color = colorOf(row.name);
          return (
            <div
              key={row.key}
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
              key={row.key}
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
          const { version } = row;
          const changed = before.get(row.key) !== row.weight;
          return (
            <li
              key={row.key}
              className={`py-1.5 pl-2 ${changed ? 'draft-mark' : 'border-l-2 border-transparent'}`}
              data-split-row={row.name}
            >
              <div className="flex items-center gap-2">
                <span aria-hidden="true" className="size-2 shrink-0 rounded-full" style={{ background: colorOf(row.name) }} />
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
                  style={{ '--fill': colorOf(row.name), '--share': `${row.weight}%` } as CSSProperties}
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
              {version && (
                <p className="num flex gap-2 pl-4 text-xs text-muted">
                  {observed &&
                    (version.share === null ? (
                      <span>{t('observedNone')}</span>
                    ) : (
                      <span
                        title={t('observedRange', {
                          share: formatPercent(version.share),
                          low: formatPercent(version.low),
                          high: formatPercent(version.high),
                          requests: String(Math.round(version.requests ?? 0)),
                        })}
                      >
                        {t('observed', { share: formatPercent(version.share) })}
                      </span>
                    ))}
                  {version.readyEndpoints === 0 && row.weight > 0 ? (
                    <span className="flex items-center gap-1 text-failing-text">
                      <HealthMark health="failing" size={10} />
                      {t('noneReady', { version: row.name })}
                    </span>
                  ) : (
                    <span>{t('ready', { count: version.readyEndpoints })}</span>
                  )}
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
