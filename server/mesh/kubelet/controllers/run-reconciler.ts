import { isHeddleError } from '@/lib/errors';
import type { Log } from '../types';

export interface Reconciler {
  /** Marks an object (`namespace/name`) as to be looked at. */
  enqueue(key: string, afterMs?: number): void;
  stop(): void;
}

const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Runs `reconcile` for each key that was enqueued, one at a time and never twice at once for one key. A key enqueued while it runs
 * runs again; one that fails is tried again with back-off. `reconcile` must compare and correct, never count on the reason of the call.
 */
export function runReconciler(name: string, reconcile: (key: string) => Promise<void>, log: Log): Reconciler {
  const queue = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  const failures = new Map<string, number>();
  let running = false;
  let stopped = false;

  async function drain(): Promise<void> {
    if (running) return;
    running = true;
    for (const key of queue) {
      if (stopped) break;
      queue.delete(key);
      try {
        await reconcile(key);
        failures.delete(key);
      } catch (error) {
        const count = failures.get(key) ?? 0;
        failures.set(key, count + 1);
        // A conflict only says that our copy is behind: the next one follows at once with the newer copy.
        const expected = isHeddleError(error) && (error.code === 'conflict' || error.code === 'not_found');
        if (!expected && !stopped)
          log.warn({ controller: name, key, error: error instanceof Error ? error.message : String(error) }, 'retrying');
        enqueue(key, Math.min(firstRetryMs * 2 ** count, longestRetryMs));
      }
    }
    running = false;
    if (queue.size > 0 && !stopped) void drain();
  }

  function enqueue(key: string, afterMs = 0): void {
    if (stopped) return;
    if (afterMs > 0) {
      clearTimeout(timers.get(key));
      const timer = setTimeout(() => {
        timers.delete(key);
        enqueue(key);
      }, afterMs);
      timers.set(key, timer);
      return;
    }
    queue.add(key);
    // In a turn of its own, so that a burst of changes becomes one round.
    setImmediate(() => void drain());
  }

  return {
    enqueue,
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
