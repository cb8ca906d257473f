import { describe, expect, it } from 'vitest';
import { createDebouncer } from './schedule-pushes';

/** A clock that only moves when told. */
function manualClock() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    setTimer(run: () => void, ms: number) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(to: number) {
      for (;;) {
        const next = timers.filter((timer) => timer.at <= to).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
      }
      now = to;
    },
  };
}

function run(events: number[]) {
  const clock = manualClock();
  const pushes: number[] = [];
  const debouncer = createDebouncer(() => pushes.push(clock.now()), { quietMs: 5, maxMs: 100, stormMs: 1600 }, clock);
  for (const at of events) {
    clock.advance(at);
    debouncer.trigger();
  }
  clock.advance((events.at(-1) ?? 0) + 10_000);
  return pushes;
}

describe('createDebouncer', () => {
  it('pushes one change after the quiet time', () => {
    expect(run([10])).toEqual([15]);
  });

  it('pushes changes that come together once', () => {
    expect(run([10, 12, 14, 18])).toEqual([23]);
    expect(run([10, 100])).toEqual([15, 105]);
  });

  it('does not wait for ever while changes keep coming, and pushes a storm ever more rarely', () => {
    const storm = Array.from({ length: 1500 }, (_, index) => index * 2);
    const pushes = run(storm);
    expect(pushes[0]).toBeLessThanOrEqual(100);
    expect(pushes.length).toBeLessThanOrEqual(6);
    expect(pushes.at(-1)).toBeGreaterThan(2998);
  });

  it('is quick again after a storm', () => {
    const pushes = run([...Array.from({ length: 300 }, (_, index) => index * 2), 2000]);
    expect(pushes.at(-1)).toBe(2005);
  });
});
