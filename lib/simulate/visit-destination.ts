import type { Pod } from '@/lib/model';
import { hasSidecar, workloadOfPod } from '@/lib/model';
import type { CompiledProxy, MeshState } from '@/lib/pilot';
import type { CompiledFilterChain, LbHost, NewConnection, PolicyConnection, RoutingRequest } from '@/lib/routing';
import { chooseFilterChain, chooseUpstreamSocket, decide, normalizePath, parseIp } from '@/lib/routing';
import type { Listener, UpstreamTlsContext } from '@/lib/xds';
import { applyPolicies } from './apply-filters';
import { workloadName } from './find-caller';
import type { CompiledThings, ReachableCluster } from './remember-compiled';
import type { SimulatedDestination } from './simulation';
import { sourceOf } from './simulation';

/** The mesh as one simulation sees it. */
export interface SimulatedMesh {
  readonly state: MeshState;
  readonly pods: readonly Pod[];
  readonly podsByIp: ReadonlyMap<string, Pod>;
  readonly nowMs: number;
  readonly compiled: CompiledThings;
}

/** Who calls, as the other side sees it. */
export interface Caller {
  readonly ip: string;
  /** SPIFFE id shown under mutual TLS; null for a caller without a sidecar. */
  readonly identity: string | null;
}

const unknown: SimulatedDestination = {
  cluster: '',
  workload: '',
  source: null,
  tlsSource: null,
  endpoints: 0,
  mtls: false,
  authorization: { verdict: 'allow' },
};

/**
 * Follows a cluster to the workloads behind it: which endpoints qualify, whether the connection is mutual TLS, what the policies of the
 * other side say. `request` is null for TCP.
 */
export function visitCluster(
  mesh: SimulatedMesh,
  client: CompiledProxy,
  clusterName: string,
  request: RoutingRequest | null,
  caller: Caller,
): SimulatedDestination[] {
  const cluster = mesh.compiled.cluster(client, clusterName);
  if (cluster === undefined) return [{ ...unknown, cluster: clusterName, workload: clusterName, status: 503 }];
  const source = sourceOf(cluster.settings.provenance);
  if (cluster.resource.type === 'ORIGINAL_DST') return [{ ...unknown, cluster: clusterName, workload: 'outside the mesh', source }];
  const { hosts } = cluster;
  if (hosts.length === 0) return [{ ...unknown, cluster: clusterName, workload: clusterName, source, status: 503 }];
  const byWorkload = Map.groupBy(hosts, (host) => {
    const pod = mesh.podsByIp.get(host.address);
    return pod === undefined ? host.address : workloadName(pod);
  });
  return [...byWorkload].map(([workload, members]) => {
    const pod = mesh.podsByIp.get(members[0]?.address ?? '');
    const version = pod === undefined ? '' : workloadOfPod(pod).version;
    return {
      ...visitHost(mesh, cluster, members[0], request, caller),
      cluster: clusterName,
      workload,
      source,
      ...(version === '' ? {} : { version }),
      endpoints: members.length,
    };
  });
}

function visitHost(
  mesh: SimulatedMesh,
  cluster: ReachableCluster,
  host: LbHost | undefined,
  request: RoutingRequest | null,
  caller: Caller,
): SimulatedDestination {
  if (host === undefined) return unknown;
  const { socket } = chooseUpstreamSocket(cluster.settings, host.metadata);
  return visitServer(mesh, mesh.podsByIp.get(host.address), host.port, socket.tls, request, caller);
}

/** What happens at a pod's port. Null `tls`: the caller comes in plaintext. */
export function visitServer(
  mesh: SimulatedMesh,
  pod: Pod | undefined,
  port: number,
  tls: UpstreamTlsContext | null,
  request: RoutingRequest | null,
  caller: Caller,
): SimulatedDestination {
  const showsIdentity = tls !== null && presentsCertificate(tls) && caller.identity !== null;
  if (pod === undefined || !hasSidecar(pod)) return { ...unknown, mtls: showsIdentity };
  const server = mesh.compiled.proxy(pod);
  const listener = inboundListener(server, pod.status?.podIP ?? '', port);
  if (listener === undefined)
    return { ...unknown, mtls: showsIdentity, status: 503, authorization: { verdict: 'allow', reason: `nothing listens on port ${port}` } };
  const connection = newConnection(tls, request, pod, port, caller);
  const chain = chooseFilterChain(mesh.compiled.listener(listener), connection);
  if (chain === null) {
    const reason =
      tls === null ? 'mutual TLS is required, the caller comes in plaintext' : 'the other side does not take this TLS connection';
    const refusing = mesh.compiled.listener(listener).chains[0];
    return { ...unknown, tlsSource: sourceOf(refusing?.provenance), mtls: false, status: 503, authorization: { verdict: 'deny', reason } };
  }
  if (tls !== null && chain.tls === null && (chain.http !== null || showsIdentity)) {
    const reason = 'the other side takes plaintext, the caller comes with TLS';
    return { ...unknown, tlsSource: sourceOf(chain.provenance), mtls: false, status: 503, authorization: { verdict: 'allow', reason } };
  }
  const mtls = showsIdentity && chain.tls?.require_client_certificate?.value === true;
  const policyConnection: PolicyConnection = {
    sourceIp: connection.sourceIp,
    directRemoteIp: connection.sourceIp,
    remoteIp: connection.sourceIp,
    destinationIp: connection.destinationIp,
    destinationPort: port,
    serverName: connection.serverName,
    peerNames: mtls && caller.identity !== null ? [caller.identity] : null,
  };
  const routes = chain.http?.config.route_config;
  const table = routes === undefined ? null : mesh.compiled.routes(routes);
  const outcome = applyPolicies(chain, normalizedFor(chain, request), policyConnection, mesh.nowMs, (one) =>
    table === null ? null : decide(table, one, () => 0).filters,
  );
  return {
    ...unknown,
    tlsSource: sourceOf(chain.provenance),
    mtls,
    authorization: outcome.authorization,
    ...(outcome.status === null ? {} : { status: chain.http === null ? 503 : outcome.status }),
  };
}

/** The request as this chain's policies see it: none on a chain of bytes, else with the path normalised where the chain does that. */
function normalizedFor(chain: CompiledFilterChain, request: RoutingRequest | null): RoutingRequest | null {
  const config = chain.http?.config;
  if (config === undefined || request === null) return null;
  const path = config.normalize_path?.value === true ? normalizePath(request.path, config.merge_slashes ?? false) : null;
  return path === null || path === request.path ? request : { ...request, path };
}

function inboundListener(server: CompiledProxy, ip: string, port: number): Listener | undefined {
  return server.listeners.find(({ resource }) => {
    const address = resource.address?.socket_address;
    return resource.traffic_direction === 'INBOUND' && address?.address === ip && address.port_value === port;
  })?.resource;
}

/** Whether a TLS context shows a certificate of its own. */
function presentsCertificate(tls: UpstreamTlsContext): boolean {
  const common = tls.common_tls_context;
  return (common?.tls_certificate_sds_secret_configs ?? []).length + (common?.tls_certificates ?? []).length > 0;
}

function newConnection(
  tls: UpstreamTlsContext | null,
  request: RoutingRequest | null,
  pod: Pod,
  port: number,
  caller: Caller,
): NewConnection {
  const source = parseIp(caller.ip);
  const plainProtocols = request === null ? [] : ['http/1.1'];
  return {
    destinationIp: parseIp(pod.status?.podIP ?? ''),
    destinationPort: port,
    serverName: tls?.sni ?? '',
    transportProtocol: tls === null ? 'raw_buffer' : 'tls',
    applicationProtocols: tls === null ? plainProtocols : (tls.common_tls_context?.alpn_protocols ?? []),
    directSourceIp: source,
    sourceIp: source,
    sourcePort: 40_000,
  };
}
