import { typeOf, describeType } from './check-types';
import { holdSeries, type EvalContext, type EvalMemo, type Grid } from './eval-context';
import { evaluateOverGrid, selectRange } from './evaluate-selector';
import { evaluateScalar } from './evaluate-scalar';
import { evaluateVector } from './evaluate-vector';
import { compareLabels, type Labels } from './labels';
import { PromqlError } from './promql-error';
import type { Storage } from './storage';
import { unwrapParens, type Expr } from './syntax-tree';

export interface EvalOptions {
  /** How old the newest sample may be. Default 5 minutes. */
  lookbackMs?: number;
  /** Step of subqueries that name none. Default 1 minute. */
  subqueryStepMs?: number;
  /** Values one query may hold in memory at once. Default 50 million. */
  maxSamples?: number;
  /** Called between series; throws to stop the query. */
  checkpoint?: () => void;
  /** Keeps grouped buckets, so that the next percentile of the same histogram at the same moments costs little. */
  memo?: EvalMemo;
}

/** A series of a result: its points in time order, milliseconds and values. */
export interface ResultSeries {
  labels: Labels;
  timestamps: number[];
  values: number[];
}

/** A result with what Prometheus calls annotations. */
export type QueryResult = { warnings: string[]; infos: string[] } & (
  | { type: 'vector'; series: ResultSeries[] }
  | { type: 'matrix'; series: ResultSeries[] }
  | { type: 'scalar'; timeMs: number; value: number }
  | { type: 'string'; timeMs: number; value: string }
);

/** Evaluates a query at one instant. @throws PromqlError */
export function evaluateInstant(expr: Expr, storage: Storage, timeMs: number, options: EvalOptions = {}): QueryResult {
  const ctx = newContext(storage, { startMs: timeMs, stepMs: 1, count: 1 }, options);
  const inner = unwrapParens(expr);
  switch (typeOf(inner)) {
    case 'string':
      return finish(ctx, { type: 'string', timeMs, value: inner.kind === 'string' ? inner.value : '' });
    case 'scalar':
      return finish(ctx, { type: 'scalar', timeMs, value: evaluateScalar(inner, ctx)[0] as number });
    case 'matrix': {
      if (inner.kind !== 'matrix' && inner.kind !== 'subquery') break;
      return finish(ctx, { type: 'matrix', series: [...rangeResult(inner, ctx)].sort((a, b) => compareLabels(a.labels, b.labels)) });
    }
    case 'vector': {
      const series: ResultSeries[] = [];
      for (const { labels, values, present } of evaluateVector(inner, ctx)) {
        if (present[0] === 1) series.push({ labels, timestamps: [timeMs], values: [values[0] as number] });
      }
      return finish(ctx, { type: 'vector', series });
    }
  }
  throw new TypeError(`${inner.kind} has no value`);
}

/** Evaluates a query at start, start + step, … up to end (milliseconds). @throws PromqlError */
export function evaluateRange(
  expr: Expr,
  storage: Storage,
  range: { startMs: number; endMs: number; stepMs: number },
  options: EvalOptions = {},
): QueryResult {
  const type = typeOf(expr);
  if (type !== 'vector' && type !== 'scalar') {
    throw new PromqlError(
      'bad_data',
      `invalid expression type "${describeType(type)}" for range query, must be Scalar or instant Vector`,
      expr,
    );
  }
  const count = Math.floor((range.endMs - range.startMs) / range.stepMs) + 1;
  const grid: Grid = { startMs: range.startMs, stepMs: range.stepMs, count };
  const ctx = newContext(storage, grid, options, range.endMs);
  const series: ResultSeries[] = [];
  for (const { labels, values, present } of holdSeries(evaluateOverGrid(expr, ctx), ctx)) {
    const result: ResultSeries = { labels, timestamps: [], values: [] };
    for (let i = 0; i < count; i++) {
      if (present[i] !== 1) continue;
      result.timestamps.push(grid.startMs + i * grid.stepMs);
      result.values.push(values[i] as number);
    }
    if (result.values.length > 0) series.push(result);
  }
  return finish(ctx, { type: 'matrix', series: series.sort((a, b) => compareLabels(a.labels, b.labels)) });
}

function* rangeResult(expr: Parameters<typeof selectRange>[0], ctx: EvalContext): Generator<ResultSeries> {
  const shift = expr.kind === 'matrix' ? expr.selector : expr;
  const at = shift.at === 'start' ? ctx.queryStartMs : shift.at === 'end' ? ctx.queryEndMs : (shift.at ?? ctx.grid.startMs);
  const endMs = at - shift.offsetMs;
  const startMs = endMs - expr.rangeMs;
  for (const { labels, samples } of selectRange(expr, ctx)) {
    const result: ResultSeries = { labels, timestamps: [], values: [] };
    for (let i = 0; i < samples.length; i++) {
      const time = samples.timestamps[i] as number;
      if (time <= startMs || time > endMs) continue;
      result.timestamps.push(time);
      result.values.push(samples.values[i] as number);
    }
    if (result.values.length > 0) yield result;
  }
}

function newContext(storage: Storage, grid: Grid, options: EvalOptions, endMs = grid.startMs): EvalContext {
  return {
    storage,
    grid,
    queryStartMs: grid.startMs,
    queryEndMs: endMs,
    lookbackMs: options.lookbackMs ?? 300_000,
    subqueryStepMs: options.subqueryStepMs ?? 60_000,
    budget: { samples: options.maxSamples ?? 50_000_000 },
    checkpoint: options.checkpoint ?? (() => {}),
    memo: options.memo,
    warnings: new Set(),
    infos: new Set(),
    vector: evaluateVector,
    scalar: evaluateScalar,
  };
}

type Payload<T> = T extends { warnings: string[]; infos: string[] } ? Omit<T, 'warnings' | 'infos'> : never;

function finish(ctx: EvalContext, result: Payload<QueryResult>): QueryResult {
  return { ...result, warnings: [...ctx.warnings], infos: [...ctx.infos] };
}
