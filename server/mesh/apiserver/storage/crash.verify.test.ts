import { expect, it } from 'vitest';
import { runCrashRounds } from '../testdata/run-crash-rounds';

const rounds = Number(process.env['HEDDLE_CRASH_ROUNDS'] ?? 1000);

it(`keeps every acknowledged write through ${rounds} × kill -9`, { timeout: rounds * 3_000 }, async () => {
  const outcome = await runCrashRounds(rounds, Math.random);
  expect(outcome.broken).toEqual([]);
  expect(outcome.acknowledged).toBeGreaterThan(rounds * 10);
});
