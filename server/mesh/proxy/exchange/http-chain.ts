import type { CompiledHttpFilter, CompiledHttpManager } from '@/lib/routing';
import { durationMs } from '@/lib/routing';
import type { AccessLog, CustomTag, ForwardClientCertDetails, HttpConnectionManager } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { RouteTableRef } from '../config/route-store';
import { readHttp2Options } from '../http2/options';
import type { Http2Options } from '../http2/options';
import type { ProxyContext } from '../proxy-context';
import { compileAccessLogs } from '../telemetry/access-log';
import type { AccessLogger } from '../telemetry/access-log';

export type Direction = 'inbound' | 'outbound';

export interface TracingSettings {
  /** Share of new traces that are sampled, 0 to 1. */
  readonly share: number;
  readonly collectorCluster: string;
  readonly collectorPath: string;
  readonly collectorHost: string;
  readonly serviceName: string;
  readonly tags: readonly CustomTag[];
}

/** A compiled HttpConnectionManager. */
export interface HttpChain {
  readonly context: ProxyContext;
  readonly config: HttpConnectionManager;
  readonly direction: Direction;
  readonly routes: RouteTableRef;
  /** Filters that act on requests, in order. */
  readonly filters: readonly CompiledHttpFilter[];
  readonly serverName: string;
  /** `server` header of upstream responses is replaced. */
  readonly overwriteServer: boolean;
  readonly generateRequestId: boolean;
  readonly useRemoteAddress: boolean;
  readonly preserveRequestId: boolean;
  readonly requestIdInResponse: boolean;
  readonly normalizePath: boolean;
  readonly mergeSlashes: boolean;
  readonly clientCert: ForwardClientCertDetails;
  readonly acceptHttp10: boolean;
  readonly idleTimeoutMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly upgrades: ReadonlySet<string>;
  readonly http2: Http2Options;
  readonly codec: 'AUTO' | 'HTTP1' | 'HTTP2';
  readonly tracing: TracingSettings | null;
  readonly accessLogs: readonly AccessLogger[];
  readonly suppressEnvoyHeaders: boolean;
  /** A push replaced this chain: requests on its connections are served by the newer one. */
  successor: HttpChain | null;
}

/** Default bound of the time for a request head. Envoy has none, which lets slow clients hold connections for ever. */
const HEAD_TIMEOUT_MS = 30_000;

/** Compiles the filter; throws `invalid_config` for what cannot be served. */
export function compileHttpChain(
  context: ProxyContext,
  manager: CompiledHttpManager,
  direction: Direction,
  routes: RouteTableRef,
): HttpChain {
  const { config } = manager;
  const tracing = readTracing(config, context);
  return {
    context,
    config,
    direction,
    routes,
    filters: manager.filters.filter((filter) => acting.has(filter.kind)),
    serverName: config.server_name ?? 'envoy',
    overwriteServer: (config.server_header_transformation ?? 'OVERWRITE') === 'OVERWRITE',
    generateRequestId: config.generate_request_id?.value ?? true,
    useRemoteAddress: config.use_remote_address?.value ?? false,
    preserveRequestId: config.preserve_external_request_id ?? false,
    requestIdInResponse: config.always_set_request_id_in_response ?? false,
    normalizePath: config.normalize_path?.value ?? false,
    mergeSlashes: config.merge_slashes ?? false,
    clientCert: config.forward_client_cert_details ?? 'SANITIZE',
    acceptHttp10: config.http_protocol_options?.accept_http_10 ?? false,
    idleTimeoutMs: manager.idleTimeoutMs,
    streamIdleTimeoutMs: manager.streamIdleTimeoutMs,
    headTimeoutMs: durationMs(config.request_headers_timeout, HEAD_TIMEOUT_MS) || HEAD_TIMEOUT_MS,
    upgrades: manager.upgrades,
    http2: readHttp2Options(config.http2_protocol_options),
    codec: config.codec_type === 'HTTP1' || config.codec_type === 'HTTP2' ? config.codec_type : 'AUTO',
    tracing,
    accessLogs: compileLogs(config.access_log, context),
    suppressEnvoyHeaders: (config.http_filters ?? []).some(
      (filter) => filter.typed_config?.['@type'] === typeUrls.router && filter.typed_config.suppress_envoy_headers === true,
    ),
    successor: null,
  };
}

function compileLogs(logs: readonly AccessLog[] | undefined, context: ProxyContext): readonly AccessLogger[] {
  return compileAccessLogs(logs ?? [], context.logSink);
}

const acting = new Set<CompiledHttpFilter['kind']>(['fault', 'cors', 'rbac', 'jwt']);

function readTracing(config: HttpConnectionManager, context: ProxyContext): TracingSettings | null {
  const { tracing } = config;
  const provider = tracing?.provider?.typed_config;
  if (tracing === undefined || provider?.['@type'] !== typeUrls.openTelemetryTracer) return null;
  const uri = provider.http_service?.http_uri;
  if (uri?.cluster === undefined) return null;
  const parsed = URL.canParse(uri.uri) ? new URL(uri.uri) : null;
  const percent = (tracing.random_sampling?.value ?? 100) * ((tracing.overall_sampling?.value ?? 100) / 100);
  return {
    share: percent / 100,
    collectorCluster: uri.cluster,
    collectorPath: parsed === null ? uri.uri : parsed.pathname,
    collectorHost: parsed?.host ?? uri.cluster,
    serviceName: provider.service_name ?? context.node.cluster,
    tags: tracing.custom_tags ?? [],
  };
}
