'use client';

import { type ReactNode, useSyncExternalStore } from 'react';
import { formatAgo } from '@/lib/format';

const tickMs = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all relative times of a page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** A time as "3 min ago"; the exact one on hover. `at` in milliseconds since 1970. */
export function RelativeTime({ at, className }: { at: number; className?: string }): ReactNode {
  const current = useSyncExternalStore(
    subscribe,
    () => now,
    () => at,
  );
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact} className={className}>
      {formatAgo(at, Math.max(at, current))}
    </time>
  );
}
