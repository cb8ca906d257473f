'use client';

import { ChevronsRight, Pause, Play, SkipForward, Undo2 } from 'lucide-react';
import { type ReactNode, useSyncExternalStore } from 'react';
import { useTranslations } from 'use-intl';
import { needsOfRefs, useDenial } from '@/components/data/use-denial';
import { useActOnRollout } from '@/components/data/use-rollouts';
import { Button } from '@/components/ui/button';
import { GuardedButton } from '@/components/ui/guarded-button';
import { HealthMark, type HealthName } from '@/components/ui/health-mark';
import { RelativeTime } from '@/components/ui/relative-time';
import type { Rollout, RolloutActionName } from '@/lib/contract';
import { EvidenceTable } from './evidence-table';
import { sayWeights, stateOf } from './step-weights';

function everySecond(listener: () => void): () => void {
  const timer = setInterval(listener, 1_000);
  return () => clearInterval(timer);
}

function useSecondsUntil(at: number): number {
  return useSyncExternalStore(
    everySecond,
    () => Math.ceil((at - Date.now()) / 1_000),
    () => 0,
  );
}

/** `1:05` until the step may end. */
function TimeLeft({ at }: { at: number }): ReactNode {
  const t = useTranslations('rollout');
  const seconds = useSecondsUntil(at);
  if (seconds <= 0) return t('deciding');
  return t('nextStep', { left: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` });
}

/** A segment per step: those before are full, the present one has the accent. */
function StepTrack({ rollout }: { rollout: Rollout }): ReactNode {
  const { steps } = rollout.plan;
  const { step, phase } = rollout.state;
  const back = phase === 'putting_back' || phase === 'put_back' || phase === 'left';
  return (
    <ol className="flex gap-1" aria-hidden="true">
      {steps.map((one, index) => {
        const done = phase === 'completed' || (!back && index < step);
        const present = !back && phase !== 'completed' && index === step;
        const tone = done ? 'bg-accent' : present ? 'bg-accent opacity-60' : back && index <= step ? 'bg-failing opacity-40' : 'bg-inset';
        return (
          <li key={one.percent} className="min-w-0 flex-1">
            <span className={`block h-1.5 rounded-full ${tone}`} />
            <span className={`num block text-center text-xs ${present ? 'font-[550] text-text' : 'text-muted'}`}>{one.percent} %</span>
          </li>
        );
      })}
    </ol>
  );
}

const stateHealth: Record<ReturnType<typeof stateOf>, HealthName> = {
  shifting: 'idle',
  watching: 'idle',
  paused: 'degraded',
  putting_back: 'failing',
  completed: 'healthy',
  put_back: 'failing',
  left: 'degraded',
};

/** What is to be said of where it stands: the pause and its reason, the outcome, or the verdict so far. */
function Standing({ rollout }: { rollout: Rollout }): ReactNode {
  const t = useTranslations('rollout');
  const { state } = rollout;
  const { pause, verdict, ending, phase, log, trouble } = state;
  const nobody = t('someone');
  const reasonOf = (text: string | null): string => {
    const known = Object.keys(reasonCodes).find((one) => one === text) as keyof typeof reasonCodes | undefined;
    return known === undefined ? (text ?? '') : t(`reasons.${known}`);
  };
  if (phase === 'completed') {
    const promoted = log.findLast((one) => one.what === 'promoted');
    return (
      <p className="text-sm">{promoted === undefined ? t('outcomes.completed') : t('outcomes.promoted', { by: promoted.by ?? nobody })}</p>
    );
  }
  if (phase === 'left') return <p className="text-sm">{t('outcomes.left', { by: log.at(-1)?.by ?? nobody })}</p>;
  if (ending !== null)
    return (
      <p className="text-sm">
        {ending.why === 'aborted'
          ? t('outcomes.aborted', { by: ending.by ?? nobody })
          : t('outcomes.failed', { reason: reasonOf(ending.reason) })}
      </p>
    );
  return (
    <>
      {pause !== null && (
        <p className="text-sm text-degraded-text">
          {t(`paused.${pause.why}`, { by: pause.by ?? nobody, detail: pause.detail ?? '', reason: reasonOf(pause.detail) })}
        </p>
      )}
      {trouble !== null && <p className="text-sm text-degraded-text">{t('trouble', { message: trouble.message })}</p>}
      {verdict !== null && (
        <p className={`text-sm ${verdict.verdict === 'fail' ? 'font-[550] text-failing-text' : 'text-muted'}`} data-testid="verdict">
          {t(`verdicts.${verdict.verdict}`, { reason: reasonOf(verdict.reason) })}{' '}
          {verdict.verdict === 'not_enough_evidence' && verdict.needsSeconds !== null && verdict.needsSeconds > 0
            ? t('needs', { seconds: String(verdict.needsSeconds) })
            : ''}
        </p>
      )}
    </>
  );
}

const reasonCodes = {
  metrics_unavailable: 1,
  not_a_number: 1,
  counter_reset: 1,
  gap: 1,
  no_requests_old: 1,
  no_requests_new: 1,
  too_few_requests: 1,
  undecided: 1,
  more_errors: 1,
  slower: 1,
  no_endpoints: 1,
} as const;

/** One shift in steps: where it stands, its evidence, and the ways to steer it. */
export function RolloutPanel({ rollout, onClose }: { rollout: Rollout; onClose?: () => void }): ReactNode {
  const t = useTranslations('rollout');
  const act = useActOnRollout();
  // Pausing writes nothing; everything else moves weights.
  const denial = useDenial(rollout.active ? needsOfRefs([rollout.route]) : []);
  const { plan, state } = rollout;
  const status = stateOf(rollout);
  const labels = plan.destinations.map((one) => one.label);
  const run = (action: RolloutActionName): void => act.mutate({ id: rollout.id, action });
  const steers = rollout.active && state.phase !== 'putting_back';
  return (
    <section className="flex flex-col gap-2.5 border-b border-line px-4 py-3" aria-label={t('title')} data-testid="rollout">
      <div className="flex items-start gap-2">
        <span className="pt-1">
          <HealthMark health={stateHealth[status]} />
        </span>
        <div className="min-w-0 flex-1">
          <h3 className="text-sm">{rollout.sentence.text}</h3>
          <p className="num text-sm text-muted" role="status" data-testid="rollout-status">
            {t(`phases.${status}`)}
            {rollout.active &&
              ` · ${t('stepOf', { step: String(state.step + 1), of: String(plan.steps.length), weights: sayWeights(labels, plan.steps[state.step]?.weights ?? []) })}`}
          </p>
        </div>
      </div>
      <StepTrack rollout={rollout} />
      {rollout.nextStepAt !== null && (
        <p className="num text-xs text-muted" aria-live="off">
          <TimeLeft at={rollout.nextStepAt} />
        </p>
      )}
      <Standing rollout={rollout} />
      <EvidenceTable rollout={rollout} />
      {act.isError && (
        <p role="alert" className="text-sm text-failing-text">
          {act.error.message}
        </p>
      )}
      <div className="flex flex-wrap gap-1.5">
        {steers && (
          <>
            {state.pause === null ? (
              <Button size="sm" icon={<Pause size={13} aria-hidden="true" />} disabled={act.isPending} onClick={() => run('pause')}>
                {t('pause')}
              </Button>
            ) : (
              <GuardedButton
                denial={denial}
                size="sm"
                icon={<Play size={13} aria-hidden="true" />}
                disabled={act.isPending}
                onClick={() => run('resume')}
              >
                {t('resume')}
              </GuardedButton>
            )}
            <GuardedButton
              denial={denial}
              size="sm"
              icon={<SkipForward size={13} aria-hidden="true" />}
              disabled={act.isPending || state.phase !== 'watching'}
              onClick={() => run('next')}
            >
              {t('next')}
            </GuardedButton>
            <GuardedButton
              denial={denial}
              size="sm"
              icon={<ChevronsRight size={13} aria-hidden="true" />}
              disabled={act.isPending}
              onClick={() => run('promote')}
            >
              {t('promote')}
            </GuardedButton>
            <GuardedButton
              denial={denial}
              size="sm"
              variant="danger"
              icon={<Undo2 size={13} aria-hidden="true" />}
              disabled={act.isPending}
              onClick={() => run('abort')}
            >
              {t('abort')}
            </GuardedButton>
          </>
        )}
        {!rollout.active && onClose !== undefined && (
          <Button size="sm" variant="ghost" onClick={onClose}>
            {t('close')}
          </Button>
        )}
      </div>
      <RolloutLog rollout={rollout} />
    </section>
  );
}

function RolloutLog({ rollout }: { rollout: Rollout }): ReactNode {
  const t = useTranslations('rollout');
  return (
    <details className="text-sm">
      <summary className="cursor-default text-muted">{t('log')}</summary>
      <ol className="mt-1 flex flex-col gap-0.5">
        {rollout.state.log.toReversed().map((one) => (
          <li key={`${one.at} ${one.what} ${one.step}`} className="flex gap-2">
            <RelativeTime at={one.at} className="num w-20 shrink-0 text-faint" />
            <span className="min-w-0 break-words">
              {t(`logs.${one.what}`, {
                by: one.by ?? t('someone'),
                step: String(one.step + 1),
                detail: one.detail ?? '',
                reason: one.detail !== null && one.detail in reasonCodes ? t(`reasons.${one.detail as keyof typeof reasonCodes}`) : '',
              })}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
