import type { EnumRows, MessageRows } from './schema-rows';

/** Rows of the wire table: access logs and tracing. */
export const telemetryMessages = {
  'envoy.config.accesslog.v3.AccessLog': {
    name: '1 string',
    filter: '2 envoy.config.accesslog.v3.AccessLogFilter',
    typed_config: '4 google.protobuf.Any',
  },
  'envoy.config.accesslog.v3.AccessLogFilter': {
    status_code_filter: '1 envoy.config.accesslog.v3.StatusCodeFilter',
    duration_filter: '2 envoy.config.accesslog.v3.DurationFilter',
    not_health_check_filter: '3 envoy.config.accesslog.v3.NotHealthCheckFilter',
    traceable_filter: '4 envoy.config.accesslog.v3.TraceableFilter',
    runtime_filter: '5 envoy.config.accesslog.v3.RuntimeFilter',
    and_filter: '6 envoy.config.accesslog.v3.AndFilter',
    or_filter: '7 envoy.config.accesslog.v3.OrFilter',
    header_filter: '8 envoy.config.accesslog.v3.HeaderFilter',
    response_flag_filter: '9 envoy.config.accesslog.v3.ResponseFlagFilter',
    grpc_status_filter: '10 envoy.config.accesslog.v3.GrpcStatusFilter',
    extension_filter: '11 envoy.config.accesslog.v3.ExtensionFilter',
    metadata_filter: '12 envoy.config.accesslog.v3.MetadataFilter',
    log_type_filter: '13 envoy.config.accesslog.v3.LogTypeFilter',
  },
  'envoy.config.accesslog.v3.ComparisonFilter': {
    op: '1 envoy.config.accesslog.v3.ComparisonFilter.Op',
    value: '2 envoy.config.core.v3.RuntimeUInt32',
  },
  'envoy.config.accesslog.v3.StatusCodeFilter': {
    comparison: '1 envoy.config.accesslog.v3.ComparisonFilter',
  },
  'envoy.config.accesslog.v3.DurationFilter': {
    comparison: '1 envoy.config.accesslog.v3.ComparisonFilter',
  },
  'envoy.config.accesslog.v3.NotHealthCheckFilter': {},
  'envoy.config.accesslog.v3.TraceableFilter': {},
  'envoy.config.accesslog.v3.RuntimeFilter': {
    runtime_key: '1 string',
    percent_sampled: '2 envoy.type.v3.FractionalPercent',
    use_independent_randomness: '3 bool',
  },
  'envoy.config.accesslog.v3.AndFilter': {
    filters: '1 repeated envoy.config.accesslog.v3.AccessLogFilter',
  },
  'envoy.config.accesslog.v3.OrFilter': {
    filters: '2 repeated envoy.config.accesslog.v3.AccessLogFilter',
  },
  'envoy.config.accesslog.v3.HeaderFilter': {
    header: '1 envoy.config.route.v3.HeaderMatcher',
  },
  'envoy.config.accesslog.v3.ResponseFlagFilter': {
    flags: '1 repeated string',
  },
  'envoy.config.accesslog.v3.GrpcStatusFilter': {
    statuses: '1 repeated envoy.config.accesslog.v3.GrpcStatusFilter.Status',
    exclude: '2 bool',
  },
  'envoy.config.accesslog.v3.MetadataFilter': {
    matcher: '1 envoy.type.matcher.v3.MetadataMatcher',
    match_if_key_not_found: '2 google.protobuf.BoolValue',
  },
  'envoy.config.accesslog.v3.LogTypeFilter': {
    types: '1 repeated envoy.data.accesslog.v3.AccessLogType',
    exclude: '2 bool',
  },
  'envoy.config.accesslog.v3.ExtensionFilter': {
    name: '1 string',
    typed_config: '3 google.protobuf.Any',
  },
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': {
    path: '1 string',
    format: '2 string',
    json_format: '3 google.protobuf.Struct',
    typed_json_format: '4 google.protobuf.Struct',
    log_format: '5 envoy.config.core.v3.SubstitutionFormatString',
  },
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': {
    log_format: '1 envoy.config.core.v3.SubstitutionFormatString',
  },
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': {
    log_format: '1 envoy.config.core.v3.SubstitutionFormatString',
  },
  'envoy.config.trace.v3.Tracing': {
    http: '1 envoy.config.trace.v3.Tracing.Http',
  },
  'envoy.config.trace.v3.Tracing.Http': {
    name: '1 string',
    typed_config: '3 google.protobuf.Any',
  },
  'envoy.config.trace.v3.ZipkinConfig': {
    collector_cluster: '1 string',
    collector_endpoint: '2 string',
    trace_id_128bit: '3 bool',
    shared_span_context: '4 google.protobuf.BoolValue',
    collector_endpoint_version: '5 envoy.config.trace.v3.ZipkinConfig.CollectorEndpointVersion',
    collector_hostname: '6 string',
    split_spans_for_request: '7 bool',
  },
  'envoy.config.trace.v3.OpenTelemetryConfig': {
    grpc_service: '1 envoy.config.core.v3.GrpcService',
    service_name: '2 string',
    http_service: '3 envoy.config.core.v3.HttpService',
    resource_detectors: '4 repeated envoy.config.core.v3.TypedExtensionConfig',
    sampler: '5 envoy.config.core.v3.TypedExtensionConfig',
  },
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig': {},
  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig': {
    attributes: '1 map string',
  },
  'envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig': {},
} satisfies MessageRows;

export const telemetryEnums = {
  'envoy.config.accesslog.v3.ComparisonFilter.Op': 'EQ GE LE',
  'envoy.config.accesslog.v3.GrpcStatusFilter.Status':
    'OK CANCELED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED',
  'envoy.data.accesslog.v3.AccessLogType':
    'NotSet TcpUpstreamConnected TcpPeriodic TcpConnectionEnd DownstreamStart DownstreamPeriodic DownstreamEnd UpstreamPoolReady UpstreamPeriodic UpstreamEnd DownstreamTunnelSuccessfullyEstablished UdpTunnelUpstreamConnected UdpPeriodic UdpSessionEnd',
  'envoy.config.trace.v3.ZipkinConfig.CollectorEndpointVersion': 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE HTTP_JSON HTTP_PROTO GRPC',
} satisfies EnumRows;
