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

/** Above so many hosts a selector that names them costs more than it saves. */
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

/** Below so many rows one question is as quick as two. */
const fewRows = 2_000;

/**
 * Namespaces of the destinations in two halves of about equal work, each as a matcher; together they hold every series. A store works
 * at one query with one core. A mesh that is small, or is all in one namespace, is one lot without a matcher.
 */
export function splitInLots(rates: readonly Sample[]): string[] {
  if (rates.length < fewRows) return [''];
  const counts = new Map<string, number>();
  for (const { labels } of rates) {
    const namespace = labels['destination_workload_namespace'] ?? '';
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  const half: string[] = [];
  let taken = 0;
  for (const [namespace, count] of [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    if (taken + count > rates.length / 2) continue;
    half.push(namespace);
    taken += count;
  }
  if (half.length === 0) return [''];
  return ['=~', '!~'].map((operator) => `destination_workload_namespace${operator}${anyOf(half)}`);
}

function anyOf(values: readonly string[]): string {
  return JSON.stringify(values.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'));
}

const oneOf = (hosts: readonly string[]): string => `destination_service=~${anyOf(hosts)}`;

/** Bounds above ten seconds, as Envoy and Prometheus write them; `+Inf` is none of them. */
const slowBounds = 'le!~"([2-9][0-9]{4}|[0-9]{6,})([.][0-9]+)?|[0-9]([.][0-9]+)?e[+]0?[5-9]"';

/** Hosts for which what callers report is asked too. */
export type CallersFor = readonly string[] | 'all';

/**
 * Rates of a metric as those report who are asked: destinations and waypoints, and callers for the hosts only they know. Where both ends
 * report that is half the work.
 * @param only further matchers
 */
export function reportedRates(metric: string, window: string, callersFor: CallersFor, only: readonly string[] = [], at?: string): string {
  const rate = (...matchers: string[]): string => {
    const all = [...matchers, ...only].filter((one) => one !== '').join(', ');
    return `rate(${metric}${all === '' ? '' : `{${all}}`}[${window}]${at === undefined ? '' : ` @ ${at}`})`;
  };
  if (callersFor === 'all') return rate();
  if (callersFor.length === 0) return rate('reporter!="source"');
  return `${rate('reporter!="source"')} or ${rate('reporter="source"', oneOf(callersFor))}`;
}

/** Which buckets percentiles are made of. */
export interface WhichBuckets {
  callersFor: CallersFor;
  /** All, those up to ten seconds, or all of some hosts. */
  bounds: 'all' | 'quick' | { hosts: readonly string[] };
  /** One of `splitInLots`. */
  lot: string;
}

export const allBuckets: WhichBuckets = { callersFor: 'all', bounds: 'all', lot: '' };

/**
 * `histogram_quantile` over the buckets of those who are asked.
 * @param quantile a scalar expression, from 0 to 1
 * @param at a moment in seconds at which the buckets are read, whatever the moment of the query
 */
export function quantilePromql(type: GraphType, window: string, quantile: string, which: WhichBuckets, at?: string): string {
  const { callersFor, bounds, lot } = which;
  const only = [bounds === 'all' ? '' : bounds === 'quick' ? slowBounds : oneOf(bounds.hosts), lot];
  const asked = reportedRates('istio_request_duration_milliseconds_bucket', window, callersFor, only, at);
  return `histogram_quantile(${quantile}, sum by (le, ${latencyLabels(type).join(', ')}) (${asked}))`;
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
  type: GraphType,
  window: string,
  percentiles: readonly GraphPercentile[],
  which: WhichBuckets,
  atMs: number,
): PercentileQuestion {
  const start = Math.floor(atMs / 1_000);
  const quantile = percentiles.map((one, step) => `${Number(one) / 100} * (time() == bool ${start + step})`).join(' + ');
  return {
    promql: quantilePromql(type, window, quantile, which, String(atMs / 1_000)),
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
