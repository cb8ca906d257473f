import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInformer, kubeStatusOf, resourceOf, resources } from '@/server/kube';
import type { AnyKubeObject, Informer } from '@/server/kube';
import { meshKinds } from '@/lib/kinds';
import type { ObjectMeta } from '@/lib/kinds';
import { configMap, pod } from '../testdata/objects';
import { startTestServer } from '../testdata/start-test-server';
import type { TestServer } from '../testdata/start-test-server';

let test: TestServer;
let informer: Informer;
beforeAll(async () => {
  test = await startTestServer();
  informer = createInformer(test.client, [resources.namespaces, resources.configMaps, resources.pods, resources.serviceAccounts]);
  informer.start();
  await informer.synced;
});
afterAll(async () => {
  informer.stop();
  expect(test.errors).toEqual([]);
  await test.stop();
});

/** Resolves when the informer's copy satisfies the condition. */
function until(condition: () => boolean): Promise<void> {
  if (condition()) return Promise.resolve();
  return new Promise((resolve) => {
    const unsubscribe = informer.onChange(() => {
      if (!condition()) return;
      unsubscribe();
      resolve();
    });
  });
}
const has = (name: string, namespace = 'default') => informer.get(resources.configMaps, name, namespace) !== undefined;
const owned = (name: string, owner: AnyKubeObject, more: Partial<ObjectMeta> = {}, block = false) => ({
  ...configMap(name, {}),
  metadata: {
    name,
    namespace: 'default',
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner.metadata.name,
        uid: owner.metadata.uid ?? '',
        ...(block ? { blockOwnerDeletion: true } : {}),
      },
    ],
    ...more,
  },
});
const at = (name: string) => ({ name, namespace: 'default' });

describe('namespaces', () => {
  it('have a default service account', async () => {
    await test.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } });
    await until(() => informer.get(resources.serviceAccounts, 'default', 'fresh') !== undefined);
  });

  it('are deleted with their content, and take nothing new meanwhile', async () => {
    await test.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
    const held = configMap('held', {}, 'doomed');
    await test.client.create(resources.configMaps, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    await test.client.create(resources.configMaps, configMap('free', {}, 'doomed'));
    const deleted = await test.client.delete(resources.namespaces, { name: 'doomed' });
    expect(deleted).toMatchObject({ status: { phase: 'Terminating' } });
    await until(() => !has('free', 'doomed'));
    const refused = await test.client.create(resources.configMaps, configMap('late', {}, 'doomed')).catch(kubeStatusOf);
    expect(refused).toMatchObject({ code: 403, message: expect.stringContaining('because it is being terminated') as string });
    expect(informer.get(resources.namespaces, 'doomed', '')).toBeDefined();
    await test.client.patch(resources.configMaps, { name: 'held', namespace: 'doomed' }, { metadata: { finalizers: null } });
    await until(() => informer.get(resources.namespaces, 'doomed', '') === undefined);
  });
});

describe('garbage', () => {
  it('is what all owners have left', async () => {
    const a = await test.client.create(resources.configMaps, configMap('owner-a', {}));
    const b = await test.client.create(resources.configMaps, configMap('owner-b', {}));
    const both = owned('both', a);
    both.metadata.ownerReferences.push(...owned('x', b).metadata.ownerReferences);
    await test.client.create(resources.configMaps, both);
    await test.client.create(resources.configMaps, owned('only-a', a));
    await test.client.delete(resources.configMaps, at('owner-a'));
    await until(() => !has('only-a'));
    expect(has('both')).toBe(true);
    await test.client.delete(resources.configMaps, at('owner-b'));
    await until(() => !has('both'));
  });

  it('is also what was made for an owner that is gone', async () => {
    const gone = await test.client.create(resources.configMaps, configMap('gone', {}));
    await test.client.delete(resources.configMaps, at('gone'));
    await test.client.create(resources.configMaps, owned('orphaned-late', gone));
    await until(() => !has('orphaned-late'));
  });

  it('goes first with Foreground and stays with Orphan', async () => {
    const front = await test.client.create(resources.configMaps, configMap('front', {}));
    await test.client.create(resources.configMaps, owned('blocking', front, { finalizers: ['example.com/hold'] }, true));
    await test.client.delete(resources.configMaps, at('front'), { propagationPolicy: 'Foreground' });
    await until(() => informer.get(resources.configMaps, 'blocking', 'default')?.metadata.deletionTimestamp !== undefined);
    expect(has('front')).toBe(true);
    await test.client.patch(resources.configMaps, at('blocking'), { metadata: { finalizers: null } });
    await until(() => !has('front') && !has('blocking'));

    const left = await test.client.create(resources.configMaps, configMap('left', {}));
    await test.client.create(resources.configMaps, owned('kept', left));
    await test.client.delete(resources.configMaps, at('left'), { propagationPolicy: 'Orphan' });
    await until(() => !has('left'));
    expect((await test.client.get(resources.configMaps, at('kept'))).metadata.ownerReferences).toBeUndefined();
  });

  it('is found again after a restart', async () => {
    const owner = await test.client.create(resources.configMaps, configMap('owner-r', {}));
    await test.client.create(resources.configMaps, owned('owned-r', owner));
    await test.restart({ port: Number(new URL(test.server.url).port) });
    await test.client.delete(resources.configMaps, at('owner-r'));
    await until(() => !has('owned-r'));
  });
});

it('serves a definition for each kind of the mesh', async () => {
  const definitions = await test.client.list(resources.customResourceDefinitions);
  expect(definitions.items).toHaveLength(meshKinds.length);
  for (const kind of meshKinds) {
    for (const version of kind.versions) await test.client.list(resourceOf(kind, version));
  }
});

it('binds and evicts pods', async () => {
  await test.client.create(resources.pods, pod('bound'));
  const post = (path: string, body: unknown) =>
    test.client.raw(`/api/v1/namespaces/default/pods/bound/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect((await post('binding', { target: { kind: 'Node', name: 'node-1' } })).status).toBe(201);
  expect((await post('binding', { target: { kind: 'Node', name: 'node-2' } })).status).toBe(409);
  expect((await test.client.get(resources.pods, at('bound')))['spec']).toMatchObject({ nodeName: 'node-1' });
  expect((await post('eviction', { deleteOptions: { gracePeriodSeconds: 0 } })).status).toBe(201);
  await until(() => informer.get(resources.pods, 'bound', 'default') === undefined);
});
