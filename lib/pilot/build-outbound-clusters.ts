import { formatLocality, isHttp, isHttp2, spiffeId } from '@/lib/model';
import { applyConnectionPool, applyHttpOptions, applyLoadBalancer, applyOutlierDetection } from './apply-traffic-policy';
import { clientTls, meshAlpn, mutualTlsUpstream, rawBuffer } from './build-tls-context';
import { standInFor } from './external-hosts';
import { endpointIndex } from './index-endpoints';
import { mutualTlsSni, outboundCluster } from './names';
import { provenanceMetadata } from './provenance';
import { resolvePeerAuthentication } from './resolve-peer-authentication';
import { resolveTrafficPolicy } from './resolve-traffic-policy';
import { peerAuthenticationVersion } from './resolve-peer-authentication';
import type { RegistryEndpoint, RegistryPort, RegistryService } from '@/lib/model';
import type { Cluster, ConfigSource, LocalityLbEndpoints } from '@/lib/xds';
import type { MergedDestinationRule, Subset } from './index-destination-rules';
import type { UpstreamProtocol } from './apply-traffic-policy';
import type { EffectivePolicy } from './resolve-traffic-policy';
import type { MeshState } from './mesh-state';
import type { Origin } from './route-model';
import type { ProxyScope } from './scope-proxy';

const ads: ConfigSource = { ads: {}, initial_fetch_timeout: { seconds: 0 }, resource_api_version: 'V3' };

/** A cluster with what its endpoints need to be built for a locality. */
export interface OutboundCluster {
  cluster: Cluster;
  service: RegistryService;
  port: RegistryPort;
  subset: Subset | undefined;
  policy: EffectivePolicy;
}

/**
 * The Envoy clusters of everything a scope sees: per service port the whole service and each subset. The same list while none of
 * them changes.
 */
export function outboundClusters(state: MeshState, scope: ProxyScope): readonly OutboundCluster[] {
  return state.cache.once(state, `clusters|${scope.key}`, () => buildClusters(state, scope));
}

function buildClusters(state: MeshState, scope: ProxyScope): readonly OutboundCluster[] {
  const peers = peerAuthenticationVersion(state);
  const endpoints = endpointIndex(state);
  return state.cache.memo(`clusters|${scope.key}`, [scope, endpoints, peers, state.mesh, state.externalHosts], () => {
    const all = scope.services.flatMap((service) => {
      const rule = scope.destinationRule(service);
      const own = endpoints.get(service) ?? [];
      const key = `clusters|${scope.key}|${service.namespace}/${service.hostname}`;
      // With EDS a cluster shows of its endpoints nothing but their identities.
      const shown =
        service.resolution === 'dns' || service.resolution === 'dns-round-robin' ? own : identitiesOf(state, service, own).join();
      return state.cache.memo(key, [service, rule, shown, peers, state.mesh, state.externalHosts], () =>
        service.ports
          .filter((port) => port.protocol !== 'UDP')
          .flatMap((port) =>
            [undefined, ...(rule?.subsets ?? [])].map((entry) => buildCluster(state, scope, service, port, rule, own, entry)),
          ),
      );
    });
    return state.cache.memo(`clusters-content|${scope.key}`, all, () => all);
  });
}

function buildCluster(
  state: MeshState,
  scope: ProxyScope,
  service: RegistryService,
  port: RegistryPort,
  rule: MergedDestinationRule | undefined,
  endpoints: readonly RegistryEndpoint[],
  entry: MergedDestinationRule['subsets'][number] | undefined,
): OutboundCluster {
  const subset = entry?.subset;
  const policy = resolveTrafficPolicy(state.mesh.defaultTrafficPolicy, rule, subset, port.port);
  const name = outboundCluster(port.port, subset?.name ?? '', service.hostname);
  const origin: Origin =
    entry !== undefined
      ? { source: entry.source, path: entry.path }
      : rule === undefined
        ? { source: service.source, path: '' }
        : { source: rule.policySource, path: rule.trafficPolicy === undefined ? 'spec' : 'spec.trafficPolicy' };
  const cluster: Cluster = { name, ...discovery(state, scope, service, port, subset, policy, endpoints, name) };
  const protocol = upstreamProtocol(port);
  applyConnectionPool(cluster, policy, state.mesh);
  applyHttpOptions(cluster, policy, protocol);
  applyLoadBalancer(cluster, policy, state.mesh.localityLbSetting !== undefined || policy.loadBalancer?.localityLbSetting !== undefined);
  applyOutlierDetection(cluster, policy);
  applyTransport(state, cluster, service, port, subset, policy, endpoints, scope.isGateway || rule?.selector !== undefined);
  cluster.metadata = provenanceMetadata(origin.source, origin.path, {
    istio: {
      services: [{ host: service.hostname, name: service.name, namespace: service.namespace }],
      ...(subset === undefined ? {} : { subset: subset.name }),
    },
  });
  return { cluster, service, port, subset, policy };
}

function upstreamProtocol(port: RegistryPort): UpstreamProtocol {
  if (isHttp2(port.protocol)) return 'http2';
  if (isHttp(port.protocol)) return 'http1';
  return port.protocol === 'Unsupported' ? 'downstream' : 'tcp';
}

/** How the cluster finds its hosts. A proxy that is addressed explicitly has no original destination to go by, nor has a gateway. */
function discovery(
  state: MeshState,
  scope: ProxyScope,
  service: RegistryService,
  port: RegistryPort,
  subset: Subset | undefined,
  policy: EffectivePolicy,
  endpoints: readonly RegistryEndpoint[],
  name: string,
): Partial<Cluster> {
  const captured = !scope.explicit && !scope.isGateway;
  const passthrough = policy.loadBalancer?.simple === 'PASSTHROUGH';
  const eds: Partial<Cluster> = { type: 'EDS', eds_cluster_config: { eds_config: ads, service_name: name } };
  const original: Partial<Cluster> = { type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' };
  if (service.resolution === 'alias') {
    return dnsCluster(state, 'STRICT_DNS', name, [plainEndpoint(service.externalName ?? service.hostname, port.port)], port.port);
  }
  switch (service.resolution) {
    case 'client-side':
      return passthrough && captured ? original : eds;
    case 'dns':
    case 'dns-round-robin': {
      const own = endpoints.filter((endpoint) => endpoint.portName === port.name && matchesSubset(endpoint, subset));
      return dnsCluster(state, service.resolution === 'dns' ? 'STRICT_DNS' : 'LOGICAL_DNS', name, own, port.port);
    }
    default: {
      if (captured) return original;
      if (service.registry === 'Kubernetes') return eds;
      if (service.hostname.startsWith('*')) return original;
      const direct = service.addresses.filter((address) => !address.includes('/'));
      const targets = direct.length > 0 ? direct : [service.hostname];
      return dnsCluster(
        state,
        'STRICT_DNS',
        name,
        targets.map((target) => plainEndpoint(target, port.port)),
        port.port,
      );
    }
  }
}

export function matchesSubset(endpoint: RegistryEndpoint, subset: Subset | undefined): boolean {
  for (const key in subset?.labels) if (endpoint.labels[key] !== subset.labels[key]) return false;
  return true;
}

function plainEndpoint(address: string, port: number): RegistryEndpoint {
  return {
    address,
    port,
    portName: '',
    labels: {},
    locality: { region: '', zone: '', subZone: '' },
    weight: 1,
    health: 'healthy',
    serviceAccount: '',
    namespace: '',
    workload: '',
    tlsMode: 'disabled',
    instance: '',
    nodeName: '',
  };
}

/** DNS with the endpoints inline; hosts that have a stand-in on this machine become plain addresses. */
function dnsCluster(
  state: MeshState,
  type: 'STRICT_DNS' | 'LOGICAL_DNS',
  name: string,
  endpoints: readonly RegistryEndpoint[],
  servicePort: number,
): Partial<Cluster> {
  const groups = new Map<string, LocalityLbEndpoints>();
  let allNumeric = endpoints.length > 0;
  for (const endpoint of endpoints) {
    const standIn = standInFor(state, endpoint.address, endpoint.port) ?? standInFor(state, endpoint.address, servicePort);
    const address = standIn?.address ?? endpoint.address;
    if (!/^[\d.]+$/.test(address)) allNumeric = false;
    const key = formatLocality(endpoint.locality);
    const group = groups.get(key) ?? {
      ...(key === ''
        ? {}
        : { locality: { region: endpoint.locality.region, zone: endpoint.locality.zone, sub_zone: endpoint.locality.subZone } }),
      lb_endpoints: [],
      load_balancing_weight: { value: 0 },
    };
    groups.set(key, group);
    group.lb_endpoints?.push({
      endpoint: { address: { socket_address: { address, port_value: standIn?.port ?? endpoint.port } }, hostname: endpoint.address },
      load_balancing_weight: { value: endpoint.weight },
      ...(endpoint.tlsMode === 'istio' ? { metadata: { filter_metadata: { 'envoy.transport_socket_match': { tlsMode: 'istio' } } } } : {}),
    });
    group.load_balancing_weight = { value: (group.load_balancing_weight?.value ?? 0) + endpoint.weight };
  }
  const resolved = allNumeric ? 'STATIC' : type;
  return {
    type: resolved,
    load_assignment: { cluster_name: name, endpoints: [...groups.values()] },
    ...(resolved === 'STATIC' ? {} : { dns_refresh_rate: state.mesh.dnsRefreshRate, respect_dns_ttl: true, dns_lookup_family: 'V4_ONLY' }),
  };
}

/** TLS: what the rule asks for, else mutual TLS to the endpoints that have a sidecar (auto mTLS, istio.md §5). */
function applyTransport(
  state: MeshState,
  cluster: Cluster,
  service: RegistryService,
  port: RegistryPort,
  subset: Subset | undefined,
  policy: EffectivePolicy,
  endpoints: readonly RegistryEndpoint[],
  credentials: boolean,
): void {
  const tls = policy.tls;
  const http2 = isHttp2(port.protocol) || policy.connectionPool?.http?.h2UpgradePolicy === 'UPGRADE';
  const alpn = http2 ? meshAlpn.http2 : isHttp(port.protocol) ? meshAlpn.http1 : meshAlpn.tcp;
  const sni = mutualTlsSni(port.port, subset?.name ?? '', service.hostname);
  if (tls?.mode !== undefined) {
    if (tls.mode === 'ISTIO_MUTUAL') {
      const named = tls.subjectAltNames ?? [];
      cluster.transport_socket = mutualTlsUpstream({
        identities: named.length > 0 ? named : identitiesOf(state, service, endpoints),
        sni: tls.sni ?? sni,
        alpn,
      });
      return;
    }
    const socket = clientTls(tls, { host: service.hostname, serviceNames: service.subjectAltNames, http2, credentials });
    if (socket !== undefined) cluster.transport_socket = socket;
    return;
  }
  if (service.meshExternal || !state.mesh.enableAutoMtls || cluster.type === 'ORIGINAL_DST') return;
  if (resolvePeerAuthentication(state, service.namespace, {}).mode === 'DISABLE') return;
  cluster.transport_socket_matches = [
    {
      name: 'tlsMode-istio',
      match: { tlsMode: 'istio' },
      transport_socket: mutualTlsUpstream({ identities: identitiesOf(state, service, endpoints), sni, alpn }),
    },
    { name: 'tlsMode-disabled', match: {}, transport_socket: rawBuffer },
  ];
}

/** The SPIFFE ids a server of the service may show. */
function identitiesOf(state: MeshState, service: RegistryService, endpoints: readonly RegistryEndpoint[]): string[] {
  const ids = new Set<string>(service.subjectAltNames);
  for (const endpoint of endpoints) {
    if (endpoint.serviceAccount === '') continue;
    if (endpoint.serviceAccount.startsWith('spiffe://')) ids.add(endpoint.serviceAccount);
    else ids.add(spiffeId(endpoint.namespace, endpoint.serviceAccount, state.mesh.trustDomain));
  }
  return [...ids].sort();
}
