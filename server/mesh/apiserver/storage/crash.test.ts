import { expect, it } from 'vitest';
import { runCrashRounds } from '../testdata/run-crash-rounds';

it('keeps every acknowledged write through kill -9', { timeout: 60_000 }, async () => {
  const outcome = await runCrashRounds(4, Math.random);
  expect(outcome.broken).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(50);
});
