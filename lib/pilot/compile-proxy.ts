import { typeUrls } from '@/lib/xds';
import { ROOT_CERTIFICATE, WORKLOAD_CERTIFICATE } from './build-tls-context';
import { buildGateway } from './build-gateway';
import { buildInbound } from './build-inbound';
import { buildOutbound } from './build-outbound';
import { buildProxyless } from './build-proxyless';
import { buildCaptured } from './build-redirect';
import { outboundClusters } from './build-outbound-clusters';
import { loadAssignments } from './build-endpoints';
import { wellKnownClusters } from './build-well-known-clusters';
import { workloads } from './build-workloads';
import { hashText } from './compile-cache';
import { withLocalSecrets } from './local-secrets';
import { inputsBesideRoutes } from './mesh-state';
import { proxyScope } from './scope-proxy';
import type { Cluster, Listener, RouteConfiguration } from '@/lib/xds';
import type { OutboundCluster } from './build-outbound-clusters';
import type { MeshState } from './mesh-state';
import type { ProxyScope } from './scope-proxy';
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
  if (proxy.proxy === 'grpc') return buildProxyless(state, scope, proxy);
  const local = <T extends object>(resource: T): T => withLocalSecrets(resource, proxy.sdsDirectory);
  const outbound = outboundClusters(state, scope);
  const captured = proxy.type === 'sidecar' && proxy.interceptionMode === 'REDIRECT' ? buildCaptured(state, scope, proxy) : undefined;
  const inbound =
    captured !== undefined || proxy.type === 'router'
      ? undefined
      : cache.memo(`own-inbound|${proxy.id}`, [proxy, inputsBesideRoutes(state), scope.sidecar], () => buildInbound(state, scope, proxy));
  const routing: RoutingParts =
    captured ?? (proxy.type === 'router' ? buildGateway(state, scope, proxy) : buildOutbound(state, scope, proxy));
  const inboundClusters = (captured ?? inbound)?.clusters ?? noClusters;
  const wellKnown = wellKnownClusters(state, scope, proxy);
  const shared = cache.memo(`shared-clusters|${scope.key}|${proxy.sdsDirectory}`, [outbound], () =>
    unique(outbound.map((entry) => cache.intern(typeUrls.cluster, entry.cluster.name, local(entry.cluster)))),
  );
  const dependencies = [shared, inboundClusters, wellKnown, proxy.ip, proxy.sdsDirectory, proxy.interceptionMode, proxy.proxy];
  const clusters = cache.memo(`compiled-clusters|${proxy.id}`, dependencies, () => [
    ...shared.map((cluster) => boundTo(cluster, proxy)),
    ...inboundClusters.map((cluster) => cache.intern(typeUrls.cluster, cluster.name, local(cluster))),
    ...wellKnown.map((cluster) => {
      const compiled = cache.intern(typeUrls.cluster, cluster.name, cluster);
      return cluster.upstream_bind_config === undefined ? boundTo(compiled, proxy) : compiled;
    }),
  ]);
  const listeners = cache.list(`listeners|${proxy.id}`, [...(inbound?.listeners ?? []), ...routing.listeners]);
  const tcp = routing.shared ?? noListeners;
  const routes = cache.list(`routes|${proxy.id}`, routing.routes);
  return {
    clusters,
    endpoints: loadAssignments(state, scope, outbound, proxy),
    listeners: cache.memo(`compiled-listeners|${proxy.id}`, [listeners, tcp, proxy.sdsDirectory], () => [
      ...unique(listeners).map((listener) => cache.intern(typeUrls.listener, listener.name, local(listener))),
      ...tcp,
    ]),
    routes: cache.memo(`compiled-routes|${proxy.id}`, [routes], () =>
      unique(routes).map((route) => cache.intern(typeUrls.routeConfiguration, route.name, route, 'virtual_hosts')),
    ),
    workloads: proxy.proxy === 'heddle' ? workloads(state) : noWorkloads,
    secrets: cache.memo(`secrets|${proxy.id}`, [listeners, outbound], () => secretNames(state, scope, listeners, outbound)),
  };
}

interface RoutingParts {
  listeners: readonly Listener[];
  /** Listeners that are compiled already. */
  shared?: CompiledProxy['listeners'];
  routes: readonly RouteConfiguration[];
}

const noClusters: readonly Cluster[] = [];
const noListeners: CompiledProxy['listeners'] = [];
const noWorkloads: CompiledProxy['workloads'] = [];

const bound = new WeakMap<CompiledResource<Cluster>, Map<string, CompiledResource<Cluster>>>();

/**
 * In mode NONE proxies dial from the pod's own address, so that the other side sees the pod (CONTRACTS §1). Heddle's proxy does so by
 * itself, so its clusters are the same for all; a stock Envoy is told. The version follows from the shared cluster's, so that nothing
 * is hashed again per proxy.
 */
function boundTo(cluster: CompiledResource<Cluster>, proxy: ProxyNode): CompiledResource<Cluster> {
  if (proxy.interceptionMode !== 'NONE' || proxy.proxy === 'heddle') return cluster;
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

function unique<T extends { name: string }>(resources: readonly T[]): T[] {
  const found = new Map<string, T>();
  for (const resource of resources) if (!found.has(resource.name)) found.set(resource.name, resource);
  return [...found.values()];
}

const secretsOf = new WeakMap<object, readonly string[]>();

/** Names under which listeners and clusters expect secrets; the workload's own are always there. */
function secretNames(
  state: MeshState,
  scope: ProxyScope,
  listeners: readonly object[],
  outbound: readonly OutboundCluster[],
): readonly string[] {
  const fromClusters = state.cache.memo(`cluster-secrets|${scope.key}`, [outbound], () => [
    ...new Set(outbound.flatMap((entry) => namesIn(entry.cluster))),
  ]);
  const names = [...new Set([WORKLOAD_CERTIFICATE, ROOT_CERTIFICATE, ...listeners.flatMap(namesIn), ...fromClusters])];
  return state.cache.memo(`secrets|${names.join()}`, [], () => names);
}

function namesIn(resource: object): readonly string[] {
  let found = secretsOf.get(resource);
  if (found === undefined) {
    found = [...JSON.stringify(resource).matchAll(/"name":"(kubernetes(?:-gateway)?:\/\/[^"]+)"/g)].map((match) => match[1] ?? '');
    secretsOf.set(resource, found);
  }
  return found;
}
