import { z } from 'zod';
import { kubernetesObject, notice, objectRef, words } from './shared';

/** An object to delete; `resourceVersion` says which version was looked at. */
export const deletion = objectRef.extend({ resourceVersion: z.string().optional() });
export type Deletion = z.infer<typeof deletion>;

/** Body of `POST /preview`. */
export const previewRequest = z.object({
  objects: z.array(kubernetesObject).default([]),
  deletes: z.array(deletion).default([]),
});
export type PreviewRequest = z.infer<typeof previewRequest>;

/** What validation says (CONTRACTS `heddle validate`). */
export const finding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  path: z.string(),
  line: z.int().nullable().optional(),
  message: z.string(),
  related: z.array(z.object({ kind: z.string(), namespace: z.string(), name: z.string() })),
  istio: z.string().nullable().optional(),
  kiali: z.string().nullable().optional(),
  fix: z.unknown().optional(),
  /** Of a preview: `false` when it is there without the draft too. */
  isNew: z.boolean().optional(),
});
export type Finding = z.infer<typeof finding>;

/** A part of the requests and where it ends: a version of the called service, another service with its version, or a proxy's answer. */
export const destinationShare = z.object({
  destination: z.string(),
  /** 0..1 */
  share: z.number(),
  /** Status, when this part fails. */
  failed: z.int().optional(),
  /** Why it fails, in words. */
  reason: z.string().optional(),
  /** Ready endpoints that take this part. */
  endpoints: z.int().optional(),
});
export type DestinationShare = z.infer<typeof destinationShare>;

/** Requests of one kind that would fare otherwise than now. `from` and `to` are `namespace/name`. */
export const behaviourChange = z.object({
  from: z.string(),
  to: z.string(),
  host: z.string(),
  /** `null`: no trace tells method and path of these requests. */
  method: z.string().nullable(),
  /** A class of paths, `/reviews/*`. */
  path: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  /** The URL of one of them. */
  example: z.string(),
  /** At the present rate; `null`: traces do not tell how many requests carry these headers. */
  rps: z.number().nullable(),
  before: z.array(destinationShare),
  after: z.array(destinationShare),
  /** Requests that worked would fail. */
  breaks: z.boolean(),
  /** Object and field that will decide. */
  object: z.string(),
  objectPath: z.string(),
  /** `GET /reviews/* from productpage: v1 100 % → v1 90 %, v2 10 % (18 req/s)`. */
  sentence: words,
  /** What changes beside the destinations: timeout, retries, delay, mirror, mutual TLS. */
  effects: z.array(words),
});
export type BehaviourChange = z.infer<typeof behaviourChange>;

/** What the changes were computed from. */
export const behaviourCoverage = z.object({
  /** Requests of the window whose method and path traces tell. */
  requests: z.number(),
  /** Their share of all HTTP requests; `null` without traffic. */
  share: z.number().nullable(),
  /** All HTTP requests of the window. */
  total: z.number(),
  window: z.string(),
  /** Kinds of requests that were run through both configurations. */
  compared: z.int(),
  /** Headers that decide for some of them and that no trace carries. */
  untracedHeaders: z.array(z.string()),
  /** Callers that cannot be asked: not in the cluster, or without a proxy of the mesh. */
  unknownCallers: z.array(z.string()),
});
export type BehaviourCoverage = z.infer<typeof behaviourCoverage>;

/** One object before and after, as YAML without managedFields; `null`: it does not exist. */
export const previewDocument = z.object({
  ref: objectRef,
  action: z.enum(['create', 'update', 'delete', 'none']),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type PreviewDocument = z.infer<typeof previewDocument>;

/** Someone else owns fields that the change sets. */
export const fieldOwner = z.object({
  ref: objectRef,
  manager: z.string(),
  operation: z.string(),
  fields: z.array(z.string()),
  /** What the manager is, where its name tells: a tool that syncs from Git, or one that shifts traffic by itself. */
  role: z.enum(['gitops', 'rollout', 'other']),
});
export type FieldOwner = z.infer<typeof fieldOwner>;

/** A destination that is to get more requests than now, and whether it has endpoints for them. Rates per second. */
export const gainingDestination = z.object({
  /** `namespace/name` of the service. */
  to: z.string(),
  destination: z.string(),
  readyEndpoints: z.int(),
  /** Of the requests that the draft moves. */
  rpsBefore: z.number(),
  rpsAfter: z.number(),
  /** Rates per ready endpoint, over all callers: at present, then, and the most that any endpoint of the service carries at present. */
  each: z.object({ now: z.number().nullable(), after: z.number().nullable(), most: z.number().nullable() }),
  /** The tightest limit of its connection pool, and how many requests are to be expected at a time (rate × mean duration); `null`: no limit. */
  limit: z.object({ setting: z.string(), value: z.number(), expected: z.number().nullable() }).nullable(),
  /** `none`: nobody is there; `over_limit`; `beyond`: more than any endpoint carries now; `unknown`: no traffic to judge by. */
  verdict: z.enum(['can', 'beyond', 'over_limit', 'none', 'unknown']),
});
export type GainingDestination = z.infer<typeof gainingDestination>;

/** How far a draft reaches, and what stands in its way. */
export const guards = z.object({
  /** Callers whose requests fare otherwise, `namespace/name`. */
  callers: z.array(z.string()),
  /** Their requests per second, and the share of the mesh's HTTP requests that is; `null` without traffic. */
  rps: z.number(),
  share: z.number().nullable(),
  /** The share above which a reason is needed (`HEDDLE_REASON_SHARE`). */
  shareLimit: z.number(),
  /** Rules that decide over those requests, `VirtualService default/reviews spec.http[0]`. */
  routes: z.array(z.string()),
  gains: z.array(gainingDestination),
  /** Managers other than kubectl and heddle that own fields the draft changes: take over, leave, or export as a patch. */
  owners: z.array(fieldOwner),
  /** Why the change is only written with a typed reason; empty: it is written without. */
  reasonNeeded: z.array(words),
});
export type Guards = z.infer<typeof guards>;

/** `POST /preview`: the JSON of `heddle diff`, and the same for people. */
export const previewResponse = z.object({
  changes: z.array(behaviourChange),
  findings: z.array(finding),
  coverage: behaviourCoverage,
  /** Number of `changes` after which requests that worked would fail. */
  breaks: z.int(),
  guards,
  documents: z.array(previewDocument),
  sentences: z.array(words),
  notices: z.array(notice),
});
export type PreviewResponse = z.infer<typeof previewResponse>;
