import { z } from 'zod';
import { rolloutPlan, rolloutState } from '@/lib/rollout';
import { notice, objectRef, words } from './shared';

/** A shift in steps: its plan, where it stands, and the evidence so far. Times in `state` are ms since 1970. */
export const rollout = z.object({
  id: z.string(),
  at: z.string(),
  /** The Kubernetes user who started it. */
  by: z.string(),
  reason: z.string().optional(),
  service: z.object({ namespace: z.string(), name: z.string() }),
  /** The object whose weights are moved. */
  route: objectRef,
  /** Position of the rule whose split is moved. */
  rule: z.int(),
  plan: rolloutPlan,
  state: rolloutState.omit({ look: true, earlier: true, before: true }),
  /** Whether anything will still happen to it. */
  active: z.boolean(),
  /** When the present step ends if the evidence lets it (ms since 1970); `null` while nothing is waited for. */
  nextStepAt: z.number().nullable(),
  sentence: words,
  /** Ids of the changes it made, oldest first. */
  changes: z.array(z.string()),
});
export type Rollout = z.infer<typeof rollout>;

/** `GET /rollouts`, newest first. */
export const rolloutsResponse = z.object({ at: z.string(), rollouts: z.array(rollout), notices: z.array(notice) });
export type RolloutsResponse = z.infer<typeof rolloutsResponse>;

export const rolloutsQuery = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });

/** Body of `POST /rollouts`: the split of one rule is moved. `weights` are the last step's, by version; those of a rule sum to 100. */
export const startRolloutRequest = z.object({
  namespace: z.string().min(1),
  name: z.string().min(1),
  /** The object that routes the service (VirtualService, HTTPRoute, GRPCRoute); absent: the one that acts, or a new VirtualService. */
  route: objectRef.optional(),
  /** Position of its rule; absent: the one that requests without special marks reach. */
  rule: z.int().min(0).optional(),
  weights: z.record(z.string(), z.int().min(0).max(100)),
  /** Parts of the way from the present weights to those, in per cent; 100 is added. */
  steps: z.array(z.number().min(1).max(100)).min(1).max(50).default([10, 25, 50, 100]),
  intervalSeconds: rolloutPlan.shape.intervalSeconds.default(120),
  /** Default: five intervals. */
  patienceSeconds: rolloutPlan.shape.patienceSeconds.optional(),
  warmUpSeconds: rolloutPlan.shape.warmUpSeconds.default(5),
  watch: rolloutPlan.shape.watch.default({ errors: true, latency: true }),
  leastRequests: rolloutPlan.shape.leastRequests.default(100),
  errorTolerance: rolloutPlan.shape.errorTolerance.default(0.01),
  slowTolerance: rolloutPlan.shape.slowTolerance.default(0.05),
  /** The objects the draft was made from: a shift is not begun on others. */
  sources: z.array(z.object({ ref: objectRef, resourceVersion: z.string() })).default([]),
  reason: z.string().max(2000).optional(),
  takeOver: z.boolean().default(false),
});
export type StartRolloutRequest = z.infer<typeof startRolloutRequest>;

export const rolloutAction = z.enum(['pause', 'resume', 'next', 'promote', 'abort']);
export type RolloutActionName = z.infer<typeof rolloutAction>;

/** `POST /rollouts` (status 201) and `POST /rollouts/{id}/{action}` */
export const rolloutResponse = z.object({ rollout });
export type RolloutResponse = z.infer<typeof rolloutResponse>;
