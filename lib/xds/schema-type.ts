import type { EnumRows, MessageRows } from './schema-rows';

/** Rows of the wire table: envoy.type.*: ranges, matchers, metadata keys, tags. */
export const typeMessages = {
  'envoy.type.v3.HashPolicy': {
    source_ip: '1 envoy.type.v3.HashPolicy.SourceIp',
    filter_state: '2 envoy.type.v3.HashPolicy.FilterState',
  },
  'envoy.type.v3.HashPolicy.SourceIp': {},
  'envoy.type.v3.HashPolicy.FilterState': {
    key: '1 string',
  },
  'envoy.type.v3.Percent': {
    value: '1 double',
  },
  'envoy.type.v3.FractionalPercent': {
    numerator: '1 uint32',
    denominator: '2 envoy.type.v3.FractionalPercent.DenominatorType',
  },
  'envoy.type.v3.Int64Range': {
    start: '1 int64',
    end: '2 int64',
  },
  'envoy.type.v3.Int32Range': {
    start: '1 int32',
    end: '2 int32',
  },
  'envoy.type.v3.DoubleRange': {
    start: '1 double',
    end: '2 double',
  },
  'envoy.type.v3.SemanticVersion': {
    major_number: '1 uint32',
    minor_number: '2 uint32',
    patch: '3 uint32',
  },
  'envoy.type.v3.TokenBucket': {
    max_tokens: '1 uint32',
    tokens_per_fill: '2 google.protobuf.UInt32Value',
    fill_interval: '3 google.protobuf.Duration',
  },
  'envoy.type.v3.HttpStatus': {
    code: '1 envoy.type.v3.StatusCode',
  },
  'envoy.type.matcher.v3.StringMatcher': {
    exact: '1 string',
    prefix: '2 string',
    suffix: '3 string',
    safe_regex: '5 envoy.type.matcher.v3.RegexMatcher',
    ignore_case: '6 bool',
    contains: '7 string',
  },
  'envoy.type.matcher.v3.ListStringMatcher': {
    patterns: '1 repeated envoy.type.matcher.v3.StringMatcher',
  },
  'envoy.type.matcher.v3.RegexMatcher': {
    google_re2: '1 envoy.type.matcher.v3.RegexMatcher.GoogleRE2',
    regex: '2 string',
  },
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': {
    max_program_size: '1 google.protobuf.UInt32Value',
  },
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': {
    pattern: '1 envoy.type.matcher.v3.RegexMatcher',
    substitution: '2 string',
  },
  'envoy.type.matcher.v3.PathMatcher': {
    path: '1 envoy.type.matcher.v3.StringMatcher',
  },
  'envoy.type.matcher.v3.ValueMatcher': {
    null_match: '1 envoy.type.matcher.v3.ValueMatcher.NullMatch',
    double_match: '2 envoy.type.matcher.v3.DoubleMatcher',
    string_match: '3 envoy.type.matcher.v3.StringMatcher',
    bool_match: '4 bool',
    present_match: '5 bool',
    list_match: '6 envoy.type.matcher.v3.ListMatcher',
    or_match: '7 envoy.type.matcher.v3.OrMatcher',
  },
  'envoy.type.matcher.v3.ValueMatcher.NullMatch': {},
  'envoy.type.matcher.v3.ListMatcher': {
    one_of: '1 envoy.type.matcher.v3.ValueMatcher',
  },
  'envoy.type.matcher.v3.OrMatcher': {
    value_matchers: '1 repeated envoy.type.matcher.v3.ValueMatcher',
  },
  'envoy.type.matcher.v3.DoubleMatcher': {
    range: '1 envoy.type.v3.DoubleRange',
    exact: '2 double',
  },
  'envoy.type.matcher.v3.MetadataMatcher': {
    filter: '1 string',
    path: '2 repeated envoy.type.matcher.v3.MetadataMatcher.PathSegment',
    value: '3 envoy.type.matcher.v3.ValueMatcher',
    invert: '4 bool',
  },
  'envoy.type.matcher.v3.MetadataMatcher.PathSegment': {
    key: '1 string',
  },
  'envoy.type.matcher.v3.FilterStateMatcher': {
    key: '1 string',
    string_match: '2 envoy.type.matcher.v3.StringMatcher',
  },
  'envoy.type.metadata.v3.MetadataKey': {
    key: '1 string',
    path: '2 repeated envoy.type.metadata.v3.MetadataKey.PathSegment',
  },
  'envoy.type.metadata.v3.MetadataKey.PathSegment': {
    key: '1 string',
  },
  'envoy.type.metadata.v3.MetadataKind': {
    request: '1 envoy.type.metadata.v3.MetadataKind.Request',
    route: '2 envoy.type.metadata.v3.MetadataKind.Route',
    cluster: '3 envoy.type.metadata.v3.MetadataKind.Cluster',
    host: '4 envoy.type.metadata.v3.MetadataKind.Host',
  },
  'envoy.type.metadata.v3.MetadataKind.Request': {},
  'envoy.type.metadata.v3.MetadataKind.Route': {},
  'envoy.type.metadata.v3.MetadataKind.Cluster': {},
  'envoy.type.metadata.v3.MetadataKind.Host': {},
  'envoy.type.tracing.v3.CustomTag': {
    tag: '1 string',
    literal: '2 envoy.type.tracing.v3.CustomTag.Literal',
    environment: '3 envoy.type.tracing.v3.CustomTag.Environment',
    request_header: '4 envoy.type.tracing.v3.CustomTag.Header',
    metadata: '5 envoy.type.tracing.v3.CustomTag.Metadata',
  },
  'envoy.type.tracing.v3.CustomTag.Literal': {
    value: '1 string',
  },
  'envoy.type.tracing.v3.CustomTag.Environment': {
    name: '1 string',
    default_value: '2 string',
  },
  'envoy.type.tracing.v3.CustomTag.Header': {
    name: '1 string',
    default_value: '2 string',
  },
  'envoy.type.tracing.v3.CustomTag.Metadata': {
    kind: '1 envoy.type.metadata.v3.MetadataKind',
    metadata_key: '2 envoy.type.metadata.v3.MetadataKey',
    default_value: '3 string',
  },
  'envoy.type.http.v3.Cookie': {
    name: '1 string',
    ttl: '2 google.protobuf.Duration',
    path: '3 string',
  },
} satisfies MessageRows;

export const typeEnums = {
  'envoy.type.v3.FractionalPercent.DenominatorType': 'HUNDRED TEN_THOUSAND MILLION',
  'envoy.type.v3.StatusCode':
    'Empty=0 Continue=100 OK=200 Created=201 Accepted=202 NonAuthoritativeInformation=203 NoContent=204 ResetContent=205 PartialContent=206 MultiStatus=207 AlreadyReported=208 IMUsed=226 MultipleChoices=300 MovedPermanently=301 Found=302 SeeOther=303 NotModified=304 UseProxy=305 TemporaryRedirect=307 PermanentRedirect=308 BadRequest=400 Unauthorized=401 PaymentRequired=402 Forbidden=403 NotFound=404 MethodNotAllowed=405 NotAcceptable=406 ProxyAuthenticationRequired=407 RequestTimeout=408 Conflict=409 Gone=410 LengthRequired=411 PreconditionFailed=412 PayloadTooLarge=413 URITooLong=414 UnsupportedMediaType=415 RangeNotSatisfiable=416 ExpectationFailed=417 MisdirectedRequest=421 UnprocessableEntity=422 Locked=423 FailedDependency=424 UpgradeRequired=426 PreconditionRequired=428 TooManyRequests=429 RequestHeaderFieldsTooLarge=431 InternalServerError=500 NotImplemented=501 BadGateway=502 ServiceUnavailable=503 GatewayTimeout=504 HTTPVersionNotSupported=505 VariantAlsoNegotiates=506 InsufficientStorage=507 LoopDetected=508 NotExtended=510 NetworkAuthenticationRequired=511',
} satisfies EnumRows;
