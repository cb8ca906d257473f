import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeddleError } from '@/lib/errors';
import { logName, recover, writeSnapshot } from './recover';
import type { LogRecord } from './recover';
import type { StoredObject } from './stored-object';
import { openWriteAheadLog } from './write-ahead-log';

export interface StoreEvent {
  rv: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: StoredObject;
  /** The state before; watchers with selectors need it to see an object leave or enter their view. */
  previous: StoredObject | undefined;
}

/** What a write function decides, given the newest state. */
export type WriteDecision = { put: StoredObject } | { remove: true; last?: StoredObject } | { keep: true };

/**
 * All objects, by collection (`group/plural`). Reads and watches see only what is on disk; writes build on the newest state, also the part
 * that is still on its way there, so that two writes never miss each other.
 */
export interface ObjectStore {
  /** The version of the newest durable change. */
  resourceVersion(): number;
  get(collection: string, namespace: string, name: string): StoredObject | undefined;
  /** The newest state, which may not be on disk yet: for admission and preconditions only. */
  latest(collection: string, namespace: string, name: string): StoredObject | undefined;
  /** The newest states of a collection, sorted by namespace and name. */
  listLatest(collection: string): StoredObject[];
  /** Objects sorted by namespace and name. */
  list(collection: string, namespace?: string): StoredObject[];
  count(collection: string): number;
  collections(): string[];
  /**
   * Runs `decide` on the newest state, without a pause in between, and stores what it says under the next version.
   * Resolves when it is on disk. With `keep` nothing is written and the present object is returned.
   */
  write(
    collection: string,
    namespace: string,
    name: string,
    decide: (current: StoredObject | undefined) => WriteDecision,
  ): Promise<{ object: StoredObject | undefined; changed: boolean }>;
  /** Events after version `since`, oldest first; `undefined` when the history no longer goes back that far. */
  eventsSince(collection: string, since: number): StoreEvent[] | undefined;
  /** Calls back with each durable change of the collection, in order. */
  subscribe(collection: string, listener: (event: StoreEvent) => void): () => void;
  /** Calls back with each durable change of any collection. */
  subscribeAll(listener: (collection: string, event: StoreEvent) => void): () => void;
  /** Bytes of a torn tail found at the start. */
  readonly tornBytes: number;
  close(): Promise<void>;
}

export interface StoreOptions {
  folder: string;
  /** Events kept per collection for watches that reconnect. */
  historyLength?: number;
  /** Bytes of log after which a snapshot is made; never less than the last snapshot had. */
  snapshotBytes?: number;
  onSnapshotError?: (error: unknown) => void;
}

interface Entry {
  durable: StoredObject | undefined;
  latest: StoredObject | undefined;
  /** Writes on their way to disk. */
  inFlight: number;
}

interface Collection {
  entries: Map<string, Entry>;
  history: StoreEvent[];
  /** Everything after this version is in `history`. */
  historyFrom: number;
  listeners: Set<(event: StoreEvent) => void>;
  sorted: StoredObject[] | undefined;
}

/** Opens the store of a data directory and recovers what it holds. */
export async function openObjectStore(options: StoreOptions): Promise<ObjectStore> {
  const historyLength = options.historyLength ?? 4096;
  await mkdir(options.folder, { recursive: true });
  const recovered = await recover(options.folder);
  const collections = new Map<string, Collection>();
  const allListeners = new Set<(collection: string, event: StoreEvent) => void>();
  let durableVersion = recovered.resourceVersion;
  let nextVersion = durableVersion;
  const startOfHistory = (recovered.changes[0]?.rv ?? durableVersion + 1) - 1;

  const collectionOf = (name: string): Collection => {
    let collection = collections.get(name);
    if (collection === undefined) {
      collection = { entries: new Map(), history: [], historyFrom: startOfHistory, listeners: new Set(), sorted: undefined };
      collections.set(name, collection);
    }
    return collection;
  };

  function publish(
    name: string,
    key: string,
    entry: Entry,
    rv: number,
    object: StoredObject | undefined,
    last: StoredObject | undefined,
  ): void {
    const collection = collectionOf(name);
    const previous = entry.durable;
    entry.durable = object;
    collection.sorted = undefined;
    if (object === undefined && entry.latest === undefined && entry.inFlight === 0) collection.entries.delete(key);
    durableVersion = rv;
    const shown = object ?? last;
    if (shown === undefined) return;
    const event: StoreEvent = {
      rv,
      type: object === undefined ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED',
      object: shown,
      previous,
    };
    collection.history.push(event);
    if (collection.history.length > historyLength * 1.25) {
      const dropped = collection.history.splice(0, collection.history.length - historyLength);
      collection.historyFrom = dropped.at(-1)?.rv ?? collection.historyFrom;
    }
    for (const listener of collection.listeners) listener(event);
    for (const listener of allListeners) listener(name, event);
  }

  for (const record of recovered.snapshot) replay(record);
  for (const collection of collections.values()) collection.history = [];
  for (const record of recovered.changes) replay(record);
  durableVersion = recovered.resourceVersion;

  function replay(record: LogRecord): void {
    const key = keyOf(record.ns, record.n);
    const collection = collectionOf(record.r);
    const entry = collection.entries.get(key) ?? { durable: undefined, latest: undefined, inFlight: 0 };
    collection.entries.set(key, entry);
    entry.latest = record.o;
    publish(record.r, key, entry, record.rv, record.o, record.o === undefined ? withVersion(entry.durable, record.rv) : undefined);
  }

  let log = await openWriteAheadLog(recovered.log.path, recovered.log.validBytes);
  let snapshotting: Promise<void> | undefined;
  let lastSnapshotBytes = 0;
  let closed = false;

  function snapshotWhenDue(): void {
    const limit = Math.max(options.snapshotBytes ?? 8 << 20, lastSnapshotBytes);
    if (snapshotting !== undefined || closed || log.size() < limit) return;
    snapshotting = takeSnapshot()
      .catch((error: unknown) => options.onSnapshotError?.(error))
      .finally(() => (snapshotting = undefined));
  }

  async function takeSnapshot(): Promise<void> {
    // The new log begins after the newest version given out, and rotate() returns when all before it is on disk and published.
    const current = logName(nextVersion);
    await log.rotate(join(options.folder, current));
    const rv = durableVersion;
    const records: LogRecord[] = [];
    for (const [name, collection] of collections) {
      for (const { durable } of collection.entries.values()) {
        if (durable !== undefined) {
          const { namespace = '', name: n } = durable.metadata;
          records.push({ rv: Number(durable.metadata.resourceVersion), r: name, ns: namespace, n, o: durable });
        }
      }
    }
    lastSnapshotBytes = await writeSnapshot(options.folder, rv, records, basename(current));
  }

  const sortedOf = (collection: Collection): StoredObject[] => {
    collection.sorted ??= [...collection.entries.entries()]
      .filter(([, entry]) => entry.durable !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, entry]) => entry.durable as StoredObject);
    return collection.sorted;
  };

  return {
    tornBytes: recovered.tornBytes,
    resourceVersion: () => durableVersion,
    get: (name, namespace, objectName) => collections.get(name)?.entries.get(keyOf(namespace, objectName))?.durable,
    latest: (name, namespace, objectName) => collections.get(name)?.entries.get(keyOf(namespace, objectName))?.latest,
    listLatest(name) {
      const entries = [...(collections.get(name)?.entries.entries() ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return entries.map(([, entry]) => entry.latest).filter((object) => object !== undefined);
    },
    list(name, namespace) {
      const collection = collections.get(name);
      if (collection === undefined) return [];
      const all = sortedOf(collection);
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    count: (name) => sortedOf(collectionOf(name)).length,
    collections: () => [...collections.keys()],
    async write(name, namespace, objectName, decide) {
      if (closed) throw new HeddleError('source_unavailable', 'The API server is stopping.');
      const collection = collectionOf(name);
      const key = keyOf(namespace, objectName);
      const present = collection.entries.get(key);
      const before = present?.latest;
      const decision = decide(before);
      if ('keep' in decision) return { object: before, changed: false };
      const entry: Entry = present ?? { durable: undefined, latest: undefined, inFlight: 0 };
      collection.entries.set(key, entry);
      const rv = ++nextVersion;
      const object = 'put' in decision ? withVersion(decision.put, rv) : undefined;
      const last = 'remove' in decision ? withVersion(decision.last ?? before, rv) : undefined;
      entry.latest = object;
      entry.inFlight += 1;
      const record: LogRecord = { rv, r: name, ns: namespace, n: objectName, ...(object === undefined ? {} : { o: object }) };
      try {
        await log.append(JSON.stringify(record));
      } catch (cause) {
        throw new HeddleError('internal', 'The write-ahead log cannot be written; the API server accepts no more writes.', {
          cause,
          hint: 'Free space on the disk of the data directory and restart.',
        });
      } finally {
        entry.inFlight -= 1;
      }
      publish(name, key, entry, rv, object, last);
      snapshotWhenDue();
      return { object: object ?? last, changed: true };
    },
    eventsSince(name, since) {
      const collection = collectionOf(name);
      if (since < collection.historyFrom || since > nextVersion) return undefined;
      return collection.history.filter((event) => event.rv > since);
    },
    subscribe(name, listener) {
      const { listeners } = collectionOf(name);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeAll(listener) {
      allListeners.add(listener);
      return () => allListeners.delete(listener);
    },
    async close() {
      closed = true;
      await snapshotting;
      await log.close();
    },
  };
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

function withVersion(object: StoredObject, rv: number): StoredObject;
function withVersion(object: StoredObject | undefined, rv: number): StoredObject | undefined;
function withVersion(object: StoredObject | undefined, rv: number): StoredObject | undefined {
  return object && { ...object, metadata: { ...object.metadata, resourceVersion: String(rv) } };
}
