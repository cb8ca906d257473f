import type { GraphEdge, GraphNode } from '@/lib/graph';
import type { HealthStatus } from '@/lib/health';

export interface TopologySize {
  nodes: number;
  edges: number;
  /** Equal seeds give equal meshes. */
  seed: number;
  /** Workloads per namespace; about 20 unless told. */
  perNamespace?: number;
}

export interface Topology {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const teams = ['shop', 'pay', 'ship', 'search', 'media', 'auth', 'ads', 'mail', 'data', 'maps'];
const jobs = ['web', 'api', 'cart', 'price', 'stock', 'user', 'order', 'queue', 'cache', 'ledger', 'store', 'index'];

/** xorshift32. */
function randomOf(seed: number): () => number {
  let state = seed === 0 ? 1 : seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

function statusOf(errorRatio: number): HealthStatus {
  return errorRatio > 0.1 ? 'failing' : errorRatio > 0.01 ? 'degraded' : 'healthy';
}

/**
 * A mesh as meshes are: gateways on top, namespaces of services in layers, most calls within a namespace and to a deeper layer, a few
 * databases that everybody calls, some edges with errors, some idle. Every node is called or calls; exactly the sizes asked for.
 */
export function generateTopology({ nodes: nodeCount, edges: edgeCount, seed, perNamespace = 20 }: TopologySize): Topology {
  const random = randomOf(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const namespaces = Math.max(1, Math.round(nodeCount / perNamespace));
  const layers = 6;
  const layerOf = (index: number): number => (index === 0 ? 0 : 1 + (Math.floor(index / namespaces) % (layers - 1)));
  const nodes = Array.from({ length: nodeCount }, (_, index): GraphNode => {
    const space = index % namespaces;
    const namespace = index === 0 ? 'istio-system' : `${teams[space % teams.length]}-${Math.floor(space / teams.length) + 1}`;
    const place = Math.floor(index / namespaces);
    const app =
      index === 0
        ? 'istio-ingressgateway'
        : `${jobs[place % jobs.length]}${place < jobs.length ? '' : Math.floor(place / jobs.length) + 1}`;
    const name = index === 0 ? app : `${app}-v1`;
    return {
      id: `${index === 0 ? 'gateway' : 'workload'}/Kubernetes/${namespace}/${name}`,
      kind: index === 0 ? 'gateway' : 'workload',
      cluster: 'Kubernetes',
      namespace,
      name,
      version: index === 0 ? 'latest' : 'v1',
      workload: name,
      app,
      health: 'idle',
      healthReasons: [],
      rpsIn: null,
      rpsOut: null,
      errorRatio: null,
      services: [`${namespace}/${app}`],
      pods: { ready: 2, desired: 2 },
      badges: random() < 0.1 ? ['virtualService'] : [],
    };
  });
  const deeper = Array.from({ length: layers }, (_, layer) => nodes.map((_node, index) => index).filter((index) => layerOf(index) > layer));
  const edges = new Map<string, GraphEdge>();
  const connect = (from: number, to: number): void => {
    const source = nodes[from];
    const target = nodes[to];
    if (source === undefined || target === undefined || from === to) return;
    const id = `${source.id}->${target.id}/http`;
    if (!edges.has(id)) edges.set(id, edgeOf(id, source.id, target.id, random));
  };
  // First a caller for everyone, then more calls up to the number wanted.
  for (let index = 1; index < nodeCount && edges.size < edgeCount; index += 1) {
    const above = index - namespaces * (1 + pick(2));
    connect(above > 0 ? above : 0, index);
  }
  const most = nodeCount * (nodeCount - 1);
  for (let tries = 0; edges.size < Math.min(edgeCount, most) && tries < edgeCount * 40; tries += 1) {
    const from = pick(nodeCount);
    const targets = deeper[layerOf(from)] ?? [];
    const kind = random();
    const near = from + namespaces * (1 + pick(4));
    if (kind < 0.65) connect(from, near < nodeCount ? near : pick(nodeCount));
    else if (kind < 0.75) connect(from, nodeCount - 1 - pick(Math.max(1, Math.ceil(nodeCount / 100))));
    else connect(from, targets[pick(targets.length)] ?? pick(nodeCount));
  }
  const all = [...edges.values()];
  countTraffic(nodes, all);
  return { nodes, edges: all };
}

function edgeOf(id: string, source: string, target: string, random: () => number): GraphEdge {
  const rps = random() < 0.03 ? null : Math.round(10 ** (random() * 3 - 0.5) * 100) / 100;
  const luck = random();
  const errorRatio = rps === null ? null : luck < 0.006 ? 0.2 + random() * 0.4 : luck < 0.02 ? 0.02 + random() * 0.05 : 0;
  const p50Ms = rps === null ? null : Math.round(10 ** (random() * 2) * 10) / 10;
  return {
    id,
    source,
    target,
    protocol: 'http',
    rps,
    errorRatio,
    p50Ms,
    p90Ms: null,
    p95Ms: p50Ms === null ? null : p50Ms * 3,
    p99Ms: p50Ms === null ? null : p50Ms * 5,
    avgMs: p50Ms === null ? null : p50Ms * 1.3,
    mtlsShare: rps === null ? null : 1,
    codes: rps === null ? {} : { '200': rps * (1 - (errorRatio ?? 0)), ...(errorRatio ? { '503': rps * errorRatio } : {}) },
    flags: rps !== null && errorRatio ? { UH: rps * errorRatio } : {},
    hosts: {},
    reporter: 'source',
    share: null,
    sentBytesPerSecond: null,
    receivedBytesPerSecond: null,
    health: rps === null ? 'idle' : statusOf(errorRatio ?? 0),
    healthReasons: [],
  };
}

function countTraffic(nodes: GraphNode[], edges: readonly GraphEdge[]): void {
  const byId = new Map(nodes.map((node) => [node.id, { node, errors: 0 }]));
  for (const { source, target, rps, errorRatio } of edges) {
    if (rps === null) continue;
    const from = byId.get(source);
    const to = byId.get(target);
    if (from) from.node.rpsOut = (from.node.rpsOut ?? 0) + rps;
    if (!to) continue;
    to.node.rpsIn = (to.node.rpsIn ?? 0) + rps;
    to.errors += rps * (errorRatio ?? 0);
  }
  for (const { node, errors } of byId.values()) {
    if (node.rpsIn !== null) node.errorRatio = errors / node.rpsIn;
    if (node.rpsIn !== null || node.rpsOut !== null) node.health = statusOf(node.errorRatio ?? 0);
  }
}
