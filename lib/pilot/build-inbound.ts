import { isHttp, isHttp2 } from '@/lib/model';
import { filterNames, typeUrls } from '@/lib/xds';
import { applyConnectionPool, applyHttpOptions } from './apply-traffic-policy';
import { httpAuthorization, tcpAuthorization } from './build-authorization';
import { httpConnectionManager } from './build-http-connection-manager';
import { jwtFilter } from './build-jwt';
import { tcpProxy } from './build-tcp-filters';
import { meshAlpn, mutualTlsDownstream } from './build-tls-context';
import { destinationRuleFor } from './index-destination-rules';
import { inboundCluster, listenerName } from './names';
import { provenanceMetadata } from './provenance';
import { mutualTlsOnPort, peerAuthenticationVersion, resolvePeerAuthentication } from './resolve-peer-authentication';
import { resolveTelemetry } from './resolve-telemetry';
import { resolveTrafficPolicy } from './resolve-traffic-policy';
import { sidecarServerTls } from './build-server-tls';
import { inboundPorts } from './inbound-ports';
import type {
  Cluster,
  DownstreamTransportSocket,
  FilterChain,
  FilterChainMatch,
  HttpFilter,
  Listener,
  ListenerFilter,
  NetworkFilter,
  RetryPolicy,
  RouteConfiguration,
} from '@/lib/xds';
import type { InboundPort } from './inbound-ports';
import type { MeshState } from './mesh-state';
import type { MutualTlsMode } from './resolve-peer-authentication';
import type { Origin } from './route-model';
import type { EffectivePolicy } from './resolve-traffic-policy';
import type { TelemetrySettings } from './resolve-telemetry';
import type { ProxyScope } from './scope-proxy';
import type { ProxyNode } from './types';

export const tlsInspector: ListenerFilter = { name: filterNames.tlsInspector, typed_config: { '@type': typeUrls.tlsInspector } };
export const httpInspector: ListenerFilter = { name: filterNames.httpInspector, typed_config: { '@type': typeUrls.httpInspector } };

/** Envoy knows HTTP in plaintext by these once the HTTP inspector has looked. */
export const plaintextHttpAlpn = ['http/1.1', 'h2c'];

interface InboundParts {
  clusters: readonly Cluster[];
  listeners: readonly Listener[];
}

/** What one inbound port is compiled from, beside the port. */
interface InboundContext {
  state: MeshState;
  proxy: ProxyNode;
  telemetry: TelemetrySettings;
  jwt: HttpFilter | undefined;
  authorization: readonly HttpFilter[];
  tcpFilters: readonly NetworkFilter[];
  /** A Sidecar's limits for every port that has none of its own. */
  sidecarPool: EffectivePolicy['connectionPool'];
}

/** Listeners and clusters of a sidecar for what comes in, in mode NONE: one bound listener per port. */
export function buildInbound(state: MeshState, scope: ProxyScope, proxy: ProxyNode): InboundParts {
  const ports = inboundPorts(state, scope, proxy);
  const context = inboundContext(state, scope, proxy);
  const key = `inbound|${proxy.id}|${proxy.proxy}`;
  return state.cache.memo(key, [ports, ...contextVersion(context, scope, ports)], () => ({
    clusters: ports.map((port) => inboundClusterOf(context, port)),
    listeners: ports.map((port) => ({
      name: listenerName(port.bind, port.port),
      address: { socket_address: { address: port.bind, port_value: port.port } },
      traffic_direction: 'INBOUND',
      listener_filters: inspectors(modeOf(context, port).mode, port),
      ...(isSniffed(port)
        ? { listener_filters_timeout: state.mesh.protocolDetectionTimeout, continue_on_listener_filters_timeout: true }
        : {}),
      filter_chains: inboundChains(context, port, (suffix) => `${listenerName(port.bind, port.port)}${suffix}`),
      metadata: provenanceMetadata(port.origin.source, port.origin.path),
    })),
  }));
}

export function inboundContext(state: MeshState, scope: ProxyScope, proxy: ProxyNode): InboundContext {
  return {
    state,
    proxy,
    telemetry: resolveTelemetry(state, proxy, 'SERVER'),
    jwt: jwtFilter(state, proxy),
    authorization: httpAuthorization(state, proxy),
    tcpFilters: tcpAuthorization(state, proxy),
    sidecarPool: scope.sidecar?.spec.inboundConnectionPool,
  };
}

/** Everything inbound configuration depends on, for the memo. */
export function contextVersion(context: InboundContext, scope: ProxyScope, ports: readonly InboundPort[]): unknown[] {
  const { state } = context;
  return [
    context.telemetry,
    context.jwt,
    context.authorization,
    context.tcpFilters,
    peerAuthenticationVersion(state),
    ...ports.map((port) => (port.service === undefined ? undefined : destinationRuleFor(state, context.proxy.namespace, port.service))),
    scope.sidecar,
    state.mesh,
    JSON.stringify(context.proxy.labels),
  ];
}

function isSniffed(port: InboundPort): boolean {
  return port.protocol === 'Unsupported';
}

function modeOf(context: InboundContext, port: InboundPort): { mode: MutualTlsMode; origin: Origin | undefined } {
  const result = resolvePeerAuthentication(context.state, context.proxy.namespace, context.proxy.labels);
  return mutualTlsOnPort(result, port.port);
}

function inspectors(mode: MutualTlsMode, port: InboundPort): ListenerFilter[] {
  return [...(mode === 'DISABLE' && port.ingress?.tls === undefined ? [] : [tlsInspector]), ...(isSniffed(port) ? [httpInspector] : [])];
}

/** Pool settings for an inbound port: a Sidecar's own, else the service's DestinationRule as its own namespace sees it. */
function inboundPolicy(context: InboundContext, port: InboundPort): EffectivePolicy {
  const { state, proxy } = context;
  const rule = port.service === undefined ? undefined : destinationRuleFor(state, proxy.namespace, port.service);
  return resolveTrafficPolicy(state.mesh.defaultTrafficPolicy, rule, undefined, port.servicePort?.port ?? port.port);
}

/** The cluster `inbound|9080||`: the application on its own address. */
export function inboundClusterOf(context: InboundContext, port: InboundPort): Cluster {
  const policy = inboundPolicy(context, port);
  const pool = port.ingress?.connectionPool ?? context.sidecarPool ?? policy.connectionPool;
  const effective: EffectivePolicy = pool === undefined ? {} : { connectionPool: pool };
  const name = inboundCluster(port.port);
  const address =
    'path' in port.target
      ? { pipe: { path: port.target.path } }
      : { socket_address: { address: port.target.address, port_value: port.target.port } };
  const cluster: Cluster = {
    name,
    type: 'STATIC',
    lb_policy: 'ROUND_ROBIN',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    metadata: provenanceMetadata(port.origin.source, port.origin.path, {
      istio: {
        services:
          port.service === undefined ? [] : [{ host: port.service.hostname, name: port.service.name, namespace: port.service.namespace }],
      },
    }),
  };
  applyConnectionPool(cluster, effective, context.state.mesh);
  const protocol = isHttp2(port.protocol) ? 'http2' : isHttp(port.protocol) ? 'http1' : isSniffed(port) ? 'downstream' : 'tcp';
  // Upgrading to HTTP/2 is a matter between proxies; the application gets what it speaks.
  const http = { ...pool?.http };
  delete http.h2UpgradePolicy;
  applyHttpOptions(cluster, { connectionPool: { ...pool, http } }, protocol);
  return cluster;
}

const inboundRetry: RetryPolicy = { retry_on: 'reset-before-request', num_retries: { value: 2 } };

function inboundRoutes(port: InboundPort): RouteConfiguration {
  const cluster = inboundCluster(port.port);
  const operation =
    port.service === undefined || port.servicePort === undefined
      ? `:${port.port}/*`
      : `${port.service.hostname}:${port.servicePort.port}/*`;
  const grpc = port.protocol === 'GRPC' || port.protocol === 'GRPC-Web';
  return {
    name: cluster,
    virtual_hosts: [
      {
        name: `inbound|http|${port.servicePort?.port ?? port.port}`,
        domains: ['*'],
        routes: [
          {
            name: 'default',
            match: { prefix: '/' },
            route: {
              cluster,
              timeout: { seconds: 0 },
              max_stream_duration: { max_stream_duration: { seconds: 0 }, grpc_timeout_header_max: { seconds: 0 } },
              ...(grpc ? {} : { retry_policy: inboundRetry }),
            },
            decorator: { operation },
          },
        ],
      },
    ],
    validate_clusters: { value: false },
  };
}

/** Filter chains of an inbound port for its mutual TLS mode and protocol (istio.md §3.3, §5). */
export function inboundChains(
  context: InboundContext,
  port: InboundPort,
  nameOf: (suffix: string) => string,
  more: FilterChainMatch = {},
): FilterChain[] {
  const { mode, origin } = modeOf(context, port);
  const source = origin ?? port.origin;
  const metadata = provenanceMetadata(source.source, source.path);
  const chain = (suffix: string, match: FilterChainMatch, http: boolean, tls?: DownstreamTransportSocket): FilterChain => ({
    name: nameOf(suffix),
    filter_chain_match: { ...more, ...match },
    filters: http ? [httpManager(context, port, tls !== undefined && port.ingress?.tls === undefined)] : tcpFilters(context, port),
    metadata,
    ...(tls === undefined ? {} : { transport_socket: tls }),
  });
  const ownTls = port.ingress?.tls;
  if (ownTls !== undefined) {
    const socket = sidecarServerTls(ownTls);
    return [chain('', { transport_protocol: 'tls' }, isHttp(port.protocol), socket)];
  }
  const domains = [context.state.mesh.trustDomain, ...context.state.mesh.trustDomainAliases];
  const http = isHttp(port.protocol);
  const mutualHttp = mutualTlsDownstream(domains, ['h2', 'http/1.1', 'istio']);
  const mutualTcp = mutualTlsDownstream(domains, ['istio']);
  const chains: FilterChain[] = [];
  if (mode !== 'DISABLE') {
    // STRICT takes TLS only; PERMISSIVE tells the mesh's TLS from the application's own by ALPN.
    const recognised = (names: readonly string[]): FilterChainMatch => ({
      transport_protocol: 'tls',
      ...(mode === 'STRICT' && !isSniffed(port) ? {} : { application_protocols: [...names] }),
    });
    if (isSniffed(port)) {
      chains.push(chain('-mtls-http', recognised(meshAlpn.recognisedHttp), true, mutualHttp));
      chains.push(
        chain(
          '-mtls-tcp',
          mode === 'STRICT' ? { transport_protocol: 'tls' } : recognised(['istio', 'istio-peer-exchange']),
          false,
          mutualTcp,
        ),
      );
    } else {
      chains.push(chain('-mtls', recognised(meshAlpn.recognised), http, http ? mutualHttp : mutualTcp));
    }
  }
  if (mode === 'PERMISSIVE') chains.push(chain('-tls', { transport_protocol: 'tls' }, false));
  if (mode !== 'STRICT') {
    const plain: FilterChainMatch = mode === 'DISABLE' ? {} : { transport_protocol: 'raw_buffer' };
    if (isSniffed(port)) {
      chains.push(chain('-http', { ...plain, application_protocols: plaintextHttpAlpn }, true));
      chains.push(chain('-tcp', plain, false));
    } else {
      chains.push(chain('', plain, http));
    }
  }
  return chains;
}

function httpManager(context: InboundContext, port: InboundPort, mutualTls: boolean): NetworkFilter {
  return httpConnectionManager({
    statPrefix: `inbound_${port.bind}_${port.port};`,
    routes: inboundRoutes(port),
    side: 'inbound',
    mutualTls,
    authentication: context.jwt,
    authorization: context.authorization,
    telemetry: context.telemetry,
    mesh: context.state.mesh,
  });
}

function tcpFilters(context: InboundContext, port: InboundPort): NetworkFilter[] {
  return [
    ...context.tcpFilters,
    tcpProxy(
      inboundCluster(port.port),
      [{ cluster: inboundCluster(port.port), weight: 1 }],
      context.telemetry,
      inboundPolicy(context, port),
    ),
  ];
}
