import { isHeddleError } from '@/lib/errors';
import type { ApiCore } from '../core';
import { deleteObject } from '../write/delete-object';
import type { Controller, Report } from './run-controllers';

/** Deletes the content of namespaces that are being deleted, and then the namespaces. */
export function emptyNamespaces(core: ApiCore, report: Report): Controller {
  const terminating = new Set<string>();
  const busy = new Set<string>();

  async function work(namespace: string): Promise<void> {
    if (busy.has(namespace)) return;
    busy.add(namespace);
    try {
      // Until a round finds nothing more to do: what finalizers or a node still hold comes back as an event.
      for (let again = true; again;) again = await round(namespace);
    } catch (error) {
      report(`deleting namespace ${namespace}`, error);
    } finally {
      busy.delete(namespace);
    }
  }

  async function round(namespace: string): Promise<boolean> {
    const left = contentOf(core, namespace);
    const fresh = left.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    await Promise.all(
      fresh.map(({ kind, object }) =>
        deleteObject(core, object.metadata.name, { kind, namespace, dryRun: false }).catch((error: unknown) => {
          if (!(isHeddleError(error) && error.code === 'not_found')) throw error;
        }),
      ),
    );
    if (left.length > 0) return fresh.length > 0;
    await core.store.write('/namespaces', '', namespace, (current) =>
      current?.metadata.deletionTimestamp === undefined || (current.metadata.finalizers ?? []).length > 0
        ? { keep: true }
        : { remove: true },
    );
    return false;
  }

  const unsubscribe = core.store.subscribeAll((collection, { type, object }) => {
    if (collection === '/namespaces') {
      const { name, deletionTimestamp } = object.metadata;
      if (type === 'DELETED') terminating.delete(name);
      else if (deletionTimestamp !== undefined) {
        terminating.add(name);
        void work(name);
      }
    } else if (type === 'DELETED' && terminating.has(object.metadata.namespace ?? '')) void work(object.metadata.namespace ?? '');
  });
  for (const space of core.store.list('/namespaces')) {
    if (space.metadata.deletionTimestamp === undefined) continue;
    terminating.add(space.metadata.name);
    void work(space.metadata.name);
  }
  return { stop: unsubscribe };
}

function contentOf(core: ApiCore, namespace: string) {
  const kinds = [...core.kinds.values()].filter((kind) => kind.definition.namespaced && kind.conversion === undefined);
  return kinds.flatMap((kind) =>
    core.store
      .listLatest(kind.collection)
      .filter((object) => object.metadata.namespace === namespace)
      .map((object) => ({ kind, object })),
  );
}
