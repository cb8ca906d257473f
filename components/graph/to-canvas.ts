import type { CanvasBadge, CanvasEdge, CanvasGraph, CanvasNode, EdgeMark } from '@/components/canvas/types';
import type { GraphEdge, GraphNode, NodeBadge } from '@/lib/contract';
import { formatBytesRate, formatMs, formatNumber, formatPercent } from '@/lib/format';
import type { ClosedBox, ClosedGraph, RankedDifference, SummedEdge } from '@/lib/graph-view';
import { sumEdges } from '@/lib/graph-view';

export const edgeLabels = ['rate', 'errors', 'share', 'avg', 'p50', 'p90', 'p95', 'p99', 'throughput', 'messages'] as const;
export type EdgeLabel = (typeof edgeLabels)[number];

const shapes: Record<GraphNode['kind'], CanvasNode['shape']> = {
  workload: 'circle',
  app: 'circle',
  service: 'service',
  gateway: 'gateway',
  external: 'external',
  unknown: 'unknown',
};

/** One sign per badge, most telling first. */
const signs: [NodeBadge, CanvasBadge][] = [
  ['fault', { sign: 'fault', tone: 'warn' }],
  ['circuitOpen', { sign: 'breaker', tone: 'warn' }],
  ['hostsEjected', { sign: 'ejected', tone: 'warn' }],
  ['finding', { sign: 'finding', tone: 'warn' }],
  ['missingSidecar', { sign: 'noSidecar', tone: 'warn' }],
  ['rollout', { sign: 'rollout', tone: 'accent' }],
  ['circuitBreaker', { sign: 'breaker', tone: 'plain' }],
  ['trafficSplit', { sign: 'split', tone: 'plain' }],
  ['changed', { sign: 'changed', tone: 'accent' }],
  ['mirror', { sign: 'mirror', tone: 'plain' }],
  ['timeout', { sign: 'timeout', tone: 'plain' }],
  ['requestRouting', { sign: 'routing', tone: 'plain' }],
  ['virtualService', { sign: 'routed', tone: 'plain' }],
  ['serviceEntry', { sign: 'entry', tone: 'plain' }],
  ['waypoint', { sign: 'waypoint', tone: 'plain' }],
];

/** A split says what routing there is: of several signs that mean the same the most telling one stays. */
function badgesOf(node: GraphNode): CanvasBadge[] {
  const told = node.badges.includes('trafficSplit') || node.badges.includes('requestRouting');
  const saidAlready = (badge: NodeBadge): boolean =>
    (badge === 'virtualService' && told) || (badge === 'circuitBreaker' && node.badges.includes('circuitOpen'));
  return signs.filter(([badge]) => node.badges.includes(badge) && !saidAlready(badge)).map(([, sign]) => sign);
}

/** Version, with a split what is asked for against what is seen, and in a rollout how far it is. */
function tagOf(node: GraphNode, words: CanvasWords): string | undefined {
  const [split] = node.splits ?? [];
  const parts = [
    saidVersion(node),
    split === undefined ? undefined : `${formatPercent(split.configured / 100)} → ${formatPercent(split.observed)}`,
    node.update === undefined ? undefined : words.updated(node.update.ready, node.update.desired),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' · ');
}

/** What is written on an edge whose caller's circuit breaker does something, and under a node whose pods are replaced. */
export interface CanvasWords {
  open: string;
  ejected: (endpoints: number) => string;
  updated: (ready: number, desired: number) => string;
}

/** The words on an edge: what was chosen, and only what there is. Errors are written only where there are some: quiet is healthy. */
export function edgeText(edge: GraphEdge, labels: ReadonlySet<EdgeLabel>, words: CanvasWords): string {
  const parts: string[] = [];
  const total = (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0);
  if (edge.protocol === 'tcp') {
    if ((labels.has('rate') || labels.has('throughput')) && total > 0) parts.push(formatBytesRate(total));
    return parts.concat(circuitText(edge, words)).join('  ');
  }
  if (labels.has('rate') && edge.rps !== null) parts.push(`${formatNumber(edge.rps)}/s`);
  if (labels.has('share') && edge.share !== null) parts.push(formatPercent(edge.share));
  for (const name of ['avg', 'p50', 'p90', 'p95', 'p99'] as const) {
    const value = edge[`${name}Ms`];
    if (labels.has(name) && value !== null) parts.push(formatMs(value));
  }
  if (labels.has('throughput') && total > 0) parts.push(formatBytesRate(total));
  const messages = (edge.sentMessagesPerSecond ?? 0) + (edge.receivedMessagesPerSecond ?? 0);
  if (labels.has('messages') && messages > 0) parts.push(`${formatNumber(messages)} msg/s`);
  if (labels.has('errors') && edge.errorRatio !== null && edge.errorRatio > 0) parts.push(`✕ ${formatPercent(edge.errorRatio)}`);
  return parts.concat(circuitText(edge, words)).join('  ');
}

/** Whatever labels are chosen: a circuit that is open is what explains the rest. */
function circuitText({ circuit }: GraphEdge, words: CanvasWords): string[] {
  if (circuit === undefined) return [];
  return [...(circuit.open ? [words.open] : []), ...(circuit.ejected > 0 ? [words.ejected(circuit.ejected)] : [])];
}

/** The name of a node for people. */
export function nodeName(node: GraphNode): string {
  if (node.kind === 'workload' && node.app !== undefined && node.version !== undefined && node.name === `${node.app}-${node.version}`)
    return node.app;
  return node.name;
}

/** The version as one says it: `latest` is what Istio calls the revision of what has none. */
export function saidVersion({ version }: GraphNode): string | undefined {
  return version === 'latest' ? undefined : version;
}

/** Name and version: `reviews v2`. */
export function nodeTitle(node: GraphNode): string {
  const version = saidVersion(node);
  return version === undefined ? nodeName(node) : `${nodeName(node)} ${version}`;
}

/** Whether most of the mesh's traffic is under mutual TLS; `undefined` when nobody knows. */
export function meshEncrypts(edges: readonly GraphEdge[]): boolean | undefined {
  let [known, encrypted] = [0, 0];
  for (const { mtlsShare } of edges) {
    if (mtlsShare === null) continue;
    known += 1;
    if (mtlsShare > 0.5) encrypted += 1;
  }
  return known === 0 ? undefined : encrypted * 2 >= known;
}

/** A lock where an edge differs from the mesh's rule, none where it keeps to it. */
function lockOf(edge: GraphEdge, rule: boolean | undefined): CanvasEdge['lock'] {
  if (rule === undefined || edge.mtlsShare === null || edge.rps === 0) return undefined;
  if (rule) return edge.mtlsShare < 0.995 ? 'open' : undefined;
  return edge.mtlsShare > 0.005 ? 'closed' : undefined;
}

export interface CanvasOptions {
  labels: ReadonlySet<EdgeLabel>;
  rule: boolean | undefined;
  /** `12 workloads`, under the name of a closed box. */
  countOf: (box: ClosedBox) => string;
  words: CanvasWords;
  changes: ReadonlyMap<string, RankedDifference> | undefined;
  /** What a draft would do to edges. */
  marks: ReadonlyMap<string, EdgeMark> | undefined;
}

/** Makes nodes and edges for the canvas, and makes them again only when what they are made of has changed. */
export class CanvasMaker {
  #nodes = new WeakMap<GraphNode, { box: string | undefined; change: RankedDifference | undefined; made: CanvasNode }>();
  #edges = new WeakMap<GraphEdge, { key: string; change: CanvasEdge['change']; made: CanvasEdge }>();

  make(graph: ClosedGraph, options: CanvasOptions): CanvasGraph {
    const key = `${[...options.labels].join()} ${options.rule}`;
    return {
      nodes: [
        ...graph.nodes.map((node) => this.#node(node, graph.boxOf.get(node.id), options)),
        ...graph.closed.map((box) => closedNode(box, options)),
      ],
      boxes: graph.boxes,
      edges: graph.edges.map((edge) => this.#edge(edge, key, options)),
    };
  }

  #node(node: GraphNode, box: string | undefined, options: CanvasOptions): CanvasNode {
    const change = options.changes?.get(node.id);
    const known = this.#nodes.get(node);
    if (known !== undefined && known.box === box && known.change === change) return known.made;
    const made: CanvasNode = {
      id: node.id,
      box,
      shape: shapes[node.kind],
      name: nodeName(node),
      tag: tagOf(node, options.words),
      health: node.health,
      errorRatio: node.errorRatio,
      badges: badgesOf(node),
      weight: (node.rpsIn ?? 0) + (node.rpsOut ?? 0),
      change: change?.kind,
    };
    this.#nodes.set(node, { box, change, made });
    return made;
  }

  #edge(sum: SummedEdge, key: string, options: CanvasOptions): CanvasEdge {
    const found = sum.edges.map((edge) => options.marks?.get(edge.id) ?? options.changes?.get(edge.id)?.kind);
    const change = found.find((one) => one !== undefined);
    const [only] = sum.edges;
    const single = sum.edges.length === 1 && only !== undefined;
    const known = single ? this.#edges.get(only) : undefined;
    if (known?.key === key && known.change === change && known.made.id === sum.id) return known.made;
    const edge = sumEdges(sum.edges);
    const made: CanvasEdge = {
      id: sum.id,
      source: sum.source,
      target: sum.target,
      health: edge?.health ?? 'unknown',
      label: edge === undefined ? '' : edgeText(edge, options.labels, options.words),
      rate: edge?.rps ?? null,
      idle: edge === undefined || (edge.rps === null && (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0) === 0),
      lock: edge === undefined ? undefined : lockOf(edge, options.rule),
      change,
    };
    if (single) this.#edges.set(only, { key, change, made });
    return made;
  }
}

function closedNode(box: ClosedBox, options: CanvasOptions): CanvasNode {
  const change = box.members.map((node) => options.changes?.get(node.id)).find((one) => one !== undefined);
  return {
    id: box.id,
    box: undefined,
    shape: 'closed',
    members: box.members.map((node) => node.id),
    name: box.name,
    tag: options.countOf(box),
    health: box.health,
    errorRatio: box.errorRatio,
    badges: [],
    weight: (box.rpsIn ?? 0) + (box.rpsOut ?? 0) + (box.rpsWithin ?? 0),
    change: change?.kind,
  };
}
