'use client';

import { Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useUndo } from '@/components/data/use-changes';
import { needsOfUndo, useDenial } from '@/components/data/use-denial';
import { useEndpoint } from '@/components/data/use-endpoint';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { HealthMark } from '@/components/ui/health-mark';
import { ErrorState } from '@/components/ui/states';
import type { Change, EffectCheck, ProxyState, SplitCheck } from '@/lib/contract';
import { formatMs, formatPercent } from '@/lib/format';

/** Asked against observed, as two thin bars per version with the interval of what was observed. */
function SplitTable({ split }: { split: SplitCheck }): ReactNode {
  const t = useTranslations('change');
  const common = useTranslations('common');
  return (
    <>
      <table className="w-full text-sm" data-testid="observed-split">
        <thead>
          <tr className="text-xs text-muted">
            <th className="py-1 text-left">{common('version')}</th>
            <th className="text-right">{t('asked')}</th>
            <th className="text-right">{t('seen')}</th>
          </tr>
        </thead>
        <tbody>
          {split.shares.map((share) => (
            <tr key={share.subset ?? share.version ?? ''}>
              <td className="py-0.5 font-[550]">{share.version ?? share.subset}</td>
              <td className="text-right">{formatPercent(share.asked)}</td>
              <td className="text-right">
                {formatPercent(share.observed)}{' '}
                <span className="text-xs text-faint">
                  {share.low === null || share.high === null ? '' : `${formatPercent(share.low)} … ${formatPercent(share.high)}`}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={`mt-1 text-sm ${split.verdict === 'differs' ? 'text-degraded-text' : 'text-muted'}`}>{t(`verdict.${split.verdict}`)}</p>
    </>
  );
}

const effectHealth = { better_or_same: 'healthy', worse: 'failing', not_enough_evidence: 'idle' } as const;

/** Errors and latency since the change against before, as a verdict of three values. */
function Effect({ effect }: { effect: EffectCheck }): ReactNode {
  const t = useTranslations('change');
  const { errors, slow, verdict, needsSeconds } = effect;
  const waits = verdict === 'not_enough_evidence' && needsSeconds !== null && needsSeconds > 0;
  return (
    <div className="flex gap-2 text-sm" data-testid="effect">
      <span className="pt-1">
        <HealthMark health={effectHealth[verdict]} size={11} />
      </span>
      <div>
        <p className={verdict === 'worse' ? 'font-[550] text-failing-text' : undefined}>
          {t(`effect.${verdict}`, { service: effect.service })} {waits && t('effectNeeds', { seconds: String(needsSeconds) })}
        </p>
        {errors.after !== null && (
          <p className="num text-xs text-muted">
            {t('effectErrors', { before: formatPercent(errors.before), after: formatPercent(errors.after) })}
            {slow.thresholdMs !== null &&
              slow.after !== null &&
              `, ${t('effectSlow', { limit: formatMs(slow.thresholdMs), before: formatPercent(slow.before), after: formatPercent(slow.after) })}`}
          </p>
        )}
      </div>
    </div>
  );
}

function proxyHealth({ has, rejected }: ProxyState): 'unknown' | 'healthy' | 'degraded' | 'failing' {
  if (has === null) return 'unknown';
  if (has) return 'healthy';
  return rejected === undefined ? 'degraded' : 'failing';
}

function proxyWords({ has, rejected, detail }: ProxyState, t: ReturnType<typeof useTranslations<'change'>>): string {
  if (has === null) return detail ?? t('proxyUnknown');
  if (has) return t('proxyHas');
  return rejected === undefined ? (detail ?? t('proxyWaits')) : t('proxyRejected', { reason: rejected });
}

/** Each proxy and whether it has the change: the newest version it acknowledged, or what it waits for. */
function ProxyTable({ rows }: { rows: ProxyState[] }): ReactNode {
  const t = useTranslations('change');
  const sorted = rows.toSorted(
    (left, right) => Number(left.has === true) - Number(right.has === true) || (left.proxy < right.proxy ? -1 : 1),
  );
  return (
    <details className="text-sm" data-testid="proxies">
      <summary className="cursor-pointer text-muted">{t('perProxy', { count: rows.length })}</summary>
      <table className="mt-1 w-full">
        <tbody>
          {sorted.map((row) => (
            <tr key={row.proxy}>
              <td className="py-0.5 pr-2">
                <span className="flex items-center gap-1.5">
                  <HealthMark health={proxyHealth(row)} size={11} />
                  <span className="break-all">
                    {row.namespace}/{row.pod}
                  </span>
                </span>
              </td>
              <td className="text-right text-xs text-muted">
                {proxyWords(row, t)}
                {row.version !== undefined && <span className="num block text-faint">{t('proxyVersion', { version: row.version })}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** After Apply: which proxies have it, what is asked and what is seen, and the way back. */
export function AppliedPanel({ change, onDone }: { change: Change; onDone: () => void }): ReactNode {
  const t = useTranslations('change');
  const common = useTranslations('common');
  const undo = useUndo();
  const denial = useDenial(needsOfUndo(change));
  const state = useEndpoint('convergence', { params: { id: change.id } }, { refreshMs: 2_000, keep: false });
  const proxies = state.data?.proxies;
  const everywhere = proxies !== undefined && proxies.total > 0 && proxies.have === proxies.total;
  const isWorse = state.data?.effects.some((one) => one.verdict === 'worse') ?? false;
  const takeBack = (): void => undo.mutate({ id: change.id }, { onSuccess: onDone });
  const behind = proxies?.rows.filter((row) => row.has === false) ?? [];
  const refusing = behind.filter((row) => row.rejected !== undefined);
  const missing = behind.filter((row) => row.rejected === undefined).map((row) => row.pod);
  return (
    <section className="flex flex-col gap-3 border-b border-line bg-accent-soft px-4 py-3" aria-label={t('applied')}>
      <div className="flex items-center gap-2">
        <HealthMark health={refusing.length > 0 ? 'failing' : everywhere ? 'healthy' : 'idle'} />
        <p className="flex-1 text-sm" role="status" data-testid="convergence">
          {state.data === undefined
            ? t('applied')
            : state.data.knowledge === 'nothing'
              ? t('convergenceUnknown')
              : t(state.data.knowledge === 'acknowledged' ? 'convergence' : 'convergenceSynced', {
                  have: String(proxies?.have ?? 0),
                  total: String(proxies?.total ?? 0),
                })}
          {missing.length > 0 && missing.length <= 3 && (
            <span className="block text-xs text-muted">{t('waiting', { names: missing.join(', ') })}</span>
          )}
          {refusing.length > 0 && (
            <span className="block text-xs text-failing-text" data-testid="refused">
              {t('refused', {
                count: refusing.length,
                names: refusing
                  .slice(0, 3)
                  .map((row) => row.pod)
                  .join(', '),
              })}
            </span>
          )}
        </p>
        <GuardedButton denial={denial} size="sm" icon={<Undo2 size={13} aria-hidden="true" />} disabled={undo.isPending} onClick={takeBack}>
          {undo.isPending ? t('undoing') : t('undo')}
        </GuardedButton>
        <Button size="sm" variant="ghost" onClick={onDone}>
          {common('close')}
        </Button>
      </div>
      {isWorse && (
        <div
          role="alert"
          className="flex items-center gap-3 rounded-sm border border-failing bg-failing-soft px-3 py-2 text-sm text-failing-text"
          data-testid="regression"
        >
          <p className="flex-1 font-[550]">{t('regression')}</p>
          <GuardedButton
            denial={denial}
            variant="danger"
            icon={<Undo2 size={14} aria-hidden="true" />}
            disabled={undo.isPending}
            onClick={takeBack}
          >
            {undo.isPending ? t('undoing') : t('undoNow')}
          </GuardedButton>
        </div>
      )}
      {state.data?.knowledge === 'synced' && <p className="text-xs text-muted">{t('knownSynced')}</p>}
      {state.data?.knowledge === 'nothing' && <p className="text-xs text-muted">{t('knownNothing')}</p>}
      {proxies !== undefined && proxies.rows.length > 0 && <ProxyTable rows={proxies.rows} />}
      {state.data?.effects.map((effect) => (
        <Effect key={`${effect.namespace}/${effect.service}`} effect={effect} />
      ))}
      {state.data?.splits.map((split) => (
        <SplitTable key={`${split.namespace}/${split.service}`} split={split} />
      ))}
      {undo.isError && <ErrorState {...undo.error.body.error} retryLabel={common('retry')} onRetry={takeBack} />}
    </section>
  );
}
