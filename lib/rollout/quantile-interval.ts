import type { WindowEvidence } from './compare-windows';

/** A quantile in ms with the interval it lies in. */
export interface QuantileInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A quantile of a latency histogram with its 95 % interval, which needs no shape of the distribution: the number of requests below the
 * true quantile is binomial, so the ranks `nq ± z·√(nq(1−q))` bound it (W. J. Conover, "Practical Nonparametric Statistics", 3rd ed.,
 * §3.2, confidence interval for a quantile). Ranks become ms by a straight line within their bucket, as `histogram_quantile` of
 * Prometheus does. `null` without requests; never beyond the last finite bound.
 */
export function quantileInterval(buckets: WindowEvidence['buckets'], q: number, z = 1.959964): QuantileInterval | null {
  const sorted = buckets.filter((one) => Number.isFinite(one.count)).toSorted((left, right) => left.le - right.le);
  const total = sorted.reduce((most, one) => Math.max(most, one.count), 0);
  if (!(total > 0)) return null;
  const spread = z * Math.sqrt(total * q * (1 - q));
  const at = (rank: number) => valueAtRank(sorted, Math.min(total, Math.max(0, rank)));
  return { value: at(total * q), low: at(total * q - spread), high: at(total * q + spread) };
}

function valueAtRank(sorted: WindowEvidence['buckets'], rank: number): number {
  let below = { le: 0, count: 0 };
  for (const bucket of sorted) {
    if (bucket.count >= rank) {
      if (!Number.isFinite(bucket.le)) return below.le;
      const inside = bucket.count - below.count;
      return inside > 0 ? below.le + (bucket.le - below.le) * ((rank - below.count) / inside) : bucket.le;
    }
    if (Number.isFinite(bucket.le)) below = bucket;
  }
  return below.le;
}
