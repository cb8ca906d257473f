/** What is shown where there is no data (LOOK: never 0). */
export const noValue = '–';

/** Three significant digits, `1.2k`, `3.4M`; `–` without a value. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  const size = Math.abs(value);
  if (size >= 999.5e6) return `${digits(value / 1e9)}G`;
  if (size >= 999.5e3) return `${digits(value / 1e6)}M`;
  if (size >= 999.5) return `${digits(value / 1e3)}k`;
  return digits(value);
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return '<0.001';
  return String(Number(value.toPrecision(3)));
}

/** Requests per second: `12.3 req/s`. */
export function formatRate(perSecond: number | null | undefined): string {
  const text = formatNumber(perSecond);
  return text === noValue ? noValue : `${text} req/s`;
}

/** A ratio of 0..1 as a percentage. What is neither nothing nor all is never rounded to 0 % or 100 %. */
export function formatPercent(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return noValue;
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.01) return '<0.01 %';
  if (percent < 100 && percent > 99.99) return '>99.99 %';
  return `${percent >= 99 && percent < 100 ? String(Number(percent.toFixed(2))) : digits(percent)} %`;
}

/** A time given in milliseconds: `0.42 ms`, `12.3 ms`, `1.2 s`, `3.4 min`. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return noValue;
  const size = Math.abs(ms);
  if (size >= 60_000) return `${digits(ms / 60_000)} min`;
  if (size >= 1000) return `${digits(ms / 1000)} s`;
  return `${digits(ms)} ms`;
}

/** Several durations, the unit said once where all have the same: `1.2 / 3.4 / – ms`. */
export function formatMsList(values: readonly (number | null | undefined)[]): string {
  const texts = values.map((value) => formatMs(value).split(' '));
  const units = new Set(texts.flatMap(([, unit]) => unit ?? []));
  const [unit] = units;
  if (units.size !== 1 || unit === undefined) return texts.map((parts) => parts.join(' ')).join(' / ');
  return `${texts.map(([number]) => number).join(' / ')} ${unit}`;
}

/** Bytes per second in decimal units: `1.2 kB/s`. */
export function formatBytesRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined || !Number.isFinite(perSecond)) return noValue;
  const size = Math.abs(perSecond);
  if (size >= 1e9) return `${digits(perSecond / 1e9)} GB/s`;
  if (size >= 1e6) return `${digits(perSecond / 1e6)} MB/s`;
  if (size >= 1e3) return `${digits(perSecond / 1e3)} kB/s`;
  return `${digits(perSecond)} B/s`;
}
