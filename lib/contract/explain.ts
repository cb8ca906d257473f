import { z } from 'zod';
import { deletion, destinationShare, finding } from './preview';
import { kubernetesObject, notice, objectRef, words } from './shared';

/** A request as its sender writes it; `url` is absolute, as `http://reviews:9080/reviews/1`. */
export const writtenRequest = z.object({
  method: z
    .string()
    .regex(/^[A-Za-z]+$/)
    .default('GET'),
  url: z.string().min(1).max(8192),
  headers: z.record(z.string(), z.string()).default({}),
});
export type WrittenRequest = z.infer<typeof writtenRequest>;

/** Body of `POST /explain`: a request, or a curl command that stands for one; who sends it; a draft to compare with. */
export const explainRequest = z.object({
  /** `namespace/workload`, of a sidecar or a gateway. */
  from: z.string().min(1),
  request: z.union([writtenRequest, z.string().min(1).max(65_536)]),
  objects: z.array(kubernetesObject).default([]),
  deletes: z.array(deletion).default([]),
});
export type ExplainRequest = z.infer<typeof explainRequest>;

/** One step of a request's way. `line` is counted from 1 in the YAML of `documents`; `null`: the field itself is not written there. */
export const explainedStep = z.object({
  tone: z.enum(['plain', 'good', 'lost', 'bad']),
  sentence: words,
  source: z.object({ ref: objectRef, path: z.string(), line: z.int().nullable() }).nullable(),
});
export type ExplainedStep = z.infer<typeof explainedStep>;

/** The same step under the live configuration and under the draft; `null`: it is not on the way there. */
export const explainedRow = z.object({
  key: z.string(),
  group: z.enum(['entry', 'routes', 'action', 'destinations', 'answer']),
  depth: z.int(),
  differs: z.boolean(),
  live: explainedStep.nullable(),
  draft: explainedStep.nullable(),
});
export type ExplainedRow = z.infer<typeof explainedRow>;

/** An object that a step names, as YAML; `draft` is `null` where the draft leaves it alone. */
export const explainedDocument = z.object({
  ref: objectRef,
  live: z.string().nullable(),
  draft: z.string().nullable(),
  resourceVersion: z.string().nullable(),
  /** Whether it is of a kind that the console writes. */
  writable: z.boolean(),
});
export type ExplainedDocument = z.infer<typeof explainedDocument>;

const explainedOutcome = z.object({ shares: z.array(destinationShare), failing: z.number() });

/** `POST /explain`: what a request meets, live and under the draft. */
export const explainResponse = z.object({
  from: z.string(),
  request: writtenRequest,
  rows: z.array(explainedRow),
  live: explainedOutcome,
  /** `null`: there is no draft, or it cannot be read (see `findings`). */
  draft: explainedOutcome.nullable(),
  findings: z.array(finding),
  documents: z.array(explainedDocument),
  notices: z.array(notice),
});
export type ExplainResponse = z.infer<typeof explainResponse>;

/** Query of `GET /explain/requests`: requests of one caller that were seen; without one only the callers are listed. */
export const seenRequestsQuery = z.object({ from: z.string().optional() });

export const caller = z.object({
  /** `namespace/workload`. */
  name: z.string(),
  kind: z.enum(['sidecar', 'gateway', 'plain']),
});
export type Caller = z.infer<typeof caller>;

/** A request that was seen, newest first; equal ones are one. */
export const seenRequest = writtenRequest.required().extend({
  source: z.enum(['trace', 'access_log']),
  count: z.int(),
  status: z.int().nullable(),
});
export type SeenRequest = z.infer<typeof seenRequest>;

export const seenRequestsResponse = z.object({ callers: z.array(caller), requests: z.array(seenRequest), notices: z.array(notice) });
export type SeenRequestsResponse = z.infer<typeof seenRequestsResponse>;
