import type { Point } from './types';

/** How near a line may pass the centre of a node that is not its end. */
const clearance = 42;

/** Distance of a point from the stretch between two others. */
function distanceToLine(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((point.x - from.x) * dx + (point.y - from.y) * dy) / length));
  return Math.hypot(point.x - from.x - along * dx, point.y - from.y - along * dy);
}

/** Whether a straight edge would run through a node. */
export function isBlocked(source: string, target: string, positions: ReadonlyMap<string, Point>): boolean {
  const from = positions.get(source);
  const to = positions.get(target);
  if (!from || !to) return false;
  for (const [id, point] of positions) {
    if (id !== source && id !== target && distanceToLine(point, from, to) < clearance) return true;
  }
  return false;
}

/** Bend points in the form cytoscape wants: how far along the straight line, and how far off it (positive: to the left of its direction on a screen). */
export function toSegments(bends: readonly Point[], from: Point, to: Point): { weights: number[]; distances: number[] } {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  return {
    weights: bends.map((bend) => ((bend.x - from.x) * dx + (bend.y - from.y) * dy) / (length * length)),
    distances: bends.map((bend) => (-(bend.x - from.x) * dy + (bend.y - from.y) * dx) / length),
  };
}
