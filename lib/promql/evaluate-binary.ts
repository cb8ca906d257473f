import { arithmetic, compare, type PairFunction } from './binary-values';
import { typeOf } from './check-types';
import { holdSeries, withoutNames, type EvalContext, type VectorSeries } from './eval-context';
import { hasOneName } from './evaluate-selector';
import { combineSets } from './combine-sets';
import { matchVectors } from './match-vectors';
import { isComparison, isSetOp, type ArithmeticOp, type Binary, type ComparisonOp } from './syntax-tree';

/** Evaluates a binary expression of which at least one side is a vector. */
export function evaluateBinary(expr: Binary, ctx: EvalContext): Iterable<VectorSeries> {
  const { op, left, right } = expr;
  if (isSetOp(op)) return combineSets(op, expr.matching, holdSeries(ctx.vector(left, ctx), ctx), holdSeries(ctx.vector(right, ctx), ctx));
  if (typeOf(left) === 'scalar') return withScalar(expr, 'left', ctx);
  if (typeOf(right) === 'scalar') return withScalar(expr, 'right', ctx);
  return matchVectors(
    expr,
    pairFunction(op, expr.bool),
    holdSeries(ctx.vector(left, ctx), ctx),
    holdSeries(ctx.vector(right, ctx), ctx),
    ctx,
  );
}

function pairFunction(op: ArithmeticOp | ComparisonOp, bool: boolean): PairFunction {
  if (!isComparison(op)) return (a, b) => arithmetic(op, a, b);
  if (bool) return (a, b) => (compare(op, a, b) ? 1 : 0);
  return (a, b) => (compare(op, a, b) ? a : undefined);
}

/** Vector with scalar. A filtering comparison keeps the vector's value, whichever side it stands on. */
function withScalar(expr: Binary, scalarSide: 'left' | 'right', ctx: EvalContext): Iterable<VectorSeries> {
  const [scalarExpr, vectorExpr] = scalarSide === 'left' ? [expr.left, expr.right] : [expr.right, expr.left];
  const op = expr.op as ArithmeticOp | ComparisonOp;
  const scalars = ctx.scalar(scalarExpr, ctx);
  const filters = isComparison(op) && !expr.bool;
  const evaluate = pairFunction(op, expr.bool);
  function* apply(): Generator<VectorSeries> {
    for (const { labels, values, present } of ctx.vector(vectorExpr, ctx)) {
      const result = { labels, values: new Float64Array(values.length), present: new Uint8Array(values.length) };
      for (let i = 0; i < values.length; i++) {
        if (present[i] !== 1) continue;
        const [value, scalar] = [values[i] as number, scalars[i] as number];
        const made = scalarSide === 'left' ? evaluate(scalar, value) : evaluate(value, scalar);
        if (made === undefined) continue;
        result.values[i] = filters ? value : made;
        result.present[i] = 1;
      }
      if (result.present.includes(1)) yield result;
    }
  }
  return filters ? apply() : withoutNames(apply(), hasOneName(vectorExpr), ctx);
}
