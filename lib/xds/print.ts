import { encodeBase64 } from './print-base64';

/**
 * Envoy's canonical JSON (proto3 JSON with proto field names, as in `/config_dump`) of the typed form:
 * durations as `"7s"`, wrappers unwrapped, bytes as base64, 64-bit integers as strings, unset and default values left out.
 *
 * The typed form is regular enough to print without its schema; the tables below name the few fields where the shape alone does not tell.
 */

/** Plain JSON: what `JSON.stringify` takes. */
export type PrintedJson = null | string | number | boolean | PrintedJson[] | { [key: string]: PrintedJson };

/** google.protobuf.Struct: printed as they stand. */
const structFields = new Set(['filter_metadata', 'json_format', 'default_subset']);

/** envoy.type.v3.Percent and other messages whose only field is `value`, which are not wrappers. */
const valueMessages = new Set([
  'client_sampling',
  'random_sampling',
  'overall_sampling',
  'healthy_panic_threshold',
  'routing_enabled',
  'min_weight_percent',
  'budget_percent',
  'interval_jitter',
  'literal',
]);

const wideIntegers = new Set([
  'minimum_ring_size',
  'maximum_ring_size',
  'table_size',
  'min_cluster_size',
  'host_selection_retry_max_attempts',
]);

/** Members of a oneof are printed even when they hold their default. */
const oneofScalars = new Set([
  'port_value',
  'present_match',
  'bool_match',
  'exact',
  'exact_match',
  'prefix',
  'path',
  'grpc_status',
  'http_status',
  'destination_port',
  'any',
  'inline_string',
  'cluster',
  'type',
  'path_redirect',
  'prefix_rewrite',
  'https_redirect',
  'double_match',
]);

/** Names of enum value 0, by field; left out like every default. */
const enumDefaults: Readonly<Record<string, string>> = {
  lb_policy: 'ROUND_ROBIN',
  action: 'ALLOW',
  codec_type: 'AUTO',
  append_action: 'APPEND_IF_EXISTS_OR_ADD',
  response_code: 'MOVED_PERMANENTLY',
  denominator: 'HUNDRED',
  protocol: 'TCP',
  drain_type: 'DEFAULT',
  priority: 'DEFAULT',
  traffic_direction: 'UNSPECIFIED',
  health_status: 'UNKNOWN',
  source_type: 'ANY',
  dns_lookup_family: 'AUTO',
  forward_client_cert_details: 'SANITIZE',
  server_header_transformation: 'OVERWRITE',
  path_with_escaped_slashes_action: 'IMPLEMENTATION_SPECIFIC_DEFAULT',
  require_tls: 'NONE',
  resource_api_version: 'AUTO',
  transport_api_version: 'AUTO',
  tls_minimum_protocol_version: 'TLS_AUTO',
  tls_maximum_protocol_version: 'TLS_AUTO',
  trust_chain_verification: 'VERIFY_TRUST_CHAIN',
  headers_with_underscores_action: 'ALLOW',
  enforcement_type: 'ONE_TIME_ON_FIRST_BYTE',
  hash_function: 'XX_HASH',
  cluster_not_found_response_code: 'SERVICE_UNAVAILABLE',
  format: 'SECONDS',
  op: 'EQ',
};

/** Prints a resource (or any part of one) as Envoy's canonical JSON. The input is not changed. */
export function printXds(message: object): PrintedJson {
  return printMessage(message);
}

/** A duration in proto3 JSON: seconds with 0, 3, 6 or 9 decimals and an `s`. */
export function printDuration(duration: { seconds: number; nanos?: number }): string {
  const nanos = duration.nanos ?? 0;
  const sign = duration.seconds < 0 || nanos < 0 ? '-' : '';
  const seconds = Math.abs(duration.seconds);
  if (nanos === 0) return `${sign}${seconds}s`;
  const digits = String(Math.abs(nanos)).padStart(9, '0');
  const decimals = digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9;
  return `${sign}${seconds}.${digits.slice(0, decimals)}s`;
}

function printMessage(message: object): { [key: string]: PrintedJson } {
  if ('@type' in message && message['@type'] === 'heddle.dev/opaque') return printOpaque(message);
  const printed: { [key: string]: PrintedJson } = {};
  for (const [key, value] of Object.entries(message)) {
    const field = printField(key, value, message);
    if (field !== undefined) printed[key] = field;
  }
  return printed;
}

function printOpaque(message: object): { [key: string]: PrintedJson } {
  const typeUrl = 'type_url' in message && typeof message.type_url === 'string' ? message.type_url : '';
  const bytes = 'value' in message && message.value instanceof Uint8Array ? message.value : new Uint8Array();
  return { '@type': typeUrl, value: encodeBase64(bytes) };
}

function printField(key: string, value: unknown, parent: object): PrintedJson | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((element) => printValue(key, element));
  }
  if (structFields.has(key) || (key === 'match' && 'transport_socket' in parent)) return printStruct(value);
  if (isDefault(key, value)) return undefined;
  return printValue(key, value);
}

function isDefault(key: string, value: unknown): boolean {
  if (typeof value === 'string') return (value === '' && !oneofScalars.has(key)) || enumDefaults[key] === value;
  return (value === 0 || value === false) && !oneofScalars.has(key);
}

function printValue(key: string, value: unknown): PrintedJson {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return wideIntegers.has(key) ? String(value) : value;
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (typeof value !== 'object') return null;
  if (isDuration(value)) return printDuration(value);
  if (isWrapper(key, value)) return printValue(key, value.value);
  if (key === 'range_match') return printWideRange(value);
  return printMessage(value);
}

function isDuration(value: object): value is { seconds: number; nanos?: number } {
  return 'seconds' in value && typeof value.seconds === 'number';
}

function isWrapper(key: string, value: object): value is { value: string | number | boolean } {
  return 'value' in value && typeof value.value !== 'object' && Object.keys(value).length === 1 && !valueMessages.has(key);
}

/** envoy.type.v3.Int64Range. */
function printWideRange(range: object): { [key: string]: PrintedJson } {
  const printed: { [key: string]: PrintedJson } = {};
  for (const [key, value] of Object.entries(range)) if (value !== 0) printed[key] = String(value);
  return printed;
}

function printStruct(value: unknown): PrintedJson {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(printStruct);
  if (typeof value !== 'object') return null;
  const printed: { [key: string]: PrintedJson } = {};
  for (const [key, field] of Object.entries(value)) if (field !== undefined) printed[key] = printStruct(field);
  return printed;
}
