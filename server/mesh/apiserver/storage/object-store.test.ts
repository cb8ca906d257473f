import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjectStore } from './object-store';
import type { ObjectStore, StoreEvent } from './object-store';
import type { StoredObject } from './stored-object';

let folder: string;
const open: ObjectStore[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-store-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function openStore(options: { historyLength?: number; snapshotBytes?: number } = {}): Promise<ObjectStore> {
  const store = await openObjectStore({ folder, ...options });
  open.push(store);
  return store;
}

async function reopen(store: ObjectStore, options: { historyLength?: number; snapshotBytes?: number } = {}): Promise<ObjectStore> {
  await store.close();
  open.splice(open.indexOf(store), 1);
  return openStore(options);
}

const object = (name: string, value: unknown, namespace = 'default'): StoredObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { value },
});
const put = (store: ObjectStore, name: string, value: unknown) =>
  store.write('/configmaps', 'default', name, () => ({ put: object(name, value) }));
const names = (store: ObjectStore) => store.list('/configmaps').map((one) => `${one.metadata.name}@${one.metadata.resourceVersion ?? ''}`);

describe('openObjectStore', () => {
  it('gives every write the next version and finds all of it again', async () => {
    const store = await openStore();
    await put(store, 'b', 1);
    await put(store, 'a', 1);
    await put(store, 'b', 2);
    await store.write('/configmaps', 'default', 'a', () => ({ remove: true }));
    expect(names(store)).toEqual(['b@3']);
    const again = await reopen(store);
    expect(again.resourceVersion()).toBe(4);
    expect(names(again)).toEqual(['b@3']);
    await put(again, 'c', 1);
    expect(names(again)).toEqual(['b@3', 'c@5']);
  });

  it('lets writes build on each other before they are on disk, and shows only what is', async () => {
    const store = await openStore();
    const increment = () =>
      store.write('/configmaps', 'default', 'n', (current) => ({
        put: object('n', ((current?.['data'] as { value: number })?.value ?? 0) + 1),
      }));
    const writes = Array.from({ length: 50 }, increment);
    expect(store.get('/configmaps', 'default', 'n')).toBeUndefined();
    expect(store.latest('/configmaps', 'default', 'n')?.['data']).toEqual({ value: 50 });
    await Promise.all(writes);
    expect(store.get('/configmaps', 'default', 'n')?.['data']).toEqual({ value: 50 });
  });

  it('tells of changes in order, with the state before', async () => {
    const store = await openStore();
    const seen: string[] = [];
    store.subscribe('/configmaps', (event: StoreEvent) =>
      seen.push(`${event.type} ${event.rv} ${event.previous?.metadata.resourceVersion ?? '-'}`),
    );
    await Promise.all([put(store, 'a', 1), put(store, 'a', 2), store.write('/configmaps', 'default', 'a', () => ({ remove: true }))]);
    expect(seen).toEqual(['ADDED 1 -', 'MODIFIED 2 1', 'DELETED 3 2']);
  });

  it('stores nothing when the decision is to keep', async () => {
    const store = await openStore();
    await put(store, 'a', 1);
    expect(await store.write('/configmaps', 'default', 'a', () => ({ keep: true }))).toMatchObject({ changed: false });
    expect(store.resourceVersion()).toBe(1);
  });

  it('does not use up a version when the decision fails', async () => {
    const store = await openStore();
    await expect(
      store.write('/configmaps', 'default', 'a', () => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    await put(store, 'a', 1);
    expect(store.resourceVersion()).toBe(1);
  });

  it('remembers a bounded history and says when it does not go back far enough', async () => {
    const store = await openStore({ historyLength: 10 });
    for (let i = 0; i < 40; i++) await put(store, 'a', i);
    expect(store.eventsSince('/configmaps', 0)).toBeUndefined();
    expect(store.eventsSince('/configmaps', 38)?.map((event) => event.rv)).toEqual([39, 40]);
    expect(store.eventsSince('/configmaps', 40)).toEqual([]);
    expect(store.eventsSince('/configmaps', 41)).toBeUndefined();
  });

  it('keeps the history across a restart, so that watches go on where they were', async () => {
    const store = await openStore();
    for (let i = 0; i < 5; i++) await put(store, 'a', i);
    const again = await reopen(store);
    expect(
      again.eventsSince('/configmaps', 3)?.map((event) => `${event.type} ${event.rv} ${event.previous?.metadata.resourceVersion ?? ''}`),
    ).toEqual(['MODIFIED 4 3', 'MODIFIED 5 4']);
  });

  it('replaces the log by a snapshot and loses nothing', async () => {
    let store = await openStore({ snapshotBytes: 2000 });
    for (let i = 0; i < 100; i++) await put(store, `n${i % 7}`, 'x'.repeat(100) + String(i));
    await store.write('/configmaps', 'default', 'n0', () => ({ remove: true }));
    const before = names(store);
    store = await reopen(store, { snapshotBytes: 2000 });
    const files = await readdir(folder);
    expect(files.filter((name) => name.startsWith('snapshot-'))).toHaveLength(1);
    expect(files.filter((name) => name.startsWith('log-'))).toHaveLength(1);
    expect(names(store)).toEqual(before);
    expect(store.resourceVersion()).toBe(101);
  });

  it('recovers from a log that ends anywhere in its last record', async () => {
    const store = await openStore();
    await put(store, 'a', 1);
    await put(store, 'b', 'the last one');
    await store.close();
    open.splice(0);
    const [log = ''] = await readdir(folder);
    const whole = await readFile(join(folder, log));
    const lastLength = 8 + whole.subarray(0).readUInt32LE(0);
    for (let cut = lastLength + 1; cut < whole.length; cut += 7) {
      await writeFile(join(folder, log), whole);
      await truncate(join(folder, log), cut);
      const again = await openObjectStore({ folder });
      expect(names(again)).toEqual(['a@1']);
      expect(again.tornBytes).toBe(cut - lastLength);
      expect((await put(again, 'c', 1)).object?.metadata.resourceVersion).toBe('2');
      await again.close();
    }
  });

  it('refuses a damaged snapshot with the name of the file', async () => {
    const store = await openStore({ snapshotBytes: 1 });
    await put(store, 'a', 1);
    await put(store, 'b', 1);
    await store.close();
    open.splice(0);
    const snapshot = (await readdir(folder)).find((name) => name.startsWith('snapshot-')) ?? '';
    const bytes = await readFile(join(folder, snapshot));
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 0xff;
    await writeFile(join(folder, snapshot), bytes);
    await expect(openObjectStore({ folder })).rejects.toThrow(new RegExp(`${snapshot} is damaged at byte`));
  });
});
