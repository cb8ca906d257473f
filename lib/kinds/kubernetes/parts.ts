import { z } from 'zod';

/**
 * How lists and scalars of the built-in kinds merge. The marks are Kubernetes' own OpenAPI extensions; server-side apply, strategic merge
 * patches and kubectl read them.
 */

/** A list whose items are told apart by `keys`; a strategic merge patch uses the first one. */
export function keyedList<T extends z.ZodType>(item: T, keys: readonly [string, ...string[]], strategy = 'merge') {
  return z.array(item).meta({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
    'x-kubernetes-patch-merge-key': keys[0],
    'x-kubernetes-patch-strategy': strategy,
  });
}

/** A list of scalars in which each occurs once. */
export function setList<T extends z.ZodType>(item: T) {
  return z.array(item).meta({ 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' });
}

/** A map that is owned and replaced as a whole. */
export function atomic<T extends z.ZodType>(schema: T) {
  return schema.meta({ 'x-kubernetes-map-type': 'atomic' });
}

/** A port number or a port's name; a count or a percentage. */
export const intOrString = z.union([z.int(), z.string()]).meta({ 'x-kubernetes-int-or-string': true });

/** `500m`, `2Gi`, 1. */
export const quantity = z.union([z.string(), z.number()]).meta({ 'x-kubernetes-int-or-string': true });

export const port = z.int().min(1).max(65_535);
/** Part of the key of port lists, so that its default counts when it is left out. */
export const portProtocol = z.enum(['TCP', 'UDP', 'SCTP']).meta({ default: 'TCP' });
export const stringMap = z.record(z.string(), z.string());
export const time = z.string();
/** A part that Heddle stores and hands back without looking inside. */
export const freeObject = z.record(z.string(), z.unknown());

export const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: time.optional(),
  observedGeneration: z.int().optional(),
});
export const conditions = keyedList(condition, ['type']);

export const labelSelector = atomic(
  z.object({
    matchLabels: stringMap.optional(),
    matchExpressions: z
      .array(
        z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).optional() }),
      )
      .optional(),
  }),
);

/** meta/v1 ObjectMeta as it may be written. */
export const objectMeta = z.object({
  name: z.string().optional(),
  generateName: z.string().optional(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: time.optional(),
  deletionTimestamp: time.optional(),
  deletionGracePeriodSeconds: z.int().optional(),
  selfLink: z.string().optional(),
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  ownerReferences: keyedList(
    z.object({
      apiVersion: z.string(),
      kind: z.string(),
      name: z.string(),
      uid: z.string(),
      controller: z.boolean().optional(),
      blockOwnerDeletion: z.boolean().optional(),
    }),
    ['uid'],
  ).optional(),
  finalizers: setList(z.string()).optional(),
  managedFields: z.array(z.looseObject({})).optional(),
});

/** Names an object in the same namespace. */
export const localReference = atomic(z.object({ name: z.string().optional() }));

/** Names any object. */
export const objectReference = atomic(
  z.object({
    kind: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    uid: z.string().optional(),
    apiVersion: z.string().optional(),
    resourceVersion: z.string().optional(),
    fieldPath: z.string().optional(),
  }),
);
