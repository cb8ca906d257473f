import { dropMetricName, formatLabels, labelsKey, type Labels } from './labels';
import { PromqlError } from './promql-error';
import type { Storage } from './storage';
import type { Expr, TimeShift } from './syntax-tree';

/** The instants at which an expression is evaluated: `count` of them, `stepMs` apart. An instant query has one. */
export interface Grid {
  startMs: number;
  stepMs: number;
  count: number;
}

/** A series over a grid: `values[i]` counts only where `present[i]` is 1. */
export interface VectorSeries {
  labels: Labels;
  values: Float64Array;
  present: Uint8Array;
}

/** Remembers parts of evaluations from one query to the next. The caller decides for how long: equal keys stand for equal questions. */
export interface EvalMemo {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** What the parts of one evaluation share. */
export interface EvalContext {
  storage: Storage;
  grid: Grid;
  /** What `@ start()` and `@ end()` mean: the range of the whole query, also inside a subquery. */
  queryStartMs: number;
  queryEndMs: number;
  lookbackMs: number;
  /** Step of subqueries that name none. */
  subqueryStepMs: number;
  /** Values that may still be held in memory; shared by all parts. */
  budget: { samples: number };
  /** Called once per series: throws to stop a query that takes too long or is no longer wanted. */
  checkpoint: () => void;
  memo: EvalMemo | undefined;
  warnings: Set<string>;
  infos: Set<string>;
  /** Evaluates a part of type instant vector, or scalar: the way back from an operator to its operands. */
  vector: (expr: Expr, ctx: EvalContext) => Iterable<VectorSeries>;
  scalar: (expr: Expr, ctx: EvalContext) => Float64Array;
}

export function newSeries(labels: Labels, count: number): VectorSeries {
  return { labels, values: new Float64Array(count), present: new Uint8Array(count) };
}

/** Milliseconds at which step `i` looks, given the `offset` and `@` of a selector. */
export function lookTimes(shift: TimeShift, ctx: EvalContext): (step: number) => number {
  const { startMs, stepMs } = ctx.grid;
  if (shift.at !== undefined) {
    const at = shift.at === 'start' ? ctx.queryStartMs : shift.at === 'end' ? ctx.queryEndMs : shift.at;
    return () => at - shift.offsetMs;
  }
  return (step) => startMs + step * stepMs - shift.offsetMs;
}

const TOO_MANY = 'query processing would load too many samples into memory in query execution';

/** Refuses one series with more samples than a query may hold. @throws PromqlError */
export function checkLoad(ctx: EvalContext, samples: number): void {
  if (samples > ctx.budget.samples) throw new PromqlError('execution', TOO_MANY);
}

/** Counts values that an operation keeps. @throws PromqlError when the query would hold too many. */
export function chargeValues(ctx: EvalContext, values: number): void {
  ctx.budget.samples -= values;
  if (ctx.budget.samples < 0) throw new PromqlError('execution', TOO_MANY);
}

/** Collects series that an operation needs all at once. @throws PromqlError when the query would hold too many values. */
export function holdSeries(series: Iterable<VectorSeries>, ctx: EvalContext): VectorSeries[] {
  const held: VectorSeries[] = [];
  for (const one of series) {
    chargeValues(ctx, one.values.length);
    held.push(one);
  }
  return held;
}

/**
 * Drops metric names. Series that differ in their name alone become one; two values at one instant are an error.
 * @param sameName whether all series are known to have one name, so that none can fall together
 */
export function* withoutNames(series: Iterable<VectorSeries>, sameName: boolean, ctx: EvalContext): Generator<VectorSeries> {
  if (sameName) {
    for (const one of series) yield { ...one, labels: dropMetricName(one.labels) };
    return;
  }
  yield* mergeEqual(holdSeries(relabel(series, dropMetricName), ctx));
}

export function* relabel(series: Iterable<VectorSeries>, change: (labels: Labels) => Labels): Generator<VectorSeries> {
  for (const one of series) yield { ...one, labels: change(one.labels) };
}

/** Joins series of equal labels into one. @throws PromqlError when two have a value at the same instant. */
export function mergeEqual(series: Iterable<VectorSeries>): VectorSeries[] {
  const byLabels = new Map<string, VectorSeries>();
  for (const one of series) {
    const key = labelsKey(one.labels);
    const known = byLabels.get(key);
    if (known === undefined) byLabels.set(key, one);
    else byLabels.set(key, joinSeries(known, one));
  }
  return [...byLabels.values()];
}

function joinSeries(a: VectorSeries, b: VectorSeries): VectorSeries {
  const joined: VectorSeries = { labels: a.labels, values: a.values.slice(), present: a.present.slice() };
  for (let i = 0; i < b.present.length; i++) {
    if (b.present[i] !== 1) continue;
    if (joined.present[i] === 1) {
      throw new PromqlError('execution', `vector cannot contain metrics with the same labelset: ${formatLabels(a.labels)}`);
    }
    joined.present[i] = 1;
    joined.values[i] = b.values[i] as number;
  }
  return joined;
}

/** Whether a series has any value. */
export function hasValues(series: VectorSeries): boolean {
  return series.present.includes(1);
}
