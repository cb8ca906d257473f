import type { Notice } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { Sample } from '@/lib/graph';
import type { Span } from '@/lib/traces';
import type { Prometheus, TraceStore } from '@/server/sources';
import { askInstant } from './ask-metrics';

/** Where the traffic of the mesh is read from. */
export interface TrafficSources {
  readonly prometheus: Prometheus | null;
  traces(): Promise<TraceStore>;
  now(): number;
}

/** Requests between a workload and a service, as metrics count them. */
export interface CountedEdge {
  /** `namespace/workload`; `unknown` for callers outside the mesh. */
  from: string;
  /** Full name of the service, `unknown` when no route was found. */
  host: string;
  requests: number;
  rps: number | null;
}

/** What a version of a service answers at present. */
export interface CarriedRate {
  /** Full name of the service. */
  host: string;
  version: string;
  rps: number;
  /** Mean duration; `null` when nobody knows. */
  meanMs: number | null;
}

/** What the mesh did in the last hour. */
export interface TrafficSample {
  edges: CountedEdge[];
  carried: CarriedRate[];
  spans: Span[];
  notices: Notice[];
}

/** One sample for all who ask within a moment. */
export interface TrafficSampler {
  sample(): Promise<TrafficSample>;
}

export const sampleWindow = '1h';
const windowMs = 3_600_000;
const rateWindow = '60s';
const freshMs = 20_000;
/** Searches of the trace store for one sample, and traces of each. */
const mostSearches = 40;
const tracesPerSearch = 60;
const mostSlices = 6;
const tracesTimeoutMs = 6_000;

export function createTrafficSampler(sources: TrafficSources): TrafficSampler {
  let known: { at: number; sample: Promise<TrafficSample> } | null = null;
  return {
    sample() {
      const now = sources.now();
      if (known !== null && now - known.at < freshMs) return known.sample;
      const sample = takeSample(sources, now);
      known = { at: now, sample };
      sample.catch(() => (known = null));
      return sample;
    },
  };
}

async function takeSample(sources: TrafficSources, now: number): Promise<TrafficSample> {
  const [counted, carried, traced] = await Promise.all([countEdges(sources, now), rateVersions(sources, now), sampleSpans(sources, now)]);
  return {
    edges: counted.edges,
    carried: carried.rates,
    spans: traced.spans,
    notices: [...counted.notices, ...carried.notices, ...traced.notices],
  };
}

/** Rate and mean duration by version, as callers report them. */
async function rateVersions({ prometheus }: TrafficSources, now: number): Promise<{ rates: CarriedRate[]; notices: Notice[] }> {
  const by = 'reporter, destination_service, destination_canonical_revision';
  const plan = (metric: string) => ({
    promql: `sum by (${by}) (rate(${metric}[${rateWindow}]))`,
    window: rateWindow,
    reporter: 'source, else destination',
  });
  const duration = 'istio_request_duration_milliseconds';
  const { answers, notices } = await askInstant(
    prometheus,
    { carried: plan('istio_requests_total'), durationSum: plan(`${duration}_sum`), durationCount: plan(`${duration}_count`) },
    now,
  );
  const key = ({ labels }: Sample): string =>
    `${labels['reporter']} ${labels['destination_service']} ${labels['destination_canonical_revision']}`;
  const [sums, counts] = [answers['durationSum'], answers['durationCount']].map(
    (rows) => new Map((rows ?? []).map((row) => [key(row), row.value])),
  );
  const rates = new Map<string, CarriedRate>();
  for (const reporter of ['source', 'destination']) {
    for (const row of answers['carried'] ?? []) {
      const { destination_service: host, destination_canonical_revision: version, reporter: own } = row.labels;
      if (own !== reporter || host === undefined || version === undefined || version === 'unknown' || !(row.value > 0)) continue;
      const [sum, count] = [sums?.get(key(row)) ?? 0, counts?.get(key(row)) ?? 0];
      if (!rates.has(`${host} ${version}`))
        rates.set(`${host} ${version}`, { host, version, rps: row.value, meanMs: count > 0 ? sum / count : null });
    }
  }
  return { rates: [...rates.values()], notices };
}

const edgeLabels = 'reporter, source_workload_namespace, source_workload, destination_service, destination_service_name';

async function countEdges({ prometheus }: TrafficSources, now: number): Promise<{ edges: CountedEdge[]; notices: Notice[] }> {
  const plan = (name: string, window: string) => ({
    promql: `sum by (${edgeLabels}) (${name}(istio_requests_total[${window}]))`,
    window,
    reporter: 'source, else destination',
  });
  const { answers, notices } = await askInstant(
    prometheus,
    { requests: plan('increase', sampleWindow), rates: plan('rate', rateWindow) },
    now,
  );
  const edges = new Map<string, CountedEdge>();
  // Both sides report: the caller's word counts, and the called side's where the caller has no proxy.
  for (const reporter of ['source', 'destination']) {
    const rates = sumByEdge(answers['rates'] ?? [], reporter);
    for (const [key, { row, sum }] of sumByEdge(answers['requests'] ?? [], reporter)) {
      const rate = rates.get(key)?.sum ?? 0;
      if (!edges.has(key)) edges.set(key, { ...endsOf(row), requests: sum, rps: rate > 0 ? rate : null });
    }
  }
  return { edges: [...edges.values()], notices };
}

function sumByEdge(rows: readonly Sample[], reporter: string): Map<string, { row: Sample; sum: number }> {
  const sums = new Map<string, { row: Sample; sum: number }>();
  for (const row of rows) {
    if (row.labels['reporter'] !== reporter || !(row.value > 0)) continue;
    const { from, host } = endsOf(row);
    const key = `${from} ${host}`;
    sums.set(key, { row, sum: (sums.get(key)?.sum ?? 0) + row.value });
  }
  return sums;
}

function endsOf({ labels }: Sample): { from: string; host: string } {
  const workload = labels['source_workload'] ?? 'unknown';
  const from = workload === 'unknown' ? 'unknown' : `${labels['source_workload_namespace'] ?? 'default'}/${workload}`;
  // Of requests that reached no endpoint (a fault, none ready) some proxies only know the Envoy cluster: `outbound|9080||HOST`.
  const [, , , clusterHost] = (labels['destination_service_name'] ?? '').split('|');
  return { from, host: clusterHost ?? labels['destination_service'] ?? 'unknown' };
}

/** Traces of every service, from slices spread over the window, so that one busy minute does not stand for the hour. */
async function sampleSpans(sources: TrafficSources, now: number): Promise<{ spans: Span[]; notices: Notice[] }> {
  const signal = AbortSignal.timeout(tracesTimeoutMs);
  const missing = (error: unknown): Notice => {
    if (isHeddleError(error)) return { source: 'traces', code: error.code, message: error.message };
    if (signal.aborted)
      return {
        source: 'traces',
        code: 'timeout',
        message: 'The trace store takes too long: paths and headers come from what it gave so far.',
      };
    return { source: 'traces', code: 'source_failed', message: 'The trace store answered in an unknown form.' };
  };
  let store: TraceStore;
  let services: string[];
  try {
    store = await sources.traces();
    services = await store.services(signal);
  } catch (error) {
    return { spans: [], notices: [missing(error)] };
  }
  const asked = services.slice(0, mostSearches);
  const slices = Math.max(1, Math.min(mostSlices, Math.floor(mostSearches / Math.max(1, asked.length))));
  const spans = new Map<string, Span>();
  let failure: Notice | null = null;
  const searches = asked.flatMap((service) => Array.from({ length: slices }, (_, slice) => ({ service, slice })));
  await eachOf(searches, 4, async ({ service, slice }) => {
    const endMs = now - (slice * windowMs) / slices;
    try {
      const found = await store.spans(
        {
          service,
          operation: null,
          minDurationMs: null,
          maxDurationMs: null,
          tags: {},
          startMs: endMs - windowMs / slices,
          endMs,
          limit: tracesPerSearch,
        },
        signal,
      );
      for (const span of found) spans.set(`${span.traceId} ${span.spanId} ${span.kind}`, span);
    } catch (error) {
      failure ??= missing(error);
    }
  });
  return { spans: [...spans.values()], notices: failure === null ? [] : [failure] };
}

/** Does a job for each, a few at a time. */
async function eachOf<Item>(items: readonly Item[], most: number, job: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
