import { evaluateAggregate } from './evaluate-aggregate';
import { evaluateBinary } from './evaluate-binary';
import { holdSeries, withoutNames, type EvalContext, type VectorSeries } from './eval-context';
import { absentSteps, evaluateAbsentOverTime, evaluateRangeFunction } from './evaluate-range-function';
import { evaluateScalar } from './evaluate-scalar';
import { hasOneName, selectInstant } from './evaluate-selector';
import { evaluateHistogramFunction } from './histogram-functions';
import { labelJoin, labelReplace } from './label-functions';
import { atEveryStep, firstStep, isStepInvariant } from './step-invariance';
import { calendarFunctions, perSampleFunctions } from './sample-functions';
import { rangeFunctions } from './range-functions';
import { unwrapParens, type Call, type Expr } from './syntax-tree';

/** Evaluates an expression of type instant vector; the series come one at a time, so that aggregations hold only their groups. */
export function evaluateVector(expr: Expr, ctx: EvalContext): Iterable<VectorSeries> {
  const isWork = expr.kind === 'aggregate' || expr.kind === 'binary' || expr.kind === 'call';
  if (isWork && ctx.grid.count > 1 && isStepInvariant(expr))
    return atEveryStep(evaluateVector(expr, { ...ctx, grid: firstStep(ctx.grid) }), ctx);
  switch (expr.kind) {
    case 'selector':
      return selectInstant(expr, ctx);
    case 'paren':
      return evaluateVector(expr.expr, ctx);
    case 'unary': {
      const inner = evaluateVector(expr.expr, ctx);
      return expr.op === '+'
        ? inner
        : withoutNames(
            mapValues(inner, (value) => -value),
            hasOneName(expr.expr),
            ctx,
          );
    }
    case 'aggregate':
      return evaluateAggregate(expr, ctx);
    case 'binary':
      return evaluateBinary(expr, ctx);
    case 'call':
      return evaluateCall(expr, ctx);
    case 'number':
    case 'string':
    case 'matrix':
    case 'subquery':
      throw new TypeError(`${expr.kind} is no instant vector`); // The type check has seen to it.
  }
}

function evaluateCall(call: Call, ctx: EvalContext): Iterable<VectorSeries> {
  const { func, args } = call;
  if (Object.hasOwn(rangeFunctions, func)) return evaluateRangeFunction(call, ctx);
  const first = args[0] as Expr;
  const perSample = perSampleFunctions[func];
  if (perSample !== undefined) {
    const params = args.slice(1).map((arg) => evaluateScalar(arg, ctx));
    return withoutNames(mapValues(evaluateVector(first, ctx), perSample, params), hasOneName(first), ctx);
  }
  const calendar = calendarFunctions[func];
  if (calendar !== undefined) {
    if (args.length === 0) return [{ labels: [], values: times(ctx).map(calendar), present: new Uint8Array(ctx.grid.count).fill(1) }];
    return withoutNames(mapValues(evaluateVector(first, ctx), calendar), hasOneName(first), ctx);
  }
  switch (func) {
    case 'absent':
      return absentOf(first, ctx);
    case 'absent_over_time':
      return evaluateAbsentOverTime(call, ctx);
    case 'vector':
      return [{ labels: [], values: evaluateScalar(first, ctx), present: new Uint8Array(ctx.grid.count).fill(1) }];
    case 'clamp':
      return clamp(call, ctx);
    case 'timestamp':
      return timestamps(first, ctx);
    case 'sort':
    case 'sort_desc':
      return sorted(evaluateVector(first, ctx), func === 'sort' ? 1 : -1, ctx);
    case 'label_replace':
      return labelReplace(call, holdSeries(evaluateVector(first, ctx), ctx));
    case 'label_join':
      return labelJoin(call, holdSeries(evaluateVector(first, ctx), ctx));
    default:
      return evaluateHistogramFunction(call, ctx);
  }
}

function times(ctx: EvalContext): Float64Array {
  const { startMs, stepMs, count } = ctx.grid;
  return Float64Array.from({ length: count }, (_, step) => (startMs + step * stepMs) / 1000);
}

/** Applies a function to every value; `params` are scalars, one value per step. */
function* mapValues(
  series: Iterable<VectorSeries>,
  change: (value: number, ...params: number[]) => number,
  params: readonly Float64Array[] = [],
): Generator<VectorSeries> {
  for (const { labels, values, present } of series) {
    const changed = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      if (present[i] === 1) changed[i] = change(values[i] as number, ...params.map((param) => param[i] as number));
    }
    yield { labels, values: changed, present };
  }
}

function absentOf(arg: Expr, ctx: EvalContext): Iterable<VectorSeries> {
  const inner = unwrapParens(arg);
  return absentSteps(evaluateVector(arg, ctx), inner.kind === 'selector' ? inner.matchers : [], ctx);
}

/** Steps where the lower bound is above the upper one have no values. */
function clamp(call: Call, ctx: EvalContext): Iterable<VectorSeries> {
  const [vector, low, high] = call.args as [Expr, Expr, Expr];
  const lows = evaluateScalar(low, ctx);
  const highs = evaluateScalar(high, ctx);
  const clamped = mapValues(evaluateVector(vector, ctx), (value, min = NaN, max = NaN) => Math.max(min, Math.min(max, value)), [
    lows,
    highs,
  ]);
  function* possible(): Generator<VectorSeries> {
    for (const series of clamped)
      yield { ...series, present: series.present.map((here, i) => ((highs[i] as number) < (lows[i] as number) ? 0 : here)) };
  }
  return withoutNames(possible(), hasOneName(vector), ctx);
}

/** The time of the sample itself for a plain selector, the time of evaluation for anything else. */
function timestamps(arg: Expr, ctx: EvalContext): Iterable<VectorSeries> {
  const inner = unwrapParens(arg);
  if (inner.kind === 'selector') return withoutNames(selectInstant(inner, ctx, 'time'), hasOneName(inner), ctx);
  const now = times(ctx);
  return withoutNames(
    mapValues(evaluateVector(arg, ctx), (_value, time = NaN) => time, [now]),
    hasOneName(arg),
    ctx,
  );
}

/** Order by value, NaN last. Only instant queries have an order. */
function sorted(series: Iterable<VectorSeries>, direction: 1 | -1, ctx: EvalContext): VectorSeries[] {
  const all = holdSeries(series, ctx);
  if (ctx.grid.count !== 1) return all;
  return all.sort((one, other) => {
    const [a, b] = [one.values[0] as number, other.values[0] as number];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return direction * (a - b);
  });
}
