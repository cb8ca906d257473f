import { filterNames, typeUrls } from '@/lib/xds';
import type { ConfigSource, HttpConnectionManager, HttpFilter, NetworkFilter, RouteConfiguration } from '@/lib/xds';
import type { MeshSettings } from './mesh-settings';
import type { TelemetrySettings } from './resolve-telemetry';

const ads: ConfigSource = { ads: {}, initial_fetch_timeout: { seconds: 0 }, resource_api_version: 'V3' };

const faultFilter: HttpFilter = { name: filterNames.fault, typed_config: { '@type': typeUrls.fault } };
const corsFilter: HttpFilter = { name: filterNames.cors, typed_config: { '@type': typeUrls.cors } };
const grpcStatsFilter: HttpFilter = {
  name: filterNames.grpcStats,
  typed_config: { '@type': typeUrls.grpcStats, emit_filter_state: true, stats_for_all_methods: { value: false } },
};
const routerFilter: HttpFilter = { name: filterNames.router, typed_config: { '@type': typeUrls.router } };

export interface HttpManagerOptions {
  statPrefix: string;
  /** A route configuration inline, or the name of one served by RDS. */
  routes: RouteConfiguration | string;
  /** `inbound`: towards the application. `outbound`: from it. `gateway`: from outside the mesh. */
  side: 'inbound' | 'outbound' | 'gateway';
  mutualTls?: boolean;
  /** Requests name their destination (absolute form, CONNECT). */
  explicitProxy?: boolean;
  authentication?: HttpFilter | undefined;
  authorization?: readonly HttpFilter[];
  telemetry: TelemetrySettings;
  mesh: MeshSettings;
}

/** An HTTP connection manager with Istio's settings and filter order (istio.md §3.3), of filters that every Envoy has. */
export function httpConnectionManager(options: HttpManagerOptions): NetworkFilter {
  const { routes, side, telemetry, mesh } = options;
  const manager: HttpConnectionManager = {
    codec_type: 'AUTO',
    stat_prefix: options.statPrefix,
    ...(typeof routes === 'string' ? { rds: { config_source: ads, route_config_name: routes } } : { route_config: routes }),
    http_filters: [
      ...(options.authentication === undefined ? [] : [options.authentication]),
      ...(options.authorization ?? []),
      grpcStatsFilter,
      faultFilter,
      corsFilter,
      routerFilter,
    ],
    stream_idle_timeout: { seconds: 0 },
    use_remote_address: { value: side === 'gateway' },
    upgrade_configs: [{ upgrade_type: 'websocket' }, ...(options.explicitProxy === true ? [{ upgrade_type: 'CONNECT' }] : [])],
    ...pathNormalization(mesh),
    ...(telemetry.tracing === undefined ? {} : { tracing: { ...telemetry.tracing } }),
    ...(telemetry.accessLogs.length === 0 ? {} : { access_log: [...telemetry.accessLogs] }),
  };
  if (options.explicitProxy === true) manager.http_protocol_options = { allow_absolute_url: { value: true } };
  if (side === 'inbound' && options.mutualTls === true) {
    manager.forward_client_cert_details = 'APPEND_FORWARD';
    manager.set_current_client_cert_details = { subject: { value: true }, dns: true, uri: true };
  } else if (side === 'gateway') {
    manager.forward_client_cert_details = 'SANITIZE_SET';
    manager.set_current_client_cert_details = { subject: { value: true }, cert: true, dns: true, uri: true };
    manager.server_name = 'istio-envoy';
  }
  if (side === 'inbound') manager.server_name = 'istio-envoy';
  return { name: filterNames.httpConnectionManager, typed_config: { '@type': typeUrls.httpConnectionManager, ...manager } };
}

function pathNormalization(mesh: MeshSettings): Partial<HttpConnectionManager> {
  switch (mesh.pathNormalization) {
    case 'NONE':
      return {};
    case 'BASE':
      return { normalize_path: { value: true } };
    case 'MERGE_SLASHES':
      return { normalize_path: { value: true }, merge_slashes: true };
    case 'DECODE_AND_MERGE_SLASHES':
      return { normalize_path: { value: true }, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' };
  }
}
