import { CompensatedSum, meanOf, quantileOf, varianceOf } from './compensated-sum';

/** The window of one step over the samples of one series: samples `from` ≤ i < `to`, times in (`startMs`, `endMs`]. */
export interface RangeWindow {
  timestamps: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
  startMs: number;
  endMs: number;
  /** When the step is evaluated (differs from `endMs` by offset and `@`). */
  nowMs: number;
}

/** A value for a window that holds at least one sample; `undefined`: no value at this step. */
export type RangeFunction = (window: RangeWindow, param: number) => number | undefined;

/** Increase, extrapolated to the window's borders, of a counter (with resets) or of a gauge. */
function extrapolatedDelta(w: RangeWindow, isCounter: boolean): number | undefined {
  const { timestamps, values, from, to } = w;
  const count = to - from;
  if (count < 2) return undefined;
  const first = values[from] as number;
  let delta = (values[to - 1] as number) - first;
  if (isCounter) {
    let previous = first;
    for (let i = from + 1; i < to; i++) {
      const value = values[i] as number;
      if (value < previous) delta += previous;
      previous = value;
    }
  }
  const firstMs = timestamps[from] as number;
  const lastMs = timestamps[to - 1] as number;
  const sampled = (lastMs - firstMs) / 1000;
  const between = sampled / (count - 1);
  const threshold = between * 1.1;
  let before = (firstMs - w.startMs) / 1000;
  let after = (w.endMs - lastMs) / 1000;
  // A series that begins or ends well inside the window is extended by half an interval only.
  if (before >= threshold) before = between / 2;
  if (isCounter && delta > 0 && first >= 0) before = Math.min(before, sampled * (first / delta));
  if (after >= threshold) after = between / 2;
  return delta * ((sampled + before + after) / sampled);
}

/** Least squares line; the intercept is the value at `originMs`. */
function fitLine(w: RangeWindow, originMs: number): { slope: number; intercept: number } {
  const { timestamps, values, from, to } = w;
  const first = values[from] as number;
  const sums = { x: new CompensatedSum(), y: new CompensatedSum(), xy: new CompensatedSum(), xx: new CompensatedSum() };
  let constant = true;
  for (let i = from; i < to; i++) {
    const y = values[i] as number;
    if (y !== first) constant = false;
    const x = ((timestamps[i] as number) - originMs) / 1000;
    sums.x.add(x);
    sums.y.add(y);
    sums.xy.add(x * y);
    sums.xx.add(x * x);
  }
  if (constant) return Number.isFinite(first) ? { slope: 0, intercept: first } : { slope: NaN, intercept: NaN };
  const n = to - from;
  const [x, y, xy, xx] = [sums.x.value(), sums.y.value(), sums.xy.value(), sums.xx.value()];
  const slope = (xy - (x * y) / n) / (xx - (x * x) / n);
  return { slope, intercept: y / n - (slope * x) / n };
}

/** Smallest (sign −1) or largest (sign 1) value; NaN only when there is nothing else. */
function extreme(w: RangeWindow, sign: 1 | -1): number {
  let best = w.values[w.from] as number;
  for (let i = w.from + 1; i < w.to; i++) {
    const value = w.values[i] as number;
    if (Number.isNaN(best) || sign * value > sign * best) best = value;
  }
  return best;
}

function countPairs(w: RangeWindow, counts: (previous: number, current: number) => boolean): number {
  let count = 0;
  for (let i = w.from + 1; i < w.to; i++) if (counts(w.values[i - 1] as number, w.values[i] as number)) count++;
  return count;
}

/** Functions of a range vector, by name. The optional scalar argument comes as `param`. */
export const rangeFunctions: Readonly<Record<string, RangeFunction>> = {
  rate: (w) => {
    const delta = extrapolatedDelta(w, true);
    return delta === undefined ? undefined : delta / ((w.endMs - w.startMs) / 1000);
  },
  increase: (w) => extrapolatedDelta(w, true),
  delta: (w) => extrapolatedDelta(w, false),
  irate: (w) => {
    if (w.to - w.from < 2) return undefined;
    const last = w.values[w.to - 1] as number;
    const previous = w.values[w.to - 2] as number;
    const seconds = ((w.timestamps[w.to - 1] as number) - (w.timestamps[w.to - 2] as number)) / 1000;
    return seconds === 0 ? undefined : (last < previous ? last : last - previous) / seconds;
  },
  idelta: (w) => (w.to - w.from < 2 ? undefined : (w.values[w.to - 1] as number) - (w.values[w.to - 2] as number)),
  deriv: (w) => (w.to - w.from < 2 ? undefined : fitLine(w, w.timestamps[w.from] as number).slope),
  predict_linear: (w, seconds) => {
    if (w.to - w.from < 2) return undefined;
    const { slope, intercept } = fitLine(w, w.nowMs);
    return slope * seconds + intercept;
  },
  changes: (w) => countPairs(w, (a, b) => a !== b && !(Number.isNaN(a) && Number.isNaN(b))),
  resets: (w) => countPairs(w, (a, b) => b < a),
  avg_over_time: (w) => meanOf(w.values, w.from, w.to),
  sum_over_time: (w) => {
    const sum = new CompensatedSum();
    for (let i = w.from; i < w.to; i++) sum.add(w.values[i] as number);
    return sum.value();
  },
  min_over_time: (w) => extreme(w, -1),
  max_over_time: (w) => extreme(w, 1),
  count_over_time: (w) => w.to - w.from,
  last_over_time: (w) => w.values[w.to - 1],
  present_over_time: () => 1,
  stddev_over_time: (w) => Math.sqrt(varianceOf(w.values, w.from, w.to)),
  stdvar_over_time: (w) => varianceOf(w.values, w.from, w.to),
  quantile_over_time: (w, phi) => quantileOf(phi, w.values.slice(w.from, w.to)),
};
