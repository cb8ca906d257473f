import type {
  Any,
  Address,
  BindConfig,
  BoolValue,
  CommonHttpProtocolOptions,
  ConfigSource,
  DoubleValue,
  Duration,
  Empty,
  FractionalPercent,
  HealthStatus,
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  Locality,
  Metadata,
  OpaqueAny,
  Percent,
  RoutingPriority,
  RuntimeDouble,
  Struct,
  TcpKeepalive,
  UInt32Value,
  UInt64Value,
} from './types-base';
import type { HeaderMatcher } from './types-route';
import type { UpstreamTransportSocket } from './types-tls';
import type { typeUrls } from './types-urls';

/** envoy.config.cluster.v3 and envoy.config.endpoint.v3: what CDS and EDS serve. */

export type ClusterDiscoveryType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST';

export type LbPolicy =
  | 'ROUND_ROBIN'
  | 'LEAST_REQUEST'
  | 'RING_HASH'
  | 'RANDOM'
  | 'MAGLEV'
  | 'CLUSTER_PROVIDED'
  | 'LOAD_BALANCING_POLICY_CONFIG';

export interface Cluster {
  transport_socket_matches?: TransportSocketMatch[];
  name: string;
  alt_stat_name?: string;
  /** Absent means STATIC. */
  type?: ClusterDiscoveryType;
  eds_cluster_config?: { eds_config?: ConfigSource; service_name?: string };
  /** Absent means 5 s. */
  connect_timeout?: Duration;
  per_connection_buffer_limit_bytes?: UInt32Value;
  /** Absent means ROUND_ROBIN. */
  lb_policy?: LbPolicy;
  load_assignment?: ClusterLoadAssignment;
  max_requests_per_connection?: UInt32Value;
  circuit_breakers?: CircuitBreakers;
  typed_extension_protocol_options?: { [name: string]: HttpProtocolOptionsAny | OpaqueAny };
  dns_refresh_rate?: Duration;
  respect_dns_ttl?: boolean;
  dns_lookup_family?: 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';
  outlier_detection?: OutlierDetection;
  cleanup_interval?: Duration;
  upstream_bind_config?: BindConfig;
  ring_hash_lb_config?: RingHashLbConfig;
  maglev_lb_config?: { table_size?: UInt64Value };
  original_dst_lb_config?: { use_http_header?: boolean; http_header_name?: string; upstream_port_override?: UInt32Value };
  least_request_lb_config?: LeastRequestLbConfig;
  round_robin_lb_config?: { slow_start_config?: SlowStartConfig };
  common_lb_config?: CommonLbConfig;
  transport_socket?: UpstreamTransportSocket;
  metadata?: Metadata;
  upstream_connection_options?: {
    tcp_keepalive?: TcpKeepalive;
    set_local_interface_name_on_upstream_connections?: boolean;
  };
  close_connections_on_host_health_failure?: boolean;
  ignore_health_on_host_removal?: boolean;
  preconnect_policy?: { per_upstream_preconnect_ratio?: DoubleValue; predictive_preconnect_ratio?: DoubleValue };
}

export interface TransportSocketMatch {
  name: string;
  /** Compared with the endpoint's metadata `envoy.transport_socket_match`; empty matches all. */
  match?: Struct;
  transport_socket: UpstreamTransportSocket;
}

export interface SlowStartConfig {
  slow_start_window?: Duration;
  aggression?: RuntimeDouble;
  min_weight_percent?: Percent;
}

export interface LeastRequestLbConfig {
  choice_count?: UInt32Value;
  active_request_bias?: RuntimeDouble;
  slow_start_config?: SlowStartConfig;
}

export interface RingHashLbConfig {
  minimum_ring_size?: UInt64Value;
  hash_function?: 'XX_HASH' | 'MURMUR_HASH_2';
  maximum_ring_size?: UInt64Value;
}

export interface CommonLbConfig {
  /** Absent means 50 %. */
  healthy_panic_threshold?: Percent;
  zone_aware_lb_config?: { routing_enabled?: Percent; min_cluster_size?: UInt64Value; fail_traffic_on_panic?: boolean };
  locality_weighted_lb_config?: Empty;
  update_merge_window?: Duration;
  ignore_new_hosts_until_first_hc?: boolean;
  close_connections_on_host_set_change?: boolean;
  consistent_hashing_lb_config?: { use_hostname_for_hashing?: boolean; hash_balance_factor?: UInt32Value };
}

export interface CircuitBreakers {
  thresholds?: CircuitBreakerThresholds[];
  per_host_thresholds?: CircuitBreakerThresholds[];
}

/** Absent limits mean 1024, `max_retries` 3. */
export interface CircuitBreakerThresholds {
  priority?: RoutingPriority;
  max_connections?: UInt32Value;
  max_pending_requests?: UInt32Value;
  max_requests?: UInt32Value;
  max_retries?: UInt32Value;
  retry_budget?: { budget_percent?: Percent; min_retry_concurrency?: UInt32Value };
  track_remaining?: boolean;
  max_connection_pools?: UInt32Value;
}

export interface OutlierDetection {
  consecutive_5xx?: UInt32Value;
  interval?: Duration;
  base_ejection_time?: Duration;
  max_ejection_percent?: UInt32Value;
  enforcing_consecutive_5xx?: UInt32Value;
  enforcing_success_rate?: UInt32Value;
  success_rate_minimum_hosts?: UInt32Value;
  success_rate_request_volume?: UInt32Value;
  success_rate_stdev_factor?: UInt32Value;
  consecutive_gateway_failure?: UInt32Value;
  enforcing_consecutive_gateway_failure?: UInt32Value;
  split_external_local_origin_errors?: boolean;
  consecutive_local_origin_failure?: UInt32Value;
  enforcing_consecutive_local_origin_failure?: UInt32Value;
  enforcing_local_origin_success_rate?: UInt32Value;
  failure_percentage_threshold?: UInt32Value;
  enforcing_failure_percentage?: UInt32Value;
  enforcing_failure_percentage_local_origin?: UInt32Value;
  failure_percentage_minimum_hosts?: UInt32Value;
  failure_percentage_request_volume?: UInt32Value;
  max_ejection_time?: Duration;
  max_ejection_time_jitter?: Duration;
  always_eject_one_host?: BoolValue;
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions. */
export interface HttpProtocolOptions {
  common_http_protocol_options?: CommonHttpProtocolOptions;
  upstream_http_protocol_options?: {
    auto_sni?: boolean;
    auto_san_validation?: boolean;
    override_auto_sni_header?: string;
  };
  explicit_http_config?: ProtocolChoice;
  use_downstream_protocol_config?: ProtocolChoice;
  auto_config?: ProtocolChoice;
  /** Which responses count as errors of a host; without it those of 500 and more. */
  outlier_detection?: { error_matcher?: ResponsePredicate };
}

/** envoy.config.common.matcher.v3.MatchPredicate, as far as it speaks of the head of a response. */
export interface ResponsePredicate {
  or_match?: { rules: ResponsePredicate[] };
  any_match?: boolean;
  http_response_headers_match?: { headers: HeaderMatcher[] };
}

export interface ProtocolChoice {
  http_protocol_options?: Http1ProtocolOptions;
  http2_protocol_options?: Http2ProtocolOptions;
}

export type HttpProtocolOptionsAny = Any<(typeof typeUrls)['httpProtocolOptions'], HttpProtocolOptions>;

export interface ClusterLoadAssignment {
  cluster_name: string;
  endpoints?: LocalityLbEndpoints[];
  policy?: {
    drop_overloads?: { category: string; drop_percentage?: FractionalPercent }[];
    /** Percent; absent means 140. */
    overprovisioning_factor?: UInt32Value;
    weighted_priority_health?: boolean;
  };
}

export interface LocalityLbEndpoints {
  locality?: Locality;
  lb_endpoints?: LbEndpoint[];
  load_balancing_weight?: UInt32Value;
  priority?: number;
  proximity?: UInt32Value;
  metadata?: Metadata;
}

export interface LbEndpoint {
  endpoint?: Endpoint;
  health_status?: HealthStatus;
  metadata?: Metadata;
  load_balancing_weight?: UInt32Value;
}

export interface Endpoint {
  address?: Address;
  health_check_config?: { port_value?: number; hostname?: string };
  hostname?: string;
  additional_addresses?: { address: Address }[];
}
