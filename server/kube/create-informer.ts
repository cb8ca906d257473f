import { isHeddleError } from '@/lib/errors';
import type { HeddleError } from '@/lib/errors';
import type { KubeClient } from './create-kube-client';
import type { AnyKubeObject, KubeObject, ResourceRef } from './types';

/** One kind to keep a copy of. Parts of a kind may be named one by one; what is read of the kind is then all of them. */
export interface InformedResource extends ResourceRef {
  /** Keep only names and labels, under this kind: of what may be secret or is large, nothing else is asked for or kept. */
  namesOf?: string | undefined;
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ObjectChange<T extends KubeObject = AnyKubeObject> {
  type: 'added' | 'modified' | 'deleted';
  resource: ResourceRef;
  object: T;
  /** What the copy held before; absent for `added`. */
  previous?: T;
}

/**
 * `syncing`: no complete list yet. `live`: listed and watched. `reconnecting`: the copy is complete but may be behind.
 * `absent`: the server does not serve the kind. `refused`: the user may not read it.
 */
export type InformerState = 'syncing' | 'live' | 'reconnecting' | 'absent' | 'refused';

/** A copy of kinds, kept current. Objects are shared between all readers: never change them. */
export interface Informer {
  /** Begins to list and watch. */
  start(): void;
  /** Resolves when each kind is listed, absent or refused. */
  readonly synced: Promise<void>;
  hasSynced(): boolean;
  /** Of a kind with several parts: the state of the one with that `fieldSelector`, else of one that is not live. */
  state(resource: InformedResource): { state: InformerState; error?: HeddleError };
  list<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, namespace?: string): T[];
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the kind's type, as in list()
  get<T extends KubeObject = AnyKubeObject>(resource: ResourceRef, name: string, namespace?: string): T | undefined;
  /** Calls back with all changes that arrived together; never before the store holds them. Returns the way to stop it. */
  onChange(listener: (changes: ObjectChange[]) => void): () => void;
  /** Calls back when the state of a kind changes. */
  onState(listener: (resource: ResourceRef, state: InformerState) => void): () => void;
  stop(): void;
}

export interface InformerOptions {
  /** Milliseconds before the first and at most before any reconnection; 200 and 10 000. */
  backOffMs?: { first: number; most: number };
  /** Randomness of the back-off, 0 ≤ x < 1. */
  random?: () => number;
}

interface Reflector {
  resource: InformedResource;
  objects: Map<string, AnyKubeObject>;
  state: InformerState;
  error: HeddleError | undefined;
  settled: boolean;
}

const watchSeconds = 300;
const absentRetryMs = 30_000;

/** One shared copy of the given kinds; list, watch from there, reconnect from the last version, list again when that is gone. */
export function createInformer(client: KubeClient, resources: readonly InformedResource[], options: InformerOptions = {}): Informer {
  const backOff = options.backOffMs ?? { first: 200, most: 10_000 };
  const random = options.random ?? Math.random;
  const listeners = new Set<(changes: ObjectChange[]) => void>();
  const stateListeners = new Set<(resource: ResourceRef, state: InformerState) => void>();
  const stopping = new AbortController();
  const reflectors = resources.map((resource): Reflector => ({
    resource,
    objects: new Map(),
    state: 'syncing',
    error: undefined,
    settled: false,
  }));
  const byKind = Map.groupBy(reflectors, ({ resource }) => keyOf(resource));
  const partsOf = (resource: ResourceRef): readonly Reflector[] => byKind.get(keyOf(resource)) ?? [];
  const settled = Promise.withResolvers<void>();
  if (reflectors.length === 0) settled.resolve();
  let pending: ObjectChange[] = [];
  let started = false;

  function emit(change: ObjectChange): void {
    pending.push(change);
    if (pending.length > 1) return;
    // One turn of the loop collects what several watches delivered at once, so that listeners do their work once.
    setImmediate(() => {
      const changes = pending;
      pending = [];
      if (stopping.signal.aborted) return;
      for (const listener of listeners) listener(changes);
    });
  }

  function enter(reflector: Reflector, state: InformerState, error?: HeddleError): void {
    const changed = reflector.state !== state;
    reflector.state = state;
    reflector.error = error;
    if (state !== 'syncing' && !reflector.settled) {
      reflector.settled = true;
      if (reflectors.every((one) => one.settled)) settled.resolve();
    }
    if (changed) for (const listener of stateListeners) listener(reflector.resource, state);
  }

  function put(reflector: Reflector, given: AnyKubeObject): void {
    const object = reflector.resource.namesOf === undefined ? given : onlyNames(reflector.resource, given);
    const key = objectKey(object.metadata.namespace, object.metadata.name);
    const previous = reflector.objects.get(key);
    if (previous !== undefined && previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    reflector.objects.set(key, object);
    emit(
      previous === undefined
        ? { type: 'added', resource: reflector.resource, object }
        : { type: 'modified', resource: reflector.resource, object, previous },
    );
  }

  function remove(reflector: Reflector, key: string, last?: AnyKubeObject): void {
    const previous = reflector.objects.get(key);
    if (previous === undefined) return;
    reflector.objects.delete(key);
    emit({ type: 'deleted', resource: reflector.resource, object: last ?? previous, previous });
  }

  async function relist(reflector: Reflector): Promise<string> {
    const { namespace, labelSelector, fieldSelector, namesOf } = reflector.resource;
    const metadataOnly = namesOf !== undefined;
    const list = await client.listAll(reflector.resource, {
      namespace,
      labelSelector,
      fieldSelector,
      metadataOnly,
      signal: stopping.signal,
    });
    const present = new Set(list.items.map((item) => objectKey(item.metadata.namespace, item.metadata.name)));
    for (const key of reflector.objects.keys()) if (!present.has(key)) remove(reflector, key);
    for (const item of list.items) put(reflector, item);
    return list.resourceVersion;
  }

  async function run(reflector: Reflector): Promise<void> {
    let version: string | undefined;
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        version ??= await relist(reflector);
        enter(reflector, 'live');
        const { namespace, labelSelector, fieldSelector, namesOf } = reflector.resource;
        const limits = AbortSignal.any([stopping.signal, AbortSignal.timeout((watchSeconds + 30) * 1000)]);
        const watch = client.watch(reflector.resource, {
          namespace,
          labelSelector,
          fieldSelector,
          metadataOnly: namesOf !== undefined,
          resourceVersion: version,
          timeoutSeconds: watchSeconds,
          signal: limits,
        });
        for await (const events of watch) {
          failures = 0;
          for (const { type, object } of events) {
            version = object.metadata.resourceVersion ?? version;
            if (type === 'DELETED') remove(reflector, objectKey(object.metadata.namespace, object.metadata.name), object);
            else if (type !== 'BOOKMARK') put(reflector, object);
          }
        }
      } catch (error) {
        if (stopping.signal.aborted) return;
        const code = isHeddleError(error) ? error.code : undefined;
        const reason = isHeddleError(error) ? error : undefined;
        if (code === 'gone') {
          version = undefined;
          if (failures++ === 0) continue;
        } else if (code === 'not_found' || code === 'method_not_allowed') {
          version = undefined;
          for (const key of reflector.objects.keys()) remove(reflector, key);
          enter(reflector, 'absent', reason);
          await pause(absentRetryMs, stopping.signal);
          continue;
        } else if (code === 'forbidden' || code === 'unauthorized') {
          enter(reflector, 'refused', reason);
        } else if (reflector.state !== 'syncing') {
          enter(reflector, 'reconnecting', reason);
        } else {
          reflector.error = reason;
        }
      }
      // Also after a clean close, so that a server that closes at once is not asked in a tight loop.
      const wait = Math.min(backOff.most, backOff.first * 2 ** Math.min(failures, 10));
      failures += 1;
      await pause(wait * (0.5 + random() / 2), stopping.signal);
    }
  }

  return {
    synced: settled.promise,
    start() {
      if (started) return;
      started = true;
      for (const reflector of reflectors) void run(reflector);
    },
    hasSynced: () => reflectors.every((one) => one.settled),
    state(resource) {
      const { fieldSelector } = resource;
      const all = partsOf(resource);
      const parts = fieldSelector === undefined ? all : all.filter((one) => one.resource.fieldSelector === fieldSelector);
      const reflector = parts.find((one) => one.state !== 'live') ?? parts[0];
      if (reflector === undefined) return { state: 'absent' };
      return reflector.error === undefined ? { state: reflector.state } : { state: reflector.state, error: reflector.error };
    },
    list<T extends KubeObject>(resource: ResourceRef, namespace?: string) {
      const all = partsOf(resource).flatMap((one) => [...one.objects.values()]);
      return (namespace === undefined ? all : all.filter((one) => one.metadata.namespace === namespace)) as KubeObject[] as T[];
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as the interface has it
    get<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string) {
      const key = objectKey(namespace, name);
      const found: KubeObject | undefined = partsOf(resource)
        .find((one) => one.objects.has(key))
        ?.objects.get(key);
      return found as T | undefined;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    stop() {
      stopping.abort();
    },
  };
}

/** What is kept of an object of which only the name is wanted. Annotations may hold a copy of the whole object. */
function onlyNames({ group, version, namesOf }: InformedResource, { metadata }: AnyKubeObject): AnyKubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels } = metadata;
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: namesOf ?? '',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

const keyOf = (resource: ResourceRef): string => `${resource.group}/${resource.plural}`;
const objectKey = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
