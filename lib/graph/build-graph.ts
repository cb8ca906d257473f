import { combineHealth, judgePods, judgeRequests } from '@/lib/health';
import type { Health } from '@/lib/health';
import { collectEdges } from './collect-edges';
import type { CollectedEdge, CollectOptions, GraphMetrics } from './collect-edges';
import { chooseLatency, chooseReport, mtlsShareOf } from './merge-reports';
import { isKnown, workloadNode } from './resolve-nodes';
import type { NodeIdentity } from './resolve-nodes';
import type { GraphEdge, GraphNode, NodeBadge } from './schema';

export interface BuildGraphOptions extends CollectOptions {
  /** Namespaces to show, with whatever their workloads talk to; none: all. */
  namespaces: readonly string[];
  /** Length of the window the rates are of. */
  windowSeconds: number;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

interface NodeCounts {
  identity: NodeIdentity;
  rpsIn: number;
  rpsOut: number;
  errorsIn: number;
  errorsOut: number;
  bytes: number;
  services: Set<string>;
}

/** The graph: metrics say who talks to whom, the context what is behind the names. Sorted by id, so equal input gives equal output. */
export function buildGraph(metrics: GraphMetrics, options: BuildGraphOptions): Graph {
  const collected = [...collectEdges(metrics, options).values()];
  const nodes = new Map<string, NodeCounts>();
  const count = (identity: NodeIdentity): NodeCounts => {
    const existing = nodes.get(identity.id);
    if (existing !== undefined) return existing;
    const fresh = { identity, rpsIn: 0, rpsOut: 0, errorsIn: 0, errorsOut: 0, bytes: 0, services: new Set<string>() };
    nodes.set(identity.id, fresh);
    return fresh;
  };
  const edges = collected.map((edge) => finishEdge(edge, options.windowSeconds));
  for (const [index, edge] of edges.entries()) {
    const from = collected[index];
    if (from === undefined) continue;
    const source = count(from.source);
    const target = count(from.target);
    const rate = edge.rps ?? 0;
    const errors = rate * (edge.errorRatio ?? 0);
    source.rpsOut += rate;
    source.errorsOut += errors;
    target.rpsIn += rate;
    target.errorsIn += errors;
    const bytes = (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0);
    source.bytes += bytes;
    target.bytes += bytes;
    if (target.identity.kind !== 'unknown') for (const service of from.services) target.services.add(service);
  }
  addIdleWorkloads(options, count);
  addShares(edges);
  const kept = filterNamespaces([...nodes.values()], edges, options.namespaces);
  return {
    nodes: kept.nodes.map((node) => finishNode(node, options)).toSorted(byId),
    edges: kept.edges.toSorted(byId),
  };
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

function finishEdge(edge: CollectedEdge, windowSeconds: number): GraphEdge {
  const reporter = chooseReport(edge.reports);
  const tally = edge.reports.get(reporter);
  const rate = tally !== undefined && tally.rate > 0 ? tally.rate : null;
  const tcp = edge.protocol === 'tcp';
  const errorRatio = tcp || rate === null || tally === undefined ? null : tally.errors / rate;
  const latency = (name: 'p50Ms' | 'p95Ms' | 'p99Ms') => {
    const values = new Map([...edge.latency[name]].map(([key, entry]) => [key, entry.weight > 0 ? entry.sum / entry.weight : null]));
    return rate === null ? null : chooseLatency(values);
  };
  const returned = edge.returned.get(chooseReport(edge.returned))?.rate ?? 0;
  const health: Health = tcp
    ? rate === null && !(returned > 0)
      ? { status: 'idle', reasons: [{ code: 'no_traffic', values: {} }] }
      : { status: 'healthy', reasons: [] }
    : judgeRequests({ requests: (rate ?? 0) * windowSeconds, errors: (tally?.errors ?? 0) * windowSeconds });
  // Both ends name the same principals; the destination's word is the verified one.
  const named = edge.reports.get('destination') ?? tally;
  return {
    id: edge.id,
    source: edge.source.id,
    target: edge.target.id,
    protocol: edge.protocol,
    rps: tcp ? null : rate,
    errorRatio,
    p50Ms: latency('p50Ms'),
    p95Ms: latency('p95Ms'),
    p99Ms: latency('p99Ms'),
    mtlsShare: mtlsShareOf(edge.reports),
    codes: sorted(tally?.codes),
    flags: sorted(tally?.flags),
    hosts: sorted(tally?.hosts),
    reporter,
    share: null,
    sentBytesPerSecond: tcp ? rate : null,
    receivedBytesPerSecond: tcp && returned > 0 ? returned : null,
    ...(named?.sourcePrincipal === undefined ? {} : { sourcePrincipal: named.sourcePrincipal }),
    ...(named?.targetPrincipal === undefined ? {} : { targetPrincipal: named.targetPrincipal }),
    health: health.status,
    healthReasons: health.reasons,
  };
}

function sorted(map: ReadonlyMap<string, number> | undefined): Record<string, number> {
  return Object.fromEntries([...(map ?? [])].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** Workloads of the mesh that nobody talks to are nodes too. */
function addIdleWorkloads(options: BuildGraphOptions, count: (identity: NodeIdentity) => NodeCounts): void {
  const { context, graphType } = options;
  for (const workload of context.workloads.values()) {
    if (!workload.injected && !workload.gateway) continue;
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

function finishNode(node: NodeCounts, options: BuildGraphOptions): GraphNode {
  const { identity } = node;
  const { context, windowSeconds } = options;
  const members = workloadsOf(node, options);
  const pods =
    members.length === 0
      ? undefined
      : members.reduce((sum, one) => ({ ready: sum.ready + one.ready, desired: sum.desired + one.desired }), { ready: 0, desired: 0 });
  const incoming = node.rpsIn > 0;
  const traffic: Health =
    identity.kind === 'unknown'
      ? { status: 'unknown', reasons: [{ code: 'no_telemetry', values: {} }] }
      : node.rpsIn === 0 && node.rpsOut === 0 && node.bytes > 0
        ? { status: 'healthy', reasons: [] }
        : // Who only sends (a gateway, a client) is judged by what comes back to it.
          judgeRequests({
            requests: (incoming ? node.rpsIn : node.rpsOut) * windowSeconds,
            errors: (incoming ? node.errorsIn : node.errorsOut) * windowSeconds,
          });
  const health = combineHealth(traffic, pods === undefined ? undefined : judgePods(pods));
  const badges = new Set<NodeBadge>();
  for (const key of node.services) for (const badge of context.services.get(key)?.badges ?? []) badges.add(badge);
  if (members.length > 0 && members.every((one) => !one.injected && !one.gateway)) badges.add('missingSidecar');
  if (identity.kind === 'external' && context.externalHosts.has(identity.name)) badges.add('serviceEntry');
  return {
    ...identity,
    health: health.status,
    healthReasons: health.reasons,
    rpsIn: node.rpsIn > 0 ? node.rpsIn : null,
    rpsOut: node.rpsOut > 0 ? node.rpsOut : null,
    errorRatio: incoming ? node.errorsIn / node.rpsIn : null,
    services: [...node.services].toSorted(),
    ...(pods === undefined ? {} : { pods }),
    ...(members[0]?.labels === undefined ? {} : { labels: members[0].labels }),
    badges: [...badges],
  };
}

function workloadsOf(node: NodeCounts, options: BuildGraphOptions) {
  const { identity } = node;
  const { context } = options;
  if (isKnown(context.cluster) && isKnown(identity.cluster) && identity.cluster !== context.cluster) return [];
  if (identity.kind === 'service') {
    const service = context.services.get(`${identity.namespace}/${identity.name}`);
    return (service?.workloads ?? []).flatMap((key) => context.workloads.get(key) ?? []);
  }
  if (identity.workload !== undefined && options.graphType !== 'app') {
    const workload = context.workloads.get(`${identity.namespace}/${identity.workload}`);
    return workload === undefined ? [] : [workload];
  }
  if (identity.app === undefined) return [];
  return [...context.workloads.values()].filter((one) => one.namespace === identity.namespace && one.app === identity.app);
}
