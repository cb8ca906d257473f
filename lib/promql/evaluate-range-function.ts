import { lookTimes, newSeries, withoutNames, type EvalContext, type VectorSeries } from './eval-context';
import { hasOneName, selectRange } from './evaluate-selector';
import { METRIC_NAME, labelsOf } from './labels';
import { rangeFunctions, type RangeWindow } from './range-functions';
import type { Matcher } from './label-matcher';
import { unwrapParens, type Call, type Expr, type MatrixSelector, type Subquery } from './syntax-tree';

/** Functions that expect a counter: Prometheus notes when the metric's name does not look like one. */
const counterFunctions: ReadonlySet<string> = new Set(['rate', 'irate', 'increase']);

/**
 * Evaluates a function of a range vector: for each series, slides the window along all steps.
 * @param forFold for a caller that drops their one name itself and holds none: series keep the label sets they are stored with, and live
 * until the next one comes
 */
export function evaluateRangeFunction(call: Call, ctx: EvalContext, forFold = false): Iterable<VectorSeries> {
  const range = rangeArgument(call);
  const scalar = call.args.find((arg) => arg !== range && unwrapParens(arg) !== range);
  const params = scalar === undefined ? undefined : ctx.scalar(scalar, ctx);
  if (call.func === 'quantile_over_time' && params !== undefined) noteQuantile(params, ctx);
  if (counterFunctions.has(call.func)) noteCounterName(range, ctx);
  const series = slide(call.func, range, params, ctx, forFold);
  return forFold || call.func === 'last_over_time' ? series : withoutNames(series, hasOneName(range), ctx);
}

function* slide(
  func: string,
  range: MatrixSelector | Subquery,
  params: Float64Array | undefined,
  ctx: EvalContext,
  reuse = false,
): Generator<VectorSeries> {
  const evaluate = rangeFunctions[func];
  if (evaluate === undefined) return;
  const { startMs, stepMs, count } = ctx.grid;
  const at = lookTimes(range.kind === 'matrix' ? range.selector : range, ctx);
  const none = new Float64Array(0);
  const w: RangeWindow = { timestamps: none, values: none, from: 0, to: 0, startMs: 0, endMs: 0, nowMs: 0 };
  const reused = newSeries([], count);
  for (const { labels, samples } of selectRange(range, ctx)) {
    const { timestamps, length } = samples;
    const series = reuse ? reused : newSeries(labels, count);
    series.labels = labels;
    if (reuse) series.present.fill(0);
    w.timestamps = timestamps;
    w.values = samples.values;
    w.from = 0;
    w.to = 0;
    let found = false;
    for (let step = 0; step < count; step++) {
      w.nowMs = startMs + step * stepMs;
      w.endMs = at(step);
      w.startMs = w.endMs - range.rangeMs;
      while (w.to < length && (timestamps[w.to] as number) <= w.endMs) w.to++;
      while (w.from < w.to && (timestamps[w.from] as number) <= w.startMs) w.from++;
      if (w.from === w.to) continue;
      const value = evaluate(w, params === undefined ? 0 : (params[step] as number));
      if (value === undefined) continue;
      series.values[step] = value;
      series.present[step] = 1;
      found = true;
    }
    if (found) yield series;
  }
}

/** Whether an expression is such a function of stored series with one name. */
export function isPlainRangeFunction(expr: Expr): expr is Call {
  if (expr.kind !== 'call' || !Object.hasOwn(rangeFunctions, expr.func)) return false;
  const range = rangeArgument(expr);
  return range.kind === 'matrix' && hasOneName(range);
}

/** `absent_over_time`: 1 at the steps where no series has a sample in the window. */
export function* evaluateAbsentOverTime(call: Call, ctx: EvalContext): Generator<VectorSeries> {
  const range = rangeArgument(call);
  const matchers = range.kind === 'matrix' ? range.selector.matchers : [];
  yield* absentSteps(slide('present_over_time', range, undefined, ctx), matchers, ctx);
}

/** One series that is 1 where none of the given ones has a value. Its labels are those the matchers fix with `=`. */
export function* absentSteps(found: Iterable<VectorSeries>, matchers: readonly Matcher[], ctx: EvalContext): Generator<VectorSeries> {
  const absent = newSeries(labelsOfMatchers(matchers), ctx.grid.count);
  absent.present.fill(1);
  absent.values.fill(1);
  for (const series of found) for (let i = 0; i < ctx.grid.count; i++) if (series.present[i] === 1) absent.present[i] = 0;
  if (absent.present.includes(1)) yield absent;
}

function labelsOfMatchers(matchers: readonly Matcher[]): readonly string[] {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, op, value } of matchers) {
    if (name === METRIC_NAME) continue;
    if (op === '=' && !seen.has(name)) values.set(name, value);
    else values.delete(name);
    seen.add(name);
  }
  return labelsOf(values);
}

function rangeArgument(call: Call): MatrixSelector | Subquery {
  for (const arg of call.args) {
    const inner: Expr = unwrapParens(arg);
    if (inner.kind === 'matrix' || inner.kind === 'subquery') return inner;
  }
  throw new TypeError(`${call.func} has no range vector`); // The type check has seen to it.
}

function noteCounterName(range: MatrixSelector | Subquery, ctx: EvalContext): void {
  const name = range.kind === 'matrix' ? range.selector.name : undefined;
  if (name === undefined || /(?:_total|_sum|_count|_bucket)$/.test(name)) return;
  ctx.infos.add(`PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`);
}

/** Warns of quantiles outside of [0, 1]. */
export function noteQuantile(phis: Float64Array, ctx: EvalContext): void {
  const wrong = phis.find((phi) => !(phi >= 0 && phi <= 1));
  if (wrong !== undefined) ctx.warnings.add(`PromQL warning: quantile value should be between 0 and 1, got ${wrong}`);
}
