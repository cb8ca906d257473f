import { circuitsPromql } from './read-circuits';
import { allBuckets, latencyLabels, quantilePromql, reportedRates, serviceLabels } from './percentile-queries';
import type { GraphPercentile, WhichReports } from './percentile-queries';
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
  ...serviceLabels,
  ...principals,
];
const tcpLabels = [
  'reporter',
  'response_flags',
  'connection_security_policy',
  ...peer('source'),
  ...peer('destination'),
  ...serviceLabels,
  ...principals,
];

/** Requests a second by all that an edge shows. @param reports a matcher of some of the reports */
export function ratesPromql(window: string, reports = ''): string {
  return `sum by (${requestLabels.join(', ')}) (rate(istio_requests_total${reports === '' ? '' : `{${reports}}`}[${window}]))`;
}

/** Queries whose rows have the labels of `WhichReports`. */
export const reportedQueries: readonly GraphQueryName[] = [
  'p50Ms',
  'p90Ms',
  'p95Ms',
  'p99Ms',
  'avgMs',
  'requestBytesPerSecond',
  'responseBytesPerSecond',
  'messagesPerSecond',
];

/**
 * The queries of a graph over a window such as `60s`: both reporters at once, all namespaces at once, twelve at the most. Percentiles
 * are what costs (twenty buckets per series): only those asked for are planned, and `planPercentiles` asks for the same in less work.
 * @param which whose reports of all but the rates are read, and the labels that tell them apart
 */
export function planGraphQueries(
  type: GraphType,
  window: string,
  percentiles: readonly GraphPercentile[] = ['50', '95', '99'],
  which: WhichReports = { callersFor: 'all', labels: latencyLabels(type) },
): Partial<Record<GraphQueryName, PlannedQuery>> {
  const rate = (metric: string) => `rate(${metric}[${window}])`;
  const quantile = (one: GraphPercentile): PlannedQuery => ({
    promql: quantilePromql(window, String(Number(one) / 100), which, allBuckets),
    window,
    reporter: 'destination, else source',
  });
  // Istio counts TCP bytes from the server's view: "received" is what the source sent.
  const bytes = (metric: string): PlannedQuery => ({
    promql: `sum by (${tcpLabels.join(', ')}) (${rate(metric)})`,
    window,
    reporter: 'source, else destination',
  });
  const reported = (metric: string) => `sum by (${which.labels.join(', ')}) (${reportedRates(metric, window, which.callersFor)})`;
  const perSecond = (metric: string): PlannedQuery => ({ promql: reported(metric), window, reporter: 'destination, else source' });
  const messages = (direction: string, metric: string) => `label_replace(${reported(metric)}, "direction", "${direction}", "", "")`;
  const duration = (part: string) => reported(`istio_request_duration_milliseconds_${part}`);
  return {
    rps: { promql: ratesPromql(window), window, reporter: 'source, else destination' },
    ...Object.fromEntries(percentiles.map((one) => [`p${one}Ms`, quantile(one)])),
    avgMs: { promql: `${duration('sum')} / ${duration('count')}`, window, reporter: 'destination, else source' },
    sentBytesPerSecond: bytes('istio_tcp_received_bytes_total'),
    receivedBytesPerSecond: bytes('istio_tcp_sent_bytes_total'),
    requestBytesPerSecond: perSecond('istio_request_bytes_sum'),
    responseBytesPerSecond: perSecond('istio_response_bytes_sum'),
    messagesPerSecond: {
      promql: `${messages('sent', 'istio_request_messages_total')} or ${messages('received', 'istio_response_messages_total')}`,
      window,
      reporter: 'destination, else source',
    },
    circuits: { promql: circuitsPromql, window: '0s', reporter: 'source' },
  };
}
