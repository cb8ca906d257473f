/** Milliseconds before the next attempt, growing from `first` to `most`. */
export interface BackOff {
  next(): number;
  reset(): void;
}

/** Doubles with each failure; up to half of each wait is random, so that proxies that lost the control plane together do not return together. */
export function createBackOff(first: number, most: number, random: () => number): BackOff {
  let failures = 0;
  return {
    next() {
      const wait = Math.min(most, first * 2 ** Math.min(failures, 20));
      failures += 1;
      return wait * (0.5 + random() / 2);
    },
    reset() {
      failures = 0;
    },
  };
}
