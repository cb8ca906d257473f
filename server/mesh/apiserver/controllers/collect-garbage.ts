import { isHeddleError } from '@/lib/errors';
import type { ApiCore } from '../core';
import type { ServedKind } from '../served-kinds';
import type { StoredObject } from '../storage/stored-object';
import { deleteObject } from '../write/delete-object';
import type { Controller, Report } from './run-controllers';

interface Place {
  kind: ServedKind;
  namespace: string;
  name: string;
}

/**
 * Kubernetes' garbage collector: what all owners have left is deleted (Background); an owner deleted with Foreground waits for those that
 * block it; Orphan takes the reference away instead.
 */
export function collectGarbage(core: ApiCore, report: Report): Controller {
  const living = new Set<string>();
  const dependents = new Map<string, Map<string, Place>>();
  const views = new Map([...core.kinds.values()].filter((kind) => kind.conversion === undefined).map((kind) => [kind.collection, kind]));

  const keyOf = (place: Place): string => `${place.kind.collection}|${place.namespace}|${place.name}`;
  const run = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!(isHeddleError(error) && (error.code === 'not_found' || error.code === 'source_unavailable'))) report(what, error);
    });
  };

  function note(place: Place, object: StoredObject, gone: boolean): void {
    const uid = object.metadata.uid ?? '';
    if (gone) living.delete(uid);
    else living.add(uid);
    for (const { uid: owner } of object.metadata.ownerReferences ?? []) {
      const known = dependents.get(owner) ?? new Map<string, Place>();
      if (gone) known.delete(keyOf(place));
      else known.set(keyOf(place), place);
      if (known.size === 0) dependents.delete(owner);
      else dependents.set(owner, known);
    }
  }

  /** Deletes an object none of whose owners lives. */
  function sweep(place: Place): void {
    const object = core.store.latest(place.kind.collection, place.namespace, place.name);
    const owners = object?.metadata.ownerReferences ?? [];
    if (object === undefined || owners.length === 0 || object.metadata.deletionTimestamp !== undefined) return;
    if (owners.some((owner) => living.has(owner.uid))) return;
    const uid = object.metadata.uid;
    run(
      'collecting garbage',
      deleteObject(core, place.name, {
        kind: place.kind,
        namespace: place.namespace,
        dryRun: false,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      }),
    );
  }

  function finalize(place: Place, object: StoredObject): void {
    const finalizers = object.metadata.finalizers ?? [];
    const uid = object.metadata.uid ?? '';
    const own = [...(dependents.get(uid)?.values() ?? [])];
    if (finalizers.includes('orphan')) {
      const work = Promise.all(own.map((dependent) => withoutOwner(dependent, uid))).then(() => withoutFinalizer(place, 'orphan'));
      run('orphaning dependents', work);
    } else if (finalizers.includes('foregroundDeletion')) {
      const blocking = own.filter((dependent) => {
        const found = core.store.latest(dependent.kind.collection, dependent.namespace, dependent.name);
        if (found !== undefined && found.metadata.deletionTimestamp === undefined) {
          run(
            'collecting garbage',
            deleteObject(core, dependent.name, {
              kind: dependent.kind,
              namespace: dependent.namespace,
              dryRun: false,
              propagationPolicy: 'Foreground',
            }),
          );
        }
        return found?.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true) === true;
      });
      if (blocking.length === 0) run('finishing a deletion', withoutFinalizer(place, 'foregroundDeletion'));
    }
  }

  function withoutOwner(place: Place, uid: string): Promise<unknown> {
    return core.store.write(place.kind.collection, place.namespace, place.name, (current) => {
      const owners = current?.metadata.ownerReferences;
      if (current === undefined || owners?.some((owner) => owner.uid === uid) !== true) return { keep: true };
      const { ownerReferences: _owners, ...metadata } = current.metadata;
      const left = owners.filter((owner) => owner.uid !== uid);
      return { put: { ...current, metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left } } };
    });
  }

  function withoutFinalizer(place: Place, finalizer: string): Promise<unknown> {
    return core.store.write(place.kind.collection, place.namespace, place.name, (current) => {
      const present = current?.metadata.finalizers;
      if (current === undefined || present?.includes(finalizer) !== true) return { keep: true };
      const { finalizers: _finalizers, ...metadata } = current.metadata;
      const left = present.filter((one) => one !== finalizer);
      const next = { ...current, metadata: left.length === 0 ? metadata : { ...metadata, finalizers: left } };
      const waits = (metadata.deletionGracePeriodSeconds ?? 0) > 0;
      return left.length === 0 && !waits ? { remove: true } : { put: next };
    });
  }

  const unsubscribe = core.store.subscribeAll((collection, event) => {
    const kind = views.get(collection);
    if (kind === undefined) return;
    const { object, previous, type } = event;
    const place: Place = { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
    const uid = object.metadata.uid ?? '';
    if (previous !== undefined) note(place, previous, true);
    if (type === 'DELETED') {
      note(place, object, true);
      for (const dependent of dependents.get(uid)?.values() ?? []) sweep(dependent);
      // An owner that waits in the foreground may now be free.
      for (const owner of object.metadata.ownerReferences ?? []) wakeOwner(owner.uid);
      return;
    }
    note(place, object, false);
    owners.set(uid, place);
    if (object.metadata.deletionTimestamp !== undefined) finalize(place, object);
    else if (type === 'ADDED') sweep(place);
  });

  const owners = new Map<string, Place>();
  function wakeOwner(uid: string): void {
    const place = owners.get(uid);
    const object = place && core.store.latest(place.kind.collection, place.namespace, place.name);
    if (place === undefined || object?.metadata.uid !== uid) owners.delete(uid);
    else if (object.metadata.deletionTimestamp !== undefined) finalize(place, object);
  }

  const all = [...views.values()].flatMap((kind) => core.store.list(kind.collection).map((object) => ({ kind, object })));
  const places = all.map(({ kind, object }): [Place, StoredObject] => [
    { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name },
    object,
  ]);
  for (const [place, object] of places) {
    note(place, object, false);
    owners.set(object.metadata.uid ?? '', place);
  }
  for (const [place, object] of places) {
    if (object.metadata.deletionTimestamp === undefined) sweep(place);
    else finalize(place, object);
  }
  return { stop: unsubscribe };
}
