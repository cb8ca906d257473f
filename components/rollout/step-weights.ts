import type { Rollout } from '@/lib/contract';

/** `v1 75 %, v2 25 %`: what gets requests at a step. */
export function sayWeights(labels: readonly string[], weights: readonly number[]): string {
  return labels.flatMap((label, index) => ((weights[index] ?? 0) > 0 ? [`${label} ${weights[index] ?? 0} %`] : [])).join(', ');
}

/** The names of one side, `v1, v3`. */
export function namesOf(rollout: Rollout, side: 'old' | 'new'): string {
  return rollout.plan.destinations
    .filter((one) => one.side === side)
    .map((one) => one.label)
    .join(', ');
}

/** What a person calls its state: a pause beats the phase. */
export function stateOf(rollout: Rollout): Rollout['state']['phase'] | 'paused' {
  return rollout.state.pause === null ? rollout.state.phase : 'paused';
}
