const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };

/** Milliseconds of a duration in Go's notation (`1m30s`, `250ms`, `0.5s`); `null` when the text is none. */
export function parseDurationMs(text: string): number | null {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  // To the nanosecond, Go's own grain: 2.018 s is 2018 ms and not 2017.9999999999998.
  return Math.round(total * 1e6) / 1e6;
}

/** Go's notation of a time in milliseconds, as short as it can be said exactly to the microsecond: `1500` → `1.5s`, `250` → `250ms`. */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toFixed(6))}s`;
  return `${Number(ms.toFixed(3))}ms`;
}
