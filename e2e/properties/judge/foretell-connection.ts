import { spiffeId } from '@/lib/model';
import type { CompiledProxy } from '@/lib/pilot';
import type { CompiledFilterChain, LbHost, NewConnection, PolicyConnection } from '@/lib/routing';
import {
  chooseFilterChain,
  chooseUpstreamSocket,
  compileCluster,
  compileListener,
  createBalancer,
  evaluateRbac,
  parseIp,
  readHosts,
} from '@/lib/routing';
import type { UpstreamTlsContext } from '@/lib/xds';
import type { CaseRequest, PodName } from '../generate';
import { podNames } from '../generate';
import type { CompiledWorld } from '../mesh/merge-proxies';
import type { Outcome, Prediction } from './prediction';
import { directPod } from '../wire';

const closedOutcome: Outcome = { status: 0, cluster: '', pods: [] };

/** What becomes of a TCP connection, or of a TLS one by its server name. */
export function foretellConnection(compiled: CompiledWorld, request: CaseRequest): Prediction {
  const server = request.protocol === 'tls' ? request.host : '';
  if (request.from === 'legacy') {
    const pod = directPod(request);
    // The application's own TLS is the transport then.
    const end = enterServer(compiled, { pod, port: request.port, tls: server === '' ? null : { sni: server }, own: true, request });
    return prediction([{ ...end, cluster: '' }], ['direct connection']);
  }
  const proxy = compiled.proxies.get(request.from)?.compiled;
  const listener = proxy?.listeners.find(
    ({ resource }) => resource.traffic_direction === 'OUTBOUND' && resource.address?.socket_address?.port_value === request.port,
  )?.resource;
  if (proxy === undefined || listener === undefined) return prediction([closedOutcome], ['no listener']);
  const chain = chooseFilterChain(compileListener(listener), connectionTo(compiled, request, server, server !== ''));
  if (chain === null) return prediction([closedOutcome], ['no filter chain']);
  const clusters = chain.tcp?.clusters ?? [];
  const outcomes = clusters
    .filter(({ weight }) => clusters.length === 1 || weight > 0)
    .flatMap(({ name }) => visit(compiled, proxy, name, request));
  return prediction(outcomes, [
    `connection: ${chain.provenance?.object.split(' ')[0] ?? 'no object'}`,
    `server name: ${chain.match.serverNames.length > 0}`,
  ]);
}

function prediction(outcomes: readonly Outcome[], branches: readonly string[]): Prediction {
  return { outcomes, delayMs: 0, mirrors: null, refusedBy: [], explanation: null, branches };
}

function connectionTo(compiled: CompiledWorld, request: CaseRequest, serverName: string, tls: boolean): NewConnection {
  const source = parseIp(compiled.world.ip(request.from));
  return {
    destinationIp: null,
    destinationPort: request.port,
    serverName,
    transportProtocol: tls ? 'tls' : 'raw_buffer',
    applicationProtocols: [],
    directSourceIp: source,
    sourceIp: source,
    sourcePort: 40_000,
  };
}

function visit(compiled: CompiledWorld, proxy: CompiledProxy, name: string, request: CaseRequest): Outcome[] {
  const cluster = proxy.clusters.find((one) => one.name === name)?.resource;
  if (cluster === undefined) return [closedOutcome];
  const settings = compileCluster(cluster);
  const assignment = proxy.endpoints.find((one) => one.name === settings.endpointsName)?.resource ?? cluster.load_assignment;
  const levels = assignment === undefined ? [] : createBalancer(settings.balancer, readHosts(assignment), () => 0).levels;
  const hosts: readonly LbHost[] = levels
    .filter(({ percent }) => percent > 0)
    .flatMap((level) => (level.panic ? level.hosts : level.healthy));
  if (hosts.length === 0) return [{ ...closedOutcome, cluster: name }];
  return hosts.map((host) => {
    const pod = podNames.find((one) => compiled.world.ip(one) === host.address) ?? 'ext';
    const { tls } = chooseUpstreamSocket(settings, host.metadata).socket;
    // Without TLS of its own the proxy passes on what the application speaks.
    const transport = tls ?? (request.protocol === 'tls' ? { sni: request.host } : null);
    return { ...enterServer(compiled, { pod, port: host.port, tls: transport, own: tls === null, request }), cluster: name };
  });
}

interface Entering {
  readonly pod: PodName;
  readonly port: number;
  readonly tls: UpstreamTlsContext | null;
  /** The TLS is the application's own, not the mesh's. */
  readonly own: boolean;
  readonly request: CaseRequest;
}

/** The server's side: its filter chain, whether it wants a certificate, its policies. */
function enterServer(compiled: CompiledWorld, { pod, port, tls, own, request }: Entering): Outcome {
  const ip = compiled.world.ip(pod);
  const listener = compiled.proxies
    .get(pod)
    ?.compiled.listeners.find(
      ({ resource }) => resource.address?.socket_address?.address === ip && resource.address.socket_address.port_value === port,
    )?.resource;
  if (listener === undefined) return closedOutcome;
  const alpn = own ? [] : (tls?.common_tls_context?.alpn_protocols ?? []);
  const connection = {
    ...connectionTo(compiled, request, tls?.sni ?? '', tls !== null),
    destinationIp: parseIp(ip),
    destinationPort: port,
    applicationProtocols: alpn,
  };
  const chain = chooseFilterChain(compileListener(listener), connection);
  if (chain === null) return closedOutcome;
  const mutual = chain.tls !== null;
  // The mesh's chain terminates TLS: it wants a certificate of the mesh, which an application's own TLS does not bring.
  if (mutual && own) return closedOutcome;
  // And the mesh's TLS where plaintext is taken reaches the application, which knows nothing of it.
  if (!mutual && !own) return closedOutcome;
  return admits(compiled, chain, connection, mutual, request)
    ? { status: 200, cluster: '', pods: [pod], body: `${pod}:${port}` }
    : closedOutcome;
}

function admits(
  compiled: CompiledWorld,
  chain: CompiledFilterChain,
  connection: NewConnection,
  mutual: boolean,
  request: CaseRequest,
): boolean {
  const pod = compiled.world.pods.get(request.from);
  const identity = spiffeId(pod?.metadata.namespace ?? '', pod?.spec.serviceAccountName ?? 'default');
  const policy: PolicyConnection = {
    sourceIp: connection.sourceIp,
    directRemoteIp: connection.sourceIp,
    remoteIp: connection.sourceIp,
    destinationIp: connection.destinationIp,
    destinationPort: connection.destinationPort,
    serverName: connection.serverName,
    peerNames: mutual ? [identity] : null,
  };
  return chain.rbac.every(({ rules }) => rules === null || evaluateRbac(rules, null, policy).allowed);
}
