import { z } from 'zod';
import { change } from './changes';
import { notice, objectRef, words } from './shared';

/** A fault that a rule injects at the moment. */
export const liveFault = z.object({
  /** Names it in `POST /faults/stop-all`; faults that others set have one too, but are not stopped here. */
  id: z.string(),
  ref: objectRef,
  /** The rule that holds it, as `spec.http[1]`. */
  path: z.string(),
  host: z.string(),
  /** What it does, a sentence per part. */
  sentences: z.array(words),
  /** Whether it was set in Heddle, which then ends it. */
  own: z.boolean(),
  /** `null`: nobody ends it. */
  expiresAt: z.string().nullable(),
});
export type LiveFault = z.infer<typeof liveFault>;

/** `GET /faults`: those set in Heddle first, soonest end first. */
export const faultsResponse = z.object({ at: z.string(), faults: z.array(liveFault), notices: z.array(notice) });
export type FaultsResponse = z.infer<typeof faultsResponse>;

/** Body of `POST /faults/stop-all`; without `ids` every fault that was set in Heddle ends. */
export const stopFaultsRequest = z.object({ ids: z.array(z.string()).optional() });

/** What was stopped, as changes that can be undone. `failed`: those that could not be reached; the server goes on trying when their time is over. */
export const stopFaultsResponse = z.object({
  stopped: z.int(),
  changes: z.array(change),
  failed: z.array(z.object({ id: z.string(), message: z.string() })),
});
export type StopFaultsResponse = z.infer<typeof stopFaultsResponse>;
