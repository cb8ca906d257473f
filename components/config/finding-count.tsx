'use client';

import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';

export const severityHealth = { error: 'failing', warning: 'degraded', info: 'idle', none: 'healthy' } as const;

/** How much was found in an object: the mark of the worst, and the numbers in words for who does not see it. */
export function FindingCount({ findings }: { findings: { error: number; warning: number; info: number } }): ReactNode {
  const t = useTranslations('configuration');
  const worst = findings.error > 0 ? 'error' : findings.warning > 0 ? 'warning' : findings.info > 0 ? 'info' : 'none';
  const sum = findings.error + findings.warning + findings.info;
  if (worst === 'none') return <span className="text-faint">–</span>;
  const words = (['error', 'warning', 'info'] as const)
    .filter((severity) => findings[severity] > 0)
    .map((severity) => t(`found.${severity}`, { count: findings[severity] }))
    .join(', ');
  return (
    <span className="inline-flex items-center gap-1.5" title={words}>
      <HealthMark health={severityHealth[worst]} size={11} label={words} />
      <span className="num" aria-hidden="true">
        {sum}
      </span>
    </span>
  );
}
