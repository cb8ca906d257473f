import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { HealthMark } from '@/components/ui/health-mark';
import type { GainingDestination, PreviewResponse } from '@/lib/contract';
import { formatNumber, formatPercent, formatRate } from '@/lib/format';

const verdictHealth = { can: 'healthy', beyond: 'degraded', over_limit: 'failing', none: 'failing', unknown: 'idle' } as const;

/** What gets more requests, how many endpoints share them, and whether they can take it. */
function Gain({ gain }: { gain: GainingDestination }): ReactNode {
  const t = useTranslations('change');
  const { each, limit, verdict, readyEndpoints } = gain;
  const said = {
    after: formatRate(each.after),
    most: formatRate(each.most),
    expected: formatNumber(limit?.expected ?? null),
    setting: limit?.setting ?? '',
    limit: String(limit?.value ?? ''),
  };
  return (
    <li className="flex gap-2" data-testid="gain">
      <span className="pt-1">
        <HealthMark health={verdictHealth[verdict]} size={11} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex gap-2">
          <span className="min-w-0 flex-1 truncate">
            {gain.to.split('/')[1]} {gain.destination}
          </span>
          <span className="num whitespace-nowrap">
            {t('gainsRate', { before: formatNumber(gain.rpsBefore), after: formatRate(gain.rpsAfter) })}
          </span>
        </div>
        <p className={`num text-xs ${verdict === 'none' || verdict === 'over_limit' ? 'text-failing-text' : 'text-muted'}`}>
          {t('gainsEach', { count: readyEndpoints, rate: each.after === null ? '–' : formatRate(each.after) })}{' '}
          {t(`verdictOf.${verdict}`, said)} {limit !== null && verdict !== 'over_limit' && t('poolLimit', said)}
        </p>
      </div>
    </li>
  );
}

/** How far a draft reaches: callers, rates and rules, and what gets more requests with who answers them. */
export function GuardFacts({ preview }: { preview: PreviewResponse }): ReactNode {
  const t = useTranslations('change');
  const { callers, rps, share, shareLimit, gains, routes } = preview.guards;
  if (callers.length === 0) return null;
  return (
    <section data-testid="guards">
      <h3 className="mb-1 text-sm">{t('reach')}</h3>
      <p className="num text-sm text-muted" title={callers.join(', ')}>
        {t('reachFacts', { callers: callers.length, rps: formatNumber(rps), share: formatPercent(share) })}{' '}
        {routes.length > 0 && <span title={routes.join(', ')}>{t('routesTouched', { count: routes.length })}</span>}{' '}
        {shareLimit < 1 && t('shareLimit', { limit: formatPercent(shareLimit) })}
      </p>
      {gains.length > 0 && (
        <ul aria-label={t('gains')} className="mt-1.5 flex flex-col gap-1.5 text-sm">
          {gains.map((one) => (
            <Gain key={`${one.to} ${one.destination}`} gain={one} />
          ))}
        </ul>
      )}
    </section>
  );
}
