import { formatLocality, workloadOfPod } from '@/lib/model';
import { endpointsOf, podsOfNamespace } from './index-endpoints';
import { matchesSubset } from './build-outbound-clusters';
import { prioritizeLocalities } from './prioritize-localities';
import { mutualTlsOnPort, peerAuthenticationVersion, resolvePeerAuthentication } from './resolve-peer-authentication';
import type { RegistryEndpoint } from '@/lib/model';
import type { ClusterLoadAssignment, LbEndpoint } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { OutboundCluster } from './build-outbound-clusters';
import type { LocalityGroup } from './prioritize-localities';
import type { ProxyNode } from './types';

/** The endpoints of an EDS cluster, grouped by locality and ordered for a proxy where it stands. */
export function loadAssignment(state: MeshState, target: OutboundCluster, proxy: ProxyNode): ClusterLoadAssignment {
  const { service, port, subset, policy, cluster } = target;
  const endpoints = endpointsOf(state, service);
  const locality = formatLocality(proxy.locality);
  const failoverLabels = policy.loadBalancer?.localityLbSetting?.failoverPriority ?? state.mesh.localityLbSetting?.failoverPriority ?? [];
  const own = failoverLabels.length === 0 ? '' : JSON.stringify(failoverLabels.map((label) => proxy.labels[label.split('=')[0] ?? '']));
  const node = service.trafficDistribution === 'PreferSameNode' ? nodeOfProxy(state, proxy) : '';
  const key = `eds|${proxy.namespace}|${cluster.name}|${locality}|${own}|${node}|${proxy.clusterId}`;
  return state.cache.memo(key, [target, endpoints, state.mesh, peerAuthenticationVersion(state)], () => {
    const groups = new Map<string, LocalityGroup>();
    for (const endpoint of endpoints) {
      if (endpoint.portName !== port.name || !matchesSubset(endpoint, subset)) continue;
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
  return podsOfNamespace(state, proxy.namespace).find((pod) => pod.metadata.name === proxy.name)?.spec.nodeName ?? '';
}

/** `istio.workload`: workload;namespace;canonical name;canonical revision;cluster, as Istio's telemetry reads it. */
function lbEndpoint(state: MeshState, endpoint: RegistryEndpoint, plaintext: boolean): LbEndpoint {
  const identity = workloadOfPod({ metadata: { name: endpoint.workload, namespace: endpoint.namespace, labels: { ...endpoint.labels } } });
  const mutual = endpoint.tlsMode === 'istio' && !plaintext && acceptsMutualTls(state, endpoint);
  return {
    endpoint: { address: { socket_address: { address: endpoint.address, port_value: endpoint.port } } },
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

function acceptsMutualTls(state: MeshState, endpoint: RegistryEndpoint): boolean {
  const result = resolvePeerAuthentication(state, endpoint.namespace, endpoint.labels);
  return mutualTlsOnPort(result, endpoint.port).mode !== 'DISABLE';
}
