import { matchesLabels } from '@/lib/model';
import { filterNames, typeUrls } from '@/lib/xds';
import { compareAge, table } from './mesh-state';
import type { Telemetry, TelemetrySpec } from '@/lib/kinds';
import type { AccessLog, CustomTag, HcmTracing, Struct } from '@/lib/xds';
import type { ExtensionProvider, MeshSettings } from './mesh-settings';
import type { MeshState } from './mesh-state';
import type { ProxyNode } from './types';

/** Istio's default access log format (istio.md §4). */
const textFormat =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% ' +
  '%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" ' +
  '"%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% ' +
  '%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

const jsonFormat: Struct = {
  start_time: '%START_TIME%',
  route_name: '%ROUTE_NAME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

type Logging = NonNullable<TelemetrySpec['accessLogging']>[number];
type Mode = 'CLIENT' | 'SERVER';

/** What one side (client or server) of a proxy reports. */
export interface TelemetrySettings {
  accessLogs: readonly AccessLog[];
  tracing: HcmTracing | undefined;
}

/** Telemetry objects that apply to a workload: the mesh's, the namespace's, its own (oldest of each). */
function telemetryLevels(state: MeshState, proxy: Pick<ProxyNode, 'namespace' | 'labels'>): readonly Telemetry[] {
  const objects = table<Telemetry>(state, 'telemetry.istio.io/Telemetry');
  if (objects.size === 0) return [];
  const ordered = state.cache.memo('telemetries', [objects], () => [...objects.values()].sort(compareAge));
  const selects = (telemetry: Telemetry): boolean => Object.keys(telemetry.spec?.selector?.matchLabels ?? {}).length > 0;
  const targets = (telemetry: Telemetry): boolean =>
    telemetry.spec?.targetRef !== undefined || (telemetry.spec?.targetRefs ?? []).length > 0;
  const inNamespace = (namespace: string) =>
    ordered.filter((telemetry) => telemetry.metadata.namespace === namespace && !targets(telemetry));
  const root = inNamespace(state.rootNamespace).find((telemetry) => !selects(telemetry));
  const own = proxy.namespace === state.rootNamespace ? undefined : inNamespace(proxy.namespace).find((telemetry) => !selects(telemetry));
  const workload = inNamespace(proxy.namespace).find(
    (telemetry) => selects(telemetry) && matchesLabels(proxy.labels, telemetry.spec.selector?.matchLabels),
  );
  return [root, own, workload].filter((telemetry) => telemetry !== undefined);
}

/** Access logs and tracing of one side of a proxy. */
export function resolveTelemetry(state: MeshState, proxy: ProxyNode, mode: Mode): TelemetrySettings {
  const levels = telemetryLevels(state, proxy);
  const key = `telemetry|${mode}|${proxy.namespace}|${levels.map((level) => level.metadata.name).join()}|${proxy.proxy}|${proxy.workload}|${proxy.labels['service.istio.io/canonical-name'] ?? ''}|${proxy.labels['service.istio.io/canonical-revision'] ?? ''}`;
  return state.cache.memo(key, [state.mesh, ...levels], () => ({
    accessLogs: state.cache.memo(
      `access-logs|${mode}|${proxy.namespace}|${levels.map((level) => level.metadata.name).join()}`,
      [state.mesh, ...levels],
      () => accessLogs(state.mesh, levels, mode),
    ),
    tracing: tracing(state.mesh, levels, mode, proxy),
  }));
}

function appliesTo(match: { mode?: 'CLIENT_AND_SERVER' | 'CLIENT' | 'SERVER' | undefined } | undefined, mode: Mode): boolean {
  return match?.mode === undefined || match.mode === 'CLIENT_AND_SERVER' || match.mode === mode;
}

function accessLogs(mesh: MeshSettings, levels: readonly Telemetry[], mode: Mode): AccessLog[] {
  const configured = levels.map((level) => level.spec.accessLogging ?? []).filter((logging) => logging.length > 0);
  const defaults =
    mesh.defaultProviders.accessLogging.length > 0 ? mesh.defaultProviders.accessLogging : mesh.accessLogFile === '' ? [] : ['envoy'];
  if (configured.length === 0) return defaults.flatMap((name) => fileLog(mesh, name, undefined));
  let inScope: readonly string[] = defaults;
  for (const logging of configured) {
    const named = logging.flatMap((entry) => (entry.providers ?? []).map((provider) => provider.name));
    if (named.length > 0) inScope = named;
  }
  const active = new Map<string, Logging['filter']>();
  for (const logging of configured) {
    for (const entry of logging) {
      if (!appliesTo(entry.match, mode)) continue;
      const names = (entry.providers ?? []).length > 0 ? (entry.providers ?? []).map((provider) => provider.name) : inScope;
      for (const name of names) {
        if (!inScope.includes(name)) continue;
        if (entry.disabled === true) active.delete(name);
        else active.set(name, entry.filter);
      }
    }
  }
  return [...active].flatMap(([name, filter]) => fileLog(mesh, name, filter?.expression));
}

function fileLog(mesh: MeshSettings, name: string, expression: string | undefined): AccessLog[] {
  const provider: ExtensionProvider | undefined =
    mesh.extensionProviders.find((candidate) => candidate.name === name) ??
    (name === 'envoy'
      ? {
          name,
          type: 'envoyFileAccessLog',
          service: '',
          port: 0,
          path: mesh.accessLogFile === '' ? '/dev/stdout' : mesh.accessLogFile,
          format: undefined,
        }
      : undefined);
  if (provider?.type !== 'envoyFileAccessLog') return [];
  const filter = celFilter(expression);
  const format = provider.format;
  const logFormat =
    format === undefined
      ? mesh.accessLogEncoding === 'JSON'
        ? { json_format: jsonFormat }
        : { text_format_source: { inline_string: mesh.accessLogFormat === '' ? textFormat : mesh.accessLogFormat } }
      : 'labels' in format
        ? { json_format: format.labels }
        : { text_format_source: { inline_string: format.text.endsWith('\n') ? format.text : `${format.text}\n` } };
  return [
    {
      name: filterNames.fileAccessLog,
      typed_config: { '@type': typeUrls.fileAccessLog, path: provider.path, log_format: logFormat },
      ...(filter === undefined ? {} : { filter }),
    },
  ];
}

/** The few CEL expressions people write for access logs that Envoy's own filters can stand for; others log everything (and are noted). */
export function celFilter(expression: string | undefined): AccessLog['filter'] {
  const status = /^\s*response\.code\s*(>=|>|<=|<|==)\s*(\d{3})\s*$/.exec(expression ?? '');
  if (status?.[2] === undefined) return undefined;
  const code = Number(status[2]);
  const compare = (op: 'EQ' | 'GE' | 'LE', value: number): AccessLog['filter'] => ({
    status_code_filter: { comparison: { op, value: { default_value: value, runtime_key: 'access_log.status_code' } } },
  });
  switch (status[1]) {
    case '>=':
      return compare('GE', code);
    case '>':
      return compare('GE', code + 1);
    case '<=':
      return compare('LE', code);
    case '<':
      return compare('LE', code - 1);
    default:
      return compare('EQ', code);
  }
}

function tracing(mesh: MeshSettings, levels: readonly Telemetry[], mode: Mode, proxy: ProxyNode): HcmTracing | undefined {
  if (!mesh.enableTracing) return undefined;
  let sampling = mesh.sampling;
  let reporting = true;
  let istioTags = true;
  let tags: NonNullable<NonNullable<TelemetrySpec['tracing']>[number]['customTags']> = {};
  for (const level of levels) {
    for (const entry of level.spec.tracing ?? []) {
      if (!appliesTo(entry.match, mode)) continue;
      if (entry.randomSamplingPercentage !== undefined) sampling = entry.randomSamplingPercentage;
      if (entry.disableSpanReporting !== undefined) reporting = !entry.disableSpanReporting;
      if (entry.enableIstioTags !== undefined) istioTags = entry.enableIstioTags;
      if (entry.customTags !== undefined) tags = entry.customTags;
    }
  }
  if (!reporting) return undefined;
  const customTags: CustomTag[] = istioTags ? workloadTags(proxy) : [];
  for (const [tag, source] of Object.entries(tags).sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (source.literal !== undefined) customTags.push({ tag, literal: { value: source.literal.value } });
    if (source.environment !== undefined) customTags.push({ tag, environment: withDefault(source.environment) });
    if (source.header !== undefined) customTags.push({ tag, request_header: withDefault(source.header) });
  }
  return {
    client_sampling: { value: 100 },
    random_sampling: { value: sampling },
    overall_sampling: { value: 100 },
    custom_tags: customTags,
    provider:
      proxy.proxy === 'heddle'
        ? {
            name: filterNames.openTelemetryTracer,
            typed_config: {
              '@type': typeUrls.openTelemetryTracer,
              http_service: {
                http_uri: { uri: 'http://opentelemetry-collector/v1/traces', cluster: 'opentelemetry-collector', timeout: { seconds: 10 } },
              },
              service_name: `${proxy.labels['service.istio.io/canonical-name'] ?? proxy.labels['app'] ?? proxy.workload}.${proxy.namespace}`,
            },
          }
        : {
            name: filterNames.zipkinTracer,
            typed_config: {
              '@type': typeUrls.zipkinTracer,
              collector_cluster: 'zipkin',
              collector_endpoint: '/api/v2/spans',
              collector_endpoint_version: 'HTTP_JSON',
              trace_id_128bit: true,
              shared_span_context: { value: false },
            },
          },
  };
}

function withDefault(source: { name: string; defaultValue?: string | undefined }): { name: string; default_value?: string } {
  return source.defaultValue === undefined ? { name: source.name } : { name: source.name, default_value: source.defaultValue };
}

function workloadTags(proxy: ProxyNode): CustomTag[] {
  const labels = proxy.labels;
  const values: Record<string, string> = {
    'istio.canonical_revision': labels['service.istio.io/canonical-revision'] ?? labels['version'] ?? 'latest',
    'istio.canonical_service': labels['service.istio.io/canonical-name'] ?? labels['app'] ?? proxy.workload,
    'istio.cluster_id': proxy.clusterId,
    'istio.mesh_id': proxy.meshId,
    'istio.namespace': proxy.namespace,
  };
  return Object.entries(values).map(([tag, value]) => ({ tag, literal: { value } }));
}
