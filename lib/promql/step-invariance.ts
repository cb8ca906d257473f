import type { EvalContext, Grid, VectorSeries } from './eval-context';
import type { Expr } from './syntax-tree';

/** Functions of the moment of evaluation, whatever their arguments. */
const ofTheMoment: ReadonlySet<string> = new Set(['time', 'timestamp', 'predict_linear']);
/** Without an argument these are of the moment too. */
const ofTheMomentAlone: ReadonlySet<string> = new Set([
  'minute',
  'hour',
  'day_of_week',
  'day_of_month',
  'day_of_year',
  'days_in_month',
  'month',
  'year',
]);

/** Whether an expression has the same value at every step of a query: all that it selects is fixed by `@`. */
export function isStepInvariant(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return true;
    case 'selector':
    case 'subquery':
      return expr.at !== undefined;
    case 'matrix':
      return expr.selector.at !== undefined;
    case 'paren':
    case 'unary':
      return isStepInvariant(expr.expr);
    case 'aggregate':
      return isStepInvariant(expr.expr) && (expr.param === undefined || isStepInvariant(expr.param));
    case 'binary':
      return isStepInvariant(expr.left) && isStepInvariant(expr.right);
    case 'call':
      if (ofTheMoment.has(expr.func) || (expr.args.length === 0 && ofTheMomentAlone.has(expr.func))) return false;
      return expr.args.every((arg) => isStepInvariant(arg));
  }
}

/** The first step of a grid alone. */
export function firstStep(grid: Grid): Grid {
  return { ...grid, count: 1 };
}

/** What one step has given, at every step of the grid. */
export function* atEveryStep(series: Iterable<VectorSeries>, { grid }: EvalContext): Generator<VectorSeries> {
  for (const { labels, values, present } of series)
    yield {
      labels,
      values: new Float64Array(grid.count).fill(values[0] ?? Number.NaN),
      present: new Uint8Array(grid.count).fill(present[0] ?? 0),
    };
}
