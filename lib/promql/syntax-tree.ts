import type { Matcher } from './label-matcher';
import type { TextSpan } from './promql-error';

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

/** When a selector or subquery looks: `@` fixes the time, `offset` shifts it back (milliseconds, may be negative). */
export interface TimeShift {
  offsetMs: number;
  at?: number | 'start' | 'end';
}

export interface NumberLiteral extends TextSpan {
  kind: 'number';
  value: number;
}
export interface StringLiteral extends TextSpan {
  kind: 'string';
  value: string;
}
export interface VectorSelector extends TextSpan, TimeShift {
  kind: 'selector';
  /** The metric name that stands before the braces (it is among the matchers too). */
  name: string | undefined;
  matchers: Matcher[];
}
export interface MatrixSelector extends TextSpan {
  kind: 'matrix';
  selector: VectorSelector;
  rangeMs: number;
}
export interface Subquery extends TextSpan, TimeShift {
  kind: 'subquery';
  expr: Expr;
  rangeMs: number;
  /** Absent: the default step of the evaluation. */
  stepMs: number | undefined;
}
export interface Call extends TextSpan {
  kind: 'call';
  func: string;
  args: Expr[];
}
export interface Aggregate extends TextSpan {
  kind: 'aggregate';
  op: AggregateOp;
  grouping: string[];
  without: boolean;
  param: Expr | undefined;
  expr: Expr;
}
export interface Matching {
  on: boolean;
  labels: string[];
  /** Which side may have many series per match group. */
  group: 'none' | 'left' | 'right';
  include: string[];
}
export interface Binary extends TextSpan {
  kind: 'binary';
  op: BinaryOp;
  left: Expr;
  right: Expr;
  bool: boolean;
  /** Absent when the query says nothing about matching. */
  matching: Matching | undefined;
}
export interface Unary extends TextSpan {
  kind: 'unary';
  op: '+' | '-';
  expr: Expr;
}
export interface Paren extends TextSpan {
  kind: 'paren';
  expr: Expr;
}

/** A parsed query. */
export type Expr = NumberLiteral | StringLiteral | VectorSelector | MatrixSelector | Subquery | Call | Aggregate | Binary | Unary | Paren;

export const aggregateOps = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
] as const;
export type AggregateOp = (typeof aggregateOps)[number];

export const arithmeticOps = ['+', '-', '*', '/', '%', '^', 'atan2'] as const;
export const comparisonOps = ['==', '!=', '<', '<=', '>', '>='] as const;
export const setOps = ['and', 'or', 'unless'] as const;
export type ArithmeticOp = (typeof arithmeticOps)[number];
export type ComparisonOp = (typeof comparisonOps)[number];
export type SetOp = (typeof setOps)[number];
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return (comparisonOps as readonly string[]).includes(op);
}
export function isSetOp(op: BinaryOp): op is SetOp {
  return (setOps as readonly string[]).includes(op);
}
/** Aggregations that take a parameter before the vector. */
export function takesParameter(op: AggregateOp): boolean {
  return op === 'topk' || op === 'bottomk' || op === 'quantile' || op === 'count_values';
}

/** The expression inside any number of parentheses. */
export function unwrapParens(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren') inner = inner.expr;
  return inner;
}
