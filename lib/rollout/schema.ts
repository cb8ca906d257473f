import { z } from 'zod';

/** How a shift goes on: shapes that are stored and sent as they are. Times are ms since 1970, shares 0..1, weights per cent. */

export const rolloutStep = z.object({
  /** How far of the way from the first weights to the last, in per cent. */
  percent: z.number().min(0).max(100),
  /** Weight of each destination of the plan, in its order. */
  weights: z.array(z.int().min(0).max(100)),
});
export type RolloutStep = z.infer<typeof rolloutStep>;

export const rolloutDestination = z.object({
  /** Tells it from the others of its rule. */
  key: z.string(),
  /** The version, else the subset, else the host. */
  label: z.string(),
  version: z.string().nullable(),
  /** The service that its requests are counted for. */
  service: z.string(),
  /** Weight before the first step. */
  weight: z.int().min(0).max(100),
  /** Whether it gains (`new`), loses (`old`), or neither. */
  side: z.enum(['old', 'new', 'neither']),
});
export type RolloutDestination = z.infer<typeof rolloutDestination>;

export const rolloutPlan = z.object({
  destinations: z.array(rolloutDestination),
  steps: z.array(rolloutStep).min(1),
  /** Each step is watched at least this long. */
  intervalSeconds: z.int().min(5).max(86_400),
  /** How much longer a step may wait for evidence before the shift pauses. */
  patienceSeconds: z.int().min(0).max(604_800),
  /** The first seconds of a step do not count: proxies take it, connections and caches warm up. */
  warmUpSeconds: z.int().min(0).max(3600),
  watch: z.object({ errors: z.boolean(), latency: z.boolean() }),
  /** Requests that the new version needs in a step before anything is said of it. */
  leastRequests: z.int().min(30).max(1_000_000),
  /** So much more (0..1) still counts as the same. */
  errorTolerance: z.number().min(0.0005).max(0.5),
  slowTolerance: z.number().min(0.005).max(0.9),
});
export type RolloutPlan = z.infer<typeof rolloutPlan>;

/** What was counted over a stretch of time; `le` is `null` for the bucket without bound, as JSON has no infinity. */
const storedWindow = z.object({
  seconds: z.number(),
  requests: z.number(),
  errors: z.number(),
  buckets: z.array(z.object({ le: z.number().nullable(), count: z.number() })),
});
export type StoredWindow = z.infer<typeof storedWindow>;

/** Why it cannot be told (yet), or why the new version is worse. */
export const verdictReason = z.enum([
  'metrics_unavailable',
  'not_a_number',
  'counter_reset',
  'gap',
  'no_requests_old',
  'no_requests_new',
  'too_few_requests',
  'undecided',
  'more_errors',
  'slower',
  'no_endpoints',
]);
export type VerdictReason = z.infer<typeof verdictReason>;

const range = z.object({ share: z.number(), low: z.number(), high: z.number() });
const quantile = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** One measure of old and new over the same window. */
export const rolloutMetric = z.object({
  verdict: z.enum(['pass', 'fail', 'not_enough_evidence']),
  old: range.nullable(),
  fresh: range.nullable(),
});

/** What the evidence of the present step says. */
export const stepVerdict = z.object({
  verdict: z.enum(['pass', 'fail', 'not_enough_evidence']),
  reason: verdictReason.nullable(),
  /** How much longer at the present rate; `null`: nobody knows. */
  needsSeconds: z.number().nullable(),
  /** What the new version is compared with: the old one in the same window, in the steps before, or before the shift. */
  baseline: z.enum(['same_window', 'steps_before', 'before']),
  requests: z.object({ old: z.number(), fresh: z.number() }),
  errors: rolloutMetric,
  /** Shares slower than `thresholdMs`, the 95th percentile of old; and the percentiles themselves. */
  slow: rolloutMetric.extend({ thresholdMs: z.number().nullable() }),
  p95: z.object({ old: quantile.nullable(), fresh: quantile.nullable() }),
});
export type StepVerdict = z.infer<typeof stepVerdict>;

/** Why a shift does not go on: somebody asked for it, it cannot be told, others changed the route, the write does not get through. */
export const rolloutPause = z.object({
  why: z.enum(['asked', 'not_enough_evidence', 'changed', 'write_failed', 'owned']),
  at: z.number(),
  by: z.string().nullable(),
  detail: z.string().nullable(),
});
export type RolloutPause = z.infer<typeof rolloutPause>;

export const rolloutEntry = z.object({
  at: z.number(),
  what: z.enum([
    'started',
    'written',
    'passed',
    'paused',
    'resumed',
    'skipped',
    'promoted',
    'failed',
    'aborted',
    'put_back',
    'left',
    'completed',
    'restarted',
    'write_failed',
    'counter_reset',
  ]),
  step: z.int(),
  by: z.string().nullable(),
  detail: z.string().nullable(),
});
export type RolloutEntry = z.infer<typeof rolloutEntry>;

/** `shifting`: a step is being written. `watching`: it is in force. `left`: ended, and the route stays as others made it. */
export const rolloutPhase = z.enum(['shifting', 'watching', 'putting_back', 'completed', 'put_back', 'left']);
export type RolloutPhase = z.infer<typeof rolloutPhase>;

/** Everything the machine knows. It is plain data: what is stored is what goes on after a restart. */
export const rolloutState = z.object({
  phase: rolloutPhase,
  /** Index of the step that is written or watched. */
  step: z.int(),
  /** When it was in force; `null` while it is being written. */
  stepSince: z.number().nullable(),
  /** From when its evidence counts. */
  windowFrom: z.number().nullable(),
  /** Patience counts from here. */
  patientSince: z.number().nullable(),
  pause: rolloutPause.nullable(),
  /** Why it is, or was, put back. */
  ending: z.object({ why: z.enum(['failed', 'aborted']), reason: verdictReason.nullable(), by: z.string().nullable() }).nullable(),
  /** The last step is the end: nothing is watched after it. */
  finishing: z.boolean(),
  verdict: stepVerdict.nullable(),
  /** Counts of the newest good look at the present window, and when requests were last seen to grow. */
  look: z.object({ at: z.number(), old: storedWindow, fresh: storedWindow }).nullable(),
  grewAt: z.number().nullable(),
  /** Looks in a row that found no ready endpoint of the new version. */
  withoutEndpoints: z.int(),
  /** Sums over finished windows; and the old version before the first step. */
  earlier: z.object({ old: storedWindow, fresh: storedWindow }),
  before: storedWindow.nullable(),
  /** Failed writes in a row, what the last one said, and when to try again. */
  trouble: z.object({ attempts: z.int(), message: z.string(), nextAt: z.number() }).nullable(),
  log: z.array(rolloutEntry),
});
export type RolloutState = z.infer<typeof rolloutState>;
