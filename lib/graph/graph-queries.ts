import type { GraphType } from './schema';

/** What fills which part of the graph. Each is one query for the whole mesh. */
export const graphQueryNames = [
  'rps',
  'p50Ms',
  'p90Ms',
  'p95Ms',
  'p99Ms',
  'avgMs',
  'sentBytesPerSecond',
  'receivedBytesPerSecond',
  'requestBytesPerSecond',
  'responseBytesPerSecond',
  'sentMessagesPerSecond',
  'receivedMessagesPerSecond',
] as const;
export type GraphQueryName = (typeof graphQueryNames)[number];

export interface PlannedQuery {
  promql: string;
  window: string;
  reporter: string;
}

const peer = (side: 'source' | 'destination') =>
  ['cluster', 'workload_namespace', 'workload', 'canonical_service', 'canonical_revision'].map((label) => `${side}_${label}`);
const service = ['destination_service', 'destination_service_name', 'destination_service_namespace'];
const principals = ['source_principal', 'destination_principal'];

const requestLabels = [
  'reporter',
  'request_protocol',
  'response_code',
  'grpc_response_status',
  'response_flags',
  'connection_security_policy',
  ...peer('source'),
  ...peer('destination'),
  ...service,
  ...principals,
];
const tcpLabels = [
  'reporter',
  'response_flags',
  'connection_security_policy',
  ...peer('source'),
  ...peer('destination'),
  ...service,
  ...principals,
];

/** Percentiles cannot be added up afterwards, so they are grouped by just what tells two edges of this type apart. */
function latencyLabels(type: GraphType): string[] {
  const identity = {
    workload: ['workload'],
    app: ['canonical_service'],
    versionedApp: ['canonical_service', 'canonical_revision'],
    service: ['workload'],
  }[type];
  const side = (name: string) => [`${name}_cluster`, `${name}_workload_namespace`, ...identity.map((label) => `${name}_${label}`)];
  // The workload tells whether the peer is known at all, and is what a service stands for when it is the source.
  const known = type === 'service' ? [...side('source'), 'destination_cluster'] : [...side('source'), ...side('destination')];
  return ['reporter', 'request_protocol', ...known, ...service];
}

/** Percentiles that can be asked for. */
export const graphPercentiles = ['50', '90', '95', '99'] as const;
export type GraphPercentile = (typeof graphPercentiles)[number];

/**
 * The queries of a graph over a window such as `60s`: both reporters at once, all namespaces at once, twelve at the most. Percentiles
 * are what costs (twenty buckets per series), so only those asked for are planned.
 */
export function planGraphQueries(
  type: GraphType,
  window: string,
  percentiles: readonly GraphPercentile[] = ['50', '95', '99'],
): Partial<Record<GraphQueryName, PlannedQuery>> {
  const rate = (metric: string) => `rate(${metric}[${window}])`;
  const quantile = (q: number): PlannedQuery => ({
    promql: `histogram_quantile(${q}, sum by (le, ${latencyLabels(type).join(', ')}) (${rate('istio_request_duration_milliseconds_bucket')}))`,
    window,
    reporter: 'destination, else source',
  });
  // Istio counts TCP bytes from the server's view: "received" is what the source sent.
  const bytes = (metric: string): PlannedQuery => ({
    promql: `sum by (${tcpLabels.join(', ')}) (${rate(metric)})`,
    window,
    reporter: 'source, else destination',
  });
  const perSecond = (metric: string): PlannedQuery => ({
    promql: `sum by (${latencyLabels(type).join(', ')}) (${rate(metric)})`,
    window,
    reporter: 'source, else destination',
  });
  const duration = (part: string) => `sum by (${latencyLabels(type).join(', ')}) (${rate(`istio_request_duration_milliseconds_${part}`)})`;
  return {
    rps: { promql: `sum by (${requestLabels.join(', ')}) (${rate('istio_requests_total')})`, window, reporter: 'source, else destination' },
    ...Object.fromEntries(percentiles.map((one) => [`p${one}Ms`, quantile(Number(one) / 100)])),
    avgMs: { promql: `${duration('sum')} / ${duration('count')}`, window, reporter: 'destination, else source' },
    sentBytesPerSecond: bytes('istio_tcp_received_bytes_total'),
    receivedBytesPerSecond: bytes('istio_tcp_sent_bytes_total'),
    requestBytesPerSecond: perSecond('istio_request_bytes_sum'),
    responseBytesPerSecond: perSecond('istio_response_bytes_sum'),
    sentMessagesPerSecond: perSecond('istio_request_messages_total'),
    receivedMessagesPerSecond: perSecond('istio_response_messages_total'),
  };
}
