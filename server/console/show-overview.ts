import type { GraphNode, OverviewNamespace, OverviewResponse, Sparkline } from '@/lib/contract';
import { durationMs } from '@/lib/contract';
import { isKnown } from '@/lib/graph';
import { countHealth, worstHealth } from '@/lib/health';
import type { Line } from '@/server/sources';
import { askInstant, askRange } from './ask-metrics';
import type { Console } from './console-state';
import { injectionOf } from './show-meta';

const sparkPoints = 40;
const leastStepMs = 5_000;

/**
 * Every namespace that is watched or has traffic: its workloads, and the requests to them. Requests that reached no workload of a service
 * (no endpoint, a fault, a refusal on the way) count for its namespace and its health too.
 */
export async function showOverview(console: Console, query: { namespaces: string[]; duration: string }): Promise<OverviewResponse> {
  const now = console.now();
  const windowMs = durationMs(query.duration);
  // Four points in a window: a mesh that has just come up has a line after half a minute.
  const stepMs = Math.max(leastStepMs, windowMs / 4);
  const endMs = Math.floor(now / stepMs) * stepMs;
  const window = query.duration;
  const reporter = 'destination';
  const [graph, latency, history] = await Promise.all([
    console.graphs.graph({ ...query, graphType: 'workload', services: false, at: undefined }),
    askInstant(
      console.prometheus,
      {
        p95Ms: {
          promql: `histogram_quantile(0.95, sum by (le, destination_workload_namespace) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[${window}])))`,
          window,
          reporter,
        },
      },
      now,
    ),
    askRange(
      console.prometheus,
      {
        sparkline: {
          promql: `sum by (destination_workload_namespace) (rate(istio_requests_total{reporter="destination"}[${window}]))`,
          window,
          reporter,
        },
      },
      { startMs: endMs - (sparkPoints - 1) * stepMs, endMs, stepSeconds: stepMs / 1000 },
    ),
  ]);
  const times = Array.from({ length: sparkPoints }, (_, index) => (endMs - (sparkPoints - 1 - index) * stepMs) / 1000);
  const p95 = new Map((latency.answers['p95Ms'] ?? []).map((row) => [row.labels['destination_workload_namespace'], row.value]));
  const lines = new Map((history.answers['sparkline'] ?? []).map((line) => [line.labels['destination_workload_namespace'], line]));
  const watched = new Map((console.clusterOrNull()?.namespaces() ?? []).map((one) => [one.metadata.name, one]));
  const seen = graph.nodes.flatMap((node) => (isWorkload(node) && isKnown(node.namespace) ? [node.namespace] : []));
  const names = [...new Set([...watched.keys(), ...seen])]
    .filter((name) => query.namespaces.length === 0 || query.namespaces.includes(name))
    .toSorted((left, right) => (left < right ? -1 : 1));

  const namespaces = names.map((name): OverviewNamespace => {
    const nodes = graph.nodes.filter((node) => node.namespace === name && (isWorkload(node) || node.kind === 'service'));
    const workloads = countHealth(nodes.filter(isWorkload).map((node) => node.health));
    const health = worstHealth(countHealth(nodes.map((node) => node.health)));
    const namespace = watched.get(name);
    const rps = nodes.reduce((sum, node) => sum + requestsOf(node), 0);
    const errors = nodes.reduce((sum, node) => sum + (node.rpsIn ?? 0) * (node.errorRatio ?? 0), 0);
    const judged = nodes.reduce((sum, node) => sum + (node.rpsIn ?? 0), 0);
    const quantile = p95.get(name);
    return {
      cluster: console.config.clusterName,
      name,
      injection: namespace === undefined ? 'disabled' : injectionOf(namespace).injection,
      health: health.status,
      healthReasons: health.reasons,
      workloads,
      rps: rps > 0 ? rps : null,
      errorRatio: judged > 0 ? errors / judged : null,
      p95Ms: quantile !== undefined && Number.isFinite(quantile) && rps > 0 ? quantile : null,
      sparkline: toSparkline(times, lines.get(name)),
    };
  });
  return {
    at: graph.at,
    duration: query.duration,
    namespaces,
    notices: [...graph.notices, ...latency.notices, ...history.notices],
    queries: { ...pick(graph.queries, 'rps'), ...latency.queries, ...history.queries },
  };
}

function isWorkload(node: GraphNode): boolean {
  return node.kind === 'workload' || node.kind === 'gateway';
}

/** A gateway's own requests come from outside: only what it sends on is counted. */
function requestsOf(node: GraphNode): number {
  return node.rpsIn ?? (node.kind === 'gateway' ? (node.rpsOut ?? 0) : 0);
}

function pick<Value>(record: Record<string, Value>, key: string): Record<string, Value> {
  const value = record[key];
  return value === undefined ? {} : { [key]: value };
}

function toSparkline(times: number[], line: Line | undefined): Sparkline {
  const values = new Map(line?.points ?? []);
  return {
    times,
    values: times.map((time) => {
      const value = values.get(time);
      return value === undefined || !(value > 0) ? null : value;
    }),
  };
}
