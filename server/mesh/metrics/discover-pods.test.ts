import { describe, expect, it } from 'vitest';
import type { Informer, ObjectChange } from '@/server/kube';
import { discoverPods, type ScrapeTarget } from './index';

const pod = (name: string, annotations: Record<string, string>, change: object = {}): object => ({
  metadata: { name, namespace: 'default', labels: { app: 'reviews', 'service.istio.io/canonical-name': 'reviews' }, annotations },
  spec: { nodeName: 'node-1', containers: [{ ports: [{ containerPort: 9080 }] }] },
  status: { phase: 'Running', podIP: '127.64.0.7' },
  ...change,
});

/** The part of an informer that discovery uses, over a list that the test changes. */
function informerOf(pods: object[]): { informer: Informer; changed: () => void } {
  const listeners = new Set<(changes: ObjectChange[]) => void>();
  const informer = {
    list: () => pods,
    synced: Promise.resolve(),
    onChange(listener: (changes: ObjectChange[]) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Informer;
  return { informer, changed: () => listeners.forEach((listener) => listener([])) };
}

describe('discoverPods', () => {
  it('finds annotated pods, with their labels', async () => {
    const pods = [
      pod('reviews-1', { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '15020', 'prometheus.io/path': '/stats/prometheus' }),
      pod('plain', { 'prometheus.io/scrape': 'true' }),
      pod('silent', {}),
      pod('off', { 'prometheus.io/scrape': 'false', 'prometheus.io/port': '1' }),
      pod('pending', { 'prometheus.io/scrape': 'true' }, { status: { phase: 'Pending', podIP: '127.64.0.8' } }),
      pod('homeless', { 'prometheus.io/scrape': 'true' }, { status: { phase: 'Running' } }),
    ];
    const { informer, changed } = informerOf(pods);
    const seen: (readonly ScrapeTarget[])[] = [];
    const stop = discoverPods(informer).watch((targets) => seen.push(targets));
    await informer.synced;
    expect(seen[0]?.map(({ url }) => url)).toEqual(['http://127.64.0.7:15020/stats/prometheus', 'http://127.64.0.7:9080/metrics']);
    expect(seen[0]?.[0]?.labels).toEqual({
      app: 'reviews',
      service_istio_io_canonical_name: 'reviews',
      namespace: 'default',
      pod: 'reviews-1',
      node: 'node-1',
      instance: '127.64.0.7:15020',
      job: 'kubernetes-pods',
    });
    changed();
    expect(seen).toHaveLength(1);
    pods.shift();
    changed();
    expect(seen).toHaveLength(2);
    stop();
    pods.length = 0;
    changed();
    expect(seen).toHaveLength(2);
  });
});
