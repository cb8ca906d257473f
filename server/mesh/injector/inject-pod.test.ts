import { describe, expect, it } from 'vitest';
import type { Pod } from '@/lib/model';
import { createMutator } from './create-mutator';
import { injectPod } from './inject-pod';

const namespace = { name: 'default', labels: { 'istio-injection': 'enabled' } };

function podOf(part: { metadata?: Partial<Pod['metadata']>; spec?: Partial<Pod['spec']> } = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'reviews-v1-5f6d-x1',
      namespace: 'default',
      labels: { app: 'reviews', version: 'v1', 'pod-template-hash': '5f6d' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'reviews-v1-5f6d', uid: '1', controller: true }],
      ...part.metadata,
    },
    spec: { containers: [{ name: 'reviews', image: 'reviews', ports: [{ containerPort: 9080 }] }], ...part.spec },
  };
}

describe('injectPod', () => {
  it('adds the proxy after the application, and the labels the mesh knows it by', () => {
    const pod = podOf();
    const before = structuredClone(pod);
    const injected = injectPod(pod, namespace);
    expect(pod).toEqual(before);
    expect(injected.spec.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['reviews reviews', 'istio-proxy heddle/proxy']);
    expect(injected.metadata.labels).toMatchObject({
      app: 'reviews',
      'security.istio.io/tlsMode': 'istio',
      'service.istio.io/canonical-name': 'reviews',
      'service.istio.io/canonical-revision': 'v1',
    });
    expect(injected.metadata.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15020',
      'prometheus.io/path': '/stats/prometheus',
    });
    expect(JSON.parse(injected.metadata.annotations?.['sidecar.istio.io/status'] ?? '')).toMatchObject({
      containers: ['istio-proxy'],
      revision: 'default',
    });
  });

  it('takes the canonical name from labels, else from the workload', () => {
    const nameOf = (labels: Record<string, string>) => injectPod(podOf({ metadata: { labels } }), namespace).metadata.labels;
    expect(nameOf({ app: 'a', 'app.kubernetes.io/name': 'b' })).toMatchObject({ 'service.istio.io/canonical-name': 'b' });
    expect(nameOf({ 'service.istio.io/canonical-name': 'c', app: 'a' })).toMatchObject({ 'service.istio.io/canonical-name': 'c' });
    expect(nameOf({ 'pod-template-hash': '5f6d' })).toMatchObject({
      'service.istio.io/canonical-name': 'reviews-v1',
      'service.istio.io/canonical-revision': 'latest',
    });
  });

  it('remembers where the application offered its own metrics', () => {
    const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' };
    const injected = injectPod(podOf({ metadata: { annotations } }), namespace);
    expect(injected.metadata.annotations?.['prometheus.io/port']).toBe('15020');
    const env = injected.spec.containers.at(-1)?.env?.find(({ name }) => name === 'ISTIO_PROMETHEUS_ANNOTATIONS');
    expect(JSON.parse(env?.value ?? '')).toEqual({ scrape: 'true', port: '9090', path: '/metrics' });
  });

  it('leaves the annotations of who wants no merging alone', () => {
    const annotations = { 'prometheus.io/port': '9090', 'prometheus.istio.io/merge-metrics': 'false' };
    expect(injectPod(podOf({ metadata: { annotations } }), namespace).metadata.annotations?.['prometheus.io/port']).toBe('9090');
    expect(injectPod(podOf(), namespace, { enablePrometheusMerge: false }).metadata.annotations?.['prometheus.io/port']).toBeUndefined();
  });

  it('fills in the image of a gateway and keeps what its container says', () => {
    const pod = podOf({
      metadata: { labels: { istio: 'ingressgateway' }, annotations: { 'inject.istio.io/templates': 'gateway' } },
      spec: { containers: [{ name: 'istio-proxy', image: 'auto', ports: [{ containerPort: 8080 }] }] },
    });
    const injected = injectPod(pod, namespace);
    expect(injected.spec.containers).toHaveLength(1);
    expect(injected.spec.containers[0]).toMatchObject({
      name: 'istio-proxy',
      image: 'heddle/proxy',
      ports: [{ containerPort: 8080 }],
      args: ['proxy', 'router'],
    });
    expect(injected.metadata.labels).not.toHaveProperty(['security.istio.io/tlsMode']);
  });
});

describe('createMutator', () => {
  const mutate = createMutator();
  const pods = { group: '', kind: 'Pod' };

  it('injects on creation and never twice', () => {
    const first = mutate(podOf(), { operation: 'CREATE', kind: pods, namespaceLabels: namespace.labels });
    expect(first.spec.containers).toHaveLength(2);
    expect(mutate(first, { operation: 'CREATE', kind: pods, namespaceLabels: namespace.labels })).toBe(first);
  });

  it('passes on updates, other kinds, other namespaces and templates it does not have', () => {
    const pod = podOf();
    expect(mutate(pod, { operation: 'UPDATE', kind: pods, namespaceLabels: namespace.labels })).toBe(pod);
    expect(mutate(pod, { operation: 'CREATE', kind: { group: 'apps', kind: 'Deployment' }, namespaceLabels: namespace.labels })).toBe(pod);
    expect(mutate(pod, { operation: 'CREATE', kind: pods, namespaceLabels: {} })).toBe(pod);
    const agent = podOf({ metadata: { annotations: { 'inject.istio.io/templates': 'grpc-agent' } } });
    expect(mutate(agent, { operation: 'CREATE', kind: pods, namespaceLabels: namespace.labels })).toBe(agent);
  });
});
