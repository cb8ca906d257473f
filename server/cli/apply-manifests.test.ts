import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import type { KubeClient, KubeObject, ObjectName, ResourceRef } from '@/server/kube';
import { applyMissing, readManifests } from './apply-manifests';
import { findRoot } from './find-root';

const objects = readManifests(join(findRoot(), 'server/mesh/demo/manifests'));

/** A cluster that refuses to create what it has. */
function fakeCluster(present: KubeObject[]) {
  const stored = new Map(present.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
  const patched: string[] = [];
  const kinds: Record<string, string> = { namespaces: 'Namespace' };
  const client = {
    create: async (_resource: ResourceRef, object: KubeObject) => {
      const key = `${object.kind}/${object.metadata.name}`;
      if (stored.has(key)) throw new HeddleError('conflict', 'already exists');
      stored.set(key, object);
      return object;
    },
    get: async (resource: ResourceRef, name: ObjectName) => stored.get(`${kinds[resource.plural] ?? ''}/${name.name}`),
    patch: async (resource: ResourceRef, name: ObjectName, patch: Partial<KubeObject>) => {
      patched.push(name.name);
      const key = `${kinds[resource.plural] ?? ''}/${name.name}`;
      const before = stored.get(key) as KubeObject;
      stored.set(key, { ...before, metadata: { ...before.metadata, ...patch.metadata } });
    },
  };
  return { client: client as unknown as KubeClient, stored, patched };
}

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

describe('the objects of the demo', () => {
  it('are Bookinfo with its gateway, without a VirtualService for reviews', () => {
    const named = objects.map((object) => `${object.kind}/${object.metadata.name}`);
    expect(named).toEqual(
      expect.arrayContaining(['Deployment/reviews-v3', 'Deployment/istio-ingressgateway', 'Gateway/bookinfo-gateway', 'ConfigMap/istio']),
    );
    expect(named.filter((name) => name.startsWith('VirtualService/'))).toEqual(['VirtualService/bookinfo']);
    expect(named.filter((name) => name.startsWith('Deployment/'))).toHaveLength(7);
  });
});

describe('applyMissing', () => {
  it('creates what is missing and labels a namespace that was there before', async () => {
    const { client, stored, patched } = fakeCluster([namespace('default'), namespace('istio-system')]);
    expect(await applyMissing(client, objects)).toBe(objects.length - 2);
    expect(patched.sort()).toEqual(['default', 'istio-system']);
    expect(stored.get('Namespace/default')?.metadata.labels).toMatchObject({ 'istio-injection': 'enabled' });
  });

  it('changes nothing the second time, not even a label that was taken away meanwhile', async () => {
    const { client, stored, patched } = fakeCluster([namespace('default'), namespace('istio-system')]);
    await applyMissing(client, objects);
    const labelled = stored.get('Namespace/default') as KubeObject;
    stored.set('Namespace/default', { ...labelled, metadata: { ...labelled.metadata, labels: {} } });
    patched.length = 0;
    expect(await applyMissing(client, objects)).toBe(0);
    expect(patched).toEqual([]);
  });
});
