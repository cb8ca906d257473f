import type {
  DownstreamTlsContext,
  FilterChain,
  FilterChainMatch,
  HttpConnectionManager,
  HttpFilter,
  JwtAuthentication,
  Listener,
  NetworkFilter,
  Provenance,
  TcpProxy,
} from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { CompiledRbacFilter } from './compile-rbac';
import { compileRbacFilter } from './compile-rbac';
import type { CompiledFault } from './decide-fault';
import { compileFault } from './decide-fault';
import type { IpRange } from '@/lib/model';
import { compileCidr } from '@/lib/model';
import { durationMs, readProvenance } from './read-values';
import type { CompiledJwt } from './require-jwt';
import { compileJwt } from './require-jwt';

/** A listener with its filter chains, compiled once per push. */
export interface CompiledListener {
  readonly name: string;
  readonly chains: readonly CompiledFilterChain[];
  readonly defaultChain: CompiledFilterChain | null;
  /** Whether the first bytes are to be looked at for TLS (SNI, ALPN) and for HTTP, and how long to wait for them (0: for ever). */
  readonly inspectTls: boolean;
  readonly inspectHttp: boolean;
  readonly inspectTimeoutMs: number;
  readonly continueOnTimeout: boolean;
  readonly useOriginalDestination: boolean;
  readonly provenance: Provenance | null;
  readonly source: Listener;
}

export interface CompiledFilterChain {
  readonly name: string;
  readonly match: CompiledChainMatch;
  /** Null: plaintext. */
  readonly tls: DownstreamTlsContext | null;
  /** Network RBAC filters before the last filter, in order. */
  readonly rbac: readonly CompiledRbacFilter[];
  readonly http: CompiledHttpManager | null;
  readonly tcp: CompiledTcpProxy | null;
  readonly provenance: Provenance | null;
  readonly source: FilterChain;
}

export interface CompiledChainMatch {
  /** 0: any. */
  readonly destinationPort: number;
  readonly destinationRanges: readonly IpRange[];
  /** Lower case; `*.example.com` written `.example.com`. */
  readonly serverNames: readonly string[];
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSourceRanges: readonly IpRange[];
  readonly sourceType: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';
  readonly sourceRanges: readonly IpRange[];
  readonly sourcePorts: readonly number[];
}

/** One step of the HTTP filter chain; filters without effect on the decision are `other`. */
export type CompiledHttpFilter =
  | { readonly kind: 'fault'; readonly name: string; readonly fault: CompiledFault }
  | { readonly kind: 'cors'; readonly name: string }
  | { readonly kind: 'rbac'; readonly name: string; readonly rbac: CompiledRbacFilter }
  | { readonly kind: 'jwt'; readonly name: string; readonly jwt: CompiledJwt; readonly config: JwtAuthentication }
  | { readonly kind: 'router' | 'grpcStats' | 'other'; readonly name: string };

export interface CompiledHttpManager {
  readonly config: HttpConnectionManager;
  /** Name of the route configuration to ask for; null when it is inline. */
  readonly routeName: string | null;
  readonly filters: readonly CompiledHttpFilter[];
  /** 0: none. Envoy's default for streams without traffic is 5 minutes. */
  readonly streamIdleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Lower-case upgrade types allowed on this listener. */
  readonly upgrades: ReadonlySet<string>;
}

export interface CompiledTcpProxy {
  readonly config: TcpProxy;
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  readonly totalWeight: number;
  readonly idleTimeoutMs: number;
  readonly maxConnectAttempts: number;
  readonly hashSourceIp: boolean;
}

/** Compiles a listener. Throws `invalid_config`. */
export function compileListener(listener: Listener): CompiledListener {
  const filterTypes = new Set((listener.listener_filters ?? []).map((filter) => filter.typed_config?.['@type']));
  return {
    name: listener.name,
    chains: (listener.filter_chains ?? []).map(compileFilterChain),
    defaultChain: listener.default_filter_chain === undefined ? null : compileFilterChain(listener.default_filter_chain),
    inspectTls: filterTypes.has(typeUrls.tlsInspector),
    inspectHttp: filterTypes.has(typeUrls.httpInspector),
    inspectTimeoutMs: durationMs(listener.listener_filters_timeout, 15_000),
    continueOnTimeout: listener.continue_on_listener_filters_timeout ?? false,
    useOriginalDestination: listener.use_original_dst?.value ?? filterTypes.has(typeUrls.originalDst),
    provenance: readProvenance(listener.metadata),
    source: listener,
  };
}

function compileFilterChain(chain: FilterChain): CompiledFilterChain {
  const filters = chain.filters ?? [];
  const socket = chain.transport_socket?.typed_config;
  return {
    name: chain.name ?? '',
    match: compileChainMatch(chain.filter_chain_match ?? {}),
    tls: socket?.['@type'] === typeUrls.downstreamTls ? socket : null,
    rbac: filters.flatMap((filter) =>
      filter.typed_config?.['@type'] === typeUrls.networkRbac ? [compileRbacFilter(filter.typed_config)] : [],
    ),
    http: firstOf(filters, compileHttpManager),
    tcp: firstOf(filters, compileTcpProxy),
    provenance: readProvenance(chain.metadata),
    source: chain,
  };
}

function firstOf<Compiled>(filters: readonly NetworkFilter[], compile: (filter: NetworkFilter) => Compiled | null): Compiled | null {
  for (const filter of filters) {
    const compiled = compile(filter);
    if (compiled !== null) return compiled;
  }
  return null;
}

function compileChainMatch(match: FilterChainMatch): CompiledChainMatch {
  return {
    destinationPort: match.destination_port?.value ?? 0,
    destinationRanges: (match.prefix_ranges ?? []).map(compileCidr),
    serverNames: (match.server_names ?? []).map((name) => name.toLowerCase().replace(/^\*/, '')),
    transportProtocol: match.transport_protocol ?? '',
    applicationProtocols: match.application_protocols ?? [],
    directSourceRanges: (match.direct_source_prefix_ranges ?? []).map(compileCidr),
    sourceType: match.source_type ?? 'ANY',
    sourceRanges: (match.source_prefix_ranges ?? []).map(compileCidr),
    sourcePorts: match.source_ports ?? [],
  };
}

function compileHttpManager(filter: NetworkFilter): CompiledHttpManager | null {
  const config = filter.typed_config;
  if (config?.['@type'] !== typeUrls.httpConnectionManager) return null;
  return {
    config,
    routeName: config.rds === undefined ? null : (config.rds.route_config_name ?? ''),
    filters: (config.http_filters ?? []).filter((one) => one.disabled !== true).map(compileHttpFilter),
    streamIdleTimeoutMs: durationMs(config.stream_idle_timeout, 300_000),
    requestTimeoutMs: durationMs(config.request_timeout, 0),
    idleTimeoutMs: durationMs(config.common_http_protocol_options?.idle_timeout, 3_600_000),
    upgrades: new Set(
      (config.upgrade_configs ?? []).filter((one) => one.enabled?.value !== false).map((one) => one.upgrade_type.toLowerCase()),
    ),
  };
}

function compileHttpFilter(filter: HttpFilter): CompiledHttpFilter {
  const { name, typed_config: config } = filter;
  switch (config?.['@type']) {
    case typeUrls.fault:
      return { kind: 'fault', name, fault: compileFault(config) };
    case typeUrls.cors:
      return { kind: 'cors', name };
    case typeUrls.httpRbac:
      return { kind: 'rbac', name, rbac: compileRbacFilter(config) };
    case typeUrls.jwtAuthentication:
      return { kind: 'jwt', name, jwt: compileJwt(config), config };
    case typeUrls.router:
      return { kind: 'router', name };
    case typeUrls.grpcStats:
      return { kind: 'grpcStats', name };
    default:
      return { kind: 'other', name };
  }
}

function compileTcpProxy(filter: NetworkFilter): CompiledTcpProxy | null {
  const config = filter.typed_config;
  if (config?.['@type'] !== typeUrls.tcpProxy) return null;
  const clusters = config.weighted_clusters?.clusters ?? [{ name: config.cluster ?? '', weight: 1 }];
  return {
    config,
    clusters: clusters.map(({ name, weight }) => ({ name, weight })),
    totalWeight: clusters.reduce((sum, cluster) => sum + cluster.weight, 0),
    idleTimeoutMs: durationMs(config.idle_timeout, 3_600_000),
    maxConnectAttempts: config.max_connect_attempts?.value ?? 1,
    hashSourceIp: (config.hash_policy ?? []).some((policy) => policy.source_ip !== undefined),
  };
}
