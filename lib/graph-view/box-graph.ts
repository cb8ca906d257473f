import type { EdgeCircuit, GraphEdge, GraphNode } from '@/lib/graph';
import type { HealthStatus } from '@/lib/health';

/** What nodes are put into boxes by. `label:KEY` takes a label of the workload. */
export type BoxBy = 'none' | 'namespace' | 'app' | 'cluster' | `label:${string}`;

export interface GraphBox {
  id: string;
  /** The box around it. */
  parent: string | undefined;
  name: string;
  level: 'outer' | 'app';
}

export interface Boxes {
  boxes: GraphBox[];
  /** Box of each node, for nodes that are in one. */
  boxOf: Map<string, string>;
}

/** What a node is put into a box for; without one it stands alone. */
function keyOf(node: GraphNode, by: BoxBy): string | undefined {
  if (by === 'none' || node.kind === 'unknown') return undefined;
  if (by === 'cluster') return node.cluster === 'unknown' ? undefined : node.cluster;
  if (node.kind === 'external') return undefined;
  if (by === 'namespace') return node.namespace === '' ? undefined : `${node.cluster}/${node.namespace}`;
  if (by === 'app') return node.app === undefined ? undefined : `${node.cluster}/${node.namespace}/${node.app}`;
  const value = node.labels?.[by.slice('label:'.length)];
  return value === undefined || value === '' ? undefined : value;
}

/** Boxes of a graph. Inside boxes of namespaces, clusters and labels the versions of an app have a box of their own. */
export function boxGraph(nodes: readonly GraphNode[], by: BoxBy): Boxes {
  const boxes = new Map<string, GraphBox>();
  const boxOf = new Map<string, string>();
  const appOf = (node: GraphNode): string | undefined =>
    by === 'app' || by === 'none' || node.app === undefined || node.version === undefined || node.kind === 'gateway'
      ? undefined
      : `${node.cluster}/${node.namespace}/${node.app}`;
  const versions = new Map<string, Set<string | undefined>>();
  for (const node of nodes) {
    const app = appOf(node);
    if (app === undefined) continue;
    const outer = `${keyOf(node, by) ?? ''} ${app}`;
    const known = versions.get(outer) ?? new Set();
    known.add(node.id);
    versions.set(outer, known);
  }
  const alone = new Map<string, number>();
  if (by === 'app') for (const node of nodes) alone.set(keyOf(node, by) ?? '', (alone.get(keyOf(node, by) ?? '') ?? 0) + 1);
  for (const node of nodes) {
    const key = keyOf(node, by);
    if (key === undefined || (by === 'app' && alone.get(key) === 1)) continue;
    let box = `box:${by}:${key}`;
    if (!boxes.has(box)) {
      const name = by === 'namespace' || by === 'app' ? (key.split('/').at(-1) ?? key) : key;
      boxes.set(box, { id: box, parent: undefined, name, level: 'outer' });
    }
    const app = appOf(node);
    if (app !== undefined && (versions.get(`${key} ${app}`)?.size ?? 0) > 1) {
      const inner = `box:app:${key} ${app}`;
      if (!boxes.has(inner)) boxes.set(inner, { id: inner, parent: box, name: node.app ?? '', level: 'app' });
      box = inner;
    }
    boxOf.set(node.id, box);
  }
  return { boxes: [...boxes.values()], boxOf };
}

/** A closed box, drawn as one node. */
export interface ClosedBox {
  id: string;
  name: string;
  members: GraphNode[];
  health: HealthStatus;
  rpsIn: number | null;
  rpsOut: number | null;
  /** Requests per second among its members. */
  rpsWithin: number | null;
  errorRatio: number | null;
}

/** Edges between the same two ends, drawn as one. A sum of one edge is that edge. */
export interface SummedEdge {
  id: string;
  source: string;
  target: string;
  edges: readonly GraphEdge[];
}

export interface ClosedGraph {
  nodes: GraphNode[];
  closed: ClosedBox[];
  boxes: GraphBox[];
  boxOf: Map<string, string>;
  edges: SummedEdge[];
}

const rank: Record<HealthStatus, number> = { failing: 4, degraded: 3, healthy: 2, idle: 1, unknown: 0 };

/** The worst of several states. */
export function worstOf(states: Iterable<HealthStatus>): HealthStatus {
  let worst: HealthStatus = 'unknown';
  for (const state of states) if (rank[state] > rank[worst]) worst = state;
  return worst;
}

/** An edge that nothing is summed with, made once: of thousands a refresh changes a few. */
const alone = new WeakMap<GraphEdge, SummedEdge>();

function sumOfOne(edge: GraphEdge): SummedEdge {
  let sum = alone.get(edge);
  if (sum === undefined) {
    sum = { id: edge.id, source: edge.source, target: edge.target, edges: [edge] };
    alone.set(edge, sum);
  }
  return sum;
}

/** Closes outer boxes: each becomes one node, and edges that then have the same ends become one. */
export function closeBoxes(
  graph: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] },
  boxes: Boxes,
  isClosed: (box: string) => boolean,
): ClosedGraph {
  const byBox = new Map(boxes.boxes.map((box) => [box.id, box]));
  const outerOf = (node: string): GraphBox | undefined => {
    const box = byBox.get(boxes.boxOf.get(node) ?? '');
    return box?.parent === undefined ? box : byBox.get(box.parent);
  };
  const closed = new Map<string, ClosedBox>();
  const standsFor = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const outer = outerOf(node.id);
    if (outer === undefined || !isClosed(outer.id)) {
      nodes.push(node);
      standsFor.set(node.id, node.id);
      continue;
    }
    standsFor.set(node.id, outer.id);
    const known = closed.get(outer.id);
    if (known === undefined)
      closed.set(outer.id, {
        id: outer.id,
        name: outer.name,
        members: [node],
        health: node.health,
        rpsIn: null,
        rpsOut: null,
        rpsWithin: null,
        errorRatio: null,
      });
    else known.members.push(node);
  }
  const failed = new Map<string, number>();
  const edges: SummedEdge[] = [];
  /** The parts of the sums in `edges`, which are still added to. */
  const parts = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const source = standsFor.get(edge.source);
    const target = standsFor.get(edge.target);
    if (source === undefined || target === undefined) continue;
    const from = closed.get(source);
    const to = closed.get(target);
    if (edge.rps !== null) {
      if (to !== undefined) failed.set(target, (failed.get(target) ?? 0) + edge.rps * (edge.errorRatio ?? 0));
      if (from !== undefined && from === to) from.rpsWithin = (from.rpsWithin ?? 0) + edge.rps;
      else {
        if (from !== undefined) from.rpsOut = (from.rpsOut ?? 0) + edge.rps;
        if (to !== undefined) to.rpsIn = (to.rpsIn ?? 0) + edge.rps;
      }
    }
    if (from !== undefined && from === to) continue;
    if (from === undefined && to === undefined) {
      edges.push(sumOfOne(edge));
      continue;
    }
    const id = `${source}->${target}/${edge.protocol}`;
    const known = parts.get(id);
    if (known === undefined) {
      const first = [edge];
      parts.set(id, first);
      edges.push({ id, source, target, edges: first });
    } else known.push(edge);
  }
  for (const box of closed.values()) {
    const all = (box.rpsIn ?? 0) + (box.rpsWithin ?? 0);
    box.errorRatio = all > 0 ? (failed.get(box.id) ?? 0) / all : null;
    box.health = worstOf(box.members.map((node) => node.health));
  }
  return {
    nodes,
    closed: [...closed.values()],
    boxes: boxes.boxes.filter((box) => !closed.has(box.id) && (box.parent === undefined || !closed.has(box.parent))),
    boxOf: new Map([...boxes.boxOf].filter(([node]) => standsFor.get(node) === node)),
    edges,
  };
}

/**
 * Numbers of several edges together. Rates add up and ratios weigh by rate; percentiles of a sum can not be had from percentiles
 * of the parts, so the slowest part's is given.
 */
export function sumEdges(edges: readonly GraphEdge[]): GraphEdge | undefined {
  const [first] = edges;
  if (first === undefined || edges.length === 1) return first;
  const total = (field: 'rps' | 'sentBytesPerSecond' | 'receivedBytesPerSecond'): number | null =>
    edges.reduce<number | null>((sum, edge) => (edge[field] === null ? sum : (sum ?? 0) + edge[field]), null);
  const slowest = (field: 'p50Ms' | 'p90Ms' | 'p95Ms' | 'p99Ms'): number | null =>
    edges.reduce<number | null>((most, edge) => (edge[field] === null ? most : Math.max(most ?? 0, edge[field])), null);
  const weighed = (field: 'errorRatio' | 'mtlsShare' | 'avgMs'): number | null => {
    let sum = 0;
    let weight = 0;
    for (const edge of edges) {
      if (edge[field] === null || edge.rps === null) continue;
      sum += edge[field] * edge.rps;
      weight += edge.rps;
    }
    return weight > 0 ? sum / weight : null;
  };
  const merged = (field: 'codes' | 'flags' | 'hosts'): Record<string, number> => {
    const result: Record<string, number> = {};
    for (const edge of edges) for (const [key, value] of Object.entries(edge[field])) result[key] = (result[key] ?? 0) + value;
    return result;
  };
  const circuits = edges.flatMap((edge) => edge.circuit ?? []);
  return {
    id: first.id,
    source: first.source,
    target: first.target,
    protocol: first.protocol,
    rps: total('rps'),
    errorRatio: weighed('errorRatio'),
    p50Ms: slowest('p50Ms'),
    p90Ms: slowest('p90Ms'),
    p95Ms: slowest('p95Ms'),
    p99Ms: slowest('p99Ms'),
    avgMs: weighed('avgMs'),
    mtlsShare: weighed('mtlsShare'),
    codes: merged('codes'),
    flags: merged('flags'),
    hosts: merged('hosts'),
    reporter: first.reporter,
    share: null,
    ...(circuits.length === 0 ? {} : { circuit: sumCircuits(circuits) }),
    sentBytesPerSecond: total('sentBytesPerSecond'),
    receivedBytesPerSecond: total('receivedBytesPerSecond'),
    health: worstOf(edges.map((edge) => edge.health)),
    healthReasons: [],
  };
}

function sumCircuits(circuits: readonly EdgeCircuit[]): EdgeCircuit {
  return {
    open: circuits.some((one) => one.open),
    refusedPerSecond: circuits.reduce((sum, one) => sum + one.refusedPerSecond, 0),
    reached: [...new Set(circuits.flatMap((one) => one.reached))].toSorted(),
    ejected: Math.max(...circuits.map((one) => one.ejected)),
  };
}
