import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTraceTree, criticalPath, type Span } from './index';
import { makeSpan } from './testdata/make-span';

function path(spans: readonly Span[]): string[] {
  const tree = buildTraceTree(spans);
  return criticalPath(tree, tree.roots[0]!).map(({ span, startUs, endUs }) => `${spans[span]!.name} ${startUs}-${endUs}`);
}

describe('criticalPath', () => {
  it.each([
    { about: 'one span', spans: [makeSpan('r', '', 0, 10)], wanted: ['r 0-10'] },
    {
      about: 'children one after the other',
      spans: [makeSpan('r', '', 0, 100), makeSpan('a', 'r', 10, 30), makeSpan('b', 'r', 40, 90)],
      wanted: ['r 90-100', 'b 40-90', 'r 30-40', 'a 10-30', 'r 0-10'],
    },
    {
      about: 'children side by side: the last to finish',
      spans: [makeSpan('r', '', 0, 100), makeSpan('a', 'r', 10, 80), makeSpan('b', 'r', 20, 90)],
      wanted: ['r 90-100', 'b 20-90', 'r 0-20'],
    },
    {
      about: 'a child that outlives its parent',
      spans: [makeSpan('r', '', 0, 50), makeSpan('a', 'r', 10, 90), makeSpan('aa', 'a', 20, 90)],
      wanted: ['aa 20-50', 'a 10-20', 'r 0-10'],
    },
    {
      about: 'a consumer blocks no producer',
      spans: [makeSpan('r', '', 0, 50, { kind: 'producer' }), makeSpan('a', 'r', 10, 40, { kind: 'consumer' })],
      wanted: ['r 0-50'],
    },
    {
      about: 'a child that began before its parent is left out',
      spans: [makeSpan('r', '', 10, 50), makeSpan('a', 'r', 5, 40)],
      wanted: ['r 10-50'],
    },
  ])('$about', ({ spans, wanted }) => {
    expect(path(spans)).toEqual(wanted);
  });

  it('covers the root from end to start without a gap or an overlap', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 60 }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const spans = [
          makeSpan('root', '', 0, 100),
          ...rows.map(([parent, start, length], i) => makeSpan(`s${i}`, parent < i ? `s${parent}` : 'root', start, start + length)),
        ];
        const tree = buildTraceTree(spans);
        let until = 100;
        for (const section of criticalPath(
          tree,
          tree.roots.find((root) => spans[root]!.name === 'root')!,
        )) {
          expect(section.endUs).toBe(until);
          until = section.startUs;
        }
        expect(until).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('takes wide and deep traces', () => {
    const wide = [makeSpan('r', '', 0, 100_000), ...Array.from({ length: 50_000 }, (_, i) => makeSpan(String(i), 'r', i, i + 1))];
    expect(path(wide).length).toBeGreaterThan(50_000);
    const deep = Array.from({ length: 20_000 }, (_, i) => makeSpan(String(i), i === 0 ? '' : String(i - 1), i, 100_000 - i));
    expect(path(deep)).toHaveLength(39_999);
  });
});
