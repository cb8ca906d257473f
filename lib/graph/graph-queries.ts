import { circuitsPromql } from './read-circuits';
import type { Sample } from './resolve-nodes';
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
  'messagesPerSecond',
  'circuits',
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

/** Above so many hosts a selector that names them costs more than it saves. */
const mostHosts = 150;

/**
 * Hosts that some caller sent requests to which no destination reported (one without a sidecar, one outside the mesh, one never
 * reached): only for these the callers' percentiles are needed. `all` when there are too many to name.
 */
export function hostsOnlyCallersKnow(rates: readonly Sample[], type: GraphType): readonly string[] | 'all' {
  const labels = latencyLabels(type).filter((name) => name !== 'reporter');
  const keyOf = (sample: Sample): string => labels.map((name) => sample.labels[name] ?? '').join('\n');
  const reported = new Set(rates.filter((row) => row.labels['reporter'] !== 'source' && row.value > 0).map(keyOf));
  const hosts = new Set<string>();
  for (const row of rates) {
    if (row.labels['reporter'] !== 'source' || !(row.value > 0) || reported.has(keyOf(row))) continue;
    hosts.add(row.labels['destination_service'] ?? '');
    if (hosts.size > mostHosts) return 'all';
  }
  return [...hosts].toSorted();
}

function oneOf(hosts: readonly string[]): string {
  return `destination_service=~${JSON.stringify(hosts.map((host) => host.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'))}`;
}

/** Bounds above ten seconds, as Envoy and Prometheus write them; `+Inf` is none of them. */
const slowBounds = 'le!~"([2-9][0-9]{4}|[0-9]{6,})([.][0-9]+)?|[0-9]([.][0-9]+)?e[+]0?[5-9]"';

/** Which buckets percentiles are made of: all, those up to ten seconds, or all of some hosts. */
export type GraphBuckets = 'all' | 'quick' | { hosts: readonly string[] };

/** The buckets of those who are asked: destinations and waypoints, and callers for the hosts only they know. */
function bucketRates(window: string, callersFor: readonly string[] | 'all', buckets: GraphBuckets): string {
  const only = buckets === 'all' ? [] : [buckets === 'quick' ? slowBounds : oneOf(buckets.hosts)];
  const rate = (...matchers: string[]): string => {
    const all = [...matchers, ...only].join(', ');
    return `rate(istio_request_duration_milliseconds_bucket${all === '' ? '' : `{${all}}`}[${window}])`;
  };
  if (callersFor === 'all') return rate();
  if (callersFor.length === 0) return rate('reporter!="source"');
  return `${rate('reporter!="source"')} or ${rate('reporter="source"', oneOf(callersFor))}`;
}

/**
 * Hosts whose percentiles cannot be told from the buckets up to ten seconds: one that lies beyond the last bucket comes out as that
 * bucket's very bound, a whole number, which a value between two bounds is not. `all` when there are too many to name.
 */
export function hostsBeyond(percentiles: readonly Sample[]): readonly string[] | 'all' {
  const hosts = new Set<string>();
  for (const { labels, value } of percentiles) {
    if (!Number.isInteger(value) || value < 100) continue;
    hosts.add(labels['destination_service'] ?? '');
    if (hosts.size > mostHosts) return 'all';
  }
  return [...hosts].toSorted();
}

/**
 * The queries of a graph over a window such as `60s`: both reporters at once, all namespaces at once, twelve at the most. Percentiles
 * are what costs (twenty buckets per series): only those asked for are planned, and of the callers' buckets only what `callersFor` names.
 */
export function planGraphQueries(
  type: GraphType,
  window: string,
  percentiles: readonly GraphPercentile[] = ['50', '95', '99'],
  callersFor: readonly string[] | 'all' = 'all',
  buckets: GraphBuckets = 'all',
): Partial<Record<GraphQueryName, PlannedQuery>> {
  const rate = (metric: string) => `rate(${metric}[${window}])`;
  const quantile = (q: number): PlannedQuery => ({
    promql: `histogram_quantile(${q}, sum by (le, ${latencyLabels(type).join(', ')}) (${bucketRates(window, callersFor, buckets)}))`,
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
  const messages = (direction: string, metric: string) =>
    `label_replace(sum by (${latencyLabels(type).join(', ')}) (${rate(metric)}), "direction", "${direction}", "", "")`;
  const duration = (part: string) => `sum by (${latencyLabels(type).join(', ')}) (${rate(`istio_request_duration_milliseconds_${part}`)})`;
  return {
    rps: { promql: `sum by (${requestLabels.join(', ')}) (${rate('istio_requests_total')})`, window, reporter: 'source, else destination' },
    ...Object.fromEntries(percentiles.map((one) => [`p${one}Ms`, quantile(Number(one) / 100)])),
    avgMs: { promql: `${duration('sum')} / ${duration('count')}`, window, reporter: 'destination, else source' },
    sentBytesPerSecond: bytes('istio_tcp_received_bytes_total'),
    receivedBytesPerSecond: bytes('istio_tcp_sent_bytes_total'),
    requestBytesPerSecond: perSecond('istio_request_bytes_sum'),
    responseBytesPerSecond: perSecond('istio_response_bytes_sum'),
    messagesPerSecond: {
      promql: `${messages('sent', 'istio_request_messages_total')} or ${messages('received', 'istio_response_messages_total')}`,
      window,
      reporter: 'source, else destination',
    },
    circuits: { promql: circuitsPromql, window: '0s', reporter: 'source' },
  };
}
