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
});
export type Finding = z.infer<typeof finding>;

export const destinationShare = z.object({ destination: z.string(), share: z.number() });

/** Requests of one kind that would go elsewhere than now. */
export const behaviourChange = z.object({
  from: z.string(),
  to: z.string(),
  host: z.string(),
  method: z.string().nullable(),
  path: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  rps: z.number().nullable(),
  before: z.array(destinationShare),
  after: z.array(destinationShare),
});
export type BehaviourChange = z.infer<typeof behaviourChange>;

/** One object before and after, as YAML without managedFields; `null`: it does not exist. */
export const previewDocument = z.object({
  ref: objectRef,
  action: z.enum(['create', 'update', 'delete', 'none']),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type PreviewDocument = z.infer<typeof previewDocument>;

/** `POST /preview`: the JSON of `heddle diff`, and the same for people. */
export const previewResponse = z.object({
  changes: z.array(behaviourChange),
  findings: z.array(finding),
  /** Which part of the observed traffic the changes were computed from. */
  coverage: z.object({ requests: z.number(), share: z.number().nullable() }),
  /** Number of `changes` after which requests that worked would fail. */
  breaks: z.int(),
  documents: z.array(previewDocument),
  sentences: z.array(words),
  notices: z.array(notice),
});
export type PreviewResponse = z.infer<typeof previewResponse>;
