/** What was counted over a stretch of time. Counts may be fractions, as they come from rates. */
export interface WindowEvidence {
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  /** Cumulative counts of a latency histogram: requests that took at most `le` ms, `Infinity` among them. Empty: latency is unknown. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

export type Verdict = 'better_or_same' | 'worse' | 'not_enough_evidence';

/** One measure of both windows. `needsSeconds`: how much longer at the present rate until it can be told; `null`: nobody knows. */
export interface MetricComparison {
  readonly verdict: Verdict;
  /** Shares, 0..1; `null` without requests. */
  readonly before: number | null;
  readonly after: number | null;
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

/** The verdict is looked at again and again while evidence grows, so each look is held to 99.9 %. */
const z = 3.2905;
/** What counts as the same: a point more errors, five points more slow requests. */
const errorTolerance = 0.01;
const latencyTolerance = 0.05;
const leastRequests = 30;
/** An interval around fewer hits promises more than it can hold. */
const leastHits = 5;

/**
 * Compares after with before. Errors and slow requests are shares: their difference gets a confidence interval (R. G. Newcombe 1998,
 * "Interval estimation for the difference between independent proportions", method 10, from Wilson's intervals). Worse: the interval
 * lies above zero. Better or same: it ends below the tolerance. Otherwise the evidence does not suffice. Latency is compared by the share
 * of requests beyond the 95th percentile of before, the quantile form of the sign test, which needs no shape of the distribution.
 */
export function compareWindows(before: WindowEvidence, after: WindowEvidence): Comparison {
  const rate = after.seconds > 0 ? after.requests / after.seconds : 0;
  const errors = compareShares(share(before.errors, before.requests), share(after.errors, after.requests), errorTolerance, rate);
  const latency = compareLatency(before, after, rate);
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

function share(hits: number, trials: number): Share {
  // Counters may reset between two looks: what is no number counts for nothing.
  const safe = (value: number) => (Number.isFinite(value) && value > 0 ? value : 0);
  return { hits: Math.min(safe(hits), safe(trials)), trials: safe(trials) };
}

function ratio({ hits, trials }: Share): number | null {
  return trials > 0 ? hits / trials : null;
}

function compareShares(before: Share, after: Share, tolerance: number, rate: number): MetricComparison {
  const shares = { before: ratio(before), after: ratio(after) };
  const verdict = judge(before, after, tolerance);
  if (verdict !== 'not_enough_evidence') return { verdict, ...shares, needsSeconds: 0 };
  return { verdict, ...shares, needsSeconds: secondsUntilKnown(before, after, tolerance, rate) };
}

function judge(before: Share, after: Share, tolerance: number): Verdict {
  if (before.trials < leastRequests || after.trials < leastRequests) return 'not_enough_evidence';
  const { low, high } = differenceInterval(before, after);
  if (low > 0 && after.hits >= leastHits) return 'worse';
  return high < tolerance ? 'better_or_same' : 'not_enough_evidence';
}

/** Interval of "after minus before". */
function differenceInterval(before: Share, after: Share): { low: number; high: number } {
  const [old, fresh] = [wilson(before), wilson(after)];
  const difference = fresh.share - old.share;
  return {
    low: difference - Math.hypot(fresh.share - fresh.low, old.high - old.share),
    high: difference + Math.hypot(fresh.high - fresh.share, old.share - old.low),
  };
}

function wilson({ hits, trials }: Share): { share: number; low: number; high: number } {
  const share = hits / trials;
  const square = (z * z) / trials;
  const middle = (share + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials));
  return { share, low: Math.min(share, Math.max(0, middle - half)), high: Math.max(share, Math.min(1, middle + half)) };
}

const growth = 1.15;
const mostSeconds = 3600;

/** How long until the same shares would decide, at the present rate; `null`: not within an hour. */
function secondsUntilKnown(before: Share, after: Share, tolerance: number, rate: number): number | null {
  if (!(rate > 0) || before.trials < leastRequests) return null;
  const observed = ratio(after) ?? ratio(before) ?? 0;
  const first = Math.max(after.trials, leastRequests);
  for (let trials = first; (trials - after.trials) / rate <= mostSeconds; trials *= growth) {
    if (judge(before, { hits: observed * trials, trials }, tolerance) !== 'not_enough_evidence')
      return Math.ceil((trials - after.trials) / rate);
  }
  return null;
}

function compareLatency(before: WindowEvidence, after: WindowEvidence, rate: number): Comparison['latency'] {
  const total = before.buckets.reduce((most, one) => Math.max(most, one.count), 0);
  const threshold = before.buckets
    .toSorted((left, right) => left.le - right.le)
    .find((one) => one.count >= 0.95 * total && Number.isFinite(one.le));
  const unknown = { verdict: 'not_enough_evidence', before: null, after: null, needsSeconds: null, thresholdMs: null } as const;
  if (threshold === undefined || !(total > 0)) return unknown;
  const slower = ({ buckets }: WindowEvidence): Share => {
    const all = buckets.reduce((most, one) => Math.max(most, one.count), 0);
    const within = buckets.find((one) => one.le === threshold.le)?.count ?? all;
    return share(all - within, all);
  };
  return { ...compareShares(slower(before), slower(after), latencyTolerance, rate), thresholdMs: threshold.le };
}

function longest(parts: readonly MetricComparison[]): number | null {
  const open = parts.filter((one) => one.verdict === 'not_enough_evidence').map((one) => one.needsSeconds);
  return open.reduce<number | null>((most, one) => (most === null || one === null ? null : Math.max(most, one)), 0);
}
