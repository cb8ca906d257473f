import type { EvalMemo } from '@/lib/promql';

/** So long the percentiles of one look at a mesh follow each other. Samples that come meanwhile are for later moments. */
const keepMs = 2_000;
const mostEntries = 4;

/**
 * Keeps what queries have grouped for a moment: a console asks for p50, p95 and p99 of the same buckets at the same time, and grouping
 * a hundred thousand series is nearly all of the work.
 */
export function rememberBuckets(): EvalMemo {
  const entries = new Map<string, { value: unknown; timer: NodeJS.Timeout }>();
  const forget = (key: string): void => {
    clearTimeout(entries.get(key)?.timer);
    entries.delete(key);
  };
  return {
    get: (key) => entries.get(key)?.value,
    set(key, value) {
      forget(key);
      const [oldest] = entries.keys();
      if (entries.size >= mostEntries && oldest !== undefined) forget(oldest);
      const timer = setTimeout(() => entries.delete(key), keepMs);
      timer.unref();
      entries.set(key, { value, timer });
    },
  };
}
