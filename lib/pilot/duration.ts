import type { Duration } from '@/lib/xds';

const unitNanos: Record<string, number> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };

/** A duration in Go's notation (`1m30s`, `250ms`, `0.5s`) in Envoy's form, or `undefined` when it is not one. */
export function parseDuration(text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  let nanos = 0;
  let rest = text;
  while (rest !== '') {
    const match = /^(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/.exec(rest);
    const unit = match?.[2] === undefined ? undefined : unitNanos[match[2]];
    if (match?.[1] === undefined || unit === undefined) return text === '0' ? { seconds: 0 } : undefined;
    nanos += Number(match[1]) * unit;
    rest = rest.slice(match[0].length);
  }
  return text === '' ? undefined : durationOfNanos(nanos);
}

function durationOfNanos(nanos: number): Duration {
  const seconds = Math.floor(nanos / 1e9);
  const rest = Math.round(nanos - seconds * 1e9);
  return rest === 0 ? { seconds } : { seconds, nanos: rest };
}

/** Whether a duration is set and longer than nothing. */
export function isPositive(duration: Duration | undefined): duration is Duration {
  return duration !== undefined && (duration.seconds > 0 || (duration.nanos ?? 0) > 0);
}
