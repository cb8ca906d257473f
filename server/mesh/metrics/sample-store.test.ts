import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMatcher, labelsOf, labelValue } from '@/lib/promql';
import { SampleStore } from './sample-store';

type Sample = [timeMs: number, value: number, stale: boolean];

function readAll(store: SampleStore, name: string, from = -Infinity, to = Infinity): Sample[] {
  const read: Sample[] = [];
  for (const series of store.select([compileMatcher({ name: '__name__', op: '=', value: name })], from, to)) {
    const { timestamps, values, stale, length } = series.read();
    for (let i = 0; i < length; i++) read.push([timestamps[i]!, values[i]!, stale?.[i] === 1]);
  }
  return read;
}

describe('SampleStore', () => {
  it('gives back exactly what was put in, over blocks and windows', () => {
    const value = fc.oneof(fc.double(), fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(NaN, Infinity, -0, 0, 1e-300, 5e-324));
    const gap = fc.oneof(fc.constant(15_000), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 2 ** 33 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, value, fc.boolean()), { minLength: 1, maxLength: 400 }), (steps) => {
        const store = new SampleStore({ windowMs: 7_200_000 });
        const { series } = store.index.add(labelsOf({ __name__: 'x' }));
        let now = 1_700_000_000_000;
        const expected: Sample[] = steps.map(([after, v, stale]) => {
          now += after;
          expect(store.append(series, now, v, stale)).toBe(true);
          return [now, stale ? NaN : v, stale];
        });
        expect(readAll(store, 'x').map(([t, v, s]) => [t, s ? NaN : v, s])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('reads the blocks around a span and no more than it must', () => {
    const store = new SampleStore({ windowMs: 3_600_000 });
    const { series } = store.index.add(labelsOf({ __name__: 'x' }));
    for (let i = 0; i < 5000; i++) store.append(series, i * 1000, Math.sin(i));
    const some = readAll(store, 'x', 2_000_000, 2_010_000);
    expect(some.filter(([t]) => t >= 2_000_000 && t <= 2_010_000)).toHaveLength(11);
    expect(some.length).toBeLessThan(200);
  });

  it('refuses samples that are not newer', () => {
    const store = new SampleStore({ windowMs: 1000 });
    const { series } = store.index.add(labelsOf({ __name__: 'x' }));
    expect([store.append(series, 10, 1), store.append(series, 10, 2), store.append(series, 9, 3), store.append(series, 11, 4)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(store.outOfOrder).toBe(2);
  });

  it('drops windows past retention, and series that are in no other', () => {
    const store = new SampleStore({ windowMs: 1000 });
    const old = store.index.add(labelsOf({ __name__: 'old' })).series;
    const both = store.index.add(labelsOf({ __name__: 'both' })).series;
    store.append(old, 500, 1);
    store.append(both, 500, 1);
    store.append(both, 2500, 2);
    expect(store.dropBefore(2000)).toHaveLength(1);
    expect([readAll(store, 'old'), readAll(store, 'both')]).toEqual([[], [[2500, 2, false]]]);
    expect(store.index.labelNames()).toEqual(['__name__']);
    expect([...store.index.labelValues('__name__').keys()]).toEqual(['both']);
    const again = store.index.add(labelsOf({ __name__: 'old' }));
    expect(again.created).toBe(true);
    store.append(again.series, 2600, 3);
    expect(readAll(store, 'old')).toEqual([[2600, 3, false]]);
  });
});

describe('SeriesIndex', () => {
  it('selects what a scan over all series would', () => {
    const letter = fc.constantFrom('', 'x', 'y', 'z');
    const op = fc.constantFrom('=', '!=', '=~', '!~');
    const matcher = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      op,
      value: fc.constantFrom('', 'x', 'y', 'x|y', '.*', '.+', '[xz]', 'w'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(letter, letter, letter), { maxLength: 20 }),
        fc.array(matcher, { minLength: 1, maxLength: 3 }),
        (rows, matchers) => {
          const store = new SampleStore({ windowMs: 1000 });
          rows.forEach(([a, b, c], i) => store.index.add(labelsOf({ a, b, c, n: String(i) })));
          const compiled = matchers.map((one) => compileMatcher(one as Parameters<typeof compileMatcher>[0]));
          const scanned = [...store.index.all()].filter((series) =>
            compiled.every((one) => one.test(labelValue(store.index.labelsOf(series), one.name))),
          );
          expect(store.index.select(compiled)).toEqual(scanned);
        },
      ),
      { numRuns: 500 },
    );
  });
});
