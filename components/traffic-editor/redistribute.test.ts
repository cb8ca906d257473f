import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveBorder, redistribute } from './redistribute';

const none = new Set<number>();
const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0);

describe('redistribute', () => {
  it('keeps the proportions of the others', () => expect(redistribute([50, 30, 20], 0, 0, none)).toEqual([0, 60, 40]));
  it('spreads evenly when the others have nothing', () => expect(redistribute([100, 0, 0], 0, 40, none)).toEqual([40, 30, 30]));
  it('leaves locked weights alone', () => expect(redistribute([50, 30, 20], 0, 60, new Set([2]))).toEqual([60, 20, 20]));
  it('cuts what the locks do not leave', () => expect(redistribute([50, 30, 20], 0, 95, new Set([2]))).toEqual([80, 0, 20]));
  it('changes nothing when nobody can give', () => expect(redistribute([70, 30], 0, 90, new Set([1]))).toEqual([70, 30]));
  it('changes nothing that is locked itself', () => expect(redistribute([70, 30], 0, 90, new Set([0]))).toEqual([70, 30]));

  it('always sums to 100 in whole numbers from 0 to 100', () => {
    const cases = fc.integer({ min: 2, max: 6 }).chain((count) =>
      fc.record({
        parts: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: count, maxLength: count }),
        index: fc.integer({ min: 0, max: count - 1 }),
        wanted: fc.double({ min: -20, max: 140, noNaN: true }),
        locked: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 })),
      }),
    );
    fc.assert(
      fc.property(cases, ({ parts, index, wanted, locked }) => {
        const start = redistribute([100, ...parts.slice(1).map(() => 0)], 0, parts[0] ?? 0, none);
        const next = redistribute(start, index, wanted, new Set(locked));
        expect(sum(next)).toBe(100);
        for (const weight of next) expect(Number.isInteger(weight) && weight >= 0 && weight <= 100).toBe(true);
        for (const at of locked) expect(next[at]).toBe(start[at]);
      }),
    );
  });
});

describe('moveBorder', () => {
  it('moves only the two neighbours', () => expect(moveBorder([50, 30, 20], 1, 10)).toEqual([50, 40, 10]));
  it('stops at nothing', () => expect(moveBorder([50, 30, 20], 0, -80)).toEqual([0, 80, 20]));
});
