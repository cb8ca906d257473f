'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import type { Rollout } from '@/lib/contract';
import { formatMs, formatNumber, formatPercent } from '@/lib/format';
import { namesOf } from './step-weights';

interface Range {
  value: number;
  low: number;
  high: number;
}

const marks = { pass: 'healthy', fail: 'failing', not_enough_evidence: 'idle' } as const;

/** Old above new on one scale: a line for the interval, a tick for the value. */
function RangeBars({ old, fresh }: { old: Range | null; fresh: Range | null }): ReactNode {
  const most = Math.max(old?.high ?? 0, fresh?.high ?? 0) * 1.05;
  if (!(most > 0)) return <span className="block w-16" />;
  const x = (value: number): number => (value / most) * 64;
  const bar = (range: Range | null, y: number, color: string): ReactNode =>
    range && (
      <>
        <line
          x1={x(range.low)}
          x2={Math.max(x(range.high), x(range.low) + 1)}
          y1={y}
          y2={y}
          stroke={color}
          strokeWidth="2"
          strokeOpacity="0.55"
        />
        <line x1={x(range.value)} x2={x(range.value)} y1={y - 3} y2={y + 3} stroke={color} strokeWidth="2" />
      </>
    );
  return (
    <svg width="66" height="18" viewBox="-1 0 66 18" aria-hidden="true" className="shrink-0">
      {bar(old, 5, 'var(--text-muted)')}
      {bar(fresh, 13, 'var(--accent)')}
    </svg>
  );
}

function Cell({ range, format }: { range: Range | null; format: (value: number | null) => string }): ReactNode {
  const t = useTranslations('rollout');
  if (range === null) return <span className="text-faint">–</span>;
  return (
    <span title={t('interval95', { low: format(range.low), high: format(range.high) })}>
      {format(range.value)}
      <span className="block text-xs text-faint">
        {format(range.low)} … {format(range.high)}
      </span>
    </span>
  );
}

/** The evidence of the present step: each measure of old and new with its interval, and what follows from it. */
export function EvidenceTable({ rollout }: { rollout: Rollout }): ReactNode {
  const t = useTranslations('rollout');
  const { verdict } = rollout.state;
  if (verdict === null) return null;
  const asRange = (one: { share: number; low: number; high: number } | null): Range | null =>
    one === null ? null : { value: one.share, low: one.low, high: one.high };
  const rows = [
    {
      name: t('errorShare'),
      verdict: rollout.plan.watch.errors ? verdict.errors.verdict : null,
      old: asRange(verdict.errors.old),
      fresh: asRange(verdict.errors.fresh),
      format: formatPercent,
    },
    {
      name: t('p95'),
      verdict: rollout.plan.watch.latency && verdict.slow.thresholdMs !== null ? verdict.slow.verdict : null,
      old: verdict.p95.old,
      fresh: verdict.p95.fresh,
      format: formatMs,
    },
    ...(verdict.slow.thresholdMs === null
      ? []
      : [
          {
            name: t('slowShare', { limit: formatMs(verdict.slow.thresholdMs) }),
            verdict: null,
            old: asRange(verdict.slow.old),
            fresh: asRange(verdict.slow.fresh),
            format: formatPercent,
          },
        ]),
  ];
  return (
    <div>
      <table className="num w-full text-sm" data-testid="evidence">
        <caption className="sr-only">{t('evidence')}</caption>
        <thead>
          <tr className="text-xs text-muted">
            <th scope="col" className="py-1 text-left font-normal">
              {t('measure')}
            </th>
            <th scope="col" className="text-right font-normal">
              {t('old', { names: namesOf(rollout, 'old') })}
            </th>
            <th scope="col" className="pl-2 text-right font-normal">
              {t('fresh', { names: namesOf(rollout, 'new') })}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className="border-t border-line align-top">
              <th scope="row" className="py-1 text-left font-normal">
                <span className="flex items-center gap-1.5">
                  {row.verdict === null ? (
                    <span className="w-[11px]" />
                  ) : (
                    <HealthMark health={marks[row.verdict]} size={11} label={t(`marks.${row.verdict}`)} />
                  )}
                  {row.name}
                </span>
              </th>
              <td className="py-1 text-right">
                <Cell range={row.old} format={row.format} />
              </td>
              <td className="py-1 pl-2 text-right">
                <Cell range={row.fresh} format={row.format} />
              </td>
              <td className="py-1 pl-2">
                <RangeBars old={row.old} fresh={row.fresh} />
              </td>
            </tr>
          ))}
          <tr className="border-t border-line">
            <th scope="row" className="py-1 pl-[17px] text-left font-normal">
              {t('requests')}
            </th>
            <td className="text-right">{formatNumber(Math.round(verdict.requests.old))}</td>
            <td className="pl-2 text-right">{formatNumber(Math.round(verdict.requests.fresh))}</td>
          </tr>
        </tbody>
      </table>
      <p className="text-xs text-faint">{t(`baselines.${verdict.baseline}`)}</p>
    </div>
  );
}
