import { z } from 'zod';
import { kubernetesObject, nameList, notice, objectRef } from './shared';

/** Query of `GET /objects`: `kinds` as `Kind` or `group/Kind`; none: every kind of the mesh's configuration. */
export const objectsQuery = z.object({ kinds: nameList, namespaces: nameList });
export type ObjectsQuery = z.infer<typeof objectsQuery>;

export const objectSummary = z.object({
  ref: objectRef,
  resourceVersion: z.string(),
  createdAt: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  /** What it is about, in a line: hosts of a VirtualService, host of a DestinationRule, selector of a policy. */
  about: z.string(),
});
export type ObjectSummary = z.infer<typeof objectSummary>;

/** `GET /objects` */
export const objectsResponse = z.object({ objects: z.array(objectSummary), notices: z.array(notice) });
export type ObjectsResponse = z.infer<typeof objectsResponse>;

/** `GET /objects/{group}/{kind}/{namespace}/{name}`: without managedFields; of a Secret only the names of its entries. */
export const objectResponse = z.object({
  ref: objectRef,
  object: kubernetesObject,
  yaml: z.string(),
  /** Who has written the object. */
  managers: z.array(z.object({ manager: z.string(), operation: z.string(), at: z.string().nullable() })),
  /** Names of the entries that are held back (Secrets). */
  withheld: z.array(z.string()),
});
export type ObjectResponse = z.infer<typeof objectResponse>;

export const kindInfo = z.object({
  group: z.string(),
  version: z.string(),
  kind: z.string(),
  plural: z.string(),
  namespaced: z.boolean(),
  family: z.enum(['istio', 'gateway', 'kubernetes']),
  /** Whether the API server serves it. */
  served: z.boolean(),
});
export type KindInfo = z.infer<typeof kindInfo>;

/** `GET /kinds` */
export const kindsResponse = z.object({ kinds: z.array(kindInfo), notices: z.array(notice) });
export type KindsResponse = z.infer<typeof kindsResponse>;
