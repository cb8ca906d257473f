'use client';

import { type ReactNode, useMemo, useState } from 'react';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { SeriesResponse } from '@/lib/contract';
import { formatMs, formatNumber, formatPercent } from '@/lib/format';
import { versionColor } from './series-color';

export interface RedChartWords {
  rate: string;
  errors: string;
  duration: string;
  noTraffic: string;
}

type Field = 'rps' | 'errorRatio' | 'p95Ms';
type Point = Record<string, number | null>;

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const time = (seconds: number): string => clock.format(new Date(seconds * 1_000));

const percentiles = ['p50', 'p95', 'p99'] as const;

/** Percentiles of the one group as lines of their own. */
function percentilePoints(data: SeriesResponse): Point[] {
  const [group] = data.groups;
  return data.times.map((at, index) => ({
    at,
    p50: group?.p50Ms[index] ?? null,
    p95: group?.p95Ms[index] ?? null,
    p99: group?.p99Ms[index] ?? null,
  }));
}

const percentileColors = { p50: 'var(--series-1)', p95: 'var(--series-2)', p99: 'var(--series-3)' };

/** recharts draws a `null` as a gap; so a missing value stays one. */
function points(data: SeriesResponse, field: Field): Point[] {
  return data.times.map((at, index) => {
    const point: Point = { at };
    for (const group of data.groups) point[group.key] = group[field][index] ?? null;
    return point;
  });
}

/** One shape per kind of mark, the same as on the graph's time line. */
const markLooks = {
  change: { sign: '◆', color: 'var(--accent)' },
  shift: { sign: '▲', color: 'var(--accent)' },
  deployment: { sign: '●', color: 'var(--text-muted)' },
} as const;

/** The moment under the crosshair, and what changed the mesh then. */
function MomentWords({ at, data }: { at: number; data: SeriesResponse }): ReactNode {
  const near = data.marks.filter((mark) => Math.abs(mark.time - at) <= Math.max(data.stepSeconds, 1));
  return (
    <>
      {time(at)}
      {near.map((mark) => (
        <span key={`${mark.kind} ${mark.time}`} className="block max-w-64 text-wrap text-muted">
          {markLooks[mark.kind].sign} {mark.text}
        </span>
      ))}
    </>
  );
}

interface OneChartProps {
  title: string;
  data: SeriesResponse;
  field: Field;
  format: (value: number | null) => string;
  /** Top of the axis while all values are 0. */
  least: number;
  only: string | undefined;
  height: number;
  /** Draws the percentiles of the one group. */
  byPercentile?: boolean;
}

function OneChart({ title, data, field, format, least, only, height, byPercentile = false }: OneChartProps): ReactNode {
  const rows = useMemo(() => (byPercentile ? percentilePoints(data) : points(data, field)), [data, field, byPercentile]);
  const keys = byPercentile ? [...percentiles] : data.groups.map((group) => group.key);
  const span = (data.times.at(-1) ?? 0) - (data.times[0] ?? 0);
  return (
    <figure className="min-w-0 flex-1 px-2" aria-label={title}>
      <figcaption className="flex items-baseline gap-3 px-3 text-sm text-muted">
        {title}
        {byPercentile && (
          <span className="flex gap-2 text-xs">
            {percentiles.map((name) => (
              <span key={name} className="flex items-center gap-1">
                <span aria-hidden="true" className="h-0.5 w-3 rounded-full" style={{ background: percentileColors[name] }} />
                {name}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <ResponsiveContainer width="100%" height={height}>
        <LineChart data={rows} syncId="red" margin={{ top: 8, right: 12, bottom: 0, left: 0 }} accessibilityLayer>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="at"
            type="number"
            domain={['dataMin', 'dataMax']}
            tickFormatter={(value: number) => (span > 1_800 ? time(value).slice(0, 5) : time(value))}
            tick={{ fontSize: 11, fill: 'var(--text-faint)' }}
            tickLine={false}
            axisLine={{ stroke: 'var(--line)' }}
            minTickGap={56}
          />
          <YAxis
            domain={[0, (most: number) => (most > 0 ? most * 1.05 : least)]}
            width={60}
            tickFormatter={(value: number) => format(value)}
            tick={{ fontSize: 11, fill: 'var(--text-faint)' }}
            tickLine={false}
            axisLine={false}
            tickCount={4}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            contentStyle={{
              background: 'var(--surface-float)',
              border: '1px solid var(--line-strong)',
              borderRadius: 6,
              fontSize: 12,
              padding: '6px 10px',
            }}
            labelFormatter={(value) => <MomentWords at={Number(value)} data={data} />}
            formatter={(value, name) => [format(typeof value === 'number' ? value : null), String(name)]}
          />
          {data.marks.map((mark) => (
            <ReferenceLine
              key={`${mark.kind} ${mark.time}`}
              x={mark.time}
              stroke={markLooks[mark.kind].color}
              strokeDasharray="3 3"
              label={{ value: markLooks[mark.kind].sign, fill: markLooks[mark.kind].color, fontSize: 9, position: 'top' }}
            />
          ))}
          {keys
            .filter((key) => byPercentile || only === undefined || key === only)
            .map((key) => (
              <Line
                key={key}
                dataKey={key}
                name={key}
                stroke={byPercentile ? percentileColors[key as 'p50'] : versionColor(key, keys)}
                strokeWidth={1.75}
                dot={false}
                activeDot={{ r: 3 }}
                isAnimationActive={false}
                connectNulls={false}
                type="linear"
              />
            ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}

export interface RedChartsProps {
  data: SeriesResponse;
  words: RedChartWords;
  height?: number;
  /** Below each other, for a narrow panel. */
  stacked?: boolean;
  /** With one group its percentiles are drawn, instead of its p95 alone. */
  percentiles?: boolean;
}

/** Rate, errors and duration side by side with one crosshair; y from 0; a click in the legend isolates a line. */
export function RedCharts({
  data,
  words,
  height = 168,
  stacked = false,
  percentiles: wantsPercentiles = false,
}: RedChartsProps): ReactNode {
  const [only, setOnly] = useState<string>();
  const keys = data.groups.map((group) => group.key);
  if (keys.length === 0) return <p className="px-5 py-8 text-center text-muted">{words.noTraffic}</p>;
  return (
    <div className="pb-3">
      <div className={stacked ? 'flex flex-col gap-2' : 'flex gap-x-1'}>
        <OneChart title={words.rate} data={data} field="rps" format={formatNumber} least={1} only={only} height={height} />
        <OneChart title={words.errors} data={data} field="errorRatio" format={formatPercent} least={0.01} only={only} height={height} />
        <OneChart
          title={words.duration}
          data={data}
          field="p95Ms"
          format={formatMs}
          least={1}
          only={only}
          height={height}
          byPercentile={wantsPercentiles && keys.length === 1}
        />
      </div>
      <ul className="flex flex-wrap gap-1 px-4 pt-1" hidden={keys.length < 2}>
        {keys.map((key) => (
          <li key={key}>
            <button
              type="button"
              aria-pressed={only === key}
              onClick={() => setOnly(only === key ? undefined : key)}
              className={`flex h-6 items-center gap-2 rounded-sm px-2 text-sm hover:bg-hover ${only !== undefined && only !== key ? 'opacity-45' : ''}`}
            >
              <span aria-hidden="true" className="h-0.5 w-4 rounded-full" style={{ background: versionColor(key, keys) }} />
              {key}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
