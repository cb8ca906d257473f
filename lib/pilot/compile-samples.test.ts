import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { encodeMessage } from '@/lib/xds';
import { buildMeshState, compileProxy, noteObjects, proxyNodeOfPod } from './index';
import type { Deployment, KubernetesResource, Pod } from '@/lib/model';

/** Istio's own samples, read where they are; left out by name when they are not there. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const samples = resolve(root, process.env['HEDDLE_SHARED'] ?? '../shared', 'data/istio-samples');
const present = existsSync(samples);

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return yamlFiles(path);
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

function readObjects(path: string): KubernetesResource[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .filter((document) => document.errors.length === 0)
    .map((document) => document.toJS() as KubernetesResource | null)
    .filter((object) => object !== null && typeof object === 'object' && object.metadata?.name !== undefined)
    .map((object) => ({
      ...(object as KubernetesResource),
      metadata: { namespace: 'default', ...(object as KubernetesResource).metadata },
    }));
}

/** One running pod per Deployment, and an ingress and an egress gateway. */
function podsOf(objects: readonly KubernetesResource[]): Pod[] {
  const pods = objects
    .filter((object): object is Deployment => object.kind === 'Deployment')
    .map((deployment, index): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${deployment.metadata.name}-0`,
        namespace: deployment.metadata.namespace ?? 'default',
        labels: { ...deployment.spec.template.metadata?.labels, 'security.istio.io/tlsMode': 'istio' },
      },
      spec: deployment.spec.template.spec,
      status: { podIP: `127.64.1.${index + 1}`, phase: 'Running' },
    }));
  const gateway = (name: string, ip: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'istio-system', labels: { istio: name }, annotations: { 'inject.istio.io/templates': 'gateway' } },
    spec: { containers: [{ name: 'istio-proxy' }] },
    status: { podIP: ip, phase: 'Running' },
  });
  return [...pods, gateway('ingressgateway', '127.64.0.2'), gateway('egressgateway', '127.64.0.3')];
}

const messages = {
  clusters: 'envoy.config.cluster.v3.Cluster',
  endpoints: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  listeners: 'envoy.config.listener.v3.Listener',
  routes: 'envoy.config.route.v3.RouteConfiguration',
} as const;

describe.skipIf(!present)('Istio samples (HEDDLE_SHARED)', () => {
  const base = present ? readObjects(join(samples, 'bookinfo/platform/kube/bookinfo.yaml')) : [];
  const files = present ? yamlFiles(samples).filter((path) => !path.includes('addons') && !path.includes('values')) : [];
  it.each(files.map((path) => [path.slice(samples.length + 1), path]))('%s compiles for every proxy and encodes', (_name, path) => {
    const objects = [...base, ...readObjects(path)];
    const pods = podsOf(objects);
    const state = buildMeshState([...objects, ...pods]);
    const problems = noteObjects(state).filter((note) => note.severity === 'error' && note.code === 'not_compiled');
    for (const pod of pods) {
      const compiled = compileProxy(state, proxyNodeOfPod(pod));
      problems.push(...compiled.notes.filter((note) => note.severity === 'error'));
      for (const kind of ['clusters', 'endpoints', 'listeners', 'routes'] as const) {
        for (const entry of compiled[kind]) expect(encodeMessage(messages[kind], entry.resource).length).toBeGreaterThan(0);
      }
    }
    expect(problems).toEqual([]);
  });
});
