'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import type { HealthReason, HealthStatus } from '@/lib/contract';
import { Tooltip } from './floating';
import { HealthMark } from './health-mark';

const tones: Record<HealthStatus, string> = {
  healthy: 'text-healthy-text',
  degraded: 'text-degraded-text',
  failing: 'text-failing-text',
  idle: 'text-muted',
  unknown: 'text-muted',
};

/** The reasons of a health as sentences. */
export function useHealthReasons(): (reasons: readonly HealthReason[]) => string[] {
  const t = useTranslations('health');
  // The code of a reason is only known at run time, so the translator's own key type does not fit.
  const say = t as unknown as (key: string, values: Record<string, string | number>) => string;
  return (reasons) => reasons.map((reason) => say(`reason.${reason.code}`, wholeCounts(reason.values)));
}

/** Counts are rates over a window, so they come with fractions; nobody sent a third of a request. Below ten they tell how few there are. */
function wholeCounts(values: HealthReason['values']): HealthReason['values'] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      (name === 'requests' || name === 'errors') && typeof value === 'number' && value >= 10 ? Math.round(value) : value,
    ]),
  );
}

/** Mark and word of a health; its reasons on hover and focus. */
export function HealthLabel({
  health,
  reasons,
  compact = false,
}: {
  health: HealthStatus;
  reasons: readonly HealthReason[];
  compact?: boolean;
}): ReactNode {
  const t = useTranslations('health');
  const say = useHealthReasons();
  const mark = (
    <span className={`inline-flex items-center gap-1.5 ${tones[health]}`} {...(reasons.length > 0 ? { tabIndex: 0, role: 'note' } : {})}>
      <HealthMark health={health} {...(compact ? { label: t(health) } : {})} />
      {!compact && t(health)}
    </span>
  );
  if (reasons.length === 0) return mark;
  return (
    <Tooltip
      content={say(reasons).map((text) => (
        <p key={text}>{text}</p>
      ))}
    >
      {mark}
    </Tooltip>
  );
}
