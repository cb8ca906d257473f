import { formatPromDuration } from './duration';
import { formatFloat } from './float-format';
import { METRIC_NAME } from './labels';
import { takesParameter, type Aggregate, type Binary, type Expr, type TimeShift, type VectorSelector } from './syntax-tree';

const WIDTH = 100;

/** Prints a query in canonical form; parts that do not fit a line are broken over several, indented by two blanks. */
export function printExpression(expr: Expr, depth = 0): string {
  const indent = '  '.repeat(depth);
  const flat = printFlat(expr);
  if (indent.length + flat.length <= WIDTH) return indent + flat;
  const block = (head: string, parts: readonly Expr[], tail = ''): string =>
    `${indent}${head}(\n${parts.map((part) => printExpression(part, depth + 1)).join(',\n')}\n${indent})${tail}`;
  switch (expr.kind) {
    case 'paren':
      return block('', [expr.expr]);
    case 'call':
      return block(expr.func, expr.args);
    case 'aggregate':
      return block(aggregateHead(expr), expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]);
    case 'binary':
      return `${printExpression(expr.left, depth + 1)}\n${indent}${operatorText(expr)}\n${printExpression(expr.right, depth + 1)}`;
    case 'unary':
      return `${indent}${expr.op}${printExpression(expr.expr, depth).trimStart()}`;
    case 'subquery':
      return `${printExpression(expr.expr, depth)}[${formatPromDuration(expr.rangeMs)}:${expr.stepMs === undefined ? '' : formatPromDuration(expr.stepMs)}]${shiftText(expr)}`;
    case 'number':
    case 'string':
    case 'selector':
    case 'matrix':
      return indent + flat;
  }
}

function printFlat(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return formatFloat(expr.value);
    case 'string':
      return JSON.stringify(expr.value);
    case 'paren':
      return `(${printFlat(expr.expr)})`;
    case 'unary':
      return `${expr.op}${printFlat(expr.expr)}`;
    case 'selector':
      return selectorText(expr) + shiftText(expr);
    case 'matrix':
      return `${selectorText(expr.selector)}[${formatPromDuration(expr.rangeMs)}]${shiftText(expr.selector)}`;
    case 'subquery':
      return `${printFlat(expr.expr)}[${formatPromDuration(expr.rangeMs)}:${expr.stepMs === undefined ? '' : formatPromDuration(expr.stepMs)}]${shiftText(expr)}`;
    case 'call':
      return `${expr.func}(${expr.args.map(printFlat).join(', ')})`;
    case 'aggregate': {
      const param = takesParameter(expr.op) && expr.param !== undefined ? `${printFlat(expr.param)}, ` : '';
      return `${aggregateHead(expr)}(${param}${printFlat(expr.expr)})`;
    }
    case 'binary':
      return `${printFlat(expr.left)} ${operatorText(expr)} ${printFlat(expr.right)}`;
  }
}

function aggregateHead(expr: Aggregate): string {
  if (expr.without) return `${expr.op} without (${expr.grouping.map(labelName).join(', ')}) `;
  return expr.grouping.length === 0 ? expr.op : `${expr.op} by (${expr.grouping.map(labelName).join(', ')}) `;
}

function operatorText({ op, bool, matching }: Binary): string {
  let text: string = op + (bool ? ' bool' : '');
  if (matching === undefined) return text;
  if (matching.on || matching.labels.length > 0)
    text += ` ${matching.on ? 'on' : 'ignoring'} (${matching.labels.map(labelName).join(', ')})`;
  if (matching.group !== 'none') text += ` group_${matching.group} (${matching.include.map(labelName).join(', ')})`;
  return text;
}

function labelName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

function selectorText({ name, matchers }: VectorSelector): string {
  const plain = name !== undefined && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  const inner = matchers
    .filter((matcher) => !(plain && matcher.name === METRIC_NAME && matcher.op === '=' && matcher.value === name))
    .map((matcher) => {
      if (!plain && matcher.name === METRIC_NAME && matcher.value === name) return JSON.stringify(name);
      return `${labelName(matcher.name)}${matcher.op}${JSON.stringify(matcher.value)}`;
    });
  return `${plain ? name : ''}${inner.length > 0 ? `{${inner.join(',')}}` : ''}`;
}

function shiftText({ at, offsetMs }: TimeShift): string {
  const time = at === undefined ? '' : ` @ ${typeof at === 'string' ? `${at}()` : (at / 1000).toFixed(3)}`;
  return time + (offsetMs === 0 ? '' : ` offset ${formatPromDuration(offsetMs)}`);
}
