import type {
  Any,
  BoolValue,
  DataSource,
  Duration,
  Empty,
  FractionalPercent,
  HttpUri,
  OpaqueAny,
  RuntimeFractionalPercent,
  StringMatcher,
  Struct,
  UInt32Value,
} from './types-base';
import type { Rbac } from './types-rbac';
import type { HeaderMatcher, RouteMatch } from './types-route';
import type { typeUrls } from './types-urls';

/** HTTP filters (envoy.extensions.filters.http.*) and their per-route forms. */

type Urls = typeof typeUrls;

/** envoy.extensions.filters.http.router.v3.Router. */
export interface Router {
  dynamic_stats?: BoolValue;
  start_child_span?: boolean;
  suppress_envoy_headers?: boolean;
  respect_expected_rq_timeout?: boolean;
}

/** envoy.extensions.filters.common.fault.v3.FaultDelay. */
export interface FaultDelay {
  fixed_delay?: Duration;
  header_delay?: Empty;
  percentage?: FractionalPercent;
}

export interface FaultAbort {
  http_status?: number;
  grpc_status?: number;
  header_abort?: Empty;
  percentage?: FractionalPercent;
}

/** envoy.extensions.filters.http.fault.v3.HTTPFault. */
export interface HttpFault {
  delay?: FaultDelay;
  abort?: FaultAbort;
  upstream_cluster?: string;
  headers?: HeaderMatcher[];
  downstream_nodes?: string[];
  max_active_faults?: UInt32Value;
  filter_metadata?: Struct;
}

/** envoy.extensions.filters.http.cors.v3.CorsPolicy (per route or virtual host; the filter itself has no options). */
export interface CorsPolicy {
  allow_origin_string_match?: StringMatcher[];
  allow_methods?: string;
  allow_headers?: string;
  expose_headers?: string;
  max_age?: string;
  allow_credentials?: BoolValue;
  filter_enabled?: RuntimeFractionalPercent;
  shadow_enabled?: RuntimeFractionalPercent;
  allow_private_network_access?: BoolValue;
  forward_not_matching_preflights?: BoolValue;
}

/** envoy.extensions.filters.http.rbac.v3.RBAC. Absent `rules`: no enforcement. */
export interface HttpRbac {
  rules?: Rbac;
  rules_stat_prefix?: string;
  shadow_rules?: Rbac;
  shadow_rules_stat_prefix?: string;
  track_per_rule_stats?: boolean;
}

/** Absent `rbac`: the filter is off for this route. */
export interface HttpRbacPerRoute {
  rbac?: HttpRbac;
}

export interface JwtProvider {
  issuer?: string;
  audiences?: string[];
  subjects?: StringMatcher;
  require_expiration?: boolean;
  max_lifetime?: Duration;
  remote_jwks?: RemoteJwks;
  local_jwks?: DataSource;
  forward?: boolean;
  from_headers?: { name: string; value_prefix?: string }[];
  from_params?: string[];
  from_cookies?: string[];
  forward_payload_header?: string;
  pad_forward_payload_header?: boolean;
  payload_in_metadata?: string;
  normalize_payload_in_metadata?: { space_delimited_claims?: string[] };
  header_in_metadata?: string;
  failed_status_in_metadata?: string;
  clock_skew_seconds?: number;
  claim_to_headers?: { header_name: string; claim_name: string }[];
  clear_route_cache?: boolean;
}

export interface RemoteJwks {
  http_uri: HttpUri;
  cache_duration?: Duration;
  async_fetch?: { fast_listener?: boolean; failed_refetch_duration?: Duration };
}

export interface JwtRequirement {
  provider_name?: string;
  provider_and_audiences?: { provider_name: string; audiences?: string[] };
  requires_any?: { requirements: JwtRequirement[] };
  requires_all?: { requirements: JwtRequirement[] };
  allow_missing_or_failed?: Empty;
  allow_missing?: Empty;
}

export interface JwtRequirementRule {
  match: RouteMatch;
  requires?: JwtRequirement;
  requirement_name?: string;
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication. */
export interface JwtAuthentication {
  providers?: { [name: string]: JwtProvider };
  rules?: JwtRequirementRule[];
  bypass_cors_preflight?: boolean;
  requirement_map?: { [name: string]: JwtRequirement };
  strip_failure_response?: boolean;
}

export interface JwtPerRoute {
  disabled?: boolean;
  requirement_name?: string;
}

/** envoy.extensions.filters.http.grpc_stats.v3.FilterConfig. */
export interface GrpcStats {
  emit_filter_state?: boolean;
  stats_for_all_methods?: BoolValue;
  enable_upstream_stats?: boolean;
}

/** envoy.config.route.v3.FilterConfig: wraps or disables a filter for a route. */
export interface FilterConfig {
  config?: CorsPolicyAny | FaultAny | HttpRbacPerRouteAny | JwtPerRouteAny | OpaqueAny;
  is_optional?: boolean;
  disabled?: boolean;
}

export type RouterAny = Any<Urls['router'], Router>;
export type FaultAny = Any<Urls['fault'], HttpFault>;
export type CorsAny = Any<Urls['cors'], object>;
export type CorsPolicyAny = Any<Urls['corsPolicy'], CorsPolicy>;
export type HttpRbacAny = Any<Urls['httpRbac'], HttpRbac>;
export type HttpRbacPerRouteAny = Any<Urls['httpRbacPerRoute'], HttpRbacPerRoute>;
export type JwtAuthenticationAny = Any<Urls['jwtAuthentication'], JwtAuthentication>;
export type JwtPerRouteAny = Any<Urls['jwtPerRoute'], JwtPerRoute>;
export type GrpcStatsAny = Any<Urls['grpcStats'], GrpcStats>;
export type FilterConfigAny = Any<Urls['filterConfig'], FilterConfig>;

export type HttpFilterConfig = RouterAny | FaultAny | CorsAny | HttpRbacAny | JwtAuthenticationAny | GrpcStatsAny | OpaqueAny;

/** One entry of the HTTP filter chain; the router is the last. */
export interface HttpFilter {
  name: string;
  typed_config?: HttpFilterConfig;
  is_optional?: boolean;
  disabled?: boolean;
}
