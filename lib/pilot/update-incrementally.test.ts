import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildMeshState, compileProxy, computeStatuses, noteObjects, proxyNodeOfPod, updateMeshState } from './index';
import type { KubernetesResource, Pod } from '@/lib/model';
import type { CompiledProxy, MeshState } from './index';

const folder = fileURLToPath(new URL('./testdata/', import.meta.url));
const bookinfo = parse(readFileSync(`${folder}bookinfo.objects.yaml`, 'utf8')) as KubernetesResource[];

/** Objects that come and go and change in the property below. */
const scenarios = [
  'weights-and-subsets',
  'traffic-policy',
  'peer-authentication',
  'gateway-merges',
  'sidecar-scope',
  'authorization-http',
  'telemetry',
  'service-entries',
  'gateway-api-ingress',
  'gateway-api-mesh',
  'request-authentication',
  'delegates',
];
const pool: KubernetesResource[] = [
  ...scenarios.flatMap(
    (name) => (parse(readFileSync(`${folder}${name}.scenario.yaml`, 'utf8')) as { objects: KubernetesResource[] }).objects,
  ),
  ...bookinfo,
];
const pods = bookinfo.filter((object): object is Pod => object.kind === 'Pod');

function key(object: KubernetesResource): string {
  return `${object.apiVersion}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function versions(compiled: CompiledProxy): Record<string, string> {
  const found: Record<string, string> = {};
  for (const kind of ['clusters', 'endpoints', 'listeners', 'routes', 'workloads'] as const) {
    for (const resource of compiled[kind]) found[`${kind} ${resource.name}`] = resource.version;
  }
  return found;
}

function snapshot(state: MeshState): unknown {
  return {
    proxies: pods.map((pod) => versions(compileProxy(state, proxyNodeOfPod(pod)))),
    captured: versions(compileProxy(state, proxyNodeOfPod(pods[0] as Pod, undefined, { interceptionMode: 'REDIRECT' }))),
    statuses: computeStatuses(state),
    notes: noteObjects(state)
      .map((note) => `${note.object.name} ${note.path}`)
      .sort(),
  };
}

describe('updateMeshState', () => {
  it('comes to what a fresh build of the same objects comes to', () => {
    const change = fc.record({ index: fc.nat(pool.length - 1), remove: fc.boolean(), stamp: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (steps) => {
        let state = buildMeshState(bookinfo);
        const current = new Map(bookinfo.map((object) => [key(object), object]));
        for (const step of steps) {
          const applied = new Map<string, KubernetesResource>();
          const deleted = new Map<string, KubernetesResource>();
          for (const { index, remove, stamp } of step) {
            const object = pool[index];
            if (object === undefined) continue;
            const name = key(object);
            applied.delete(name);
            deleted.delete(name);
            if (remove) {
              deleted.set(name, object);
              current.delete(name);
            } else {
              const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(stamp) } };
              applied.set(name, next);
              current.set(name, next);
            }
          }
          state = updateMeshState(state, { applied: [...applied.values()], deleted: [...deleted.values()] });
          snapshot(state);
        }
        expect(snapshot(state)).toEqual(snapshot(buildMeshState([...current.values()])));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('keeps the very objects of resources that a change does not touch', () => {
    const state = buildMeshState(bookinfo);
    const node = proxyNodeOfPod(pods[0] as Pod);
    const before = compileProxy(state, node);
    const rule = pool.find((object) => object.kind === 'VirtualService' && object.metadata.name === 'reviews') as KubernetesResource;
    const after = compileProxy(updateMeshState(state, { applied: [rule] }), node);
    expect(after.routes[0]).not.toBe(before.routes[0]);
    expect(after.clusters).toEqual(before.clusters);
    for (const [index, cluster] of after.clusters.entries()) expect(cluster).toBe(before.clusters[index]);
    for (const [index, listener] of after.listeners.entries()) expect(listener).toBe(before.listeners[index]);
  });

  it('shares resources between proxies of equal scope', () => {
    const state = buildMeshState(bookinfo);
    const [first, second] = [pods[0], pods[1]].map((pod) => compileProxy(state, proxyNodeOfPod(pod as Pod)));
    expect(first?.routes[0]).toBe(second?.routes[0]);
    expect(first?.endpoints[0]).toBe(second?.endpoints[0]);
    expect(first?.workloads).toBe(second?.workloads);
  });

  it('knows the newest resourceVersion of each kind', () => {
    const rule = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name: 'a', namespace: 'b', resourceVersion: '99' },
      spec: {},
    };
    const state = updateMeshState(buildMeshState([rule]), {
      applied: [{ ...rule, metadata: { ...rule.metadata, resourceVersion: '100' } }],
    });
    expect(state.resourceVersions.get('networking.istio.io/VirtualService')).toBe('100');
  });
});
