import type {
  Address,
  Any,
  BoolValue,
  CidrRange,
  CommonHttpProtocolOptions,
  ConfigSource,
  Duration,
  Empty,
  GrpcService,
  HeaderValueOption,
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  HttpUri,
  Metadata,
  OpaqueAny,
  Percent,
  Struct,
  SubstitutionFormatString,
  TrafficDirection,
  UInt32Value,
} from './types-base';
import type { HttpFilter } from './types-http-filters';
import type { Rbac } from './types-rbac';
import type { HeaderMatcher, RouteConfiguration } from './types-route';
import type { DownstreamTransportSocket } from './types-tls';
import type { typeUrls } from './types-urls';

/** envoy.config.listener.v3 and the network and listener filters inside: what LDS serves. */

type Urls = typeof typeUrls;

export interface Listener {
  name: string;
  address?: Address;
  additional_addresses?: { address: Address }[];
  stat_prefix?: string;
  filter_chains?: FilterChain[];
  use_original_dst?: BoolValue;
  default_filter_chain?: FilterChain;
  per_connection_buffer_limit_bytes?: UInt32Value;
  metadata?: Metadata;
  drain_type?: 'DEFAULT' | 'MODIFY_ONLY';
  listener_filters?: ListenerFilter[];
  listener_filters_timeout?: Duration;
  continue_on_listener_filters_timeout?: boolean;
  transparent?: BoolValue;
  freebind?: BoolValue;
  traffic_direction?: TrafficDirection;
  /** For clients that route by themselves (gRPC): nothing is bound. */
  api_listener?: { api_listener: HttpConnectionManagerAny };
  access_log?: AccessLog[];
  enable_reuse_port?: BoolValue;
  tcp_backlog_size?: UInt32Value;
  connection_balance_config?: { exact_balance?: Empty };
  /** Absent means true. */
  bind_to_port?: BoolValue;
}

export interface FilterChain {
  filter_chain_match?: FilterChainMatch;
  filters?: NetworkFilter[];
  metadata?: Metadata;
  transport_socket?: DownstreamTransportSocket;
  transport_socket_connect_timeout?: Duration;
  name?: string;
}

export interface FilterChainMatch {
  destination_port?: UInt32Value;
  prefix_ranges?: CidrRange[];
  direct_source_prefix_ranges?: CidrRange[];
  source_type?: 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL';
  source_prefix_ranges?: CidrRange[];
  source_ports?: number[];
  server_names?: string[];
  /** 'tls', 'raw_buffer' or absent for any. */
  transport_protocol?: string;
  application_protocols?: string[];
}

export type ListenerFilterConfig =
  | Any<Urls['tlsInspector'], { enable_ja3_fingerprinting?: BoolValue }>
  | Any<Urls['httpInspector'], object>
  | Any<Urls['originalDst'], object>
  | OpaqueAny;

export interface ListenerFilterPredicate {
  or_match?: { rules: ListenerFilterPredicate[] };
  and_match?: { rules: ListenerFilterPredicate[] };
  not_match?: ListenerFilterPredicate;
  any_match?: boolean;
  destination_port_range?: { start?: number; end?: number };
}

export interface ListenerFilter {
  name: string;
  typed_config?: ListenerFilterConfig;
  filter_disabled?: ListenerFilterPredicate;
}

export type NetworkFilterConfig = HttpConnectionManagerAny | TcpProxyAny | NetworkRbacAny | OpaqueAny;

export interface NetworkFilter {
  name: string;
  typed_config?: NetworkFilterConfig;
}

export type HttpConnectionManagerAny = Any<Urls['httpConnectionManager'], HttpConnectionManager>;
export type TcpProxyAny = Any<Urls['tcpProxy'], TcpProxy>;
export type NetworkRbacAny = Any<Urls['networkRbac'], NetworkRbac>;

export type ForwardClientCertDetails = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY';

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager. */
export interface HttpConnectionManager {
  codec_type?: 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3';
  stat_prefix: string;
  rds?: { config_source: ConfigSource; route_config_name?: string };
  route_config?: RouteConfiguration;
  http_filters?: HttpFilter[];
  add_user_agent?: BoolValue;
  tracing?: HcmTracing;
  common_http_protocol_options?: CommonHttpProtocolOptions;
  http_protocol_options?: Http1ProtocolOptions;
  http2_protocol_options?: Http2ProtocolOptions;
  server_name?: string;
  server_header_transformation?: 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH';
  scheme_header_transformation?: { scheme_to_overwrite?: string; match_upstream?: boolean };
  max_request_headers_kb?: UInt32Value;
  stream_idle_timeout?: Duration;
  request_timeout?: Duration;
  request_headers_timeout?: Duration;
  drain_timeout?: Duration;
  delayed_close_timeout?: Duration;
  access_log?: AccessLog[];
  use_remote_address?: BoolValue;
  xff_num_trusted_hops?: number;
  skip_xff_append?: boolean;
  internal_address_config?: { unix_sockets?: boolean; cidr_ranges?: CidrRange[] };
  via?: string;
  generate_request_id?: BoolValue;
  preserve_external_request_id?: boolean;
  always_set_request_id_in_response?: boolean;
  forward_client_cert_details?: ForwardClientCertDetails;
  set_current_client_cert_details?: {
    subject?: BoolValue;
    cert?: boolean;
    chain?: boolean;
    dns?: boolean;
    uri?: boolean;
  };
  proxy_100_continue?: boolean;
  upgrade_configs?: { upgrade_type: string; filters?: HttpFilter[]; enabled?: BoolValue }[];
  normalize_path?: BoolValue;
  merge_slashes?: boolean;
  path_with_escaped_slashes_action?:
    | 'IMPLEMENTATION_SPECIFIC_DEFAULT'
    | 'KEEP_UNCHANGED'
    | 'REJECT_REQUEST'
    | 'UNESCAPE_AND_REDIRECT'
    | 'UNESCAPE_AND_FORWARD';
  strip_matching_host_port?: boolean;
  strip_any_host_port?: boolean;
  strip_trailing_host_dot?: boolean;
  append_x_forwarded_port?: boolean;
  local_reply_config?: LocalReplyConfig;
}

export interface LocalReplyConfig {
  body_format?: SubstitutionFormatString;
}

export interface HcmTracing {
  client_sampling?: Percent;
  random_sampling?: Percent;
  overall_sampling?: Percent;
  verbose?: boolean;
  max_path_tag_length?: UInt32Value;
  custom_tags?: CustomTag[];
  provider?: TracingProvider;
  spawn_upstream_span?: BoolValue;
}

export interface CustomTag {
  tag: string;
  literal?: { value: string };
  environment?: { name: string; default_value?: string };
  request_header?: { name: string; default_value?: string };
}

export interface TracingProvider {
  name: string;
  typed_config?: Any<Urls['openTelemetryTracer'], OpenTelemetryTracer> | Any<Urls['zipkinTracer'], ZipkinTracer> | OpaqueAny;
}

/** envoy.config.trace.v3.OpenTelemetryConfig. */
export interface OpenTelemetryTracer {
  grpc_service?: GrpcService;
  http_service?: { http_uri: HttpUri; request_headers_to_add?: HeaderValueOption[] };
  service_name?: string;
}

/** envoy.config.trace.v3.ZipkinConfig. */
export interface ZipkinTracer {
  collector_cluster: string;
  collector_endpoint: string;
  trace_id_128bit?: boolean;
  shared_span_context?: BoolValue;
  collector_endpoint_version?: 'HTTP_JSON' | 'HTTP_PROTO' | 'GRPC';
  collector_hostname?: string;
}

/** envoy.config.accesslog.v3.AccessLog. */
export interface AccessLog {
  name: string;
  filter?: AccessLogFilter;
  typed_config?:
    | Any<Urls['fileAccessLog'], FileAccessLog>
    | Any<Urls['stdoutAccessLog'], { log_format?: SubstitutionFormatString }>
    | OpaqueAny;
}

export interface FileAccessLog {
  path: string;
  format?: string;
  json_format?: Struct;
  log_format?: SubstitutionFormatString;
}

export interface ComparisonFilter {
  op?: 'EQ' | 'GE' | 'LE';
  value: { default_value?: number; runtime_key: string };
}

export interface AccessLogFilter {
  status_code_filter?: { comparison: ComparisonFilter };
  duration_filter?: { comparison: ComparisonFilter };
  not_health_check_filter?: Empty;
  and_filter?: { filters: AccessLogFilter[] };
  or_filter?: { filters: AccessLogFilter[] };
  header_filter?: { header: HeaderMatcher };
  response_flag_filter?: { flags?: string[] };
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy. */
export interface TcpProxy {
  stat_prefix: string;
  cluster?: string;
  weighted_clusters?: { clusters: { name: string; weight: number; metadata_match?: Metadata }[] };
  metadata_match?: Metadata;
  /** Absent means 1 h; 0 means none. */
  idle_timeout?: Duration;
  access_log?: AccessLog[];
  max_connect_attempts?: UInt32Value;
  hash_policy?: { source_ip?: Empty; filter_state?: { key: string } }[];
  max_downstream_connection_duration?: Duration;
}

/** envoy.extensions.filters.network.rbac.v3.RBAC. */
export interface NetworkRbac {
  rules?: Rbac;
  shadow_rules?: Rbac;
  shadow_rules_stat_prefix?: string;
  stat_prefix: string;
  enforcement_type?: 'ONE_TIME_ON_FIRST_BYTE' | 'CONTINUOUS';
}
