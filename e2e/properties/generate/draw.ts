/** Repeatable randomness: the same seed and number give the same case, whatever was drawn for others. */
export interface Draw {
  /** A number of [0, 1). */
  next(): number;
  /** A whole number of [0, below). */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different members, in their order. */
  some<T>(list: readonly T[], count: number): T[];
  /** Picks by weight. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T;
}

export function createDraw(seed: number, number: number): Draw {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35)) >>> 0;
  // Mulberry32: 32 bits of state are plenty for one case.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  next();
  const int = (below: number): number => Math.floor(next() * below);
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[int(list.length)] as T;
  };
  return {
    next,
    int,
    chance: (share) => next() < share,
    pick,
    some(list, count) {
      const left = list.map((_, index) => index);
      const taken = new Set<number>();
      while (taken.size < count && left.length > 0) taken.add(left.splice(int(left.length), 1)[0] as number);
      return list.filter((_, index) => taken.has(index));
    },
    weighted(choices) {
      let point = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of choices) {
        point -= weight;
        if (point < 0) return value;
      }
      return pick(choices)[1];
    },
  };
}
