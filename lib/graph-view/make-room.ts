import type { Point, Rect } from './place-graph';

/** Something that moves as one: a box with all in it, or a loose node. */
export interface Movable {
  id: string;
  rect: Rect;
}

/**
 * How far everything else moves so that `from` may become `to` around the same centre: what is left of it goes left, what is right of it goes
 * right, above up, below down, by half of what is gained. Who did not overlap before does not afterwards, and the order stays. With `to`
 * smaller than `from` the room is given back.
 */
export function makeRoom(others: readonly Movable[], from: Rect, to: Rect): Map<string, Point> {
  const byX = (to.width - from.width) / 2;
  const byY = (to.height - from.height) / 2;
  const moved = new Map<string, Point>();
  for (const { id, rect } of others) {
    const x = rect.x >= from.x + from.width - 1 ? byX : rect.x + rect.width <= from.x + 1 ? -byX : 0;
    const y = rect.y >= from.y + from.height - 1 ? byY : rect.y + rect.height <= from.y + 1 ? -byY : 0;
    if (x !== 0 || y !== 0) moved.set(id, { x, y });
  }
  return moved;
}
