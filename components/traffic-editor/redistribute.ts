/**
 * Sets one weight and spreads the rest over the others, so that all sum to 100 and stay whole numbers.
 * Locked weights do not move; the others keep their proportions (evenly when all of them are 0).
 * The wanted value is cut to what the locks leave. With no other unlocked weight nothing can change.
 */
export function redistribute(weights: readonly number[], index: number, wanted: number, locked: ReadonlySet<number>): number[] {
  const others = weights.map((_, at) => at).filter((at) => at !== index && !locked.has(at));
  if (others.length === 0 || locked.has(index)) return [...weights];
  const fixed = weights.reduce((sum, weight, at) => (locked.has(at) && at !== index ? sum + weight : sum), 0);
  const value = Math.round(Math.min(100 - fixed, Math.max(0, wanted)));
  const rest = 100 - fixed - value;
  const before = others.reduce((sum, at) => sum + (weights[at] ?? 0), 0);
  const exact = others.map((at) => (before === 0 ? rest / others.length : ((weights[at] ?? 0) / before) * rest));
  const next = [...weights];
  next[index] = value;
  // Largest remainder: whole numbers whose sum is exactly the rest.
  const floors = exact.map(Math.floor);
  let left = rest - floors.reduce((sum, floor) => sum + floor, 0);
  const order = exact
    .map((share, at) => [share - Math.floor(share), at] as const)
    .toSorted((one, other) => other[0] - one[0] || one[1] - other[1]);
  for (const [, at] of order) {
    if (left <= 0) break;
    floors[at] = (floors[at] ?? 0) + 1;
    left -= 1;
  }
  others.forEach((at, position) => {
    next[at] = floors[position] ?? 0;
  });
  return next;
}

/** Moves the border between two neighbours of the bar: what one wins the other loses, nobody else moves. */
export function moveBorder(weights: readonly number[], left: number, by: number): number[] {
  const a = weights[left] ?? 0;
  const b = weights[left + 1] ?? 0;
  const step = Math.round(Math.max(-a, Math.min(b, by)));
  const next = [...weights];
  next[left] = a + step;
  next[left + 1] = b - step;
  return next;
}
