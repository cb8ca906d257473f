import { HeddleError } from '@/lib/errors';
import type { KubeClient, KubeObject, ObjectName, ResourceRef, WatchEvent } from '@/server/kube';

type Stored = KubeObject & Record<string, unknown>;

const keyOf = (resource: ResourceRef, name: ObjectName) => `${resource.plural}/${name.namespace ?? ''}/${name.name}`;

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value);
  }
  return result;
}

/** An API server of just what the kubelet asks for, in memory: versions, uids, watches, graceful deletion of pods, tokens. */
export function createFakeKube(): KubeClient & { find(resource: ResourceRef, name: ObjectName): Stored | undefined } {
  const objects = new Map<string, Stored>();
  const watchers = new Set<{ plural: string; push: (event: WatchEvent<Stored>) => void }>();
  let version = 0;

  function commit(type: WatchEvent['type'], resource: ResourceRef, object: Stored): Stored {
    version += 1;
    const stored: Stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') objects.delete(keyOf(resource, object.metadata));
    else objects.set(keyOf(resource, object.metadata), stored);
    for (const watcher of watchers) if (watcher.plural === resource.plural) watcher.push({ type, object: stored });
    return stored;
  }

  function found(resource: ResourceRef, name: ObjectName): Stored {
    const object = objects.get(keyOf(resource, name));
    if (object === undefined) throw new HeddleError('not_found', `${resource.plural} "${name.name}" not found`);
    return object;
  }

  const all = (resource: ResourceRef) => [...objects].filter(([key]) => key.startsWith(`${resource.plural}/`)).map(([, object]) => object);

  async function* watch(resource: ResourceRef, signal: AbortSignal | undefined): AsyncGenerator<WatchEvent<Stored>[]> {
    let pending: WatchEvent<Stored>[] = [];
    let wake = Promise.withResolvers<void>();
    const watcher = {
      plural: resource.plural,
      push: (event: WatchEvent<Stored>) => {
        pending.push(event);
        wake.resolve();
      },
    };
    watchers.add(watcher);
    signal?.addEventListener('abort', () => wake.resolve());
    for (;;) {
      await wake.promise;
      if (signal?.aborted === true) break;
      wake = Promise.withResolvers<void>();
      const events = pending;
      pending = [];
      if (events.length > 0) yield events;
    }
    watchers.delete(watcher);
  }

  const fake = {
    find: (resource: ResourceRef, name: ObjectName) => objects.get(keyOf(resource, name)),
    list: async (resource: ResourceRef) => ({ items: all(resource), resourceVersion: String(version) }),
    listAll: async (resource: ResourceRef) => ({ items: all(resource), resourceVersion: String(version) }),
    get: async (resource: ResourceRef, name: ObjectName) => found(resource, name),
    create: async (resource: ResourceRef, object: Stored) => {
      if (objects.has(keyOf(resource, object.metadata))) throw new HeddleError('conflict', 'already exists');
      const uid = `uid-${version}`;
      return commit('ADDED', resource, {
        ...object,
        metadata: { ...object.metadata, uid, generation: 1, creationTimestamp: new Date().toISOString() },
      });
    },
    update: async (resource: ResourceRef, object: Stored) => commit('MODIFIED', resource, object),
    patch: async (resource: ResourceRef, name: ObjectName, patch: unknown) =>
      commit('MODIFIED', resource, merge(found(resource, name), patch) as Stored),
    delete: async (resource: ResourceRef, name: ObjectName, options: { gracePeriodSeconds?: number } = {}) => {
      const object = found(resource, name);
      if (resource.plural !== 'pods' || options.gracePeriodSeconds === 0) return commit('DELETED', resource, object);
      return commit('MODIFIED', resource, { ...object, metadata: { ...object.metadata, deletionTimestamp: new Date().toISOString() } });
    },
    raw: async () => ({ status: 201, headers: {}, body: Buffer.from(JSON.stringify({ status: { token: 'a-token' } })) }),
    watch: (resource: ResourceRef, options: { signal?: AbortSignal }) => watch(resource, options.signal),
    close: () => undefined,
  };
  return fake as unknown as KubeClient & { find(resource: ResourceRef, name: ObjectName): Stored | undefined };
}
