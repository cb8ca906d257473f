/** PromQL as of Prometheus 3: parser, type check, printer and a pure evaluator over a `Storage`. */
export { parseExpression } from './parse-expression';
export { parseMetricSelector } from './parse-selector';
export { printExpression } from './print-expression';
export { evaluateInstant, evaluateRange } from './evaluate';
export type { EvalMemo } from './eval-context';
export type { EvalOptions, QueryResult, ResultSeries } from './evaluate';
export { compileMatcher, matchesAll } from './label-matcher';
export type { CompiledMatcher, Matcher, MatchOp } from './label-matcher';
export { PromqlError } from './promql-error';
export type { PromqlErrorType, TextSpan } from './promql-error';
export type { Samples, Storage, StoredSeries } from './storage';
export { formatPromDuration, parsePromDuration } from './duration';
export { formatFloat, parseFloatText } from './float-format';
export { METRIC_NAME, compareLabels, formatLabels, labelPairs, labelsKey, labelsOf, labelsToRecord, labelValue } from './labels';
export type { Labels } from './labels';
export type { Expr } from './syntax-tree';
