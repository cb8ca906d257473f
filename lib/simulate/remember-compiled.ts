import type { Pod } from '@/lib/model';
import type { CompiledProxy, MeshState } from '@/lib/pilot';
import { compileProxy, proxyNodeOfPod } from '@/lib/pilot';
import type { CompiledListener, RouteTable } from '@/lib/routing';
import { compileCluster, compileListener, compileRouteConfiguration, createBalancer, readHosts } from '@/lib/routing';
import type { LbHost } from '@/lib/routing';
import type { Cluster, Listener, RouteConfiguration } from '@/lib/xds';

/** A cluster of a proxy with the hosts that get its requests. */
export interface ReachableCluster {
  readonly resource: Cluster;
  readonly settings: ReturnType<typeof compileCluster>;
  readonly hosts: readonly LbHost[];
}

/** What is compiled on the way, each once: many requests are asked of the same few proxies. */
export interface CompiledThings {
  proxy(pod: Pod): CompiledProxy;
  listener(listener: Listener): CompiledListener;
  routes(configuration: RouteConfiguration): RouteTable;
  /** `undefined`: the proxy has no such cluster. */
  cluster(client: CompiledProxy, name: string): ReachableCluster | undefined;
}

export function rememberCompiled(state: MeshState): CompiledThings {
  const proxies = new Map<Pod, CompiledProxy>();
  const listeners = new WeakMap<Listener, CompiledListener>();
  const tables = new WeakMap<RouteConfiguration, RouteTable>();
  const clusters = new WeakMap<CompiledProxy, Map<string, ReachableCluster>>();
  return {
    proxy: (pod) => remembered(proxies, pod, () => compileProxy(state, proxyNodeOfPod(pod))),
    listener: (listener) => remembered(listeners, listener, () => compileListener(listener)),
    routes: (configuration) => remembered(tables, configuration, () => compileRouteConfiguration(configuration)),
    cluster(client, name) {
      const known = remembered(clusters, client, () => new Map<string, ReachableCluster>());
      const found = known.get(name);
      if (found !== undefined) return found;
      const resource = client.clusters.find((one) => one.name === name)?.resource;
      if (resource === undefined) return undefined;
      const settings = compileCluster(resource);
      const reachable = { resource, settings, hosts: usableHosts(client, resource, settings) };
      known.set(name, reachable);
      return reachable;
    },
  };
}

function remembered<Key extends object, Value>(
  memory: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

/** Hosts that the balancer may choose: the ones of priorities that get traffic. */
function usableHosts(client: CompiledProxy, cluster: Cluster, settings: ReturnType<typeof compileCluster>): readonly LbHost[] {
  const assignment = client.endpoints.find((one) => one.name === settings.endpointsName)?.resource ?? cluster.load_assignment;
  if (assignment === undefined) return [];
  const { levels } = createBalancer(settings.balancer, readHosts(assignment), () => 0);
  return levels.filter((level) => level.percent > 0).flatMap((level) => (level.panic ? level.hosts : level.healthy));
}
