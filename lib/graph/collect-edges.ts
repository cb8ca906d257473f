import type { MeshContext } from './mesh-context';
import type { GraphQueryName } from './graph-queries';
import { newTally, protocolOf, reporterOf, tallyCommon, tallyRequests } from './merge-reports';
import type { Reporter, Tally } from './merge-reports';
import { calledService, sourceNode, serviceNode, targetNode } from './resolve-nodes';
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
  reports: Map<Reporter, Tally>;
  returned: Map<Reporter, Tally>;
  /** Per percentile and reporter: sum of value × weight and of weights. */
  latency: Record<LatencyName, Map<Reporter, { sum: number; weight: number }>>;
  /** Per second, by reporter: bodies of requests and responses, messages of gRPC. */
  flow: Partial<Record<FlowName, Map<Reporter, number>>>;
  /** Services asked for, as `namespace/name`. */
  services: Set<string>;
}

export interface CollectOptions {
  graphType: GraphType;
  /** Services as nodes of their own. */
  services: boolean;
  context: MeshContext;
}

/** Sorts all rows into edges. */
export function collectEdges(metrics: GraphMetrics, options: CollectOptions): Map<string, CollectedEdge> {
  const collected: Collected = { edges: new Map(), resolved: new Map() };
  const weights = new Map<string, number>();
  const keyLabels = rowLabels(options.graphType);
  for (const sample of metrics.rps ?? []) {
    const reporter = reporterOf(sample);
    if (reporter === null) continue;
    const protocol = protocolOf(sample);
    const key = rowKey(sample, keyLabels);
    weights.set(key, (weights.get(key) ?? 0) + (sample.value > 0 ? sample.value : 0));
    for (const edge of edgesOf(sample, protocol, options, collected)) tallyRequests(tallyOf(edge.reports, reporter), sample, protocol);
  }
  for (const name of latencyNames) {
    for (const sample of metrics[name] ?? []) {
      const reporter = reporterOf(sample);
      if (reporter === null || !Number.isFinite(sample.value)) continue;
      // Rows of two services between the same two workloads meet in one edge: weighted by rate, an approximation that only then is needed.
      const weight = weights.get(rowKey(sample, keyLabels)) ?? 0;
      if (!(weight > 0)) continue;
      for (const edge of edgesOf(sample, protocolOf(sample), options, collected)) {
        const entry = edge.latency[name].get(reporter) ?? { sum: 0, weight: 0 };
        entry.sum += sample.value * weight;
        entry.weight += weight;
        edge.latency[name].set(reporter, entry);
      }
    }
  }
  for (const [name, side] of [
    ['sentBytesPerSecond', 'reports'],
    ['receivedBytesPerSecond', 'returned'],
  ] as const) {
    for (const sample of metrics[name] ?? []) {
      const reporter = reporterOf(sample);
      if (reporter === null) continue;
      for (const edge of edgesOf(sample, 'tcp', options, collected)) tallyCommon(tallyOf(edge[side], reporter), sample);
    }
  }
  // These only add to edges that have requests.
  for (const name of ['requestBytesPerSecond', 'responseBytesPerSecond'] as const)
    collectFlow(metrics[name], options, collected, () => name, protocolOf);
  // Messages are gRPC's whatever the label says.
  collectFlow(
    metrics.messagesPerSecond,
    options,
    collected,
    ({ labels }) => (labels['direction'] === 'sent' ? 'sentMessagesPerSecond' : 'receivedMessagesPerSecond'),
    () => 'grpc',
  );
  return collected.edges;
}

function collectFlow(
  samples: readonly Sample[] | null | undefined,
  options: CollectOptions,
  collected: Collected,
  nameOf: (sample: Sample) => FlowName,
  protocol: (sample: Sample) => EdgeProtocol,
): void {
  for (const sample of samples ?? []) {
    const reporter = reporterOf(sample);
    if (reporter === null || !(sample.value > 0)) continue;
    const name = nameOf(sample);
    for (const edge of edgesOf(sample, protocol(sample), options, collected, false)) {
      const flow = (edge.flow[name] ??= new Map<Reporter, number>());
      flow.set(reporter, (flow.get(reporter) ?? 0) + sample.value);
    }
  }
}

function tallyOf(tallies: Map<Reporter, Tally>, reporter: Reporter): Tally {
  const existing = tallies.get(reporter);
  if (existing !== undefined) return existing;
  const tally = newTally();
  tallies.set(reporter, tally);
  return tally;
}

const identityLabels: Record<GraphType, readonly string[]> = {
  workload: ['source_workload', 'destination_workload'],
  app: ['source_canonical_service', 'destination_canonical_service'],
  versionedApp: [
    'source_canonical_service',
    'source_canonical_revision',
    'destination_canonical_service',
    'destination_canonical_revision',
  ],
  service: ['source_workload'],
};

/** Joins a row of percentiles with the rows of requests it was made of. */
function rowKey(sample: Sample, names: readonly string[]): string {
  let key = '';
  for (const name of names) key += `${sample.labels[name] ?? ''}\n`;
  return key;
}

/** The labels that rows of percentiles have (`planGraphQueries`), but for those that follow from the others. */
function rowLabels(type: GraphType): string[] {
  return [
    'reporter',
    'request_protocol',
    'source_cluster',
    'source_workload_namespace',
    'destination_service',
    ...identityLabels[type],
    'destination_cluster',
    ...(type === 'service' ? [] : ['destination_workload_namespace']),
  ];
}

const resolvedLabels = [
  'source_cluster',
  'source_workload_namespace',
  'source_workload',
  'source_canonical_service',
  'source_canonical_revision',
  'destination_cluster',
  'destination_workload_namespace',
  'destination_workload',
  'destination_canonical_service',
  'destination_canonical_revision',
  'destination_service',
  'destination_service_name',
  'destination_service_namespace',
];

interface Collected {
  edges: Map<string, CollectedEdge>;
  /** Edges by the labels that decide about them: most rows of an edge differ in code and flags only. */
  resolved: Map<string, CollectedEdge[]>;
}

/** The edge a row belongs to; with services as nodes the two halves of its way. */
function edgesOf(sample: Sample, protocol: EdgeProtocol, options: CollectOptions, collected: Collected, create = true): CollectedEdge[] {
  let key: string = protocol;
  for (const label of resolvedLabels) key += `\n${sample.labels[label] ?? ''}`;
  const known = collected.resolved.get(key);
  if (known !== undefined) return known;
  const found = resolveEdges(sample, protocol, options, collected.edges, create);
  collected.resolved.set(key, found);
  return found;
}

function resolveEdges(
  sample: Sample,
  protocol: EdgeProtocol,
  options: CollectOptions,
  edges: Map<string, CollectedEdge>,
  create: boolean,
): CollectedEdge[] {
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
      if (!create) continue;
      edge = {
        id,
        source: from,
        target: to,
        protocol,
        reports: new Map(),
        returned: new Map(),
        latency: { p50Ms: new Map(), p90Ms: new Map(), p95Ms: new Map(), p99Ms: new Map(), avgMs: new Map() },
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
