import { sumBuckets } from './evaluate-aggregate';
import { groupingWithout } from './grouping';
import { hasValues, holdSeries, newSeries, type EvalContext, type VectorSeries } from './eval-context';
import { noteQuantile } from './evaluate-range-function';
import { parseFloatText } from './float-format';
import { printExpression } from './print-expression';
import { firstStep, isStepInvariant } from './step-invariance';
import { METRIC_NAME, formatLabels, labelValue, type Labels } from './labels';
import type { Call, Expr } from './syntax-tree';

/** Cumulative buckets of one histogram at one step, by rising upper bound, the last one +Inf. */
interface Buckets {
  bounds: number[];
  counts: number[];
}

/** Counts that fall by less than this share do so by rounding. */
const ROUNDING = 1e-12;

/** `histogram_quantile(φ, buckets)` and `histogram_fraction(lower, upper, buckets)` of classic histograms. */
export function* evaluateHistogramFunction(call: Call, ctx: EvalContext): Generator<VectorSeries> {
  const vector = call.args.at(-1) as Expr;
  const [first, second] = call.args.slice(0, -1).map((arg) => ctx.scalar(arg, ctx)) as [Float64Array, Float64Array | undefined];
  if (call.func === 'histogram_quantile') noteQuantile(first, ctx);
  // Several quantiles of the same buckets, one at each step, are a usual question.
  const once = ctx.grid.count > 1 && isStepInvariant(vector);
  const groups = bucketsOf(vector, once ? { ...ctx, grid: firstStep(ctx.grid) } : ctx);
  for (const { labels, buckets } of groups) {
    const result = newSeries(labels, ctx.grid.count);
    let { bounds, counts }: Buckets = { bounds: [], counts: [] };
    for (let step = 0; step < ctx.grid.count; step++) {
      if (step === 0 || !once) {
        ({ bounds, counts } = bucketsAt(buckets, step));
        if (makeMonotonic(counts))
          ctx.infos.add(`PromQL info: input to histogram_quantile needed to be fixed for monotonicity: ${formatLabels(labels)}`);
      }
      if (bounds.length === 0) continue;
      const value = first[step] as number;
      result.present[step] = 1;
      result.values[step] =
        second === undefined
          ? bucketQuantile(value, { bounds, counts })
          : bucketFraction(value, second[step] as number, { bounds, counts });
    }
    if (hasValues(result)) yield result;
  }
}

/** Values of a bucket over the steps; `values[i]` counts only where `present[i]` is 1. */
interface BucketSeries {
  bound: number;
  values: ArrayLike<number>;
  present: ArrayLike<number>;
}

interface KnownBuckets {
  groups: BucketGroups;
  warnings: ReadonlySet<string>;
  infos: ReadonlySet<string>;
}

type BucketGroups = readonly { labels: Labels; buckets: BucketSeries[] }[];

/** The grouped buckets of an expression, from the memo when another percentile of them was asked for a moment ago. */
function bucketsOf(vector: Expr, ctx: EvalContext): BucketGroups {
  const { startMs, stepMs, count } = ctx.grid;
  const when = [startMs, stepMs, count, ctx.queryStartMs, ctx.queryEndMs, ctx.lookbackMs, ctx.subqueryStepMs].join(' ');
  const key = ctx.memo === undefined ? '' : `${when} ${printExpression(vector)}`;
  // Under one key nothing but such groups is put.
  const known = ctx.memo?.get(key) as KnownBuckets | undefined;
  if (known !== undefined) {
    for (const text of known.warnings) ctx.warnings.add(text);
    for (const text of known.infos) ctx.infos.add(text);
    return known.groups;
  }
  const own = { ...ctx, warnings: new Set<string>(), infos: new Set<string>() };
  const groups = groupBuckets(vector, own);
  ctx.memo?.set(key, { groups, warnings: own.warnings, infos: own.infos } satisfies KnownBuckets);
  for (const text of own.warnings) ctx.warnings.add(text);
  for (const text of own.infos) ctx.infos.add(text);
  return groups;
}

/** Bucket series in groups by all labels but `le`; those without a readable `le` are no buckets. */
function groupBuckets(vector: Expr, ctx: EvalContext): BucketGroups {
  const groups = [...(sumBuckets(vector, ctx) ?? groupSeries(holdSeries(ctx.vector(vector, ctx), ctx)))];
  return groups.flatMap(({ labels, buckets }) => {
    const readable = buckets.flatMap(({ le, values, present }) => {
      const bound = parseFloatText(le);
      return bound === undefined ? [] : [{ bound, values, present }];
    });
    return readable.length === 0 ? [] : [{ labels, buckets: readable.sort((a, b) => a.bound - b.bound) }];
  });
}

function groupSeries(series: readonly VectorSeries[]): { labels: Labels; buckets: (Omit<BucketSeries, 'bound'> & { le: string })[] }[] {
  const grouping = groupingWithout([METRIC_NAME, 'le']);
  return [...Map.groupBy(series, ({ labels }) => grouping.keyOf(labels)).values()].map((members) => ({
    labels: grouping.labelsOf(members[0]?.labels ?? []),
    buckets: members.map(({ labels, values, present }) => ({ le: labelValue(labels, 'le'), values, present })),
  }));
}

/** The buckets that have a value at a step; those of equal bound (`1` and `1.0`) are added up. */
function bucketsAt(buckets: readonly BucketSeries[], step: number): Buckets {
  const bounds: number[] = [];
  const counts: number[] = [];
  for (const { bound, values, present } of buckets) {
    if (present[step] !== 1) continue;
    const count = values[step] as number;
    if (bounds.length > 0 && bounds.at(-1) === bound) counts[counts.length - 1] = (counts.at(-1) as number) + count;
    else {
      bounds.push(bound);
      counts.push(count);
    }
  }
  return { bounds, counts };
}

/** Raises counts that fall; tells whether one fell by more than rounding. */
function makeMonotonic(counts: number[]): boolean {
  let fixed = false;
  let highest = counts[0] ?? 0;
  for (let i = 1; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count > highest) highest = count;
    else if (count < highest) {
      if (Math.abs(highest - count) > ROUNDING * Math.min(Math.abs(highest), Math.abs(count))) fixed = true;
      counts[i] = highest;
    }
  }
  return fixed;
}

/** The φ-quantile by linear interpolation inside the bucket it falls in. */
export function bucketQuantile(phi: number, { bounds, counts }: Buckets): number {
  if (Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const last = bounds.length - 1;
  if (bounds[last] !== Infinity || last < 1) return NaN;
  const total = counts[last] as number;
  if (total === 0 || Number.isNaN(total)) return NaN;
  let rank = phi * total;
  let index = counts.findIndex((count) => count >= rank);
  if (index < 0 || index > last) index = last;
  if (index === last) return bounds[last - 1] as number;
  const upper = bounds[index] as number;
  if (index === 0 && upper <= 0) return upper;
  const lower = index === 0 ? 0 : (bounds[index - 1] as number);
  const below = index === 0 ? 0 : (counts[index - 1] as number);
  const inBucket = (counts[index] as number) - below;
  rank -= below;
  return lower + (upper - lower) * (rank / inBucket);
}

/** The share of observations between two bounds. */
export function bucketFraction(lower: number, upper: number, buckets: Buckets): number {
  const { bounds, counts } = buckets;
  const last = bounds.length - 1;
  const total = counts[last];
  if (bounds[last] !== Infinity || last < 1 || total === undefined || total === 0) return NaN;
  if (Number.isNaN(lower) || Number.isNaN(upper) || Number.isNaN(total)) return NaN;
  if (lower >= upper) return 0;
  return Math.max(0, rankOf(upper, buckets) - rankOf(lower, buckets)) / total;
}

/** How many observations lie at or below a value, interpolated inside its bucket. */
function rankOf(value: number, { bounds, counts }: Buckets): number {
  let below = 0;
  let lower = bounds[0] !== undefined && bounds[0] > 0 ? 0 : -Infinity;
  for (let i = 0; i < bounds.length; i++) {
    const upper = bounds[i] as number;
    const count = counts[i] as number;
    if (value < lower) return below;
    if (value < upper) {
      if (!Number.isFinite(lower) || !Number.isFinite(upper)) return below;
      return below + ((count - below) * (value - lower)) / (upper - lower);
    }
    below = count;
    lower = upper;
  }
  return below;
}
