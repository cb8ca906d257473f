import { describe, expect, it } from 'vitest';
import type { KubernetesResource, Pod } from '@/lib/model';
import { buildMeshState, compileProxy, findActing, proxyNodeOfPod } from './index';

const host = 'reviews.default.svc.cluster.local';

function pod(namespace: string, app: string, ip: string, more: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${app}-0`, namespace, labels: { app, version: 'v1', ...more } },
    spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }] },
    status: { phase: 'Running', podIP: ip },
  };
}

function object(group: string, kind: string, namespace: string, name: string, created: string, spec: object): KubernetesResource {
  const creationTimestamp = `2026-01-0${created}T00:00:00Z`;
  return { apiVersion: `${group}/v1`, kind, metadata: { name, namespace, creationTimestamp }, spec } as KubernetesResource;
}

const istio = (...rest: [kind: string, namespace: string, name: string, created: string, spec: object]) =>
  object('networking.istio.io', ...rest);
const caller = pod('default', 'productpage', '127.64.0.5');
const stranger = pod('shop', 'cart', '127.64.0.6');
const gateway = pod('istio-system', 'istio-ingressgateway', '127.64.0.7', { istio: 'ingressgateway' });
const mesh: KubernetesResource[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'reviews', namespace: 'default' },
    spec: { clusterIP: '127.96.0.9', ports: [{ name: 'http', port: 9080 }], selector: { app: 'reviews' } },
  } as KubernetesResource,
  caller,
  stranger,
  gateway,
];
const http = [{ route: [{ destination: { host } }] }];

function acting(objects: KubernetesResource[], from: Pod): ReturnType<typeof findActing> {
  const state = buildMeshState([...mesh, ...objects]);
  return findActing(compileProxy(state, proxyNodeOfPod(from)), host, from === gateway);
}

describe('the objects that act on a host', () => {
  it('are none when nothing routes it', () => {
    expect(acting([], caller)).toEqual({ routes: [], policies: [] });
  });

  it('are the oldest VirtualService for sidecars, and a namespace its own private one', () => {
    const objects = [
      istio('VirtualService', 'default', 'younger', '2', { hosts: ['reviews'], http }),
      istio('VirtualService', 'default', 'older', '1', { hosts: ['reviews'], http }),
      istio('VirtualService', 'shop', 'private', '3', { hosts: [host], exportTo: ['.'], http }),
      istio('DestinationRule', 'default', 'reviews', '1', { host: 'reviews', subsets: [{ name: 'v1', labels: { version: 'v1' } }] }),
      istio('DestinationRule', 'shop', 'own', '1', { host, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }),
    ];
    expect(acting(objects, caller)).toEqual({ routes: ['VirtualService default/older'], policies: ['DestinationRule default/reviews'] });
    expect(acting(objects, stranger)).toEqual({ routes: ['VirtualService shop/private'], policies: ['DestinationRule shop/own'] });
  });

  it('are a delegate rather than the root that names it', () => {
    const objects = [
      istio('VirtualService', 'default', 'root', '1', { hosts: ['reviews'], http: [{ delegate: { name: 'leaf' } }] }),
      istio('VirtualService', 'default', 'leaf', '2', { http }),
    ];
    expect(acting(objects, caller).routes).toEqual(['VirtualService default/leaf']);
  });

  it('are at a gateway what sends to the host there', () => {
    const objects = [
      istio('Gateway', 'default', 'entry', '1', {
        selector: { istio: 'ingressgateway' },
        servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
      }),
      istio('VirtualService', 'default', 'at-entry', '1', {
        hosts: ['*'],
        gateways: ['entry'],
        http: [{ match: [{ uri: { prefix: '/a' } }], route: http[0]?.route }],
      }),
    ];
    expect(acting(objects, gateway).routes).toEqual(['VirtualService default/at-entry']);
    expect(acting(objects, caller).routes).toEqual([]);
  });

  it('are an HTTPRoute that hangs on the service', () => {
    const route = object('gateway.networking.k8s.io', 'HTTPRoute', 'default', 'reviews', '1', {
      parentRefs: [{ group: '', kind: 'Service', name: 'reviews', port: 9080 }],
      rules: [{ backendRefs: [{ name: 'reviews', port: 9080 }] }],
    });
    expect(acting([route], caller).routes).toEqual(['HTTPRoute default/reviews']);
  });
});
