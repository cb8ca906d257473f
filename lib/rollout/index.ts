/** Whether a change made things worse, and a shift in steps that is decided by it: evidence in, a verdict of three values out. */
export { compareWindows } from './compare-windows';
export type { Comparison, MetricComparison, Verdict, WindowEvidence } from './compare-windows';
export { advanceRollout, hasEnded, nextAction, startRollout } from './advance-rollout';
export type { RolloutAction, RolloutEvent } from './advance-rollout';
export { planSteps, sideOf, sideWeight } from './plan-shift';
export { rolloutPlan, rolloutState } from './schema';
export type { RolloutDestination, RolloutPlan, RolloutState, StepVerdict, VerdictReason } from './schema';
