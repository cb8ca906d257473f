import { expect } from 'vitest';
import { wilson } from '../../support/statistics';

/** Runs `work` `total` times, at most `width` at once. */
export async function inParallel(total: number, width: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(width, total) }, async () => {
      while (next < total) {
        next += 1;
        await work(next - 1);
      }
    }),
  );
}

/** Counts what `work` resolves to. */
export async function countReplies(total: number, width: number, work: () => Promise<string>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await inParallel(total, width, async () => {
    const key = await work();
    counts[key] = (counts[key] ?? 0) + 1;
  });
  return counts;
}

/** Each share lies in the 99.99 % interval of what was counted, and nothing else was seen. A share of 0 or 1 is exact. */
export function expectShares(counts: Record<string, number>, shares: Record<string, number>): void {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const unexpected = Object.keys(counts).filter((key) => (shares[key] ?? 0) === 0);
  expect(unexpected, `counted ${JSON.stringify(counts)}`).toEqual([]);
  for (const [key, share] of Object.entries(shares)) {
    const { low, high } = wilson(counts[key] ?? 0, total);
    expect(share, `${key}: ${counts[key] ?? 0} of ${total}, [${low.toFixed(3)}, ${high.toFixed(3)}]`).toBeGreaterThanOrEqual(low);
    expect(share, `${key}: ${counts[key] ?? 0} of ${total}, [${low.toFixed(3)}, ${high.toFixed(3)}]`).toBeLessThanOrEqual(high);
  }
}
