/** What stands where there is no data. Never 0: no traffic is not zero traffic. */
export const noData = '–';

/** Three significant digits without trailing zeros' noise: 0.0123, 1.2, 18.3, 999, 1.2k, 3.45M. */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 999_500) return `${trim((value / 1_000_000).toPrecision(3))}M`;
  if (size >= 999.5) return `${trim((value / 1_000).toPrecision(3))}k`;
  if (size < 0.001) return value.toExponential(1);
  return trim(value.toPrecision(3));
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** A rate or a count, as `18.3` or `1.2k`; `null` is no data. */
export function formatNumber(value: number | null): string {
  return value === null ? noData : threeDigits(value);
}

/** A time in milliseconds with its unit: `0.35 ms`, `87 ms`, `1.2 s`, `2.5 min`. */
export function formatMs(value: number | null): string {
  if (value === null) return noData;
  if (value >= 120_000) return `${threeDigits(value / 60_000)} min`;
  if (value >= 1_000) return `${threeDigits(value / 1_000)} s`;
  return `${threeDigits(value)} ms`;
}

/** A ratio 0..1 as per cent: `0 %`, `0.4 %`, `12.5 %`, `100 %`. What is nearly all never rounds up to all. */
export function formatRatio(value: number | null): string {
  if (value === null) return noData;
  const percent = value * 100;
  if (percent > 99.95 && percent < 100) return '> 99.9 %';
  return `${threeDigits(percent)} %`;
}

/** Bytes with a binary unit: `512 B`, `1.5 KiB`. */
export function formatBytes(value: number | null): string {
  if (value === null) return noData;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${threeDigits(size)} ${units[unit]}`;
}
