import type { GraphEdge, GraphNode, NodeBadge } from '@/lib/graph';

/** What a clause of a find expression can ask for. Values: texts, numbers in the unit of `type`, `null` without data. */
export interface FindOperand {
  name: string;
  /** Other spellings. */
  also: readonly string[];
  of: 'nodes' | 'edges';
  type: 'text' | 'count' | 'rate' | 'percent' | 'time' | 'bytes' | 'flag';
  /** May stand without a comparison as well. */
  alone?: boolean;
  node?: (node: GraphNode, facts: NodeFacts, key: string) => readonly string[] | string | number | boolean | null | undefined;
  edge?: (edge: GraphEdge, ends: EdgeEnds) => readonly string[] | string | number | boolean | null | undefined;
}

export interface EdgeEnds {
  source: GraphNode | undefined;
  target: GraphNode | undefined;
}

/** What is known of a node from its edges. */
export interface NodeFacts {
  in: Record<'http' | 'grpc' | 'tcp', number | null>;
  out: Record<'http' | 'grpc' | 'tcp', number | null>;
  /** p95 of the slowest inbound edge. */
  latencyMs: number | null;
  /** 1 (most edges) to 100. */
  rank: number;
  /** Whether its namespace is one of the chosen. */
  inside: boolean;
}

const badge = (name: string, also: string[], ...badges: NodeBadge[]): FindOperand => ({
  name,
  also,
  of: 'nodes',
  type: 'flag',
  node: (node) => badges.some((one) => node.badges.includes(one)),
});
const rate = (name: string, direction: 'in' | 'out', protocol: 'http' | 'grpc' | 'tcp'): FindOperand => ({
  name,
  also: [],
  of: 'nodes',
  type: protocol === 'tcp' ? 'bytes' : 'rate',
  node: (_node, facts) => facts[direction][protocol],
});
const percent = (ratio: number | null): number | null => (ratio === null ? null : ratio * 100);
const ofProtocol = (edge: GraphEdge, protocol: string, value: number | null): number | null => (edge.protocol === protocol ? value : null);
const latency = (name: string, also: string[], field: 'p50Ms' | 'p90Ms' | 'p95Ms' | 'p99Ms' | 'avgMs'): FindOperand => ({
  name,
  also,
  of: 'edges',
  type: 'time',
  edge: (edge) => edge[field],
});
const bytesOf = (edge: GraphEdge): number | null =>
  edge.sentBytesPerSecond === null && edge.receivedBytesPerSecond === null
    ? null
    : (edge.sentBytesPerSecond ?? 0) + (edge.receivedBytesPerSecond ?? 0);
const named = (node: GraphNode | undefined): readonly string[] =>
  node === undefined
    ? []
    : [node.name, ...(node.app === undefined ? [] : [node.app]), ...(node.service === undefined ? [] : [node.service])];

/** Everything that can be asked for. Names and spellings of Kiali's find/hide come first, ours after. */
export const findOperands: readonly FindOperand[] = [
  { name: 'app', also: [], of: 'nodes', type: 'text', node: (node) => node.app },
  { name: 'cluster', also: [], of: 'nodes', type: 'text', node: (node) => node.cluster },
  rate('grpcin', 'in', 'grpc'),
  rate('grpcout', 'out', 'grpc'),
  rate('httpin', 'in', 'http'),
  rate('httpout', 'out', 'http'),
  rate('tcpin', 'in', 'tcp'),
  rate('tcpout', 'out', 'tcp'),
  { name: 'label', also: [], of: 'nodes', type: 'text', alone: true, node: (node, _facts, key) => node.labels?.[key] },
  { name: 'name', also: [], of: 'nodes', type: 'text', node: named },
  { name: 'namespace', also: ['ns'], of: 'nodes', type: 'text', node: (node) => node.namespace },
  { name: 'node', also: ['kind'], of: 'nodes', type: 'text', node: (node) => node.kind },
  // No metric names operations: the word is understood and finds none.
  { name: 'operation', also: ['op'], of: 'nodes', type: 'text', node: () => undefined },
  { name: 'rank', also: [], of: 'nodes', type: 'count', node: (_node, facts) => facts.rank },
  {
    name: 'service',
    also: ['svc'],
    of: 'nodes',
    type: 'text',
    node: (node) => [...(node.service === undefined ? [] : [node.service]), ...node.services.map((key) => key.slice(key.indexOf('/') + 1))],
  },
  { name: 'version', also: [], of: 'nodes', type: 'text', node: (node) => node.version },
  { name: 'workload', also: ['wl'], of: 'nodes', type: 'text', node: (node) => node.workload },
  badge('circuitbreaker', ['cb'], 'circuitBreaker'),
  badge('circuitopen', ['open'], 'circuitOpen'),
  badge('ejected', [], 'hostsEjected'),
  {
    name: 'dead',
    also: [],
    of: 'nodes',
    type: 'flag',
    node: (node) => node.pods !== undefined && node.pods.ready === 0 && node.rpsIn === null && node.rpsOut === null,
  },
  badge('faultinjection', ['fi'], 'fault'),
  { name: 'healthy', also: [], of: 'nodes', type: 'flag', node: (node) => node.health === 'healthy' },
  { name: 'idle', also: [], of: 'nodes', type: 'flag', node: (node) => node.health === 'idle' },
  // Nothing but telemetry knows it: Kubernetes shows no pods of it to us.
  { name: 'inaccessible', also: [], of: 'nodes', type: 'flag', node: (node) => node.kind === 'workload' && node.pods === undefined },
  badge('mirroring', [], 'mirror'),
  { name: 'outside', also: [], of: 'nodes', type: 'flag', node: (_node, facts) => !facts.inside },
  badge('outofmesh', ['om'], 'missingSidecar'),
  { name: 'sidecar', also: ['sc'], of: 'nodes', type: 'flag', node: (node) => !node.badges.includes('missingSidecar') },
  badge('requestrouting', ['rr'], 'requestRouting'),
  badge('requesttimeout', ['rto'], 'timeout'),
  { name: 'serviceentry', also: ['se'], of: 'nodes', type: 'flag', node: (node) => node.badges.includes('serviceEntry') },
  {
    name: 'tcptrafficshifting',
    also: ['tcpts'],
    of: 'nodes',
    type: 'flag',
    node: (node, facts) => node.badges.includes('trafficSplit') && facts.in.tcp !== null,
  },
  badge('trafficshifting', ['ts'], 'trafficSplit'),
  {
    name: 'trafficsource',
    also: ['root'],
    of: 'nodes',
    type: 'flag',
    node: (_node, { in: into, out }) => Object.values(into).every((one) => one === null) && Object.values(out).some((one) => one !== null),
  },
  badge('virtualservice', ['vs'], 'virtualService'),
  {
    name: 'workloadentry',
    also: ['we'],
    of: 'nodes',
    type: 'flag',
    node: (node) => node.labels?.['istio.io/workload-entry'] !== undefined,
  },
  { name: 'grpc', also: [], of: 'edges', type: 'rate', alone: true, edge: (edge) => ofProtocol(edge, 'grpc', edge.rps) },
  { name: '%grpcerr', also: [], of: 'edges', type: 'percent', edge: (edge) => ofProtocol(edge, 'grpc', percent(edge.errorRatio)) },
  { name: '%grpctraffic', also: [], of: 'edges', type: 'percent', edge: (edge) => ofProtocol(edge, 'grpc', percent(edge.share)) },
  { name: 'http', also: [], of: 'edges', type: 'rate', alone: true, edge: (edge) => ofProtocol(edge, 'http', edge.rps) },
  { name: '%httperr', also: [], of: 'edges', type: 'percent', edge: (edge) => ofProtocol(edge, 'http', percent(edge.errorRatio)) },
  { name: '%httptraffic', also: [], of: 'edges', type: 'percent', edge: (edge) => ofProtocol(edge, 'http', percent(edge.share)) },
  { name: 'protocol', also: [], of: 'edges', type: 'text', edge: (edge) => edge.protocol },
  latency('responsetime', ['rt', 'p95'], 'p95Ms'),
  { name: 'throughput', also: [], of: 'edges', type: 'bytes', edge: bytesOf },
  { name: 'tcp', also: [], of: 'edges', type: 'bytes', alone: true, edge: (edge) => ofProtocol(edge, 'tcp', bytesOf(edge)) },
  { name: 'sourceprincipal', also: [], of: 'edges', type: 'text', edge: (edge) => edge.sourcePrincipal },
  { name: 'destprincipal', also: [], of: 'edges', type: 'text', edge: (edge) => edge.targetPrincipal },
  { name: 'mtls', also: [], of: 'edges', type: 'percent', alone: true, edge: (edge) => percent(edge.mtlsShare) },
  { name: 'traffic', also: [], of: 'edges', type: 'flag', edge: (edge) => edge.rps !== null || (bytesOf(edge) ?? 0) > 0 },
  { name: 'health', also: [], of: 'nodes', type: 'text', node: (node) => node.health },
  { name: 'failing', also: [], of: 'nodes', type: 'flag', node: (node) => node.health === 'failing' },
  { name: 'degraded', also: [], of: 'nodes', type: 'flag', node: (node) => node.health === 'degraded' },
  { name: 'errors', also: ['errorrate'], of: 'nodes', type: 'percent', node: (node) => percent(node.errorRatio) },
  { name: 'latency', also: [], of: 'nodes', type: 'time', node: (_node, facts) => facts.latencyMs },
  { name: 'external', also: [], of: 'nodes', type: 'flag', node: (node) => node.kind === 'external' },
  { name: 'gateway', also: [], of: 'nodes', type: 'flag', node: (node) => node.kind === 'gateway' },
  { name: '%err', also: [], of: 'edges', type: 'percent', edge: (edge) => percent(edge.errorRatio) },
  { name: 'rate', also: [], of: 'edges', type: 'rate', edge: (edge) => edge.rps },
  { name: '%traffic', also: [], of: 'edges', type: 'percent', edge: (edge) => percent(edge.share) },
  { name: 'code', also: [], of: 'edges', type: 'text', edge: (edge) => Object.keys(edge.codes) },
  {
    name: 'flag',
    also: [],
    of: 'edges',
    type: 'text',
    alone: true,
    edge: (edge) => Object.keys(edge.flags).flatMap((flags) => flags.split(',')),
  },
  { name: 'host', also: [], of: 'edges', type: 'text', edge: (edge) => Object.keys(edge.hosts) },
  { name: 'source', also: ['from'], of: 'edges', type: 'text', edge: (_edge, { source }) => named(source) },
  { name: 'target', also: ['to'], of: 'edges', type: 'text', edge: (_edge, { target }) => named(target) },
  latency('p50', [], 'p50Ms'),
  latency('p90', [], 'p90Ms'),
  latency('p99', [], 'p99Ms'),
  latency('avg', [], 'avgMs'),
  {
    name: 'messages',
    also: [],
    of: 'edges',
    type: 'rate',
    edge: (edge) =>
      edge.sentMessagesPerSecond === undefined && edge.receivedMessagesPerSecond === undefined
        ? null
        : (edge.sentMessagesPerSecond ?? 0) + (edge.receivedMessagesPerSecond ?? 0),
  },
  badge('finding', ['findings'], 'finding'),
  badge('rollout', [], 'rollout'),
  badge('changed', [], 'changed'),
  badge('waypoint', [], 'waypoint'),
  badge('ambient', [], 'ambient'),
];

const bySpelling = new Map(findOperands.flatMap((operand) => [operand.name, ...operand.also].map((name) => [name, operand] as const)));

/** The operand a word means. `label:team` gives the label's key as well. */
export function operandOf(word: string): { operand: FindOperand; key: string } | undefined {
  const colon = word.indexOf(':');
  const name = (colon === -1 ? word : word.slice(0, colon)).toLowerCase();
  const operand = bySpelling.get(name);
  if (operand === undefined || (colon !== -1) !== (operand.name === 'label')) return undefined;
  const key = colon === -1 ? '' : word.slice(colon + 1);
  return operand.name === 'label' && key === '' ? undefined : { operand, key };
}
