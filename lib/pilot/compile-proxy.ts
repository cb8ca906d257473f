import { typeUrls } from '@/lib/xds';
import { ROOT_CERTIFICATE, WORKLOAD_CERTIFICATE } from './build-tls-context';
import { buildGateway } from './build-gateway';
import { buildInbound } from './build-inbound';
import { buildOutbound } from './build-outbound';
import { buildCaptured } from './build-redirect';
import { outboundClusters } from './build-outbound-clusters';
import { loadAssignment } from './build-endpoints';
import { wellKnownClusters } from './build-well-known-clusters';
import { workloads } from './build-workloads';
import { hashText } from './compile-cache';
import { withLocalSecrets } from './local-secrets';
import { proxyScope } from './scope-proxy';
import type { Cluster } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { CompiledProxy, CompiledResource, ProxyNode } from './types';

/**
 * Everything a proxy is served. Cheap to call again after a change: parts whose inputs are the same objects come from the state's
 * cache, and resources of equal content are the same object with the same version.
 */
export function compileProxy(state: MeshState, proxy: ProxyNode): CompiledProxy {
  const { value, notes } = state.cache.collect(() => compile(state, proxy));
  return { ...value, notes };
}

function compile(state: MeshState, proxy: ProxyNode): Omit<CompiledProxy, 'notes'> {
  const { cache } = state;
  const scope = proxyScope(state, proxy);
  const local = <T extends object>(resource: T): T => withLocalSecrets(resource, proxy.sdsDirectory);
  const outbound = outboundClusters(state, scope);
  const captured = proxy.type === 'sidecar' && proxy.interceptionMode === 'REDIRECT' ? buildCaptured(state, scope, proxy) : undefined;
  const inbound = captured !== undefined || proxy.type === 'router' ? undefined : buildInbound(state, scope, proxy);
  const routing = captured ?? (proxy.type === 'router' ? buildGateway(state, scope, proxy) : buildOutbound(state, scope, proxy));
  const clusters = new Map<string, CompiledResource<Cluster>>();
  const add = (cluster: Cluster, dials: boolean): void => {
    if (clusters.has(cluster.name)) return;
    const shared = cache.intern(typeUrls.cluster, cluster.name, local(cluster));
    clusters.set(cluster.name, dials ? boundTo(shared, proxy) : shared);
  };
  for (const entry of outbound) add(entry.cluster, true);
  for (const cluster of (captured ?? inbound)?.clusters ?? []) add(cluster, false);
  for (const cluster of wellKnownClusters(state, scope, proxy)) add(cluster, cluster.upstream_bind_config === undefined);
  const listeners = [...(inbound?.listeners ?? []), ...routing.listeners];
  return {
    clusters: [...clusters.values()],
    endpoints: outbound
      .filter((entry) => entry.cluster.type === 'EDS')
      .map((entry) => cache.intern(typeUrls.clusterLoadAssignment, entry.cluster.name, loadAssignment(state, entry, proxy))),
    listeners: uniqueNames(listeners).map((listener) => cache.intern(typeUrls.listener, listener.name, local(listener))),
    routes: uniqueNames(routing.routes).map((route) => cache.intern(typeUrls.routeConfiguration, route.name, route)),
    workloads: proxy.proxy === 'heddle' ? workloads(state) : [],
    secrets: secretNames(
      state,
      listeners,
      outbound.map((entry) => entry.cluster),
    ),
  };
}

const bound = new WeakMap<CompiledResource<Cluster>, Map<string, CompiledResource<Cluster>>>();

/**
 * In mode NONE proxies dial from the pod's own address, so that the other side sees the pod (CONTRACTS §1). The version follows from
 * the shared cluster's, so that nothing is hashed again per proxy.
 */
function boundTo(cluster: CompiledResource<Cluster>, proxy: ProxyNode): CompiledResource<Cluster> {
  if (proxy.interceptionMode !== 'NONE') return cluster;
  const known = bound.get(cluster) ?? new Map<string, CompiledResource<Cluster>>();
  bound.set(cluster, known);
  const existing = known.get(proxy.ip);
  if (existing !== undefined) return existing;
  const built: CompiledResource<Cluster> = {
    name: cluster.name,
    version: hashText(`${cluster.version}|${proxy.ip}`),
    resource: { ...cluster.resource, upstream_bind_config: { source_address: { address: proxy.ip, port_value: 0 } } },
  };
  known.set(proxy.ip, built);
  return built;
}

function uniqueNames<T extends { name: string }>(resources: readonly T[]): T[] {
  const found = new Map<string, T>();
  for (const resource of resources) if (!found.has(resource.name)) found.set(resource.name, resource);
  return [...found.values()];
}

const secretsOf = new WeakMap<object, readonly string[]>();

/** Names under which listeners and clusters expect secrets; the workload's own are always there. */
function secretNames(state: MeshState, listeners: readonly object[], clusters: readonly object[]): readonly string[] {
  const names = new Set<string>([WORKLOAD_CERTIFICATE, ROOT_CERTIFICATE]);
  for (const resource of [...listeners, ...clusters]) {
    let found = secretsOf.get(resource);
    if (found === undefined) {
      const text = JSON.stringify(resource);
      found = [...text.matchAll(/"name":"(kubernetes(?:-gateway)?:\/\/[^"]+)"/g)].map((match) => match[1] ?? '');
      secretsOf.set(resource, found);
    }
    for (const name of found) names.add(name);
  }
  return state.cache.memo(`secrets|${[...names].join()}`, [], () => [...names]);
}
