import type {
  BoolValue,
  DataSource,
  Duration,
  Empty,
  FractionalPercent,
  HeaderMutations,
  Int64Range,
  Metadata,
  MetadataMatcher,
  OpaqueAny,
  RegexMatchAndSubstitute,
  RegexMatcher,
  RoutingPriority,
  RuntimeFractionalPercent,
  StringMatcher,
  UInt32Value,
} from './types-base';
import type { CorsPolicyAny, FaultAny, FilterConfigAny, HttpRbacPerRouteAny, JwtPerRouteAny } from './types-http-filters';

/** envoy.config.route.v3: what RDS serves. */

/** Values of `typed_per_filter_config`, keyed by the HTTP filter's name. */
export type PerFilterConfig = CorsPolicyAny | FaultAny | HttpRbacPerRouteAny | JwtPerRouteAny | FilterConfigAny | OpaqueAny;

export interface PerFilterConfigs {
  [filterName: string]: PerFilterConfig;
}

export interface RouteConfiguration extends HeaderMutations {
  name: string;
  virtual_hosts?: VirtualHost[];
  internal_only_headers?: string[];
  most_specific_header_mutations_wins?: boolean;
  validate_clusters?: BoolValue;
  max_direct_response_body_size_bytes?: UInt32Value;
  request_mirror_policies?: RequestMirrorPolicy[];
  ignore_port_in_host_matching?: boolean;
  ignore_path_parameters_in_path_matching?: boolean;
  typed_per_filter_config?: PerFilterConfigs;
  metadata?: Metadata;
}

export interface VirtualHost extends HeaderMutations {
  name: string;
  domains: string[];
  routes?: Route[];
  require_tls?: 'NONE' | 'EXTERNAL_ONLY' | 'ALL';
  typed_per_filter_config?: PerFilterConfigs;
  include_request_attempt_count?: boolean;
  include_attempt_count_in_response?: boolean;
  retry_policy?: RetryPolicy;
  request_mirror_policies?: RequestMirrorPolicy[];
  metadata?: Metadata;
}

export interface Route extends HeaderMutations {
  name?: string;
  match: RouteMatch;
  route?: RouteAction;
  redirect?: RedirectAction;
  direct_response?: DirectResponseAction;
  non_forwarding_action?: Empty;
  metadata?: Metadata;
  decorator?: Decorator;
  typed_per_filter_config?: PerFilterConfigs;
  tracing?: RouteTracing;
  stat_prefix?: string;
}

export interface RouteMatch {
  prefix?: string;
  path?: string;
  safe_regex?: RegexMatcher;
  connect_matcher?: Empty;
  path_separated_prefix?: string;
  /** Absent means true. */
  case_sensitive?: BoolValue;
  runtime_fraction?: RuntimeFractionalPercent;
  headers?: HeaderMatcher[];
  query_parameters?: QueryParameterMatcher[];
  grpc?: Empty;
  tls_context?: { presented?: BoolValue; validated?: BoolValue };
  dynamic_metadata?: MetadataMatcher[];
}

export interface HeaderMatcher {
  name: string;
  exact_match?: string;
  safe_regex_match?: RegexMatcher;
  range_match?: Int64Range;
  present_match?: boolean;
  prefix_match?: string;
  suffix_match?: string;
  contains_match?: string;
  string_match?: StringMatcher;
  invert_match?: boolean;
  treat_missing_header_as_empty?: boolean;
}

export interface QueryParameterMatcher {
  name: string;
  string_match?: StringMatcher;
  present_match?: boolean;
}

export interface RouteAction {
  cluster?: string;
  cluster_header?: string;
  weighted_clusters?: WeightedCluster;
  cluster_not_found_response_code?: 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR';
  metadata_match?: Metadata;
  prefix_rewrite?: string;
  regex_rewrite?: RegexMatchAndSubstitute;
  host_rewrite_literal?: string;
  auto_host_rewrite?: BoolValue;
  host_rewrite_header?: string;
  host_rewrite_path_regex?: RegexMatchAndSubstitute;
  append_x_forwarded_host?: boolean;
  /** Absent means 15 s; 0 means none. */
  timeout?: Duration;
  idle_timeout?: Duration;
  retry_policy?: RetryPolicy;
  request_mirror_policies?: RequestMirrorPolicy[];
  priority?: RoutingPriority;
  hash_policy?: HashPolicy[];
  max_grpc_timeout?: Duration;
  grpc_timeout_offset?: Duration;
  upgrade_configs?: RouteUpgradeConfig[];
  max_stream_duration?: MaxStreamDuration;
}

export interface WeightedCluster {
  clusters: ClusterWeight[];
  total_weight?: UInt32Value;
  runtime_key_prefix?: string;
  header_name?: string;
}

export interface ClusterWeight extends HeaderMutations {
  name?: string;
  cluster_header?: string;
  weight?: UInt32Value;
  metadata_match?: Metadata;
  typed_per_filter_config?: PerFilterConfigs;
  host_rewrite_literal?: string;
}

export interface RequestMirrorPolicy {
  cluster?: string;
  cluster_header?: string;
  runtime_fraction?: RuntimeFractionalPercent;
  trace_sampled?: BoolValue;
  disable_shadow_host_suffix_append?: boolean;
}

export interface HashPolicy {
  header?: { header_name: string; regex_rewrite?: RegexMatchAndSubstitute };
  cookie?: { name: string; ttl?: Duration; path?: string; attributes?: { name: string; value?: string }[] };
  connection_properties?: { source_ip?: boolean };
  query_parameter?: { name: string };
  filter_state?: { key: string };
  terminal?: boolean;
}

export interface RouteUpgradeConfig {
  upgrade_type: string;
  enabled?: BoolValue;
  connect_config?: { allow_post?: boolean };
}

export interface MaxStreamDuration {
  max_stream_duration?: Duration;
  grpc_timeout_header_max?: Duration;
  grpc_timeout_header_offset?: Duration;
}

export interface RetryPolicy {
  /** Comma-separated conditions, HTTP and gRPC ones mixed. */
  retry_on?: string;
  /** Absent means 1. */
  num_retries?: UInt32Value;
  per_try_timeout?: Duration;
  per_try_idle_timeout?: Duration;
  retry_priority?: { name: string; typed_config?: OpaqueAny };
  retry_host_predicate?: { name: string; typed_config?: OpaqueAny }[];
  host_selection_retry_max_attempts?: number;
  retriable_status_codes?: number[];
  retry_back_off?: { base_interval: Duration; max_interval?: Duration };
  rate_limited_retry_back_off?: {
    reset_headers: { name: string; format?: 'SECONDS' | 'UNIX_TIMESTAMP' }[];
    max_interval?: Duration;
  };
  retriable_headers?: HeaderMatcher[];
  retriable_request_headers?: HeaderMatcher[];
}

export type RedirectResponseCode = 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT';

export interface RedirectAction {
  https_redirect?: boolean;
  scheme_redirect?: string;
  host_redirect?: string;
  port_redirect?: number;
  path_redirect?: string;
  prefix_rewrite?: string;
  regex_rewrite?: RegexMatchAndSubstitute;
  response_code?: RedirectResponseCode;
  strip_query?: boolean;
}

export interface DirectResponseAction {
  status: number;
  body?: DataSource;
}

export interface Decorator {
  operation: string;
  propagate?: BoolValue;
}

export interface RouteTracing {
  client_sampling?: FractionalPercent;
  random_sampling?: FractionalPercent;
  overall_sampling?: FractionalPercent;
}
