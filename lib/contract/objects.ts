import { z } from 'zod';
import { change } from './changes';
import { finding } from './preview';
import { flag, kubernetesObject, nameList, notice, objectRef } from './shared';

/** What a list of objects is sorted by. */
export const objectSort = z.enum(['name', 'kind', 'namespace', 'findings', 'owner', 'age']);
export type ObjectSort = z.infer<typeof objectSort>;

/** Worst finding of an object; `none`: nothing found. */
export const worstSeverity = z.enum(['error', 'warning', 'info', 'none']);
export type WorstSeverity = z.infer<typeof worstSeverity>;

/**
 * Query of `GET /objects`: `kinds` as `Kind` or `group/Kind`; none: every kind of the mesh's configuration. `q`: words that kind, name,
 * namespace or what it is about must have. `limit` without a value: all.
 */
export const objectsQuery = z.object({
  kinds: nameList,
  namespaces: nameList,
  severities: nameList,
  owners: nameList,
  q: z.string().max(200).default(''),
  sort: objectSort.default('namespace'),
  descending: flag,
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
});
export type ObjectsQuery = z.infer<typeof objectsQuery>;

export const objectSummary = z.object({
  ref: objectRef,
  resourceVersion: z.string(),
  createdAt: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  /** What it is about, in a line: hosts of a VirtualService, host of a DestinationRule, selector of a policy. */
  about: z.string(),
  /** Who has written it (field managers, without those of its status), newest first. */
  owners: z.array(z.string()),
  /** Number of findings of each severity. */
  findings: z.object({ error: z.int(), warning: z.int(), info: z.int() }),
});
export type ObjectSummary = z.infer<typeof objectSummary>;

const counted = z.object({ value: z.string(), count: z.int() });

/** `GET /objects`: one page of them. `facets` count what is there before `q`, severities and owners narrow it down. */
export const objectsResponse = z.object({
  objects: z.array(objectSummary),
  /** How many there are on all pages. */
  total: z.int(),
  facets: z.object({ kinds: z.array(counted), owners: z.array(counted), severities: z.array(counted) }),
  notices: z.array(notice),
});
export type ObjectsResponse = z.infer<typeof objectsResponse>;

/** A finding at its place in the object's YAML. `mended`: the object with the finding's fix made, to preview and apply. */
export const placedFinding = finding.extend({
  line: z.int(),
  column: z.int(),
  title: z.string(),
  mended: kubernetesObject.nullable(),
});
export type PlacedFinding = z.infer<typeof placedFinding>;

/** A condition of an object's status. `about`: the part it is about, such as a listener or a parent. */
export const statusCondition = z.object({
  about: z.string(),
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  at: z.string().nullable(),
});
export type StatusCondition = z.infer<typeof statusCondition>;

/** `GET /objects/{group}/{kind}/{namespace}/{name}`: without managedFields; of a Secret only the names of its entries. */
export const objectResponse = z.object({
  ref: objectRef,
  object: kubernetesObject,
  yaml: z.string(),
  /** Who has written the object. */
  managers: z.array(z.object({ manager: z.string(), operation: z.string(), at: z.string().nullable() })),
  /** Names of the entries that are held back (Secrets). */
  withheld: z.array(z.string()),
  findings: z.array(placedFinding),
  conditions: z.array(statusCondition),
  /** Whether the console writes this kind at all. */
  writable: z.boolean(),
});
export type ObjectResponse = z.infer<typeof objectResponse>;

/** Another object that one depends on, or that depends on it. */
export const objectLink = z.object({
  ref: objectRef,
  /** Field that holds the reference, in the object that refers. */
  path: z.string(),
  /** Whether the object is there. */
  exists: z.boolean(),
});
export type ObjectLink = z.infer<typeof objectLink>;

export const objectEvent = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.int(),
  at: z.string().nullable(),
  by: z.string(),
});

/** `GET /objects/…/relations`: what stands around an object. */
export const relationsResponse = z.object({
  uses: z.array(objectLink),
  usedBy: z.array(objectLink),
  events: z.array(objectEvent),
  /** Changes of the object, newest first. */
  changes: z.array(change),
  notices: z.array(notice),
});
export type RelationsResponse = z.infer<typeof relationsResponse>;

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

/** Query of `GET /rights`: what the user may do with a kind (`group/Kind`) in a namespace (`-`: cluster-wide). */
export const rightsQuery = z.object({ kind: z.string().min(1), namespace: z.string().default('-') });

/** What the API server says about one verb. */
export const right = z.object({ verb: z.string(), allowed: z.boolean(), reason: z.string() });

/** `GET /rights`: as SelfSubjectAccessReviews answer. Where the server cannot be asked everything counts as allowed, and a notice says so. */
export const rightsResponse = z.object({ user: z.string(), resource: z.string(), rights: z.array(right), notices: z.array(notice) });
export type RightsResponse = z.infer<typeof rightsResponse>;
