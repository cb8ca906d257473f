import type { RolloutDestination, RolloutPlan, RolloutStep } from './schema';

/** Whole percentages near the exact ones that still sum to 100 (largest remainder). */
function roundToHundred(exact: readonly number[]): number[] {
  const whole = exact.map((one) => Math.floor(one + 1e-9));
  let missing = 100 - whole.reduce((sum, one) => sum + one, 0);
  const order = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value + 1e-9) }))
    .toSorted((left, right) => right.rest - left.rest);
  for (const { index } of order) {
    if (missing <= 0) break;
    whole[index] = (whole[index] ?? 0) + 1;
    missing -= 1;
  }
  return whole;
}

/** Weights on the way from `from` to `to`: `percent` of it. */
export function weightsOnTheWay(from: readonly number[], to: readonly number[], percent: number): number[] {
  if (percent >= 100) return [...to];
  return roundToHundred(from.map((start, index) => start + (((to[index] ?? start) - start) * percent) / 100));
}

/**
 * Steps of a shift: each a part of the way from the present weights to the wanted ones, ascending, the last one all of it. Parts that
 * move no whole per cent more than the one before are left out.
 */
export function planSteps(from: readonly number[], to: readonly number[], percents: readonly number[]): RolloutStep[] {
  const steps: RolloutStep[] = [];
  let last = [...from];
  for (const percent of [...new Set([...percents.filter((one) => one > 0 && one < 100), 100])].toSorted((left, right) => left - right)) {
    const weights = weightsOnTheWay(from, to, percent);
    if (weights.every((one, index) => one === last[index])) continue;
    steps.push({ percent, weights });
    last = weights;
  }
  return steps;
}

/** Which side a destination is on: those that gain are the new version, those that lose the old one. */
export function sideOf(from: number, to: number): RolloutDestination['side'] {
  return to > from ? 'new' : to < from ? 'old' : 'neither';
}

/** Weight of one side at a step; before the first step (`-1`) that of the beginning. */
export function sideWeight(plan: Pick<RolloutPlan, 'destinations' | 'steps'>, step: number, side: RolloutDestination['side']): number {
  const weights = plan.steps[step]?.weights;
  return plan.destinations.reduce((sum, one, index) => sum + (one.side === side ? (weights?.[index] ?? one.weight) : 0), 0);
}
