import { functionSignatures } from './function-signatures';
import { parseErrorAt } from './promql-error';
import { isComparison, isSetOp, type Binary, type Call, type Expr, type ValueType } from './syntax-tree';

const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};

/** The words for a type, as messages use them. */
export function describeType(type: ValueType): string {
  return typeNames[type];
}

/** The type an expression evaluates to. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregate':
      return 'vector';
    case 'matrix':
    case 'subquery':
      return 'matrix';
    case 'call':
      return functionSignatures[expr.func]?.returns ?? 'vector';
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
    case 'unary':
    case 'paren':
      return typeOf(expr.expr);
  }
}

/** Checks the types of a whole tree. @throws PromqlError (bad_data) at the part that does not fit. */
export function checkTypes(expr: Expr, query: string): void {
  const expect = (part: Expr, wanted: ValueType, context: string): void => {
    const found = typeOf(part);
    if (found !== wanted) throw parseErrorAt(query, part, `expected type ${typeNames[wanted]} in ${context}, got ${typeNames[found]}`);
  };
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'matrix':
      return;
    case 'paren':
      return checkTypes(expr.expr, query);
    case 'subquery':
      checkTypes(expr.expr, query);
      if (typeOf(expr.expr) !== 'vector' && typeOf(expr.expr) !== 'scalar') {
        throw parseErrorAt(query, expr, `subquery is only allowed on instant vector, got ${typeNames[typeOf(expr.expr)]} instead`);
      }
      return;
    case 'unary': {
      checkTypes(expr.expr, query);
      const type = typeOf(expr.expr);
      if (type !== 'scalar' && type !== 'vector') {
        throw parseErrorAt(
          query,
          expr,
          `unary expression only allowed on expressions of type scalar or instant vector, got ${JSON.stringify(typeNames[type])}`,
        );
      }
      return;
    }
    case 'aggregate':
      checkTypes(expr.expr, query);
      expect(expr.expr, 'vector', 'aggregation expression');
      if (expr.param !== undefined) {
        checkTypes(expr.param, query);
        expect(expr.param, expr.op === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
      }
      return;
    case 'call':
      return checkCall(expr, query, expect);
    case 'binary':
      return checkBinary(expr, query);
  }
}

function checkCall(call: Call, query: string, expect: (part: Expr, wanted: ValueType, context: string) => void): void {
  const signature = functionSignatures[call.func];
  if (signature === undefined) throw parseErrorAt(query, call, `unknown function with name ${JSON.stringify(call.func)}`);
  const most = signature.args.length;
  const least = most - Math.abs(signature.optional);
  const count = call.args.length;
  if (count < least || (count > most && signature.optional >= 0)) {
    const bound = least === most ? '' : count < least ? 'at least ' : 'at most ';
    const wanted = count < least ? least : most;
    throw parseErrorAt(query, call, `expected ${bound}${wanted} argument(s) in call to ${JSON.stringify(call.func)}, got ${count}`);
  }
  call.args.forEach((arg, i) => {
    checkTypes(arg, query);
    expect(arg, signature.args[Math.min(i, most - 1)] as ValueType, `call to function ${JSON.stringify(call.func)}`);
  });
}

function checkBinary(expr: Binary, query: string): void {
  checkTypes(expr.left, query);
  checkTypes(expr.right, query);
  for (const side of [expr.left, expr.right]) {
    const type = typeOf(side);
    if (type !== 'scalar' && type !== 'vector') {
      throw parseErrorAt(query, side, 'binary expression must contain only scalar and instant vector types');
    }
  }
  if (expr.bool && !isComparison(expr.op)) throw parseErrorAt(query, expr, 'bool modifier can only be used on comparison operators');
  const scalars = [expr.left, expr.right].filter((side) => typeOf(side) === 'scalar').length;
  if (scalars > 0 && isSetOp(expr.op)) {
    throw parseErrorAt(query, expr, `set operator ${JSON.stringify(expr.op)} not allowed in binary scalar expression`);
  }
  if (scalars > 0 && expr.matching !== undefined && (expr.matching.labels.length > 0 || expr.matching.group !== 'none')) {
    throw parseErrorAt(query, expr, 'vector matching only allowed between instant vectors');
  }
  if (scalars === 2 && isComparison(expr.op) && !expr.bool) {
    throw parseErrorAt(query, expr, 'comparisons between scalars must use BOOL modifier');
  }
}
