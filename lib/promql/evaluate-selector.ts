import { lookTimes, newSeries, checkLoad, type EvalContext, type VectorSeries } from './eval-context';
import { compileMatcher } from './label-matcher';
import { METRIC_NAME, type Labels } from './labels';
import type { Samples, StoredSeries } from './storage';
import { typeOf } from './check-types';
import type { Expr, MatrixSelector, Subquery, VectorSelector } from './syntax-tree';

/**
 * The newest sample of each series within the lookback before each instant (left-open), unless it is a staleness marker.
 * @param what the sample's value, or its time in seconds (for `timestamp()`)
 */
export function* selectInstant(selector: VectorSelector, ctx: EvalContext, what: 'value' | 'time' = 'value'): Generator<VectorSeries> {
  const { count } = ctx.grid;
  const at = lookTimes(selector, ctx);
  for (const { labels, samples } of readSeries(selector, at(0) - ctx.lookbackMs + 1, at(count - 1), ctx)) {
    const { timestamps, values, length, stale } = samples;
    const series = newSeries(labels, count);
    let next = 0;
    let found = false;
    for (let step = 0; step < count; step++) {
      const now = at(step);
      while (next < length && (timestamps[next] as number) <= now) next++;
      const last = next - 1;
      if (last < 0 || (timestamps[last] as number) <= now - ctx.lookbackMs || stale?.[last] === 1) continue;
      series.values[step] = what === 'value' ? (values[last] as number) : (timestamps[last] as number) / 1000;
      series.present[step] = 1;
      found = true;
    }
    if (found) yield series;
  }
}

function* readSeries(
  selector: VectorSelector,
  fromMs: number,
  toMs: number,
  ctx: EvalContext,
): Generator<{ labels: Labels; samples: Samples }> {
  const found: Iterable<StoredSeries> = ctx.storage.select(selector.matchers.map(compileMatcher), fromMs, toMs);
  for (const stored of found) {
    ctx.checkpoint();
    const samples = stored.read();
    checkLoad(ctx, samples.length);
    if (samples.length > 0) yield { labels: stored.labels, samples };
  }
}

/** The samples a range function sees: those of one series, and the window of each step as (`endMs` − range, `endMs`]. */
export interface RangeSeries {
  labels: Labels;
  samples: Samples;
}

/** Series with the samples of all windows of a range selector or subquery; staleness markers are not among them. */
export function* selectRange(expr: MatrixSelector | Subquery, ctx: EvalContext): Generator<RangeSeries> {
  if (expr.kind === 'subquery') {
    yield* evaluateSubquery(expr, ctx);
    return;
  }
  const at = lookTimes(expr.selector, ctx);
  for (const { labels, samples } of readSeries(expr.selector, at(0) - expr.rangeMs + 1, at(ctx.grid.count - 1), ctx)) {
    yield { labels, samples: samples.stale === undefined ? samples : withoutStale(samples, samples.stale) };
  }
}

function withoutStale(samples: Samples, stale: Uint8Array): Samples {
  const kept: Samples = {
    timestamps: new Float64Array(samples.length),
    values: new Float64Array(samples.length),
    length: 0,
    stale: undefined,
  };
  for (let i = 0; i < samples.length; i++) {
    if (stale[i] === 1) continue;
    kept.timestamps[kept.length] = samples.timestamps[i] as number;
    kept.values[kept.length++] = samples.values[i] as number;
  }
  return kept;
}

/** Evaluates the inner expression once, on multiples of the step, over all windows together. */
function* evaluateSubquery(expr: Subquery, ctx: EvalContext): Generator<RangeSeries> {
  const at = lookTimes(expr, ctx);
  const stepMs = expr.stepMs ?? ctx.subqueryStepMs;
  const openMs = at(0) - expr.rangeMs;
  const startMs = (Math.floor(openMs / stepMs) + 1) * stepMs;
  const count = Math.floor((at(ctx.grid.count - 1) - startMs) / stepMs) + 1;
  if (count <= 0) return;
  const grid = { startMs, stepMs, count };
  for (const series of evaluateOverGrid(expr.expr, { ...ctx, grid })) {
    ctx.checkpoint();
    const samples: Samples = { timestamps: new Float64Array(count), values: new Float64Array(count), length: 0, stale: undefined };
    for (let i = 0; i < count; i++) {
      if (series.present[i] !== 1) continue;
      samples.timestamps[samples.length] = startMs + i * stepMs;
      samples.values[samples.length++] = series.values[i] as number;
    }
    checkLoad(ctx, samples.length);
    if (samples.length > 0) yield { labels: series.labels, samples };
  }
}

/** A vector, or a scalar as a vector of one series without labels. */
export function* evaluateOverGrid(expr: Expr, ctx: EvalContext): Generator<VectorSeries> {
  if (typeOf(expr) === 'vector') yield* ctx.vector(expr, ctx);
  else yield { labels: [], values: ctx.scalar(expr, ctx), present: new Uint8Array(ctx.grid.count).fill(1) };
}

/** Whether every series an expression yields is known to have the same metric name (or none). */
export function hasOneName(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
      return expr.matchers.some((matcher) => matcher.name === METRIC_NAME && matcher.op === '=');
    case 'matrix':
      return hasOneName(expr.selector);
    case 'subquery':
    case 'paren':
      return hasOneName(expr.expr);
    default:
      return false;
  }
}
