import { expect, it } from 'vitest';
import { isBlocked, toSegments } from './route-edges';

const positions = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: 100, y: 10 }],
  ['c', { x: 200, y: 0 }],
  ['d', { x: 200, y: 200 }],
]);

it('sees a node in the way', () => expect(isBlocked('a', 'c', positions)).toBe(true));
it('sees a free way', () => expect(isBlocked('a', 'd', positions)).toBe(false));
it('a neighbour beyond the end is not in the way', () => expect(isBlocked('a', 'b', positions)).toBe(false));

it('gives bends as share of the way and offset from it', () => {
  const { weights, distances } = toSegments([{ x: 50, y: 80 }], { x: 0, y: 0 }, { x: 100, y: 0 });
  expect(weights).toEqual([0.5]);
  expect(distances).toEqual([80]);
});
