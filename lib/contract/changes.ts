import { z } from 'zod';
import { deletion, fieldOwner, previewDocument, previewResponse } from './preview';
import { errorBody, kubernetesObject, measured, notice, objectRef, words } from './shared';

/** Body of `POST /changes`. Objects that exist carry the `resourceVersion` of the version the draft was made from. */
export const changeRequest = z.object({
  objects: z.array(kubernetesObject).default([]),
  deletes: z.array(deletion).default([]),
  /** The objects as they were when the draft was begun: the third side of a merge, should someone else have written meanwhile. */
  bases: z.array(kubernetesObject).default([]),
  /** Needed when the change adds a finding of severity error. */
  reason: z.string().max(2000).optional(),
  /** Take fields over from managers other than kubectl and heddle. */
  takeOver: z.boolean().default(false),
  /** The change that this one takes back by a merge. */
  undoes: z.string().optional(),
  /** How long faults that the change sets stay, in seconds. */
  faultSeconds: z.int().min(5).max(604_800).default(900),
});
export type ChangeRequest = z.infer<typeof changeRequest>;

export const changeStatus = z.enum(['applying', 'applied', 'undone', 'failed', 'put_back']);

/** A recorded change. `documents` holds each object before and after. */
export const change = z.object({
  id: z.string(),
  at: z.string(),
  /** The Kubernetes user; of an observed change the field manager. */
  by: z.string(),
  /** `observed`: someone else made it, the watch saw it. Absent: made in Heddle. */
  origin: z.enum(['heddle', 'observed']).optional(),
  reason: z.string().optional(),
  status: changeStatus,
  error: z.string().optional(),
  objects: z.array(z.object({ ref: objectRef, action: z.enum(['create', 'update', 'delete']), resourceVersion: z.string().nullable() })),
  documents: z.array(previewDocument),
  sentences: z.array(words),
  /** Proxies that took it, when that was last looked at. */
  proxies: z.object({ total: z.int(), have: z.int(), at: z.string() }).optional(),
  /** Faults that the change set, and when they end. */
  faults: z.array(z.object({ id: z.string(), expiresAt: z.string() })).optional(),
  /** The shift in steps that made it; `step` counts from 1, `null`: it was put back. */
  rollout: z.object({ id: z.string(), step: z.int().nullable(), of: z.int() }).optional(),
  /** The change that this one takes back. */
  undoes: z.string().optional(),
  /** The change that took this one back. */
  undoneBy: z.string().optional(),
});
export type Change = z.infer<typeof change>;

export const changesQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export type ChangesQuery = z.infer<typeof changesQuery>;

/** `GET /changes`, newest first. */
export const changesResponse = z.object({ changes: z.array(change), notices: z.array(notice) });
export type ChangesResponse = z.infer<typeof changesResponse>;

/** `POST /changes` and `POST /changes/{id}/undo`, status 201. `warnings` are those the API server gave. */
export const changeResponse = z.object({ change, warnings: z.array(z.string()) });
export type ChangeResponse = z.infer<typeof changeResponse>;

/** Body of `POST /changes/{id}/undo`. */
export const undoRequest = z.object({ reason: z.string().max(2000).optional() });

/** `GET /changes/{id}/undo`: what taking the change back would do. With `conflicts` it cannot be: someone changed the objects after it. */
export const undoPreviewResponse = z.object({ preview: previewResponse.nullable(), conflicts: z.array(z.lazy(() => mergeConflict)) });
export type UndoPreviewResponse = z.infer<typeof undoPreviewResponse>;

/** The three sides of a merge. `fields` are the paths both sides changed differently. */
export const mergeConflict = z.object({
  ref: objectRef,
  base: kubernetesObject.nullable(),
  mine: kubernetesObject.nullable(),
  theirs: kubernetesObject.nullable(),
  fields: z.array(z.string()),
  /** The same, step by step; one empty path: the whole object, which one side deleted. */
  paths: z.array(z.array(z.union([z.string(), z.number()]))),
  /** Both sides' changes put together, with `mine` where they conflict; `null` when a side has no object. */
  combined: kubernetesObject.nullable(),
  /** Both sides' changes put together, when no field conflicts. Carries the newest resourceVersion. */
  merged: kubernetesObject.nullable(),
});
export type MergeConflict = z.infer<typeof mergeConflict>;

/** Status 409 of `POST /changes`: merge the `conflicts`, or send again with `takeOver` when `owners` is not empty. */
export const conflictBody = errorBody.extend({ conflicts: z.array(mergeConflict), owners: z.array(fieldOwner) });
export type ConflictBody = z.infer<typeof conflictBody>;

/** One proxy: `has` is `null` when the control plane does not say. */
export const proxyState = z.object({
  proxy: z.string(),
  namespace: z.string(),
  pod: z.string(),
  has: z.boolean().nullable(),
  /** The newest version of the change's objects' kinds that it acknowledged. */
  version: z.string().optional(),
  /** What it waits for, or why it is not known. */
  detail: z.string().optional(),
  /** Why it refused what was sent since the change (NACK); it goes on with what it had. */
  rejected: z.string().optional(),
});
export type ProxyState = z.infer<typeof proxyState>;

/** Asked against observed share of one destination, with the 95 % Wilson interval of what was observed. */
export const splitShare = z.object({
  subset: z.string().nullable(),
  version: z.string().nullable(),
  asked: z.number(),
  observed: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  requests: z.number(),
});
export type SplitShare = z.infer<typeof splitShare>;

export const splitCheck = z.object({
  namespace: z.string(),
  service: z.string(),
  shares: z.array(splitShare),
  requests: z.number(),
  windowSeconds: z.number(),
  verdict: z.enum(['as_asked', 'differs', 'not_enough_evidence']),
});
export type SplitCheck = z.infer<typeof splitCheck>;

const comparedShare = z.object({
  before: z.number().nullable(),
  after: z.number().nullable(),
});

/** Whether a service fares better or the same, or worse, since the change. */
export const effectCheck = z.object({
  namespace: z.string(),
  service: z.string(),
  verdict: z.enum(['better_or_same', 'worse', 'not_enough_evidence']),
  /** How much longer it takes at the present rate until it can be told; `null`: nobody knows. */
  needsSeconds: z.int().nullable(),
  requests: z.object({ before: z.number(), after: z.number() }),
  /** Shares of failed requests. */
  errors: comparedShare,
  /** Shares of requests slower than `thresholdMs`, the 95th percentile of before. */
  slow: comparedShare.extend({ thresholdMs: z.number().nullable() }),
});
export type EffectCheck = z.infer<typeof effectCheck>;

/** `GET /changes/{id}/convergence` */
export const convergenceResponse = z.object({
  id: z.string(),
  at: z.string(),
  /** How it is known: proxies acknowledged this very version; they are in sync since the change and hold the routes written; or nothing is known. */
  knowledge: z.enum(['acknowledged', 'synced', 'nothing']),
  proxies: z.object({ total: z.int(), have: z.int(), rows: z.array(proxyState) }),
  splits: z.array(splitCheck),
  effects: z.array(effectCheck),
  ...measured,
});
export type ConvergenceResponse = z.infer<typeof convergenceResponse>;
