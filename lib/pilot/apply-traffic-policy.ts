import { filterNames, typeUrls } from '@/lib/xds';
import { isPositive, parseDuration } from './duration';
import type {
  Cluster,
  CircuitBreakerThresholds,
  HttpProtocolOptions,
  OutlierDetection,
  ResponsePredicate,
  SlowStartConfig,
} from '@/lib/xds';
import type { EffectivePolicy } from './resolve-traffic-policy';
import type { MeshSettings } from './mesh-settings';

const unlimited = 4_294_967_295;

type Pool = NonNullable<EffectivePolicy['connectionPool']>;

function limit(value: number | undefined): { value: number } {
  // 0 means "not set" in a connection pool (istio.md §1.2).
  return { value: value === undefined || value <= 0 ? unlimited : value };
}

/** Circuit breaker limits; Istio's defaults are "none" where Envoy's would be 1024. */
export function circuitBreakers(pool: Pool | undefined, budget: EffectivePolicy['retryBudget']): Cluster['circuit_breakers'] {
  const thresholds: CircuitBreakerThresholds = {
    max_connections: limit(pool?.tcp?.maxConnections),
    max_pending_requests: limit(pool?.http?.http1MaxPendingRequests),
    max_requests: limit(pool?.http?.http2MaxRequests),
    max_retries: limit(pool?.http?.maxRetries),
    track_remaining: true,
  };
  if (budget !== undefined) {
    thresholds.retry_budget = {
      budget_percent: { value: budget.percent ?? 20 },
      min_retry_concurrency: { value: budget.minRetryConcurrency ?? 3 },
    };
  }
  return { thresholds: [thresholds] };
}

/** Connection pool: limits, timeouts, keepalive. Mutates the cluster under construction. */
export function applyConnectionPool(cluster: Cluster, policy: EffectivePolicy, mesh: MeshSettings): void {
  const tcp = policy.connectionPool?.tcp;
  cluster.circuit_breakers = circuitBreakers(policy.connectionPool, policy.retryBudget) ?? {};
  const connect = parseDuration(tcp?.connectTimeout);
  cluster.connect_timeout = isPositive(connect) ? connect : mesh.connectTimeout;
  if (tcp?.tcpKeepalive !== undefined) {
    const { probes, time, interval } = tcp.tcpKeepalive;
    cluster.upstream_connection_options = {
      tcp_keepalive: {
        ...(probes === undefined ? {} : { keepalive_probes: { value: probes } }),
        ...(time === undefined ? {} : { keepalive_time: { value: parseDuration(time)?.seconds ?? 0 } }),
        ...(interval === undefined ? {} : { keepalive_interval: { value: parseDuration(interval)?.seconds ?? 0 } }),
      },
    };
  }
}

export type UpstreamProtocol = 'http1' | 'http2' | 'downstream' | 'tcp';

/** HTTP options of a cluster: which HTTP it speaks, and the pool's HTTP settings. Mutates the cluster under construction. */
export function applyHttpOptions(cluster: Cluster, policy: EffectivePolicy, protocol: UpstreamProtocol): void {
  const http = policy.connectionPool?.http;
  const tcp = policy.connectionPool?.tcp;
  const idle = parseDuration(http?.idleTimeout ?? (protocol === 'tcp' ? undefined : tcp?.idleTimeout));
  const longest = parseDuration(tcp?.maxConnectionDuration);
  const common = {
    ...(isPositive(idle) ? { idle_timeout: idle } : {}),
    ...(isPositive(longest) ? { max_connection_duration: longest } : {}),
    ...(http?.maxRequestsPerConnection === undefined || http.maxRequestsPerConnection <= 0
      ? {}
      : { max_requests_per_connection: { value: http.maxRequestsPerConnection } }),
  };
  const hasCommon = Object.keys(common).length > 0;
  const http2 = {
    ...(http?.maxConcurrentStreams === undefined || http.maxConcurrentStreams <= 0
      ? {}
      : { max_concurrent_streams: { value: http.maxConcurrentStreams } }),
    ...(http?.http2KeepAlive === undefined
      ? {}
      : {
          connection_keepalive: {
            ...(parseDuration(http.http2KeepAlive.interval) === undefined
              ? {}
              : { interval: parseDuration(http.http2KeepAlive.interval) ?? { seconds: 0 } }),
            ...(parseDuration(http.http2KeepAlive.timeout) === undefined
              ? {}
              : { timeout: parseDuration(http.http2KeepAlive.timeout) ?? { seconds: 0 } }),
          },
        }),
  };
  const upgrade = http?.h2UpgradePolicy === 'UPGRADE' && protocol !== 'tcp';
  let options: HttpProtocolOptions | undefined;
  if (protocol === 'http2' || upgrade) options = { explicit_http_config: { http2_protocol_options: http2 } };
  else if (protocol === 'downstream' || http?.useClientProtocol === true) {
    options = { use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: http2 } };
  } else if (hasCommon) options = { explicit_http_config: { http_protocol_options: {} } };
  const codes = protocol === 'tcp' ? [] : (policy.outlierDetection?.outlierDetectionHttpErrorCodes ?? []);
  if (codes.length > 0) {
    options ??= { explicit_http_config: { http_protocol_options: {} } };
    options.outlier_detection = { error_matcher: statusPredicate(codes) };
  }
  if (options === undefined) return;
  if (hasCommon) options.common_http_protocol_options = common;
  cluster.typed_extension_protocol_options = {
    [filterNames.httpProtocolOptions]: { '@type': typeUrls.httpProtocolOptions, ...options },
  };
}

/** Responses with one of these codes. Envoy wants two alternatives at least. */
function statusPredicate(codes: readonly number[]): ResponsePredicate {
  const rules = codes.map((code): ResponsePredicate => ({
    http_response_headers_match: { headers: [{ name: ':status', string_match: { exact: String(code) } }] },
  }));
  const [only] = rules;
  return rules.length === 1 && only !== undefined ? only : { or_match: { rules } };
}

/** Outlier detection; success-rate ejection is off and the panic threshold is minHealthPercent (istio.md §1.16). */
export function applyOutlierDetection(cluster: Cluster, policy: EffectivePolicy): void {
  const outlier = policy.outlierDetection;
  if (outlier === undefined) return;
  const built: OutlierDetection = { enforcing_success_rate: { value: 0 } };
  const consecutive = outlier.consecutive5xxErrors;
  if (consecutive !== undefined) {
    built.consecutive_5xx = { value: consecutive };
    built.enforcing_consecutive_5xx = { value: consecutive > 0 ? 100 : 0 };
  }
  // The deprecated consecutiveErrors counts gateway errors only.
  const gateway = outlier.consecutiveGatewayErrors ?? outlier.consecutiveErrors;
  if (gateway !== undefined) {
    built.consecutive_gateway_failure = { value: gateway };
    built.enforcing_consecutive_gateway_failure = { value: gateway > 0 ? 100 : 0 };
  }
  const interval = parseDuration(outlier.interval);
  const ejection = parseDuration(outlier.baseEjectionTime);
  if (isPositive(interval)) built.interval = interval;
  if (isPositive(ejection)) built.base_ejection_time = ejection;
  if (outlier.maxEjectionPercent !== undefined && outlier.maxEjectionPercent > 0) {
    built.max_ejection_percent = { value: outlier.maxEjectionPercent };
  }
  if (outlier.splitExternalLocalOriginErrors === true) {
    built.split_external_local_origin_errors = true;
    built.enforcing_local_origin_success_rate = { value: 0 };
    if (outlier.consecutiveLocalOriginFailures !== undefined && outlier.consecutiveLocalOriginFailures > 0) {
      built.consecutive_local_origin_failure = { value: outlier.consecutiveLocalOriginFailures };
      built.enforcing_consecutive_local_origin_failure = { value: 100 };
    }
  }
  cluster.outlier_detection = built;
  cluster.common_lb_config = { ...cluster.common_lb_config, healthy_panic_threshold: { value: outlier.minHealthPercent ?? 0 } };
}

function slowStart(balancer: NonNullable<EffectivePolicy['loadBalancer']>): SlowStartConfig | undefined {
  const window = parseDuration(balancer.warmup?.duration ?? balancer.warmupDurationSecs);
  if (!isPositive(window)) return undefined;
  return {
    slow_start_window: window,
    ...(balancer.warmup?.aggression === undefined
      ? {}
      : { aggression: { default_value: balancer.warmup.aggression, runtime_key: 'slow_start_aggression' } }),
    ...(balancer.warmup?.minimumPercent === undefined ? {} : { min_weight_percent: { value: balancer.warmup.minimumPercent } }),
  };
}

/** Load balancer: policy, hash rings, slow start. Clusters that find their own hosts (original destination) stay as they are. */
export function applyLoadBalancer(cluster: Cluster, policy: EffectivePolicy, localityAware: boolean): void {
  if (cluster.type === 'ORIGINAL_DST') {
    cluster.lb_policy = 'CLUSTER_PROVIDED';
    return;
  }
  if (localityAware) cluster.common_lb_config = { ...cluster.common_lb_config, locality_weighted_lb_config: {} };
  const balancer = policy.loadBalancer ?? {};
  const hash = balancer.consistentHash;
  if (hash !== undefined) {
    const maglev = hash.maglev;
    if (maglev !== undefined) {
      cluster.lb_policy = 'MAGLEV';
      if (maglev.tableSize !== undefined && maglev.tableSize > 0) cluster.maglev_lb_config = { table_size: { value: maglev.tableSize } };
      return;
    }
    cluster.lb_policy = 'RING_HASH';
    cluster.ring_hash_lb_config = { minimum_ring_size: { value: ringSize(hash.ringHash?.minimumRingSize, hash.minimumRingSize) } };
    return;
  }
  const start = slowStart(balancer);
  switch (balancer.simple) {
    case 'ROUND_ROBIN':
      cluster.lb_policy = 'ROUND_ROBIN';
      if (start !== undefined) cluster.round_robin_lb_config = { slow_start_config: start };
      return;
    case 'RANDOM':
      cluster.lb_policy = 'RANDOM';
      return;
    default:
      cluster.lb_policy = 'LEAST_REQUEST';
      if (start !== undefined) cluster.least_request_lb_config = { slow_start_config: start };
  }
}

function ringSize(own: number | undefined, deprecated: number | undefined): number {
  const size = own ?? deprecated ?? 0;
  return size > 0 ? size : 1024;
}
