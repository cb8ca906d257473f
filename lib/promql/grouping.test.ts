import { expect, it } from 'vitest';
import { groupingBy, groupingWithout } from './grouping';
import { labelsOf } from './labels';

const sets = [
  { a: '1', b: '2', c: '3' },
  { a: '1', b: '2', c: '4' },
  // The same values under other names, and with a name missing.
  { a: '1', c: '2', d: '3' },
  { b: '1', c: '3' },
  { a: '1', b: '2' },
  {},
].map((set) => labelsOf(set));

it.each([
  ['by a and b', groupingBy(['b', 'a', 'none'])],
  ['by nothing', groupingBy([])],
  ['without c', groupingWithout(['c', 'none'])],
])('gives equal keys to what has equal labels %s, and to nothing else', (_name, grouping) => {
  // Twice, as the shape of the one before is remembered.
  for (const one of [...sets, ...sets.toReversed()])
    for (const other of sets)
      expect(grouping.keyOf(one) === grouping.keyOf(other), `${String(one)} and ${String(other)}`).toBe(
        String(grouping.labelsOf(one)) === String(grouping.labelsOf(other)),
      );
});

it('keeps the labels it groups by', () => {
  expect(groupingBy(['a', 'c']).labelsOf(sets[0] ?? [])).toEqual(['a', '1', 'c', '3']);
  expect(groupingWithout(['a', 'c']).labelsOf(sets[0] ?? [])).toEqual(['b', '2']);
});
