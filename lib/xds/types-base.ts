/**
 * Building blocks shared by all xDS resources. Names and shapes are those of the official protos (envoy.config.core.v3, envoy.type.v3,
 * envoy.type.matcher.v3, google.protobuf) in proto-loader's form: snake_case fields, wrappers as `{value}`, durations as
 * `{seconds, nanos}`, enums as their names, 64-bit integers as `number`, `google.protobuf.Struct` as the plain JSON object it stands for.
 *
 * An absent field means the proto default (0, '', false, empty list); of a oneof at most one member is set.
 */

/** google.protobuf.Duration. */
export interface Duration {
  seconds: number;
  nanos?: number;
}

export interface UInt32Value {
  value: number;
}

export interface UInt64Value {
  value: number;
}

export interface DoubleValue {
  value: number;
}

export interface BoolValue {
  value: boolean;
}

/** google.protobuf.Empty and the option-less marker messages. */
export type Empty = Record<string, never>;

export type StructValue = null | string | number | boolean | StructValue[] | { [key: string]: StructValue };

/** google.protobuf.Struct as the JSON object it stands for. */
export interface Struct {
  [key: string]: StructValue;
}

/** google.protobuf.Any with its message's fields beside the type URL. */
export type Any<TypeUrl extends string, Message> = { '@type': TypeUrl } & Message;

/** An Any whose type this code does not know: kept as it came, so that it can be shown and sent on. */
export type OpaqueAny = Any<'heddle.dev/opaque', { type_url: string; value: Uint8Array }>;

/** envoy.config.core.v3.Metadata. */
export interface Metadata {
  filter_metadata?: { [filter: string]: Struct };
}

/** envoy.config.core.v3.Locality. */
export interface Locality {
  region?: string;
  zone?: string;
  sub_zone?: string;
}

/** envoy.config.core.v3.Node, as far as discovery requests carry it. */
export interface Node {
  id: string;
  cluster?: string;
  metadata?: Struct;
  locality?: Locality;
  user_agent_name?: string;
  user_agent_version?: string;
  client_features?: string[];
}

export interface SocketAddress {
  protocol?: 'TCP' | 'UDP';
  address: string;
  port_value?: number;
  named_port?: string;
}

export interface Address {
  socket_address?: SocketAddress;
  pipe?: { path: string; mode?: number };
  envoy_internal_address?: { server_listener_name?: string; endpoint_id?: string };
}

export interface CidrRange {
  address_prefix: string;
  prefix_len?: UInt32Value;
}

export interface BindConfig {
  source_address?: SocketAddress;
  freebind?: BoolValue;
}

export interface TcpKeepalive {
  keepalive_probes?: UInt32Value;
  keepalive_time?: UInt32Value;
  keepalive_interval?: UInt32Value;
}

export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND';
export type RoutingPriority = 'DEFAULT' | 'HIGH';
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED';

/** envoy.type.v3.Percent: 0 to 100. */
export interface Percent {
  value: number;
}

/** envoy.type.v3.FractionalPercent; an absent denominator is HUNDRED. */
export interface FractionalPercent {
  numerator?: number;
  denominator?: 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION';
}

export interface RuntimeFractionalPercent {
  default_value: FractionalPercent;
  runtime_key?: string;
}

export interface RuntimeDouble {
  default_value?: number;
  runtime_key: string;
}

/** Half-open [start, end). */
export interface Int64Range {
  start?: number;
  end?: number;
}

/** Half-open [start, end). */
export interface Int32Range {
  start?: number;
  end?: number;
}

/** envoy.type.matcher.v3.RegexMatcher: RE2 syntax, the whole value must match. */
export interface RegexMatcher {
  google_re2?: { max_program_size?: UInt32Value };
  regex: string;
}

export interface RegexMatchAndSubstitute {
  pattern: RegexMatcher;
  substitution?: string;
}

export interface StringMatcher {
  exact?: string;
  prefix?: string;
  suffix?: string;
  safe_regex?: RegexMatcher;
  contains?: string;
  ignore_case?: boolean;
}

export interface DoubleMatcher {
  range?: { start?: number; end?: number };
  exact?: number;
}

export interface ValueMatcher {
  null_match?: Empty;
  double_match?: DoubleMatcher;
  string_match?: StringMatcher;
  bool_match?: boolean;
  present_match?: boolean;
  list_match?: { one_of?: ValueMatcher };
  or_match?: { value_matchers: ValueMatcher[] };
}

export interface MetadataMatcher {
  filter: string;
  path: { key?: string }[];
  value: ValueMatcher;
  invert?: boolean;
}

export interface FilterStateMatcher {
  key: string;
  string_match?: StringMatcher;
}

/** envoy.type.matcher.v3.PathMatcher: the path without query and fragment. */
export interface PathMatcher {
  path?: StringMatcher;
}

export interface HeaderValue {
  key: string;
  value?: string;
}

export type HeaderAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS';

export interface HeaderValueOption {
  header: HeaderValue;
  /** Deprecated in the proto, wins over `append_action` when set. */
  append?: BoolValue;
  append_action?: HeaderAppendAction;
  keep_empty_value?: boolean;
}

/** The four lists of header changes a route configuration, virtual host, route or weighted cluster can carry. */
export interface HeaderMutations {
  request_headers_to_add?: HeaderValueOption[];
  request_headers_to_remove?: string[];
  response_headers_to_add?: HeaderValueOption[];
  response_headers_to_remove?: string[];
}

export interface DataSource {
  filename?: string;
  inline_bytes?: Uint8Array;
  inline_string?: string;
  environment_variable?: string;
}

export interface HttpUri {
  uri: string;
  cluster?: string;
  timeout?: Duration;
}

export interface GrpcService {
  envoy_grpc?: { cluster_name: string; authority?: string };
  timeout?: Duration;
  initial_metadata?: HeaderValue[];
}

export type ApiVersion = 'AUTO' | 'V2' | 'V3';

export interface ApiConfigSource {
  api_type?: 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC';
  transport_api_version?: ApiVersion;
  cluster_names?: string[];
  grpc_services?: GrpcService[];
  set_node_on_first_message_only?: boolean;
}

export interface ConfigSource {
  path_config_source?: { path: string; watched_directory?: { path: string } };
  api_config_source?: ApiConfigSource;
  ads?: Empty;
  self?: { transport_api_version?: ApiVersion };
  initial_fetch_timeout?: Duration;
  resource_api_version?: ApiVersion;
}

export interface SubstitutionFormatString {
  text_format?: string;
  json_format?: Struct;
  text_format_source?: DataSource;
  omit_empty_values?: boolean;
  content_type?: string;
}

/** envoy.config.core.v3.HttpProtocolOptions (common to all HTTP versions). */
export interface CommonHttpProtocolOptions {
  idle_timeout?: Duration;
  max_connection_duration?: Duration;
  max_headers_count?: UInt32Value;
  max_stream_duration?: Duration;
  headers_with_underscores_action?: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
  max_requests_per_connection?: UInt32Value;
}

export interface Http1ProtocolOptions {
  allow_absolute_url?: BoolValue;
  accept_http_10?: boolean;
  default_host_for_http_10?: string;
  header_key_format?: { proper_case_words?: Empty };
  enable_trailers?: boolean;
  allow_chunked_length?: boolean;
  override_stream_error_on_invalid_http_message?: BoolValue;
}

export interface Http2ProtocolOptions {
  hpack_table_size?: UInt32Value;
  max_concurrent_streams?: UInt32Value;
  initial_stream_window_size?: UInt32Value;
  initial_connection_window_size?: UInt32Value;
  allow_connect?: boolean;
  max_outbound_frames?: UInt32Value;
  max_outbound_control_frames?: UInt32Value;
  override_stream_error_on_invalid_http_message?: BoolValue;
  connection_keepalive?: { interval?: Duration; timeout?: Duration; interval_jitter?: Percent };
}
