/** What was counted over a stretch of time. Counts may be fractions, as they come from rates. */
export interface WindowEvidence {
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  /** Cumulative counts of a latency histogram: requests that took at most `le` ms, `Infinity` among them. Empty: latency is unknown. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

export type Verdict = 'better_or_same' | 'worse' | 'not_enough_evidence';

/** A share (0..1) with its 95 % interval (Wilson). */
export interface ObservedRange {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** One measure of both windows. `needsSeconds`: how much longer at the present rate until it can be told; `null`: nobody knows. */
export interface MetricComparison {
  readonly verdict: Verdict;
  /** Shares, 0..1; `null` without requests. */
  readonly before: number | null;
  readonly after: number | null;
  readonly beforeRange: ObservedRange | null;
  readonly afterRange: ObservedRange | null;
  readonly needsSeconds: number | null;
}

export interface Comparison {
  readonly verdict: Verdict;
  readonly needsSeconds: number | null;
  /** Share of requests that failed. */
  readonly errors: MetricComparison;
  /** Share of requests slower than the 95th percentile of before; that percentile in ms. */
  readonly latency: MetricComparison & { readonly thresholdMs: number | null };
}

/** How much it takes for a verdict. */
export interface ComparisonLimits {
  /** What counts as the same: so much (0..1) more errors, so much more slow requests. */
  readonly errorTolerance: number;
  readonly slowTolerance: number;
  /** Requests that each side needs. */
  readonly leastRequests: number;
  /** Standard errors around the difference for "worse" and for "better or same". */
  readonly worseZ: number;
  readonly sameZ: number;
  /** "Worse" takes a difference of at least the tolerance: what is surely there may still be too little to matter. */
  readonly mustMatter: boolean;
  /** Requests of before go on coming at their rate: both windows are the same time. */
  readonly bothGrow: boolean;
}

/** The verdict is looked at again and again while evidence grows, so each look is held to 99.9 %. */
export const usualLimits: ComparisonLimits = {
  errorTolerance: 0.01,
  slowTolerance: 0.05,
  leastRequests: 30,
  worseZ: 3.2905,
  sameZ: 3.2905,
  mustMatter: false,
  bothGrow: false,
};
/** An interval around fewer hits promises more than it can hold. */
const leastHits = 5;
const shownZ = 1.959964;

/**
 * Compares after with before. Errors and slow requests are shares: their difference gets a confidence interval (R. G. Newcombe 1998,
 * "Interval estimation for the difference between independent proportions", method 10, from Wilson's intervals). Worse: the interval
 * lies above zero. Better or same: it ends below the tolerance. Otherwise the evidence does not suffice. Latency is compared by the share
 * of requests beyond the 95th percentile of before, the quantile form of the sign test, which needs no shape of the distribution.
 */
export function compareWindows(before: WindowEvidence, after: WindowEvidence, limits: ComparisonLimits = usualLimits): Comparison {
  const rate = after.seconds > 0 ? after.requests / after.seconds : 0;
  const errors = compareShares(share(before.errors, before.requests), share(after.errors, after.requests), {
    tolerance: limits.errorTolerance,
    rate,
    limits,
  });
  const latency = compareLatency(before, after, rate, limits);
  const parts = latency.thresholdMs === null ? [errors] : [errors, latency];
  const verdict = parts.some((one) => one.verdict === 'worse')
    ? 'worse'
    : parts.every((one) => one.verdict === 'better_or_same')
      ? 'better_or_same'
      : 'not_enough_evidence';
  return { verdict, needsSeconds: verdict === 'not_enough_evidence' ? longest(parts) : 0, errors, latency };
}

interface Share {
  readonly hits: number;
  readonly trials: number;
}

interface Judging {
  readonly tolerance: number;
  /** Requests per second of after. */
  readonly rate: number;
  readonly limits: ComparisonLimits;
}

function share(hits: number, trials: number): Share {
  // Counters may reset between two looks: what is no number counts for nothing.
  const safe = (value: number) => (Number.isFinite(value) && value > 0 ? value : 0);
  return { hits: Math.min(safe(hits), safe(trials)), trials: safe(trials) };
}

function ratio({ hits, trials }: Share): number | null {
  return trials > 0 ? hits / trials : null;
}

function compareShares(before: Share, after: Share, judging: Judging): MetricComparison {
  const shares = {
    before: ratio(before),
    after: ratio(after),
    beforeRange: before.trials > 0 ? wilson(before, shownZ) : null,
    afterRange: after.trials > 0 ? wilson(after, shownZ) : null,
  };
  const verdict = judge(before, after, judging);
  if (verdict !== 'not_enough_evidence') return { verdict, ...shares, needsSeconds: 0 };
  return { verdict, ...shares, needsSeconds: secondsUntilKnown(before, after, judging) };
}

function judge(before: Share, after: Share, { tolerance, limits }: Judging): Verdict {
  if (before.trials < limits.leastRequests || after.trials < limits.leastRequests) return 'not_enough_evidence';
  const { low } = differenceInterval(before, after, limits.worseZ);
  const matters = !limits.mustMatter || after.hits / after.trials - before.hits / before.trials >= tolerance;
  if (low > 0 && matters && after.hits >= leastHits) return 'worse';
  return differenceInterval(before, after, limits.sameZ).high < tolerance ? 'better_or_same' : 'not_enough_evidence';
}

/** Interval of "after minus before". */
function differenceInterval(before: Share, after: Share, z: number): { low: number; high: number } {
  const [old, fresh] = [wilson(before, z), wilson(after, z)];
  const difference = fresh.share - old.share;
  return {
    low: difference - Math.hypot(fresh.share - fresh.low, old.high - old.share),
    high: difference + Math.hypot(fresh.high - fresh.share, old.share - old.low),
  };
}

function wilson({ hits, trials }: Share, z: number): ObservedRange {
  const share = hits / trials;
  const square = (z * z) / trials;
  const middle = (share + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
  return { share, low: Math.min(share, Math.max(0, middle - half)), high: Math.max(share, Math.min(1, middle + half)) };
}

const growth = 1.15;
const mostSeconds = 3600;

/** How long until the same shares would decide, at the present rate; `null`: not within an hour. */
function secondsUntilKnown(before: Share, after: Share, judging: Judging): number | null {
  const { rate, limits } = judging;
  if (!(rate > 0) || (before.trials < limits.leastRequests && !limits.bothGrow)) return null;
  const observed = ratio(after) ?? ratio(before) ?? 0;
  const first = Math.max(after.trials, limits.leastRequests);
  for (let trials = first; (trials - after.trials) / rate <= mostSeconds; trials *= growth) {
    const longer = limits.bothGrow && after.trials > 0 ? trials / after.trials : 1;
    const old = { hits: before.hits * longer, trials: before.trials * longer };
    if (judge(old, { hits: observed * trials, trials }, judging) !== 'not_enough_evidence')
      return Math.ceil((trials - after.trials) / rate);
  }
  return null;
}

function compareLatency(before: WindowEvidence, after: WindowEvidence, rate: number, limits: ComparisonLimits): Comparison['latency'] {
  const total = before.buckets.reduce((most, one) => Math.max(most, one.count), 0);
  const threshold = before.buckets
    .toSorted((left, right) => left.le - right.le)
    .find((one) => one.count >= 0.95 * total && Number.isFinite(one.le));
  if (threshold === undefined || !(total > 0)) {
    const nothing = { before: null, after: null, beforeRange: null, afterRange: null, needsSeconds: null, thresholdMs: null };
    return { verdict: 'not_enough_evidence', ...nothing };
  }
  const slower = ({ buckets }: WindowEvidence): Share => {
    const all = buckets.reduce((most, one) => Math.max(most, one.count), 0);
    const within = buckets.find((one) => one.le === threshold.le)?.count ?? all;
    return share(all - within, all);
  };
  const judging = { tolerance: limits.slowTolerance, rate, limits };
  return { ...compareShares(slower(before), slower(after), judging), thresholdMs: threshold.le };
}

function longest(parts: readonly MetricComparison[]): number | null {
  const open = parts.filter((one) => one.verdict === 'not_enough_evidence').map((one) => one.needsSeconds);
  return open.reduce<number | null>((most, one) => (most === null || one === null ? null : Math.max(most, one)), 0);
}
