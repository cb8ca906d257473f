import { timestamp } from '../core';
import type { ApiCore } from '../core';
import { conflict, notFound } from '../status-errors';
import type { ServedKind } from '../served-kinds';
import type { WriteDecision } from '../storage/object-store';
import type { StoredObject } from '../storage/stored-object';

export interface DeleteRequest {
  kind: ServedKind;
  namespace: string;
  dryRun: boolean;
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  preconditions?: { uid?: string; resourceVersion?: string } | undefined;
}

export interface DeleteResult {
  /** The last state, or the present one while finalizers or a grace period hold it. */
  object: StoredObject;
  removed: boolean;
}

/** DELETE: removes an object, or marks it and lets its finalizers (or its node) finish. @throws HeddleError `not_found`, `conflict`. */
export async function deleteObject(core: ApiCore, name: string, request: DeleteRequest): Promise<DeleteResult> {
  const { collection, definition } = request.kind;
  const decide = (current: StoredObject | undefined): { decision: WriteDecision; object: StoredObject } => {
    if (current === undefined) throw notFound(definition, name);
    const { uid, resourceVersion } = request.preconditions ?? {};
    if (
      (uid !== undefined && uid !== current.metadata.uid) ||
      (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion)
    ) {
      throw conflict(
        definition,
        name,
        `Operation cannot be fulfilled on ${definition.plural} "${name}": Precondition failed: the object has another uid or resourceVersion`,
      );
    }
    const decision = decideDeletion(core, current, request);
    return { decision, object: 'put' in decision ? decision.put : current };
  };
  if (request.dryRun) {
    const { decision, object } = decide(core.store.latest(collection, request.namespace, name));
    return { object, removed: 'remove' in decision };
  }
  let removed = false;
  const written = await core.store.write(collection, request.namespace, name, (current) => {
    const { decision } = decide(current);
    removed = 'remove' in decision;
    return decision;
  });
  if (written.object === undefined) throw notFound(definition, name);
  return { object: written.object, removed };
}

function decideDeletion(core: ApiCore, current: StoredObject, request: DeleteRequest): WriteDecision {
  const { metadata } = current;
  const grace = graceOf(current, request.gracePeriodSeconds);
  const finalizers = new Set(metadata.finalizers);
  if (request.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion');
  if (request.propagationPolicy === 'Orphan') finalizers.add('orphan');
  const held = finalizers.size > 0 || grace > 0 || current.kind === 'Namespace';
  if (!held) return { remove: true };
  const sooner = grace < (metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
  const more = finalizers.size > (metadata.finalizers?.length ?? 0);
  if (metadata.deletionTimestamp !== undefined && !sooner && !more) return { keep: true };
  const deleting: StoredObject = {
    ...current,
    metadata: {
      ...metadata,
      ...(finalizers.size === 0 ? {} : { finalizers: [...finalizers] }),
      deletionTimestamp: timestamp(new Date(core.now().getTime() + grace * 1000)),
      deletionGracePeriodSeconds: grace,
    },
  };
  if (current.kind !== 'Namespace') return { put: deleting };
  const { deletionGracePeriodSeconds: _grace, ...spaceMetadata } = deleting.metadata;
  return { put: { ...deleting, metadata: spaceMetadata, status: { ...(current.status as object | undefined), phase: 'Terminating' } } };
}

/** Only pods that a node runs are given time to stop. */
function graceOf(object: StoredObject, asked: number | undefined): number {
  if (object.kind !== 'Pod') return 0;
  const spec = object.spec as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined;
  const phase = (object.status as { phase?: string } | undefined)?.phase;
  if (spec?.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return asked ?? spec.terminationGracePeriodSeconds ?? 30;
}
