/** Timers, so that tests hold the clock. Milliseconds. */
export interface PushClock {
  now(): number;
  setTimer(run: () => void, ms: number): () => void;
}

export const systemClock: PushClock = {
  now: () => performance.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface DebounceOptions {
  /** A push waits until nothing has changed for this long … */
  quietMs: number;
  /** … but no longer than this after the first change of a burst … */
  maxMs: number;
  /** … which doubles with each push of a burst that goes on, up to this: a storm of writes costs few pushes. */
  stormMs: number;
}

export const defaultDebounce: DebounceOptions = { quietMs: 5, maxMs: 100, stormMs: 1600 };

/** Answers a function to call on every change; `run` follows when the changes pause, or at the latest after the burst's limit. */
export function createDebouncer(run: () => void, options: DebounceOptions = defaultDebounce, clock: PushClock = systemClock) {
  let cancel: (() => void) | undefined;
  let burstStart = 0;
  let limit = options.maxMs;

  function fire(forced: boolean): void {
    cancel = undefined;
    limit = forced ? Math.min(limit * 2, options.stormMs) : options.maxMs;
    run();
  }

  return {
    trigger(): void {
      const now = clock.now();
      if (cancel === undefined) burstStart = now;
      else cancel();
      const left = burstStart + limit - now;
      const forced = left <= options.quietMs;
      cancel = clock.setTimer(() => fire(forced), Math.max(0, Math.min(options.quietMs, left)));
    },
    stop(): void {
      cancel?.();
      cancel = undefined;
    },
  };
}
