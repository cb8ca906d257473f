import { quantileOf } from './compensated-sum';
import { chargeValues, hasValues, holdSeries, newSeries, type EvalContext, type VectorSeries } from './eval-context';
import { evaluateRangeFunction, isPlainRangeFunction, noteQuantile } from './evaluate-range-function';
import { formatPlainFloat } from './float-format';
import { groupingBy, groupingWithout, type Grouping } from './grouping';
import { METRIC_NAME, labelValue, labelsKey, withLabel, type Labels } from './labels';
import { unwrapParens, type Aggregate, type Expr } from './syntax-tree';

/** Evaluates `op by (…) (vector)`. Simple ones keep one running value per group and step. */
export function evaluateAggregate(expr: Aggregate, ctx: EvalContext): Iterable<VectorSeries> {
  const series = operand(expr, ctx);
  switch (expr.op) {
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'count':
    case 'group':
    case 'stddev':
    case 'stdvar':
      return foldGroups(expr, series, ctx);
    case 'topk':
    case 'bottomk':
      return pickExtremes(expr, series, ctx);
    case 'quantile':
      return groupQuantiles(expr, series, ctx);
    case 'count_values':
      return countValues(expr, series, ctx);
  }
}

/**
 * The series to aggregate; those of simple operations live only until the next one comes. Grouping drops names; where they are all the
 * same, dropping them before would only copy every label set once more.
 */
function operand(expr: Aggregate, ctx: EvalContext): Iterable<VectorSeries> {
  const inner = unwrapParens(expr.expr);
  const namesGo = expr.without || !expr.grouping.includes(METRIC_NAME);
  if (namesGo && Object.hasOwn(folds, expr.op) && isPlainRangeFunction(inner)) return evaluateRangeFunction(inner, ctx, true);
  return ctx.vector(expr.expr, ctx);
}

function groupingOf(expr: Aggregate): Grouping {
  return expr.without ? groupingWithout([...expr.grouping, METRIC_NAME]) : groupingBy(expr.grouping);
}

/** Running values of one group: what `a` and `b` hold depends on the operation. */
interface Fold extends VectorSeries {
  a: Float64Array;
  b: Float64Array;
}

function foldGroups(expr: Aggregate, series: Iterable<VectorSeries>, ctx: EvalContext): VectorSeries[] {
  const { count } = ctx.grid;
  const grouping = groupingOf(expr);
  const add = folds[expr.op as keyof typeof folds];
  const groups = new Map<string, Fold>();
  for (const one of series) {
    const key = grouping.keyOf(one.labels);
    let fold = groups.get(key);
    if (fold === undefined) {
      fold = { ...newSeries(grouping.labelsOf(one.labels), count), a: new Float64Array(count), b: new Float64Array(count) };
      groups.set(key, fold);
    }
    const { values, present } = one;
    for (let i = 0; i < count; i++) {
      if (present[i] !== 1) continue;
      add(fold, i, values[i] as number);
      fold.present[i] = 1;
    }
  }
  const finish = finishes[expr.op];
  if (finish !== undefined) for (const fold of groups.values()) for (let i = 0; i < count; i++) if (fold.present[i] === 1) finish(fold, i);
  return [...groups.values()].filter(hasValues).map(({ labels, values, present }) => ({ labels, values, present }));
}

/** One bucket of a histogram over the steps of a query. */
export interface BucketSum {
  /** The upper bound as it stands in the label `le`. */
  le: string;
  values: number[];
  present: number[];
}

/**
 * `sum by (le, …) (…)` as groups without `le` that hold their buckets: what a function of histograms needs, at a fraction of the cost of
 * a series for every bucket. `undefined` for expressions of another form.
 */
export function sumBuckets(expr: Expr, ctx: EvalContext): Iterable<{ labels: Labels; buckets: BucketSum[] }> | undefined {
  const sum = unwrapParens(expr);
  if (sum.kind !== 'aggregate' || sum.op !== 'sum' || sum.without || !sum.grouping.includes('le')) return undefined;
  const { count } = ctx.grid;
  const grouping = groupingBy(sum.grouping.filter((name) => name !== 'le' && name !== METRIC_NAME));
  const groups = new Map<string, { labels: Labels; buckets: (BucketSum & { lost: number[] })[] }>();
  for (const { labels, values, present } of operand(sum, ctx)) {
    const key = grouping.keyOf(labels);
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels: grouping.labelsOf(labels), buckets: [] };
      groups.set(key, group);
    }
    const le = labelValue(labels, 'le');
    let bucket = group.buckets.find((one) => one.le === le);
    if (bucket === undefined) {
      const zeros = (): number[] => Array.from({ length: count }, () => 0);
      bucket = { le, values: zeros(), present: zeros(), lost: zeros() };
      group.buckets.push(bucket);
      chargeValues(ctx, count);
    }
    for (let i = 0; i < count; i++) {
      if (present[i] !== 1) continue;
      addTo(bucket.values, bucket.lost, i, values[i] as number);
      bucket.present[i] = 1;
    }
  }
  for (const { buckets } of groups.values())
    for (const { values, lost } of buckets) for (let i = 0; i < count; i++) values[i] = compensated(values[i] as number, lost[i] as number);
  return groups.values();
}

/** Neumaier's step: what rounding took from each sum is in `lost`. */
function addTo(sums: Float64Array | number[], lost: Float64Array | number[], i: number, value: number): void {
  const sum = sums[i] as number;
  const total = sum + value;
  if (!Number.isFinite(total)) lost[i] = 0;
  else lost[i] = (lost[i] as number) + (Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum);
  sums[i] = total;
}

function compensated(sum: number, lost: number): number {
  return Number.isFinite(sum) ? sum + lost : sum;
}

function addCompensated(fold: Fold, i: number, value: number): void {
  addTo(fold.values, fold.a, i, value);
}

/** Welford's step: the mean in `a`, the count in `b`, the sum of squared distances in `values`. */
function addToVariance(fold: Fold, i: number, value: number): void {
  const n = (fold.b[i] as number) + 1;
  const mean = fold.a[i] as number;
  const delta = value - mean;
  const moved = mean + delta / n;
  fold.a[i] = moved;
  fold.b[i] = n;
  fold.values[i] = (fold.values[i] as number) + delta * (value - moved);
}

const folds = {
  sum: addCompensated,
  avg: (fold: Fold, i: number, value: number) => {
    addCompensated(fold, i, value);
    fold.b[i] = (fold.b[i] as number) + 1;
  },
  min: (fold: Fold, i: number, value: number) => {
    const best = fold.values[i] as number;
    if (fold.present[i] !== 1 || value < best || Number.isNaN(best)) fold.values[i] = value;
  },
  max: (fold: Fold, i: number, value: number) => {
    const best = fold.values[i] as number;
    if (fold.present[i] !== 1 || value > best || Number.isNaN(best)) fold.values[i] = value;
  },
  count: (fold: Fold, i: number) => {
    fold.values[i] = (fold.values[i] as number) + 1;
  },
  group: (fold: Fold, i: number) => {
    fold.values[i] = 1;
  },
  stddev: addToVariance,
  stdvar: addToVariance,
};

const finishes: Readonly<Partial<Record<Aggregate['op'], (fold: Fold, i: number) => void>>> = {
  sum: (fold, i) => {
    fold.values[i] = compensated(fold.values[i] as number, fold.a[i] as number);
  },
  avg: (fold, i) => {
    fold.values[i] = compensated(fold.values[i] as number, fold.a[i] as number) / (fold.b[i] as number);
  },
  stddev: (fold, i) => {
    fold.values[i] = Math.sqrt((fold.values[i] as number) / (fold.b[i] as number));
  },
  stdvar: (fold, i) => {
    fold.values[i] = (fold.values[i] as number) / (fold.b[i] as number);
  },
};

/** All series of each group, in order of appearance. */
function collectGroups(expr: Aggregate, series: Iterable<VectorSeries>): { labels: Labels; members: VectorSeries[] }[] {
  const grouping = groupingOf(expr);
  const groups = new Map<string, { labels: Labels; members: VectorSeries[] }>();
  for (const one of series) {
    const key = grouping.keyOf(one.labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels: grouping.labelsOf(one.labels), members: [one] });
    else group.members.push(one);
  }
  return [...groups.values()];
}

function parameter(expr: Aggregate, ctx: EvalContext): Float64Array {
  return expr.param === undefined ? new Float64Array(ctx.grid.count) : ctx.scalar(expr.param, ctx);
}

/** `topk`, `bottomk`: series keep their labels; NaN is worse than any number. */
function pickExtremes(expr: Aggregate, series: Iterable<VectorSeries>, ctx: EvalContext): VectorSeries[] {
  const limits = parameter(expr, ctx);
  const sign = expr.op === 'topk' ? 1 : -1;
  const picked: VectorSeries[] = [];
  for (const { members } of collectGroups(expr, holdSeries(series, ctx))) {
    const results = members.map((member) => newSeries(member.labels, ctx.grid.count));
    const order: number[] = [];
    for (let step = 0; step < ctx.grid.count; step++) {
      const limit = Math.trunc(limits[step] as number);
      if (!(limit >= 1)) continue;
      const here = members.map((_, i) => i).filter((i) => members[i]?.present[step] === 1);
      const valueOf = (i: number): number => members[i]?.values[step] as number;
      here.sort((x, y) => {
        const [a, b] = [valueOf(x), valueOf(y)];
        if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
        return sign * (b - a);
      });
      for (const i of here.slice(0, limit)) {
        const result = results[i] as VectorSeries;
        result.values[step] = valueOf(i);
        result.present[step] = 1;
        if (step === 0) order.push(i);
      }
    }
    // An instant query lists the winners in order; over a range each step has an order of its own.
    const listed = ctx.grid.count === 1 ? order.map((i) => results[i] as VectorSeries) : results.filter(hasValues);
    picked.push(...listed);
  }
  return picked;
}

function groupQuantiles(expr: Aggregate, series: Iterable<VectorSeries>, ctx: EvalContext): VectorSeries[] {
  const phis = parameter(expr, ctx);
  noteQuantile(phis, ctx);
  return collectGroups(expr, holdSeries(series, ctx)).map(({ labels, members }) => {
    const result = newSeries(labels, ctx.grid.count);
    for (let step = 0; step < ctx.grid.count; step++) {
      const values = Float64Array.from(
        members.filter((member) => member.present[step] === 1).map((member) => member.values[step] as number),
      );
      if (values.length === 0) continue;
      result.values[step] = quantileOf(phis[step] as number, values);
      result.present[step] = 1;
    }
    return result;
  });
}

function countValues(expr: Aggregate, series: Iterable<VectorSeries>, ctx: EvalContext): VectorSeries[] {
  const param = expr.param === undefined ? undefined : unwrapParens(expr.param);
  const label = param?.kind === 'string' ? param.value : '';
  const counted = new Map<string, VectorSeries>();
  for (const { labels, members } of collectGroups(expr, holdSeries(series, ctx))) {
    for (const member of members) {
      for (let step = 0; step < ctx.grid.count; step++) {
        if (member.present[step] !== 1) continue;
        const withValue = withLabel(labels, label, formatPlainFloat(member.values[step] as number));
        const key = labelsKey(withValue);
        let result = counted.get(key);
        if (result === undefined) {
          result = newSeries(withValue, ctx.grid.count);
          counted.set(key, result);
        }
        result.values[step] = (result.values[step] as number) + 1;
        result.present[step] = 1;
      }
    }
  }
  return [...counted.values()];
}
