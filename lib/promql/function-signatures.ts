import type { ValueType } from './syntax-tree';

export interface FunctionSignature {
  args: readonly ValueType[];
  /** How many of the last arguments may be left out; -1: the last may be repeated. */
  optional: number;
  returns: ValueType;
}

const fn = (args: readonly ValueType[], returns: ValueType = 'vector', optional = 0): FunctionSignature => ({ args, optional, returns });
const perSample = fn(['vector']);
const overTime = fn(['matrix']);
const calendar = fn(['vector'], 'vector', 1);

/** Every function the evaluator knows: the stable ones of Prometheus 3 that work on float samples. */
export const functionSignatures: Readonly<Record<string, FunctionSignature>> = {
  abs: perSample,
  absent: perSample,
  absent_over_time: overTime,
  acos: perSample,
  acosh: perSample,
  asin: perSample,
  asinh: perSample,
  atan: perSample,
  atanh: perSample,
  avg_over_time: overTime,
  ceil: perSample,
  changes: overTime,
  clamp: fn(['vector', 'scalar', 'scalar']),
  clamp_max: fn(['vector', 'scalar']),
  clamp_min: fn(['vector', 'scalar']),
  cos: perSample,
  cosh: perSample,
  count_over_time: overTime,
  day_of_month: calendar,
  day_of_week: calendar,
  day_of_year: calendar,
  days_in_month: calendar,
  deg: perSample,
  delta: overTime,
  deriv: overTime,
  exp: perSample,
  floor: perSample,
  histogram_fraction: fn(['scalar', 'scalar', 'vector']),
  histogram_quantile: fn(['scalar', 'vector']),
  hour: calendar,
  idelta: overTime,
  increase: overTime,
  irate: overTime,
  label_join: fn(['vector', 'string', 'string', 'string'], 'vector', -1),
  label_replace: fn(['vector', 'string', 'string', 'string', 'string']),
  last_over_time: overTime,
  ln: perSample,
  log10: perSample,
  log2: perSample,
  max_over_time: overTime,
  min_over_time: overTime,
  minute: calendar,
  month: calendar,
  pi: fn([], 'scalar'),
  predict_linear: fn(['matrix', 'scalar']),
  present_over_time: overTime,
  quantile_over_time: fn(['scalar', 'matrix']),
  rad: perSample,
  rate: overTime,
  resets: overTime,
  round: fn(['vector', 'scalar'], 'vector', 1),
  scalar: fn(['vector'], 'scalar'),
  sgn: perSample,
  sin: perSample,
  sinh: perSample,
  sort: perSample,
  sort_desc: perSample,
  sqrt: perSample,
  stddev_over_time: overTime,
  stdvar_over_time: overTime,
  sum_over_time: overTime,
  tan: perSample,
  tanh: perSample,
  time: fn([], 'scalar'),
  timestamp: perSample,
  vector: fn(['scalar']),
  year: calendar,
};

/** Names that exist in Prometheus but not here: native histograms, and what Prometheus itself keeps behind a feature flag. */
export const experimentalFunctions: ReadonlySet<string> = new Set([
  'double_exponential_smoothing',
  'first_over_time',
  'histogram_avg',
  'histogram_count',
  'histogram_stddev',
  'histogram_stdvar',
  'histogram_sum',
  'holt_winters',
  'info',
  'mad_over_time',
  'sort_by_label',
  'sort_by_label_desc',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
]);
