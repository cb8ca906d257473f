import { arithmetic, compare } from './binary-values';
import type { EvalContext } from './eval-context';
import { isComparison, isSetOp, type Expr } from './syntax-tree';

/** Evaluates an expression of type scalar at every step. */
export function evaluateScalar(expr: Expr, ctx: EvalContext): Float64Array {
  const { startMs, stepMs, count } = ctx.grid;
  switch (expr.kind) {
    case 'number':
      return new Float64Array(count).fill(expr.value);
    case 'paren':
      return evaluateScalar(expr.expr, ctx);
    case 'unary': {
      const values = evaluateScalar(expr.expr, ctx);
      return expr.op === '-' ? values.map((value) => -value) : values;
    }
    case 'binary': {
      const left = evaluateScalar(expr.left, ctx);
      const right = evaluateScalar(expr.right, ctx);
      const { op } = expr;
      if (isSetOp(op)) break;
      if (isComparison(op)) return left.map((value, i) => (compare(op, value, right[i] as number) ? 1 : 0));
      return left.map((value, i) => arithmetic(op, value, right[i] as number));
    }
    case 'call':
      if (expr.func === 'pi') return new Float64Array(count).fill(Math.PI);
      if (expr.func === 'time') return Float64Array.from({ length: count }, (_, step) => (startMs + step * stepMs) / 1000);
      if (expr.func === 'scalar') return onlyValues(expr.args[0] as Expr, ctx);
      break;
    case 'string':
    case 'selector':
    case 'matrix':
    case 'subquery':
    case 'aggregate':
      break;
  }
  throw new TypeError(`${expr.kind} is no scalar`); // The type check has seen to it.
}

/** The value of the single series there is at a step; NaN when there are none or several. */
function onlyValues(vector: Expr, ctx: EvalContext): Float64Array {
  const values = new Float64Array(ctx.grid.count).fill(NaN);
  const seen = new Uint32Array(ctx.grid.count);
  for (const series of ctx.vector(vector, ctx)) {
    for (let i = 0; i < values.length; i++) {
      if (series.present[i] !== 1) continue;
      seen[i] = (seen[i] as number) + 1;
      values[i] = seen[i] === 1 ? (series.values[i] as number) : NaN;
    }
  }
  return values;
}
