import type { MeshContext } from './mesh-context';
import type { GraphQueryName } from './graph-queries';
import { newTally, protocolOf, reporterOf, tallyBytes, tallyRequests } from './merge-reports';
import type { Reported, Tally } from './merge-reports';
import { calledService, isKnown, sourceNode, serviceNode, targetNode } from './resolve-nodes';
import type { NodeIdentity, Sample } from './resolve-nodes';
import type { EdgeProtocol, GraphType } from './schema';

/** Answers of Prometheus by query; `null`: that query failed, absent: it was not asked. */
export type GraphMetrics = Partial<Record<GraphQueryName, readonly Sample[] | null>>;

export const latencyNames = ['p50Ms', 'p90Ms', 'p95Ms', 'p99Ms', 'avgMs'] as const;
export type LatencyName = (typeof latencyNames)[number];
export type FlowName = 'requestBytesPerSecond' | 'responseBytesPerSecond' | 'sentMessagesPerSecond' | 'receivedMessagesPerSecond';

export interface CollectedEdge {
  id: string;
  source: NodeIdentity;
  target: NodeIdentity;
  protocol: EdgeProtocol;
  /** Requests, or for TCP bytes sent. */
  reports: Reported<Tally>;
  returned: Reported<Tally>;
  /** Per percentile and reporter: sum of value × weight and of weights. */
  latency: Partial<Record<LatencyName, Reported<{ sum: number; weight: number }>>>;
  /** Per second, by reporter: bodies of requests and responses, messages of gRPC. */
  flow: Partial<Record<FlowName, Reported<number>>>;
  /** Services asked for, as `namespace/name`. */
  services: Set<string>;
}

export interface CollectOptions {
  graphType: GraphType;
  /** Services as nodes of their own. */
  services: boolean;
  context: MeshContext;
}

/** What the rows of requests add up to that a row of percentiles or of bytes was made of. */
interface Measured {
  edges: CollectedEdge[];
  /** Requests per second. */
  weight: Reported<number>;
}

/** Sorts all rows into edges. */
export function collectEdges(metrics: GraphMetrics, options: CollectOptions): Map<string, CollectedEdge> {
  const { graphType } = options;
  const edges = new Map<string, CollectedEdge>();
  // Most rows with the same ends differ in code and flags only.
  const resolved = new Map<string, CollectedEdge[]>();
  const measured = new Map<string, Measured>();
  const edgesOf = (sample: Sample, protocol: EdgeProtocol, key: string): CollectedEdge[] => {
    const known = resolved.get(key);
    if (known !== undefined) return known;
    const found = resolveEdges(sample, protocol, options, edges);
    resolved.set(key, found);
    return found;
  };
  for (const sample of metrics.rps ?? []) {
    const reporter = reporterOf(sample);
    if (reporter === null) continue;
    const protocol = protocolOf(sample);
    const key = wayKey(sample.labels, protocol, graphType);
    const own = edgesOf(sample, protocol, key);
    for (const edge of own) tallyRequests((edge.reports[reporter] ??= newTally()), sample, protocol);
    const together = graphType === 'service' ? wayKey(sample.labels, protocol, graphType, false) : key;
    let entry = measured.get(together);
    if (entry === undefined) measured.set(together, (entry = { edges: [], weight: {} }));
    for (const edge of own) if (!entry.edges.includes(edge)) entry.edges.push(edge);
    entry.weight[reporter] = (entry.weight[reporter] ?? 0) + (sample.value > 0 ? sample.value : 0);
  }
  for (const [name, side] of [
    ['sentBytesPerSecond', 'reports'],
    ['receivedBytesPerSecond', 'returned'],
  ] as const) {
    for (const sample of metrics[name] ?? []) {
      const reporter = reporterOf(sample);
      if (reporter === null) continue;
      for (const edge of edgesOf(sample, 'tcp', wayKey(sample.labels, 'tcp', graphType)))
        tallyBytes((edge[side][reporter] ??= newTally()), sample);
    }
  }
  // All else only adds to edges that have requests. Percentiles of the same row are answered with the same labels.
  const rows = new Map<Sample['labels'], Measured | undefined>();
  for (const name of latencyNames) {
    for (const sample of metrics[name] ?? []) {
      const reporter = reporterOf(sample);
      if (reporter === null || !Number.isFinite(sample.value)) continue;
      if (!rows.has(sample.labels)) rows.set(sample.labels, measured.get(wayKey(sample.labels, protocolOf(sample), graphType, false)));
      const row = rows.get(sample.labels);
      // Rows of two services between the same two workloads meet in one edge: weighted by rate, an approximation that only then is needed.
      const weight = row?.weight[reporter] ?? 0;
      if (row === undefined || !(weight > 0)) continue;
      for (const edge of row.edges) {
        const entry = ((edge.latency[name] ??= {})[reporter] ??= { sum: 0, weight: 0 });
        entry.sum += sample.value * weight;
        entry.weight += weight;
      }
    }
  }
  const addFlow = (
    samples: GraphMetrics['rps'],
    nameOf: (sample: Sample) => FlowName,
    protocol: (sample: Sample) => EdgeProtocol,
  ): void => {
    for (const sample of samples ?? []) {
      const reporter = reporterOf(sample);
      if (reporter === null || !(sample.value > 0)) continue;
      const name = nameOf(sample);
      for (const edge of measured.get(wayKey(sample.labels, protocol(sample), graphType, false))?.edges ?? []) {
        const flow = (edge.flow[name] ??= {});
        flow[reporter] = (flow[reporter] ?? 0) + sample.value;
      }
    }
  };
  for (const name of ['requestBytesPerSecond', 'responseBytesPerSecond'] as const) addFlow(metrics[name], () => name, protocolOf);
  // Messages are gRPC's whatever the label says.
  addFlow(
    metrics.messagesPerSecond,
    ({ labels }) => (labels['direction'] === 'sent' ? 'sentMessagesPerSecond' : 'receivedMessagesPerSecond'),
    () => 'grpc',
  );
  return edges;
}

/**
 * The labels that decide about the ends of a row. Each is written out: a graph of a large mesh has tens of thousands of rows, and
 * names that are put together take several times as long.
 * @param whole without it only those that rows of percentiles have (`latencyLabels`): to a service all that answer for it are one
 */
function wayKey(labels: Sample['labels'], protocol: EdgeProtocol, type: GraphType, whole = true): string {
  const source = endKey(type, labels['source_workload'], labels['source_canonical_service'], labels['source_canonical_revision']);
  const target =
    type === 'service' && !whole
      ? ''
      : `${labels['destination_workload_namespace'] ?? ''}\n${endKey(
          type,
          labels['destination_workload'],
          labels['destination_canonical_service'],
          labels['destination_canonical_revision'],
        )}`;
  return (
    `${protocol}\n${source}\n${labels['source_workload_namespace'] ?? ''}\n${labels['source_cluster'] ?? ''}\n` +
    `${target}\n${labels['destination_cluster'] ?? ''}\n` +
    `${labels['destination_service'] ?? ''}\n${labels['destination_service_name'] ?? ''}\n${labels['destination_service_namespace'] ?? ''}`
  );
}

/** A workload stands for its app where the app is not known, as in `workloadNode`. */
function endKey(type: GraphType, workload: string | undefined, app: string | undefined, version: string | undefined): string {
  if (type === 'workload' || type === 'service') return workload ?? app ?? '';
  const named = isKnown(app) && (type === 'app' || isKnown(version));
  return `${app ?? ''}\n${type === 'app' ? '' : (version ?? '')}\n${named ? '' : (workload ?? '')}`;
}

function resolveEdges(sample: Sample, protocol: EdgeProtocol, options: CollectOptions, edges: Map<string, CollectedEdge>): CollectedEdge[] {
  const { graphType, context } = options;
  const source = sourceNode(sample.labels, graphType, context);
  const target = targetNode(sample.labels, graphType, context);
  const called = calledService(sample.labels);
  const path: NodeIdentity[] = [source];
  if (options.services && called !== null && target.kind !== 'service' && target.kind !== 'external') {
    path.push(serviceNode(target.cluster, called.namespace, called.name));
  }
  path.push(target);
  const found: CollectedEdge[] = [];
  for (let i = 0; i + 1 < path.length; i += 1) {
    const from = path[i] ?? source;
    const to = path[i + 1] ?? target;
    const id = `${from.id}->${to.id}/${protocol}`;
    let edge = edges.get(id);
    if (edge === undefined) {
      edge = {
        id,
        source: from,
        target: to,
        protocol,
        reports: {},
        returned: {},
        latency: {},
        flow: {},
        services: new Set(),
      };
      edges.set(id, edge);
    }
    if (called !== null) edge.services.add(`${called.namespace}/${called.name}`);
    found.push(edge);
  }
  return found;
}
