import { compareWindows } from './compare-windows';
import type { ComparisonLimits, MetricComparison, Verdict, WindowEvidence } from './compare-windows';
import { sideWeight } from './plan-shift';
import { quantileInterval } from './quantile-interval';
import type { RolloutPlan, RolloutState, StepVerdict, StoredWindow, VerdictReason } from './schema';

export const emptyWindow: StoredWindow = { seconds: 0, requests: 0, errors: 0, buckets: [] };

export function toEvidence(window: StoredWindow): WindowEvidence {
  return { ...window, buckets: window.buckets.map(({ le, count }) => ({ le: le ?? Number.POSITIVE_INFINITY, count })) };
}

export function toStored(window: WindowEvidence): StoredWindow {
  return { ...window, buckets: window.buckets.map(({ le, count }) => ({ le: Number.isFinite(le) ? le : null, count })) };
}

/** Counts of two stretches of time together. */
export function addWindows(left: StoredWindow, right: StoredWindow): StoredWindow {
  const counts = new Map<number | null, number>();
  for (const { le, count } of [...left.buckets, ...right.buckets]) counts.set(le, (counts.get(le) ?? 0) + count);
  return {
    seconds: left.seconds + right.seconds,
    requests: left.requests + right.requests,
    errors: left.errors + right.errors,
    buckets: [...counts].map(([le, count]) => ({ le, count })).toSorted((one, other) => (one.le ?? Infinity) - (other.le ?? Infinity)),
  };
}

/**
 * How sure a verdict has to be. "Worse" is asked again with every look, so it takes 99.9 % (z = 3.29) of a two-sided interval; Bonferroni
 * over the hundred looks of a long step leaves one false alarm in ten to twenty. "The same" is asked at the end of a step only: 97.5 %
 * one-sided (z = 1.96), the usual level of a non-inferiority trial (ICH E9, §3.3.2).
 */
function limitsOf(plan: RolloutPlan, bothGrow: boolean): ComparisonLimits {
  const { errorTolerance, slowTolerance, leastRequests } = plan;
  return {
    errorTolerance,
    slowTolerance,
    leastRequests: Math.min(leastRequests, 30),
    worseZ: 3.2905,
    sameZ: 1.959964,
    mustMatter: true,
    bothGrow,
  };
}

type Known = Pick<RolloutState, 'step' | 'earlier' | 'before'>;

/** What the new version is compared with. Where the old one gets no requests any more, with what it did before. */
function baselineOf(plan: RolloutPlan, state: Known, old: StoredWindow): { baseline: StepVerdict['baseline']; window: StoredWindow } {
  if (sideWeight(plan, state.step, 'old') > 0) return { baseline: 'same_window', window: old };
  if (state.earlier.old.requests >= 30) return { baseline: 'steps_before', window: state.earlier.old };
  return { baseline: 'before', window: state.before ?? emptyWindow };
}

const words: Record<Verdict, StepVerdict['verdict']> = {
  better_or_same: 'pass',
  worse: 'fail',
  not_enough_evidence: 'not_enough_evidence',
};

function metricOf(one: MetricComparison): StepVerdict['errors'] {
  return { verdict: words[one.verdict], old: one.beforeRange, fresh: one.afterRange };
}

/** A verdict on no evidence at all. */
export function nothingKnown(reason: VerdictReason): StepVerdict {
  const nothing = { verdict: 'not_enough_evidence', old: null, fresh: null } as const;
  return {
    verdict: 'not_enough_evidence',
    reason,
    needsSeconds: null,
    baseline: 'same_window',
    requests: { old: 0, fresh: 0 },
    errors: nothing,
    slow: { ...nothing, thresholdMs: null },
    p95: { old: null, fresh: null },
  };
}

/**
 * Judges the new version by its own window and by all windows so far: a fault too small for one step shows in their sum. `old` and
 * `fresh` are what was counted since the step's warm-up. A metric that is not watched is shown and does not decide.
 */
export function judgeStep(plan: RolloutPlan, state: Known, old: StoredWindow, fresh: StoredWindow): StepVerdict {
  const { baseline, window } = baselineOf(plan, state, old);
  const limits = limitsOf(plan, baseline === 'same_window');
  const now = compareWindows(toEvidence(window), toEvidence(fresh), limits);
  const sameWindow = baseline === 'same_window' && state.earlier.fresh.requests > 0;
  const all = sameWindow
    ? compareWindows(toEvidence(addWindows(state.earlier.old, old)), toEvidence(addWindows(state.earlier.fresh, fresh)), limits)
    : now;
  const worse = (metric: 'errors' | 'latency') => now[metric].verdict === 'worse' || all[metric].verdict === 'worse';
  // Where latency is not measured (no histogram) errors decide alone.
  const watched = [
    ...(plan.watch.errors ? [now.errors] : []),
    ...(plan.watch.latency && now.latency.thresholdMs !== null ? [now.latency] : []),
  ];
  const fails = (plan.watch.errors && worse('errors')) || (plan.watch.latency && worse('latency'));
  const enough = fresh.requests >= plan.leastRequests;
  const passes = !fails && enough && watched.every((one) => one.verdict === 'better_or_same');
  const open = watched.filter((one) => one.verdict === 'not_enough_evidence').map((one) => one.needsSeconds);
  const rate = fresh.seconds > 0 ? fresh.requests / fresh.seconds : 0;
  if (!enough) open.push(rate > 0 ? Math.ceil((plan.leastRequests - fresh.requests) / rate) : null);
  return {
    verdict: fails ? 'fail' : passes ? 'pass' : 'not_enough_evidence',
    reason: fails ? (plan.watch.errors && worse('errors') ? 'more_errors' : 'slower') : passes ? null : reasonOf(plan, window, fresh),
    needsSeconds:
      fails || passes ? 0 : open.reduce<number | null>((most, one) => (most === null || one === null ? null : Math.max(most, one)), 0),
    baseline,
    requests: { old: window.requests, fresh: fresh.requests },
    errors: { ...metricOf(now.errors), ...(worse('errors') ? { verdict: 'fail' as const } : {}) },
    slow: { ...metricOf(now.latency), ...(worse('latency') ? { verdict: 'fail' as const } : {}), thresholdMs: now.latency.thresholdMs },
    p95: { old: quantileInterval(toEvidence(window).buckets, 0.95), fresh: quantileInterval(toEvidence(fresh).buckets, 0.95) },
  };
}

function reasonOf(plan: RolloutPlan, old: StoredWindow, fresh: StoredWindow): VerdictReason {
  if (!(old.requests > 0)) return 'no_requests_old';
  if (!(fresh.requests > 0)) return 'no_requests_new';
  return fresh.requests < plan.leastRequests || old.requests < 30 ? 'too_few_requests' : 'undecided';
}
