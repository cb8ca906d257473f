/** A running sum with Neumaier's compensation, so that large and small values do not swallow each other. */
export class CompensatedSum {
  #sum = 0;
  #rest = 0;

  add(value: number): void {
    const total = this.#sum + value;
    if (!Number.isFinite(total)) this.#rest = 0;
    else if (Math.abs(this.#sum) >= Math.abs(value)) this.#rest += this.#sum - total + value;
    else this.#rest += value - total + this.#sum;
    this.#sum = total;
  }

  value(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#rest : this.#sum;
  }
}

/** The mean of some values; falls back to a running mean where their sum overflows. */
export function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  const sum = new CompensatedSum();
  for (let i = from; i < to; i++) sum.add(values[i] as number);
  const total = sum.value();
  if (Number.isFinite(total)) return total / (to - from);
  let mean = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value) || !Number.isFinite(mean)) mean = Number.isFinite(mean) || mean !== value ? mean + value : mean;
    else mean += value / (i - from + 1) - mean / (i - from + 1);
  }
  return mean;
}

/** Population variance by Welford's method. */
export function varianceOf(values: ArrayLike<number>, from: number, to: number): number {
  let mean = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const delta = (values[i] as number) - mean;
    mean += delta / (i - from + 1);
    squares += delta * ((values[i] as number) - mean);
  }
  return squares / (to - from);
}

/** The φ-quantile of some values, interpolated between neighbours; NaN counts as the smallest value. */
export function quantileOf(phi: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const sorted = values.slice().sort((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b));
  const rank = phi * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight;
}
