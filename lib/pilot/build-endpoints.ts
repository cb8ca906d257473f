import { formatLocality, isIpAddress, workloadOfPod } from '@/lib/model';
import { typeUrls } from '@/lib/xds';
import { endpointIndex, endpointsOf } from './index-endpoints';
import { podOfProxy } from './inbound-ports';
import { matchesSubset } from './build-outbound-clusters';
import { prioritizeLocalities } from './prioritize-localities';
import { mutualTlsOnPort, peerAuthenticationVersion, resolvePeerAuthentication } from './resolve-peer-authentication';
import type { RegistryEndpoint, RegistryService } from '@/lib/model';
import type { Address, ClusterLoadAssignment, LbEndpoint } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { OutboundCluster } from './build-outbound-clusters';
import type { LocalityGroup } from './prioritize-localities';
import type { ProxyScope } from './scope-proxy';
import type { CompiledResource, ProxyNode } from './types';

/**
 * The endpoints of every EDS cluster of a scope for a proxy where it stands; proxies that nothing tells apart (locality, the labels
 * that failover looks at, their node where that counts) share the list.
 */
export function loadAssignments(
  state: MeshState,
  scope: ProxyScope,
  clusters: readonly OutboundCluster[],
  proxy: ProxyNode,
): readonly CompiledResource<ClusterLoadAssignment>[] {
  const traits = state.cache.memo(`eds-traits|${scope.key}`, [clusters, state.mesh], () => traitsOf(state, clusters));
  const labels = traits.labels.map((label) => proxy.labels[label] ?? '').join();
  const node = traits.byNode ? nodeOfProxy(state, proxy) : '';
  const place = `${formatLocality(proxy.locality)}|${labels}|${node}`;
  return state.cache.memo(`eds|${scope.key}|${place}`, [clusters, endpointIndex(state), state.mesh, peerAuthenticationVersion(state)], () =>
    clusters
      .filter((entry) => entry.cluster.type === 'EDS')
      .map((entry) =>
        state.cache.intern(typeUrls.clusterLoadAssignment, entry.cluster.name, loadAssignment(state, entry, proxy, place, node)),
      ),
  );
}

/** What of a proxy the order of endpoints depends on. */
function traitsOf(state: MeshState, clusters: readonly OutboundCluster[]): { labels: readonly string[]; byNode: boolean } {
  const labels = new Set<string>();
  const add = (priority: readonly string[] | undefined): void => {
    for (const label of priority ?? []) labels.add(label.split('=')[0] ?? '');
  };
  add(state.mesh.localityLbSetting?.failoverPriority);
  for (const { policy } of clusters) add(policy.loadBalancer?.localityLbSetting?.failoverPriority);
  return { labels: [...labels], byNode: clusters.some(({ service }) => service.trafficDistribution === 'PreferSameNode') };
}

/** The endpoints of an EDS cluster, grouped by locality and ordered for a proxy where it stands. */
function loadAssignment(state: MeshState, target: OutboundCluster, proxy: ProxyNode, place: string, node: string): ClusterLoadAssignment {
  const { service, port, subset, policy, cluster } = target;
  const endpoints = endpointsOf(state, service);
  const key = `eds|${proxy.namespace}|${cluster.name}|${place}`;
  return state.cache.memo(key, [target, endpoints, state.mesh, peerAuthenticationVersion(state)], () => {
    const groups = new Map<string, LocalityGroup>();
    for (const endpoint of endpoints) {
      if (endpoint.portName !== port.name || !matchesSubset(endpoint, subset)) continue;
      if (!isDialable(endpoint.address)) {
        noteAddress(state, service, endpoint.address);
        continue;
      }
      const name = formatLocality(endpoint.locality);
      const group = groups.get(name) ?? { locality: endpoint.locality, members: [], weight: 0, priority: 0 };
      groups.set(name, group);
      group.members.push({ source: endpoint, built: lbEndpoint(state, endpoint, policy.tls?.mode === 'DISABLE') });
      group.weight += endpoint.weight;
    }
    const ordered = prioritizeLocalities(state.mesh, [...groups.values()], target, proxy, node);
    return {
      cluster_name: cluster.name,
      endpoints: ordered.map((group) => ({
        locality: { region: group.locality.region, zone: group.locality.zone, sub_zone: group.locality.subZone },
        lb_endpoints: group.members.map((member) => member.built),
        load_balancing_weight: { value: group.weight },
        ...(group.priority === 0 ? {} : { priority: group.priority }),
      })),
    };
  });
}

function nodeOfProxy(state: MeshState, proxy: ProxyNode): string {
  return podOfProxy(state, proxy)?.spec.nodeName ?? '';
}

/** `istio.workload`: workload;namespace;canonical name;canonical revision;cluster, as Istio's telemetry reads it. */
function lbEndpoint(state: MeshState, endpoint: RegistryEndpoint, plaintext: boolean): LbEndpoint {
  const identity = workloadOfPod({ metadata: { name: endpoint.workload, namespace: endpoint.namespace, labels: { ...endpoint.labels } } });
  const mutual = endpoint.tlsMode === 'istio' && !plaintext && acceptsMutualTls(state, endpoint);
  return {
    endpoint: { address: addressOf(endpoint) },
    health_status: 'HEALTHY',
    load_balancing_weight: { value: endpoint.weight },
    metadata: {
      filter_metadata: {
        ...(mutual ? { 'envoy.transport_socket_match': { tlsMode: 'istio' } } : {}),
        istio: {
          workload: [endpoint.workload, endpoint.namespace, identity.canonicalName, identity.canonicalRevision, state.clusterId].join(';'),
        },
      },
    },
  };
}

/** Names are looked up for clusters by DNS alone; here one would have all endpoints refused. */
function isDialable(address: string): boolean {
  return address.startsWith('unix://') || isIpAddress(address);
}

function noteAddress(state: MeshState, { source }: RegistryService, address: string): void {
  state.cache.note({
    code: 'not_compiled',
    severity: 'error',
    object: { kind: source.kind, namespace: source.namespace, name: source.name },
    path: 'spec.endpoints',
    message: `An endpoint is left out: "${address}" is no address, and names are looked up under resolution DNS alone`,
  });
}

/** `unix:///…` is a socket file beside the proxy. */
function addressOf({ address, port }: RegistryEndpoint): Address {
  if (address.startsWith('unix://')) return { pipe: { path: address.slice('unix://'.length) } };
  return { socket_address: { address, port_value: port } };
}

function acceptsMutualTls(state: MeshState, endpoint: RegistryEndpoint): boolean {
  const result = resolvePeerAuthentication(state, endpoint.namespace, endpoint.labels);
  return mutualTlsOnPort(result, endpoint.port).mode !== 'DISABLE';
}
