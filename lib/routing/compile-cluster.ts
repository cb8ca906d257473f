import type {
  CircuitBreakerThresholds,
  Cluster,
  HttpProtocolOptions,
  Metadata,
  Provenance,
  Struct,
  UpstreamTlsContext,
  UpstreamTransportSocket,
} from '@/lib/xds';
import { filterNames, typeUrls } from '@/lib/xds';
import { HeddleError } from '@/lib/errors';
import type { OutlierSettings } from './detect-outliers';
import { compileStatusTest } from './match-status';
import type { StatusTest } from './match-status';
import { compileOutlierDetection } from './detect-outliers';
import type { CircuitLimits } from './limit-circuit';
import { durationMs, readProvenance } from './read-values';

/** An Envoy cluster with all defaults filled in. Times in milliseconds; 0 means none. */
export interface ClusterSettings {
  readonly name: string;
  readonly type: 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST';
  /** Name of the ClusterLoadAssignment to ask for. */
  readonly endpointsName: string;
  readonly connectTimeoutMs: number;
  readonly balancer: BalancerSettings;
  readonly limits: CircuitLimits;
  readonly highPriorityLimits: CircuitLimits;
  readonly outlier: OutlierSettings | null;
  /** Which statuses count as errors of a host; null: those of 500 and more, and what gRPC codes stand for. */
  readonly isError: StatusTest | null;
  readonly protocol: 'http1' | 'http2' | 'downstream';
  readonly maxConcurrentStreams: number;
  readonly maxRequestsPerConnection: number;
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly autoSni: boolean;
  readonly autoSanValidation: boolean;
  readonly defaultSocket: UpstreamSocket;
  readonly socketMatches: readonly { readonly name: string; readonly match: Struct; readonly socket: UpstreamSocket }[];
  /** Address to dial from; null: the system's choice. */
  readonly bindAddress: string | null;
  readonly keepAlive: { readonly probes: number; readonly timeSeconds: number; readonly intervalSeconds: number } | null;
  readonly dnsRefreshMs: number;
  readonly originalDstPort: number;
  readonly provenance: Provenance | null;
  readonly source: Cluster;
}

/** Null `tls`: plaintext. */
export interface UpstreamSocket {
  readonly name: string;
  readonly tls: UpstreamTlsContext | null;
}

export interface BalancerSettings {
  readonly policy: 'round_robin' | 'least_request' | 'random' | 'ring_hash' | 'maglev' | 'provided';
  readonly choiceCount: number;
  readonly activeRequestBias: number;
  readonly minRingSize: number;
  readonly maxRingSize: number;
  readonly tableSize: number;
  /** Percent of healthy hosts below which health is ignored; 0: never. */
  readonly panicThreshold: number;
  readonly localityWeighted: boolean;
  readonly hashByHostname: boolean;
}

/** Compiles a cluster. Throws `invalid_config` for what this mesh cannot balance. */
export function compileCluster(cluster: Cluster): ClusterSettings {
  const http = cluster.typed_extension_protocol_options?.[filterNames.httpProtocolOptions];
  const options: HttpProtocolOptions = http?.['@type'] === typeUrls.httpProtocolOptions ? http : {};
  const common = options.common_http_protocol_options;
  const keepalive = cluster.upstream_connection_options?.tcp_keepalive;
  return {
    name: cluster.name,
    type: cluster.type ?? 'STATIC',
    endpointsName: cluster.eds_cluster_config?.service_name || cluster.name,
    connectTimeoutMs: durationMs(cluster.connect_timeout, 5000),
    balancer: compileBalancer(cluster),
    limits: compileLimits(cluster, 'DEFAULT'),
    highPriorityLimits: compileLimits(cluster, 'HIGH'),
    outlier: cluster.outlier_detection === undefined ? null : compileOutlierDetection(cluster.outlier_detection),
    isError: compileStatusTest(options.outlier_detection?.error_matcher),
    ...readProtocol(options),
    maxRequestsPerConnection: (common?.max_requests_per_connection ?? cluster.max_requests_per_connection)?.value ?? 0,
    idleTimeoutMs: durationMs(common?.idle_timeout, 3_600_000),
    maxConnectionDurationMs: durationMs(common?.max_connection_duration, 0),
    autoSni: options.upstream_http_protocol_options?.auto_sni ?? false,
    autoSanValidation: options.upstream_http_protocol_options?.auto_san_validation ?? false,
    defaultSocket: compileSocket(cluster.transport_socket),
    socketMatches: (cluster.transport_socket_matches ?? []).map((one) => ({
      name: one.name,
      match: one.match ?? {},
      socket: compileSocket(one.transport_socket),
    })),
    bindAddress: cluster.upstream_bind_config?.source_address?.address ?? null,
    keepAlive:
      keepalive === undefined
        ? null
        : {
            probes: keepalive.keepalive_probes?.value ?? 9,
            timeSeconds: keepalive.keepalive_time?.value ?? 7200,
            intervalSeconds: keepalive.keepalive_interval?.value ?? 75,
          },
    dnsRefreshMs: durationMs(cluster.dns_refresh_rate, 5000),
    originalDstPort: cluster.original_dst_lb_config?.upstream_port_override?.value ?? 0,
    provenance: readProvenance(cluster.metadata),
    source: cluster,
  };
}

function readProtocol(options: HttpProtocolOptions): { protocol: ClusterSettings['protocol']; maxConcurrentStreams: number } {
  const downstream = options.use_downstream_protocol_config;
  const http2 = options.explicit_http_config?.http2_protocol_options ?? downstream?.http2_protocol_options;
  const maxConcurrentStreams = http2?.max_concurrent_streams?.value ?? 2_147_483_647;
  if (downstream !== undefined) return { protocol: 'downstream', maxConcurrentStreams };
  return { protocol: http2 === undefined ? 'http1' : 'http2', maxConcurrentStreams };
}

const policies = {
  ROUND_ROBIN: 'round_robin',
  LEAST_REQUEST: 'least_request',
  RANDOM: 'random',
  RING_HASH: 'ring_hash',
  MAGLEV: 'maglev',
  CLUSTER_PROVIDED: 'provided',
} as const;

function compileBalancer(cluster: Cluster): BalancerSettings {
  const policy = cluster.lb_policy ?? 'ROUND_ROBIN';
  if (policy === 'LOAD_BALANCING_POLICY_CONFIG') {
    throw new HeddleError('invalid_config', `Cluster ${cluster.name}: load_balancing_policy is not supported.`, { hint: 'Use lb_policy.' });
  }
  const common = cluster.common_lb_config;
  return {
    policy: policies[policy],
    choiceCount: cluster.least_request_lb_config?.choice_count?.value ?? 2,
    activeRequestBias: cluster.least_request_lb_config?.active_request_bias?.default_value ?? 1,
    minRingSize: cluster.ring_hash_lb_config?.minimum_ring_size?.value ?? 1024,
    maxRingSize: cluster.ring_hash_lb_config?.maximum_ring_size?.value ?? 8_388_608,
    tableSize: cluster.maglev_lb_config?.table_size?.value ?? 65_537,
    panicThreshold: common?.healthy_panic_threshold?.value ?? 50,
    localityWeighted: common?.locality_weighted_lb_config !== undefined,
    hashByHostname: common?.consistent_hashing_lb_config?.use_hostname_for_hashing ?? false,
  };
}

function compileLimits(cluster: Cluster, priority: 'DEFAULT' | 'HIGH'): CircuitLimits {
  const isWanted = (one: CircuitBreakerThresholds): boolean => (one.priority ?? 'DEFAULT') === priority;
  const found = cluster.circuit_breakers?.thresholds?.find(isWanted);
  const budget = found?.retry_budget;
  return {
    maxConnections: found?.max_connections?.value ?? 1024,
    maxPendingRequests: found?.max_pending_requests?.value ?? 1024,
    maxRequests: found?.max_requests?.value ?? 1024,
    maxRetries: found?.max_retries?.value ?? 3,
    retryBudget:
      budget === undefined
        ? null
        : { percent: budget.budget_percent?.value ?? 20, minConcurrency: budget.min_retry_concurrency?.value ?? 3 },
  };
}

function compileSocket(socket: UpstreamTransportSocket | undefined): UpstreamSocket {
  const config = socket?.typed_config;
  return { name: socket?.name ?? '', tls: config?.['@type'] === typeUrls.upstreamTls ? config : null };
}

/**
 * The transport socket for an endpoint: the first match all of whose entries equal the endpoint's metadata under
 * `envoy.transport_socket_match`, else the cluster's own.
 */
export function chooseUpstreamSocket(cluster: ClusterSettings, endpoint: Metadata | null): { name: string; socket: UpstreamSocket } {
  const labels = endpoint?.filter_metadata?.['envoy.transport_socket_match'] ?? {};
  for (const { name, match, socket } of cluster.socketMatches) {
    if (Object.entries(match).every(([key, value]) => labels[key] === value)) return { name, socket };
  }
  return { name: '', socket: cluster.defaultSocket };
}
