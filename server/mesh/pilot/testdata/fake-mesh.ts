import type { CompiledProxy, CompiledResource, ProxyNode } from '@/lib/pilot';
import { decodeMessage, typeUrls } from '@/lib/xds';
import type { SessionEvents } from '../proxy-session';
import { viewOf } from '../view-resources';
import type { ResourceView } from '../view-resources';

export const sidecarNode: ProxyNode = {
  id: 'sidecar~127.64.0.1~reviews-v1-abc.default~default.svc.cluster.local',
  type: 'sidecar',
  ip: '127.64.0.1',
  name: 'reviews-v1-abc',
  namespace: 'default',
  labels: {},
  annotations: {},
  serviceAccount: 'bookinfo-reviews',
  workload: 'reviews-v1',
  clusterId: 'Kubernetes',
  meshId: 'cluster.local',
  interceptionMode: 'NONE',
  proxy: 'heddle',
  appIp: '127.128.0.1',
  outboundIp: '127.192.0.1',
  hostPorts: {},
  sdsDirectory: '',
  locality: { region: '', zone: '', subZone: '' },
};

const interned = new Map<string, CompiledResource<object>>();

/** `name@version`: the same text is the same object, as the compiler promises. */
function resourcesOf<T extends object>(kind: string, texts: readonly string[], make: (name: string, version: string) => T): CompiledResource<T>[] {
  return texts.map((text) => {
    const [name = '', version = '1'] = text.split('@');
    const key = `${kind} ${text}`;
    const known = interned.get(key) ?? { name, version, resource: make(name, version) };
    interned.set(key, known);
    return known as CompiledResource<T>;
  });
}

export interface FakeProxy {
  clusters?: readonly string[];
  endpoints?: readonly string[];
  listeners?: readonly string[];
  routes?: readonly string[];
  workloads?: readonly string[];
}

/** A compiled proxy written down as `name@version` per type. */
export function compiledOf(proxy: FakeProxy): CompiledProxy {
  return {
    clusters: resourcesOf('cluster', proxy.clusters ?? [], (name, version) => ({ name, type: 'EDS', alt_stat_name: version })),
    endpoints: resourcesOf('endpoints', proxy.endpoints ?? [], (cluster_name) => ({ cluster_name })),
    listeners: resourcesOf('listener', proxy.listeners ?? [], (name, version) => ({ name, stat_prefix: version })),
    routes: resourcesOf('route', proxy.routes ?? [], (name, version) => ({ name, internal_only_headers: [version] })),
    workloads: resourcesOf('workload', proxy.workloads ?? [], (name, version) => ({ name, version })),
    secrets: [],
    notes: [],
  };
}

export function fakeView(proxy: FakeProxy): ResourceView {
  return viewOf(compiledOf(proxy));
}

export interface SeenResponse {
  type: string;
  names: string[];
  removed: string[];
  nonce: string;
}

const short: Record<string, string> = {
  [typeUrls.cluster]: 'CDS',
  [typeUrls.clusterLoadAssignment]: 'EDS',
  [typeUrls.listener]: 'LDS',
  [typeUrls.routeConfiguration]: 'RDS',
  [typeUrls.workload]: 'WDS',
  [typeUrls.secret]: 'SDS',
};

/** What a stream sent, decoded, oldest first. */
export function recordStream(kind: 'delta' | 'sotw') {
  const responses: SeenResponse[] = [];
  const rejected: string[] = [];
  const settled: number[] = [];
  const events: SessionEvents = {
    send(bytes) {
      const message = decodeMessage(`envoy.service.discovery.v3.${kind === 'delta' ? 'Delta' : ''}DiscoveryResponse`, bytes) as {
        resources?: Record<string, string>[];
        removed_resources?: string[];
        nonce: string;
        type_url: string;
      };
      responses.push({
        type: short[message.type_url] ?? message.type_url,
        names: (message.resources ?? []).map((resource) => resource['name'] ?? resource['cluster_name'] ?? ''),
        removed: message.removed_resources ?? [],
        nonce: message.nonce,
      });
    },
    onPush: () => {},
    onReject: (rejection) => rejected.push(rejection.message),
    onSettled: (seq) => settled.push(seq),
    now: () => new Date(0),
  };
  return {
    events,
    rejected,
    settled,
    /** `CDS a,b -c` of each response since the last call. */
    take: (): string[] => {
      return responses.splice(0).map(({ type, names, removed }) => [type, names.join(','), ...removed.map((name) => `-${name}`)].filter(Boolean).join(' '));
    },
  };
}
