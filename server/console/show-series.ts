import { durationMs } from '@/lib/contract';
import type { SeriesGroup, SeriesResponse } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { parseNodeId } from '@/lib/graph';
import type { PlannedQuery } from '@/lib/graph';
import type { Line } from '@/server/sources';
import { askRange, promString } from './ask-metrics';
import type { Console } from './console-state';
import { timeMarks } from './time-marks';

export interface SeriesOptions {
  duration: string;
  step?: string | undefined;
  at?: string | undefined;
}

interface Series {
  /** Matchers of a selector, without braces and reporter. */
  matchers: string[];
  /** The label whose values are lines of their own; `null`: one line. */
  by: string | null;
  /** Name of the line when there is one. */
  key: string;
  /** Which reporter is asked first for rates. */
  rates: 'source' | 'destination';
}

const leastRateSeconds = 60;
const wantedPoints = 120;
const mostPoints = 2000;

/** RED by version of a service over time. */
export function serviceSeries(
  console: Console,
  target: { namespace: string; name: string },
  options: SeriesOptions,
): Promise<SeriesResponse> {
  const matchers = [`destination_service_namespace=${promString(target.namespace)}`, `destination_service_name=${promString(target.name)}`];
  // Requests that never reached a version (aborted, no endpoint) name none: with one version they are its own.
  const only = soleVersion(console, target);
  if (only !== null) return measure(console, { matchers, by: null, key: only, rates: 'source' }, options);
  return measure(console, { matchers, by: 'destination_canonical_revision', key: 'all', rates: 'source' }, options);
}

/** RED of what reaches a workload. */
export function workloadSeries(
  console: Console,
  target: { namespace: string; name: string },
  options: SeriesOptions,
): Promise<SeriesResponse> {
  const matchers = [`destination_workload_namespace=${promString(target.namespace)}`, `destination_workload=${promString(target.name)}`];
  return measure(console, { matchers, by: null, key: 'all', rates: 'source' }, options);
}

/** RED of what reaches the workloads of some namespaces, or some of one namespace's; nothing named: the whole mesh. */
export function groupSeries(
  console: Console,
  group: { namespaces: readonly string[]; workloads: readonly string[] },
  options: SeriesOptions,
): Promise<SeriesResponse> {
  const oneOf = (names: readonly string[]) => promString(names.map(escapeRegex).join('|'));
  const matchers = [
    // What never reached a workload names the service that it was meant for.
    ...(group.workloads.length === 0 && group.namespaces.length > 0 ? [`destination_service_namespace=~${oneOf(group.namespaces)}`] : []),
    ...(group.workloads.length === 0
      ? []
      : [`destination_workload_namespace=~${oneOf(group.namespaces)}`, `destination_workload=~${oneOf(group.workloads)}`]),
  ];
  if (group.workloads.length > 0 && group.namespaces.length !== 1)
    throw new HeddleError('bad_request', 'Workloads are named within one namespace.', { path: 'namespaces' });
  return measure(console, { matchers, by: null, key: 'all', rates: 'source' }, options);
}

/** RED of an edge, named by the ids of its two nodes. */
export function edgeSeries(
  console: Console,
  edge: { source: string; target: string; protocol: 'http' | 'grpc' | 'tcp' },
  options: SeriesOptions,
): Promise<SeriesResponse> {
  if (edge.protocol === 'tcp') throw new HeddleError('not_supported', 'TCP connections have no requests to chart.');
  const matchers = [
    ...nodeMatchers(console, 'source', edge.source),
    ...nodeMatchers(console, 'destination', edge.target),
    `request_protocol=${promString(edge.protocol)}`,
  ];
  return measure(console, { matchers, by: null, key: 'all', rates: 'source' }, options);
}

function nodeMatchers(console: Console, side: 'source' | 'destination', id: string): string[] {
  const node = parseNodeId(id);
  if (node === null)
    throw new HeddleError('bad_request', `${id} is not the id of a node.`, { path: side === 'source' ? 'source' : 'target' });
  const namespace = `${side}_workload_namespace=${promString(node.namespace)}`;
  const is = (label: string, value: string) => `${side}_${label}=${promString(value)}`;
  switch (node.kind) {
    case 'app':
      return [namespace, is('canonical_service', node.name), ...(node.version === null ? [] : [is('canonical_revision', node.version)])];
    case 'service':
      // As a source a service stands for the workloads behind it.
      if (side === 'source') return [namespace, `source_workload=~${promString(workloadsBehind(console, node))}`];
      return [`destination_service_namespace=${promString(node.namespace)}`, `destination_service_name=${promString(node.name)}`];
    case 'external':
      return [isCluster(node.name) ? `destination_service_name=${promString(node.name)}` : `destination_service=${promString(node.name)}`];
    case 'unknown':
      return [is('workload', 'unknown')];
    default: {
      // Requests that never reached the only workload behind a service are counted for it, as in the graph.
      if (side === 'destination') {
        const only = soleService(console, node);
        if (only !== null) {
          return [
            `destination_workload=~${promString(`${escapeRegex(node.name)}|unknown`)}`,
            `destination_service_namespace=${promString(node.namespace)}`,
            `destination_service_name=${promString(only)}`,
          ];
        }
      }
      return [namespace, is('workload', node.name)];
    }
  }
}

function isCluster(name: string): boolean {
  return name === 'PassthroughCluster' || name === 'BlackHoleCluster';
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function workloadsBehind(console: Console, node: { namespace: string; name: string }): string {
  const context = console.clusterOrNull()?.context();
  const keys = context?.services.get(`${node.namespace}/${node.name}`)?.workloads ?? [];
  return keys.map((key) => escapeRegex(key.slice(key.indexOf('/') + 1))).join('|') || escapeRegex(node.name);
}

/** The version of a service that has just one. */
function soleVersion(console: Console, target: { namespace: string; name: string }): string | null {
  const context = console.clusterOrNull()?.context();
  const keys = context?.services.get(`${target.namespace}/${target.name}`)?.workloads ?? [];
  const versions = new Set(keys.map((key) => context?.workloads.get(key)?.version ?? ''));
  const [only] = versions;
  return versions.size === 1 && only !== undefined && only !== '' ? only : null;
}

/** The one service a workload alone stands behind. */
function soleService(console: Console, node: { namespace: string; name: string }): string | null {
  const context = console.clusterOrNull()?.context();
  const services = context?.workloads.get(`${node.namespace}/${node.name}`)?.services ?? [];
  const [only, ...others] = services;
  if (only === undefined || others.length > 0 || context?.services.get(only)?.workloads.length !== 1) return null;
  return only.slice(only.indexOf('/') + 1);
}

async function measure(console: Console, series: Series, options: SeriesOptions): Promise<SeriesResponse> {
  const nowMs = options.at === undefined ? console.now() : Date.parse(options.at);
  const windowMs = durationMs(options.duration);
  const stepMs = options.step === undefined ? Math.max(1000, Math.ceil(windowMs / wantedPoints / 1000) * 1000) : durationMs(options.step);
  if (stepMs <= 0 || windowMs / stepMs > mostPoints) {
    throw new HeddleError('bad_request', `A chart has at most ${mostPoints} points.`, { path: 'step', hint: 'Use a longer step.' });
  }
  // Whole steps, so that a chart asked for again has the same moments and nothing in it moves.
  const endMs = Math.floor(nowMs / stepMs) * stepMs;
  const count = Math.floor(windowMs / stepMs) + 1;
  const startMs = endMs - (count - 1) * stepMs;
  const window = `${Math.max(leastRateSeconds, Math.ceil(stepMs / 1000))}s`;
  const [measured, { marks }] = await Promise.all([
    askRange(console.prometheus, plan(series, window), { startMs, endMs, stepSeconds: stepMs / 1000 }),
    // A chart stands without its marks; the time line says why some are missing.
    timeMarks(console, startMs, endMs),
  ]);
  const times = Array.from({ length: count }, (_, index) => (startMs + index * stepMs) / 1000);
  return {
    at: new Date(nowMs).toISOString(),
    stepSeconds: stepMs / 1000,
    times,
    groups: groupsOf(measured.answers, series, times),
    marks,
    notices: measured.notices,
    queries: measured.queries,
  };
}

const httpError = 'response_code=~"0|5.."';
const grpcError = 'request_protocol="grpc", grpc_response_status!~"0|"';

function plan(series: Series, window: string): Record<string, PlannedQuery> {
  const by = series.by === null ? '' : ` by (${series.by})`;
  const other = series.rates === 'source' ? 'destination' : 'source';
  const where = (reporter: string, ...more: string[]) => `{${[`reporter="${reporter}"`, ...series.matchers, ...more].join(', ')}}`;
  const rate = (reporter: string, ...more: string[]) => `sum${by} (rate(istio_requests_total${where(reporter, ...more)}[${window}]))`;
  // No failed request may mean no series of failed requests: the rate times zero stands in.
  const errors = (reporter: string) => {
    const failed = [where(reporter, 'request_protocol!="grpc"', httpError), where(reporter, grpcError)];
    const rates = failed.map((selector) => `rate(istio_requests_total${selector}[${window}])`).join(' or ');
    return `(sum${by} (${rates}) or ${rate(reporter)} * 0)`;
  };
  const quantile = (q: number, reporter: string) => {
    const labels = series.by === null ? 'le' : `le, ${series.by}`;
    return `histogram_quantile(${q}, sum by (${labels}) (rate(istio_request_duration_milliseconds_bucket${where(reporter)}[${window}])))`;
  };
  const latency = (q: number): PlannedQuery => ({
    promql: `${quantile(q, 'destination')} or ${quantile(q, 'source')}`,
    window,
    reporter: 'destination, else source',
  });
  const reporter = `${series.rates}, else ${other}`;
  return {
    rps: { promql: `${rate(series.rates)} or ${rate(other)}`, window, reporter },
    errorRatio: { promql: `${errors(series.rates)} / ${rate(series.rates)} or ${errors(other)} / ${rate(other)}`, window, reporter },
    p50Ms: latency(0.5),
    p95Ms: latency(0.95),
    p99Ms: latency(0.99),
  };
}

function groupsOf(answers: Record<string, Line[] | null>, { by, key: single }: Series, times: readonly number[]): SeriesGroup[] {
  const keyOf = (line: Line) => (by === null ? single : (line.labels[by] ?? ''));
  const keys = new Set(Object.values(answers).flatMap((lines) => (lines ?? []).map(keyOf)));
  const lineOf = (name: string, key: string, rates: readonly (number | null)[] | null) => {
    const points = new Map((answers[name] ?? []).find((line) => keyOf(line) === key)?.points ?? []);
    return times.map((time, index) => {
      const value = points.get(time);
      if (value === undefined || !Number.isFinite(value)) return null;
      // Without requests there is neither a rate nor a share of errors nor a latency.
      if (rates === null) return value > 0 ? value : null;
      return rates[index] === null ? null : value;
    });
  };
  return [...keys]
    .toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .map((key) => {
      const rps = lineOf('rps', key, null);
      // When the rates could not be asked the other lines still stand.
      const gate = answers['rps'] === null ? times.map(() => 1) : rps;
      return {
        key,
        rps,
        errorRatio: lineOf('errorRatio', key, gate),
        p50Ms: lineOf('p50Ms', key, gate),
        p95Ms: lineOf('p95Ms', key, gate),
        p99Ms: lineOf('p99Ms', key, gate),
      };
    });
}
