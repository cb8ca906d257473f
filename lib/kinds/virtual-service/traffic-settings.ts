import { z } from 'zod';

const percent = z.number().min(0).max(100);

/** Where a share of the requests goes. `weight` is a percentage; all weights of a service sum to 100. */
export const trafficDestination = z.object({
  host: z.string(),
  subset: z.string().nullable(),
  port: z.int().nullable(),
  /** Value of the label `version` the subset chooses, when it chooses one. */
  version: z.string().nullable(),
  weight: z.int().min(0).max(100),
});
export type TrafficDestination = z.infer<typeof trafficDestination>;

/** A fault on the edited rule; with `header` only for requests that carry exactly this value. */
export const trafficFault = z.object({
  delay: z.object({ ms: z.number().positive(), percent }).nullable(),
  abort: z.object({ status: z.int().min(200).max(599), percent }).nullable(),
  header: z.object({ name: z.string().min(1), value: z.string() }).nullable(),
});
export type TrafficFault = z.infer<typeof trafficFault>;

export const trafficRetries = z.object({
  attempts: z.int().min(0),
  perTryTimeoutMs: z.number().positive().nullable(),
  /** Conditions as Envoy names them, joined by commas; `null`: Istio's default. */
  retryOn: z.string().nullable(),
});
export type TrafficRetries = z.infer<typeof trafficRetries>;

/** What the traffic editor edits of one service. */
export const trafficSettings = z.object({
  /** Whether a rule gives these weights; if not, requests spread over all ready endpoints and the weights only show that. Set it to make them a rule. */
  configured: z.boolean(),
  destinations: z.array(trafficDestination),
  fault: trafficFault.nullable(),
  /** `null`: no timeout of its own. */
  timeoutMs: z.number().positive().nullable(),
  retries: trafficRetries.nullable(),
  /** Field path of the rule that is edited, as `spec.http[1]`; `null`: it does not exist yet. */
  rulePath: z.string().nullable(),
  /** Rules that are tried before the edited one and take their requests away from it. */
  conditioned: z.array(z.object({ path: z.string(), name: z.string().optional() })),
});
export type TrafficSettings = z.infer<typeof trafficSettings>;
