import { checkTypes } from './check-types';
import { experimentalFunctions, functionSignatures } from './function-signatures';
import { TokenReader } from './token-reader';
import { parseErrorAt, type TextSpan } from './promql-error';
import { parseSelector } from './parse-selector';
import {
  aggregateOps,
  isSetOp,
  takesParameter,
  type Aggregate,
  type AggregateOp,
  type Binary,
  type BinaryOp,
  type Expr,
  type Matching,
  type TimeShift,
} from './syntax-tree';

/** How tightly an operator binds; `^` alone is right-associative. */
const precedence: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
/** A sign binds like a product: `-a ^ 2` is `-(a ^ 2)`, `-a * b` is `(-a) * b`. */
const UNARY_PRECEDENCE = 6;
/** Deeper nesting than this is refused, so that no query can exhaust the stack. */
const MAX_DEPTH = 250;

/**
 * Parses a PromQL query (Prometheus 3 grammar) and checks its types.
 * @throws PromqlError with errorType `bad_data`, the position in its `span` and in its message.
 */
export function parseExpression(query: string): Expr {
  const reader = new TokenReader(query);
  if (reader.peek().kind === 'end') throw parseErrorAt(query, { start: 0, end: 0 }, 'no expression found in input');
  const expr = parseBinary(reader, 0, 0);
  if (reader.peek().kind !== 'end') throw reader.unexpected('expression');
  checkTypes(expr, query);
  return expr;
}

function parseBinary(reader: TokenReader, minimum: number, depth: number): Expr {
  if (depth > MAX_DEPTH) throw reader.fail('expression is nested too deeply');
  let left = parseUnary(reader, depth + 1);
  for (;;) {
    const token = reader.peek();
    const op = binaryOp(token.kind === 'operator' ? token.text : token.kind === 'identifier' ? token.text.toLowerCase() : '');
    if (op === undefined || precedence[op] < minimum) return left;
    reader.next();
    const modifiers = parseMatching(reader, op);
    const right = parseBinary(reader, op === '^' ? precedence[op] : precedence[op] + 1, depth + 1);
    left = { kind: 'binary', op, left, right, ...modifiers, start: left.start, end: right.end } satisfies Binary;
  }
}

function binaryOp(text: string): BinaryOp | undefined {
  return Object.hasOwn(precedence, text) ? (text as BinaryOp) : undefined;
}

function parseMatching(reader: TokenReader, op: BinaryOp): { bool: boolean; matching: Matching | undefined } {
  const bool = reader.takeWord('bool');
  const side = reader.takeWord('on') ? 'on' : reader.takeWord('ignoring') ? 'ignoring' : undefined;
  if (side === undefined) return { bool, matching: undefined };
  const labels = parseLabelNames(reader);
  const group = reader.takeWord('group_left') ? 'left' : reader.takeWord('group_right') ? 'right' : 'none';
  if (group !== 'none' && isSetOp(op)) throw reader.fail(`no grouping allowed for "${op}" operation`);
  const include = group !== 'none' && reader.is('(') ? parseLabelNames(reader) : [];
  const twice = side === 'on' ? include.find((name) => labels.includes(name)) : undefined;
  if (twice !== undefined) throw reader.fail(`label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`);
  return { bool, matching: { on: side === 'on', labels, group, include } };
}

function parseUnary(reader: TokenReader, depth: number): Expr {
  const token = reader.peek();
  if (token.kind === 'operator' && (token.text === '-' || token.text === '+')) {
    reader.next();
    const expr = parseBinary(reader, UNARY_PRECEDENCE, depth + 1);
    if (expr.kind === 'number') return { ...expr, value: token.text === '-' ? -expr.value : expr.value, start: token.start };
    return { kind: 'unary', op: token.text, expr, start: token.start, end: expr.end };
  }
  return parsePostfix(reader, parsePrimary(reader, depth));
}

function parsePrimary(reader: TokenReader, depth: number): Expr {
  const token = reader.peek();
  if (token.kind === 'number' || token.kind === 'duration') {
    reader.next();
    // A duration stands for its seconds where a number is expected (Prometheus 3).
    return { kind: 'number', value: token.kind === 'number' ? token.value : token.value / 1000, start: token.start, end: token.end };
  }
  if (token.kind === 'string') {
    reader.next();
    return { kind: 'string', value: token.text, start: token.start, end: token.end };
  }
  if (reader.is('(')) {
    reader.next();
    const expr = parseBinary(reader, 0, depth + 1);
    const close = reader.expect(')', 'paren expression');
    return { kind: 'paren', expr, start: token.start, end: close.end };
  }
  if (reader.is('{')) return parseSelector(reader, undefined);
  if (token.kind !== 'identifier') throw reader.unexpected('');
  const word = token.text.toLowerCase();
  const following = reader.peek(1);
  if (
    (aggregateOps as readonly string[]).includes(word) &&
    (following.text === '(' || /^(by|without)$/i.test(following.text)) &&
    following.kind !== 'string'
  ) {
    return parseAggregate(reader, word as AggregateOp, depth);
  }
  if (following.kind === 'operator' && following.text === '(') return parseCall(reader, depth);
  if ((word === 'inf' || word === 'nan') && !(following.kind === 'operator' && following.text === '{')) {
    reader.next();
    return { kind: 'number', value: word === 'inf' ? Infinity : NaN, start: token.start, end: token.end };
  }
  if (binaryOp(word) !== undefined && following.kind !== 'operator' && following.kind !== 'end') throw reader.unexpected('');
  reader.next();
  return parseSelector(reader, token);
}

function parseCall(reader: TokenReader, depth: number): Expr {
  const name = reader.next();
  if (!Object.hasOwn(functionSignatures, name.text)) {
    if (experimentalFunctions.has(name.text))
      throw parseErrorAt(reader.query, name, `function ${JSON.stringify(name.text)} is not supported`);
    throw parseErrorAt(reader.query, name, `unknown function with name ${JSON.stringify(name.text)}`);
  }
  const { args, end } = parseArguments(reader, depth);
  return { kind: 'call', func: name.text, args, start: name.start, end };
}

function parseArguments(reader: TokenReader, depth: number): { args: Expr[]; end: number } {
  reader.expect('(', 'function call');
  const args: Expr[] = [];
  while (!reader.is(')')) {
    args.push(parseBinary(reader, 0, depth + 1));
    if (!reader.is(')')) {
      reader.expect(',', 'function call arguments');
      if (reader.is(')')) throw reader.fail('trailing commas not allowed in function call args');
    }
  }
  return { args, end: reader.next().end };
}

function parseAggregate(reader: TokenReader, op: AggregateOp, depth: number): Aggregate {
  const name = reader.next();
  let clause = parseGrouping(reader);
  const { args, end: close } = parseArguments(reader, depth);
  let end = close;
  if (clause === undefined) {
    clause = parseGrouping(reader);
    if (clause !== undefined) end = clause.end;
  }
  const wanted = takesParameter(op) ? 2 : 1;
  const span: TextSpan = { start: name.start, end };
  if (args.length === 0) throw parseErrorAt(reader.query, span, 'no arguments for aggregate expression provided');
  if (args.length !== wanted) {
    throw parseErrorAt(
      reader.query,
      span,
      `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
    );
  }
  const [first, second] = args as [Expr, Expr | undefined];
  return {
    kind: 'aggregate',
    op,
    grouping: clause?.labels ?? [],
    without: clause?.without ?? false,
    param: second === undefined ? undefined : first,
    expr: second ?? first,
    ...span,
  };
}

function parseGrouping(reader: TokenReader): { labels: string[]; without: boolean; end: number } | undefined {
  const without = reader.takeWord('without');
  if (!without && !reader.takeWord('by')) return undefined;
  const labels = parseLabelNames(reader);
  return { labels, without, end: reader.previousEnd() };
}

/** `(a, b, "quoted name")`, with an optional comma at the end. */
function parseLabelNames(reader: TokenReader): string[] {
  reader.expect('(', 'grouping opts');
  const names: string[] = [];
  while (!reader.is(')')) {
    const token = reader.next();
    if (token.kind !== 'string' && (token.kind !== 'identifier' || token.text.includes(':'))) {
      throw reader.unexpectedToken(token, 'grouping opts', 'label');
    }
    names.push(token.text);
    if (!reader.is(')')) reader.expect(',', 'grouping opts');
  }
  reader.next();
  return names;
}

/** Ranges, subqueries, `offset` and `@` behind an expression, in any order that makes sense. */
function parsePostfix(reader: TokenReader, primary: Expr): Expr {
  let expr = primary;
  for (;;) {
    const token = reader.peek();
    if (reader.is('[')) expr = parseRange(reader, expr);
    else if (token.kind === 'identifier' && token.text.toLowerCase() === 'offset') {
      reader.next();
      const sign = reader.takeSign();
      const amount = reader.expectDuration('offset');
      const target = shiftTarget(reader, expr, token, 'offset');
      if (target.offsetMs !== 0) throw parseErrorAt(reader.query, token, 'offset may not be set multiple times');
      target.offsetMs = sign * amount;
      expr.end = reader.previousEnd();
    } else if (reader.is('@')) {
      reader.next();
      const at = parseAt(reader);
      const target = shiftTarget(reader, expr, token, '@');
      if (target.at !== undefined) throw parseErrorAt(reader.query, token, '@ <timestamp> may not be set multiple times');
      target.at = at;
      expr.end = reader.previousEnd();
    } else return expr;
  }
}

function shiftTarget(reader: TokenReader, expr: Expr, span: TextSpan, modifier: '@' | 'offset'): TimeShift {
  if (expr.kind === 'selector' || expr.kind === 'subquery') return expr;
  if (expr.kind === 'matrix') return expr.selector;
  throw parseErrorAt(
    reader.query,
    span,
    `${modifier} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
  );
}

function parseAt(reader: TokenReader): number | 'start' | 'end' {
  const sign = reader.takeSign();
  const token = reader.next();
  if (token.kind === 'number') return sign * token.value * 1000;
  const word = token.text.toLowerCase();
  if (token.kind === 'identifier' && (word === 'start' || word === 'end') && reader.is('(')) {
    reader.next();
    reader.expect(')', '@');
    return word;
  }
  throw reader.unexpectedToken(token, '@', 'timestamp');
}

function parseRange(reader: TokenReader, expr: Expr): Expr {
  const open = reader.next();
  const rangeMs = reader.expectDuration('range');
  if (rangeMs <= 0) throw parseErrorAt(reader.query, open, 'duration must be greater than 0');
  if (reader.is(':')) {
    reader.next();
    const stepMs = reader.is(']') ? undefined : reader.expectDuration('subquery');
    if (stepMs !== undefined && stepMs <= 0) throw parseErrorAt(reader.query, open, 'duration must be greater than 0');
    const close = reader.expect(']', 'subquery selector');
    return { kind: 'subquery', expr, rangeMs, stepMs, offsetMs: 0, start: expr.start, end: close.end };
  }
  const close = reader.expect(']', 'subquery or range');
  if (expr.kind !== 'selector') throw parseErrorAt(reader.query, expr, 'ranges only allowed for vector selectors');
  if (expr.offsetMs !== 0) throw parseErrorAt(reader.query, expr, 'no offset modifiers allowed before range');
  if (expr.at !== undefined) throw parseErrorAt(reader.query, expr, 'no @ modifiers allowed before range');
  return { kind: 'matrix', selector: expr, rangeMs, start: expr.start, end: close.end };
}
