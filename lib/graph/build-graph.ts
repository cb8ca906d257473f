import { collectEdges } from './collect-edges';
import type { CollectedEdge, CollectOptions, GraphMetrics } from './collect-edges';
import { codesOf, finishEdge } from './finish-edge';
import { circuitOf, readCircuits } from './read-circuits';
import { finishNode, newCounts, rulesOf } from './finish-node';
import type { NodeCounts } from './finish-node';
import type { GraphRemarks } from './remarks';
import { workloadNode } from './resolve-nodes';
import type { NodeIdentity } from './resolve-nodes';
import type { GraphEdge, GraphNode } from './schema';

export interface BuildGraphOptions extends CollectOptions {
  /** Namespaces to show, with whatever their workloads talk to; none: all. */
  namespaces: readonly string[];
  /** Length of the window the rates are of. */
  windowSeconds: number;
  /** Waypoints, and the hops through them, as nodes and edges of their own. */
  waypoints?: boolean;
  remarks?: GraphRemarks;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** The graph: metrics say who talks to whom, the context what is behind the names. Sorted by id, so equal input gives equal output. */
export function buildGraph(metrics: GraphMetrics, options: BuildGraphOptions): Graph {
  const { context, windowSeconds } = options;
  const all = [...collectEdges(metrics, options).values()];
  const collected = options.waypoints === true ? all : all.filter((edge) => !touchesWaypoint(edge, options));
  const nodes = new Map<string, NodeCounts>();
  const count = (identity: NodeIdentity): NodeCounts => {
    const existing = nodes.get(identity.id);
    if (existing !== undefined) return existing;
    const fresh = newCounts(identity);
    nodes.set(identity.id, fresh);
    return fresh;
  };
  const hostRates = new Map<string, number>();
  const circuits = readCircuits(metrics.circuits, options.graphType, context);
  const edges = collected.map((from) => {
    const edge = finishEdge(from, windowSeconds, rulesOf(from.target, from.services, context));
    const circuit = circuitOf(
      { source: from.source, target: from.target, hosts: Object.keys(edge.hosts), services: from.services },
      // Of TCP bytes are counted, not requests.
      edge.protocol === 'tcp' ? {} : edge.flags,
      circuits,
      context,
    );
    if (circuit !== undefined) edge.circuit = circuit;
    countEdge(edge, from, count(from.source), count(from.target), windowSeconds);
    // With services as nodes both halves of a way carry the rate: the second one has the workload.
    if (from.target.workload !== undefined)
      for (const [host, rate] of Object.entries(edge.hosts)) hostRates.set(host, (hostRates.get(host) ?? 0) + rate);
    return edge;
  });
  addIdleWorkloads(options, count);
  addShares(edges);
  const kept = filterNamespaces([...nodes.values()], edges, options.namespaces);
  const nodeOptions = { context, graphType: options.graphType, windowSeconds, remarks: options.remarks, hostRates };
  return {
    nodes: kept.nodes.map((node) => finishNode(node, nodeOptions)).toSorted(byId),
    edges: kept.edges.toSorted(byId),
  };
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

function countEdge(edge: GraphEdge, from: CollectedEdge, source: NodeCounts, target: NodeCounts, windowSeconds: number): void {
  const rate = edge.rps ?? 0;
  const errors = rate * (edge.errorRatio ?? 0);
  source.rpsOut += rate;
  source.errorsOut += errors;
  target.rpsIn += rate;
  target.errorsIn += errors;
  if (edge.protocol === 'tcp') {
    const bytes = (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0);
    source.bytes += bytes;
    target.bytes += bytes;
  } else {
    target.codesIn.push(...codesOf(edge.protocol, edge.codes, windowSeconds));
    for (const [name, value] of [
      ['p50', edge.p50Ms],
      ['p90', edge.p90Ms],
      ['p95', edge.p95Ms],
      ['p99', edge.p99Ms],
    ] as const)
      if (value !== null) target.latencyMs[name] = Math.max(target.latencyMs[name] ?? 0, value);
  }
  if (edge.circuit !== undefined) {
    if (edge.circuit.open) target.badges.add('circuitOpen');
    if (edge.circuit.ejected > 0) target.badges.add('hostsEjected');
  }
  for (const [host, value] of Object.entries(edge.hosts)) target.hosts.set(host, (target.hosts.get(host) ?? 0) + value);
  if (from.target.kind !== 'unknown') for (const service of from.services) target.services.add(service);
}

/**
 * In ambient mode requests pass a waypoint: it reports them between their real ends, while the node's proxies report the bytes of both
 * hops. Without `waypoints` only the former is drawn.
 */
function touchesWaypoint({ source, target }: CollectedEdge, { context }: BuildGraphOptions): boolean {
  return [source, target].some((end) => {
    if (end.kind !== 'gateway' && end.kind !== 'workload' && end.kind !== 'app') return false;
    const workload = context.workloads.get(`${end.namespace}/${end.workload ?? end.name}`);
    return workload === undefined ? /(^|-)waypoint$/.test(end.name) : workload.waypoint;
  });
}

/** Workloads of the mesh that nobody talks to are nodes too. */
function addIdleWorkloads(options: BuildGraphOptions, count: (identity: NodeIdentity) => NodeCounts): void {
  const { context, graphType } = options;
  for (const workload of context.workloads.values()) {
    if (!workload.injected && !workload.gateway && !workload.ambient) continue;
    if (workload.waypoint && options.waypoints !== true) continue;
    const { namespace, name, app, version } = workload;
    const node = count(workloadNode({ cluster: context.cluster, namespace, workload: name, app, version }, graphType, context));
    for (const service of workload.services) node.services.add(service);
  }
}

function addShares(edges: GraphEdge[]): void {
  const totals = new Map<string, number>();
  const key = (edge: GraphEdge) => `${edge.source}\n${edge.protocol}`;
  for (const edge of edges) totals.set(key(edge), (totals.get(key(edge)) ?? 0) + (edge.rps ?? 0));
  for (const edge of edges) {
    const total = totals.get(key(edge)) ?? 0;
    if (edge.rps !== null && total > 0) edge.share = edge.rps / total;
  }
}

function filterNamespaces(nodes: NodeCounts[], edges: GraphEdge[], namespaces: readonly string[]) {
  if (namespaces.length === 0) return { nodes, edges };
  const wanted = new Set(namespaces);
  const inside = new Set(nodes.filter((node) => wanted.has(node.identity.namespace)).map((node) => node.identity.id));
  const kept = edges.filter((edge) => inside.has(edge.source) || inside.has(edge.target));
  const touched = new Set([...inside, ...kept.flatMap((edge) => [edge.source, edge.target])]);
  return { nodes: nodes.filter((node) => touched.has(node.identity.id)), edges: kept };
}
