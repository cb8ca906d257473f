import type { Sample } from './resolve-nodes';
import type { GraphType } from './schema';

export const serviceLabels = ['destination_service', 'destination_service_name', 'destination_service_namespace'];

/** Percentiles cannot be added up afterwards, so they are grouped by just what tells two edges of this type apart. */
export function latencyLabels(type: GraphType): string[] {
  const identity = {
    workload: ['workload'],
    app: ['canonical_service'],
    versionedApp: ['canonical_service', 'canonical_revision'],
    service: ['workload'],
  }[type];
  const side = (name: string) => [`${name}_cluster`, `${name}_workload_namespace`, ...identity.map((label) => `${name}_${label}`)];
  // The workload tells whether the peer is known at all, and is what a service stands for when it is the source.
  const known = type === 'service' ? [...side('source'), 'destination_cluster'] : [...side('source'), ...side('destination')];
  return ['reporter', 'request_protocol', ...known, ...serviceLabels];
}

/** Percentiles that can be asked for. */
export const graphPercentiles = ['50', '90', '95', '99'] as const;
export type GraphPercentile = (typeof graphPercentiles)[number];

/** Above so many hosts what callers report is asked of all of them: asking apart costs more than it saves. */
const mostHosts = 150;

/**
 * Hosts that some caller sent requests to which no destination reported (one without a sidecar, one outside the mesh, one never
 * reached): only for these what callers measured is needed. `all` when there are too many to name.
 */
export function hostsOnlyCallersKnow(rates: readonly Sample[], type: GraphType): CallersFor {
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

/** The rows of rates whose reports are asked. */
export function reportedRows(rates: readonly Sample[], callersFor: CallersFor): Sample[] {
  const isAsked = ({ labels }: Sample): boolean =>
    callersFor === 'all' || labels['reporter'] !== 'source' || callersFor.includes(labels['destination_service'] ?? '');
  return rates.filter(isAsked);
}

function anyOf(values: readonly string[]): string {
  return JSON.stringify(values.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'));
}

const oneOf = (hosts: readonly string[]): string => `destination_service=~${anyOf(hosts)}`;

/** Hosts for which what callers report is asked too. */
export type CallersFor = readonly string[] | 'all';

/** Whose reports are read, and the labels that tell their rows apart. */
export interface WhichReports {
  callersFor: CallersFor;
  labels: readonly string[];
}

/**
 * Rates of a metric as those report who are asked: destinations and waypoints, and callers for the hosts only they know. Where both ends
 * report that is half the work.
 * @param only further matchers
 */
export function reportedRates(metric: string, window: string, callersFor: CallersFor, only: readonly string[] = [], at?: string): string {
  const rate = (...matchers: string[]): string => {
    const all = [...matchers, ...only].join(', ');
    return `rate(${metric}${all === '' ? '' : `{${all}}`}[${window}]${at === undefined ? '' : ` @ ${at}`})`;
  };
  if (callersFor === 'all') return rate();
  if (callersFor.length === 0) return rate('reporter!="source"');
  return `${rate('reporter!="source"')} or ${rate('reporter="source"', oneOf(callersFor))}`;
}

/** Some buckets of some hosts. */
export interface BucketSlice {
  hosts: readonly string[] | 'all';
  /** Values of `le`, as the store writes them. */
  bounds: readonly string[] | 'all';
}

export const allBuckets: readonly BucketSlice[] = [{ hosts: 'all', bounds: 'all' }];

/**
 * `histogram_quantile` over the buckets of those who are asked.
 * @param quantile a scalar expression, from 0 to 1
 * @param at a moment in seconds at which the buckets are read, whatever the moment of the query
 */
export function quantilePromql(
  window: string,
  quantile: string,
  { callersFor, labels }: WhichReports,
  slices: readonly BucketSlice[],
  at?: string,
): string {
  const metric = 'istio_request_duration_milliseconds_bucket';
  const parts = slices.map(({ hosts, bounds }) => {
    const only = [...(hosts === 'all' ? [] : [oneOf(hosts)]), ...(bounds === 'all' ? [] : [`le=~${anyOf(bounds)}`])];
    const callers = hosts === 'all' || callersFor === 'all' ? callersFor : callersFor.filter((host) => hosts.includes(host));
    return `histogram_quantile(${quantile}, sum by (le, ${labels.join(', ')}) (${reportedRates(metric, window, callers, only, at)}))`;
  });
  return parts.join(' or ');
}

/** A range query, and what its answer is. */
export interface PercentileQuestion {
  promql: string;
  range: { startMs: number; endMs: number; stepSeconds: number };
}

/**
 * Several percentiles of the same buckets as one question: a range query whose every step is another percentile, while the buckets are
 * always those of one moment (the `@` modifier). A store reads and adds them up once, which is nearly all of the work.
 */
export function planPercentiles(
  window: string,
  percentiles: readonly GraphPercentile[],
  which: WhichReports,
  slices: readonly BucketSlice[],
  atMs: number,
): PercentileQuestion {
  const start = Math.floor(atMs / 1_000);
  const quantile = percentiles.map((one, step) => `${Number(one) / 100} * (time() == bool ${start + step})`).join(' + ');
  return {
    promql: quantilePromql(window, quantile, which, slices, String(atMs / 1_000)),
    range: { startMs: start * 1_000, endMs: (start + percentiles.length - 1) * 1_000, stepSeconds: 1 },
  };
}

/** The answer to such a question, by name as in `planGraphQueries`. */
export function readPercentiles(
  lines: readonly { labels: Sample['labels']; points: readonly (readonly [seconds: number, value: number])[] }[],
  percentiles: readonly GraphPercentile[],
  { range }: PercentileQuestion,
): Record<string, Sample[]> {
  const answers = percentiles.map((): Sample[] => []);
  for (const { labels, points } of lines)
    for (const [seconds, value] of points) answers[Math.round(seconds - range.startMs / 1_000)]?.push({ labels, value });
  return Object.fromEntries(percentiles.map((one, step) => [`p${one}Ms`, answers[step] ?? []]));
}
