import type { Pod } from '@/lib/model';
import { buildMeshState, compileProxy, proxyNodeOfPod } from '@/lib/pilot';
import type { CompiledProxy, CompiledResource, MeshState, ProxyNode } from '@/lib/pilot';
import { typeUrls } from '@/lib/xds';
import type { Cluster } from '@/lib/xds';
import type { PodName } from '../generate';
import type { World } from './build-world';

/** Resources by type and name: what one process is served, which plays the proxies of many pods. */
export type Served = Map<string, Map<string, CompiledResource<object>>>;

/** A world's compiled proxies. */
export interface CompiledWorld {
  readonly world: World;
  readonly state: MeshState;
  readonly proxies: ReadonlyMap<PodName, { readonly node: ProxyNode; readonly compiled: CompiledProxy }>;
}

const servers: readonly PodName[] = ['reviews-v1', 'reviews-v2', 'ratings', 'own-ratings'];

/** Compiles the callers that are asked for, and all servers. */
export function compileWorld(world: World, callers: ReadonlySet<PodName>): CompiledWorld {
  const state = buildMeshState(world.objects);
  const proxies = new Map<PodName, { node: ProxyNode; compiled: CompiledProxy }>();
  for (const name of [...callers, ...servers]) {
    const pod: Pod | undefined = world.pods.get(name);
    if (pod === undefined || name === 'legacy') continue;
    const node = proxyNodeOfPod(pod, undefined, { proxy: world.wire });
    proxies.set(name, { node, compiled: compileProxy(state, node) });
  }
  return { world, state, proxies };
}

/**
 * Adds a world to what its wire's process serves. Listeners have addresses of their own; clusters, routes and certificates get names of
 * their own, since every proxy has an `inbound|9080||` and an `http_proxy`. Callers bring what goes out, servers what comes in.
 */
export function mergeWorld(served: Served, { world, proxies }: CompiledWorld): void {
  for (const [name, { node, compiled }] of proxies) {
    const suffix = `#${world.key}.${name}`;
    const isServer = servers.includes(name);
    const rename = renamer(suffix, `${node.namespace}/${node.serviceAccount}`);
    const inbound = (cluster: string): boolean => cluster.startsWith('inbound');
    const clusters = compiled.clusters
      .filter((cluster) => inbound(cluster.name) === isServer)
      .map((cluster) => (isServer ? cluster : boundTo(cluster, node.ip)));
    const listeners = compiled.listeners.filter(({ resource }) => (resource.traffic_direction === 'INBOUND') === isServer);
    add(served, typeUrls.cluster, clusters, suffix, rename);
    add(served, typeUrls.listener, listeners, name === 'gateway' ? suffix : '', rename);
    if (isServer) continue;
    add(served, typeUrls.clusterLoadAssignment, compiled.endpoints, suffix, rename);
    add(served, typeUrls.routeConfiguration, compiled.routes, suffix, rename);
  }
}

/** A sidecar of ours dials from its own pod by itself; one process that is many pods has to be told. */
function boundTo(cluster: CompiledResource<Cluster>, address: string): CompiledResource<Cluster> {
  const { resource } = cluster;
  if (resource.upstream_bind_config !== undefined) return cluster;
  return { ...cluster, resource: { ...resource, upstream_bind_config: { source_address: { address, port_value: 0 } } } };
}

function add(
  served: Served,
  typeUrl: string,
  resources: readonly CompiledResource<object>[],
  suffix: string,
  rename: (value: unknown) => unknown,
): void {
  const known = served.get(typeUrl) ?? new Map<string, CompiledResource<object>>();
  served.set(typeUrl, known);
  for (const { name, version, resource } of resources) {
    const renamed = rename(resource) as Record<string, unknown>;
    const own = typeUrl === typeUrls.clusterLoadAssignment ? { cluster_name: name + suffix } : { name: name + suffix };
    known.set(name + suffix, { name: name + suffix, version, resource: { ...renamed, ...own } });
  }
}

/** Keys whose text is the name of a cluster or route configuration. */
const references = new Set(['cluster', 'cluster_name', 'route_config_name', 'service_name', 'upstream_cluster']);

function renamer(suffix: string, identity: string): (value: unknown) => unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    const changed: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      if (key === 'filter_metadata') changed[key] = item;
      else if (typeof item === 'string' && item !== '' && references.has(key)) changed[key] = item + suffix;
      else if (key === 'weighted_clusters') changed[key] = renameWeighted(item as WeightedClusters);
      else changed[key] = walk(item);
    }
    if ('sds_config' in changed && changed['name'] === 'default') changed['name'] = `default@${identity}`;
    return changed;
  };
  const renameWeighted = (weighted: WeightedClusters): unknown => ({
    ...weighted,
    clusters: weighted.clusters.map((one) => ({ ...(walk(one) as object), name: one.name + suffix })),
  });
  return walk;
}

interface WeightedClusters {
  readonly clusters: readonly { readonly name: string }[];
}
