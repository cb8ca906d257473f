import { combineHealth, judgePods, judgeTraffic, mergeHealthRules } from '@/lib/health';
import type { Health, HealthRules } from '@/lib/health';
import type { MeshContext, MeshWorkload } from './mesh-context';
import type { GraphRemarks } from './remarks';
import { isKnown } from './resolve-nodes';
import type { NodeIdentity } from './resolve-nodes';
import type { GraphNode, GraphType, NodeBadge, NodeSplit, NodeUpdate } from './schema';

/** What was counted at a node, per second. */
export interface NodeCounts {
  identity: NodeIdentity;
  rpsIn: number;
  rpsOut: number;
  errorsIn: number;
  errorsOut: number;
  bytes: number;
  services: Set<string>;
  /** Requests per second that came in by the host asked for. */
  hosts: Map<string, number>;
  codesIn: { protocol: 'http' | 'grpc'; code: string; requests: number }[];
  /** What the edges that come in say of it. */
  badges: Set<NodeBadge>;
  /** The slowest edge that comes in. */
  latencyMs: Partial<Record<'p50' | 'p90' | 'p95' | 'p99', number | null>>;
}

export function newCounts(identity: NodeIdentity): NodeCounts {
  return {
    identity,
    rpsIn: 0,
    rpsOut: 0,
    errorsIn: 0,
    errorsOut: 0,
    bytes: 0,
    services: new Set(),
    hosts: new Map(),
    codesIn: [],
    badges: new Set(),
    latencyMs: {},
  };
}

export interface NodeOptions {
  context: MeshContext;
  graphType: GraphType;
  windowSeconds: number;
  remarks?: GraphRemarks | undefined;
  /** Requests per second of each host, by all that stand behind it. */
  hostRates: ReadonlyMap<string, number>;
}

/** Limits that a node's services, its workloads or its namespace set. */
export function rulesOf(identity: NodeIdentity, services: Iterable<string>, context: MeshContext): HealthRules | undefined {
  if (context.healthRules.size === 0) return undefined;
  const { namespace, workload } = identity;
  const rules = [...services].toSorted().map((key) => context.healthRules.get(`Service ${key}`));
  if (identity.kind === 'service') rules.unshift(context.healthRules.get(`Service ${namespace}/${identity.name}`));
  if (workload !== undefined) rules.push(context.healthRules.get(`Workload ${namespace}/${workload}`));
  return mergeHealthRules(...rules, context.healthRules.get(`Namespace ${namespace}`));
}

export function finishNode(node: NodeCounts, options: NodeOptions): GraphNode {
  const { identity } = node;
  const members = workloadsOf(identity, options);
  const pods =
    members.length === 0
      ? undefined
      : members.reduce((sum, one) => ({ ready: sum.ready + one.ready, desired: sum.desired + one.desired }), { ready: 0, desired: 0 });
  const health = combineHealth(trafficHealth(node, options), pods === undefined ? undefined : judgePods(pods));
  const splits = splitsOf(node, options);
  const keys = [...node.services].map((key) => `Service ${key}`).concat(members.map((one) => `Workload ${one.namespace}/${one.name}`));
  const findings = keys.flatMap((key) => options.remarks?.findings.get(key) ?? []);
  const changes = keys.flatMap((key) => options.remarks?.changes.get(key) ?? []);
  const rollout = keys.map((key) => options.remarks?.rollouts.get(key)).find((one) => one !== undefined);
  const badges = badgesOf(node, members, options.context);
  if (findings.length > 0) badges.add('finding');
  if (changes.length > 0) badges.add('changed');
  const update = updateOf(members);
  if (rollout !== undefined || update !== undefined) badges.add('rollout');
  return {
    ...identity,
    health: health.status,
    healthReasons: health.reasons,
    rpsIn: node.rpsIn > 0 ? node.rpsIn : null,
    rpsOut: node.rpsOut > 0 ? node.rpsOut : null,
    errorRatio: node.rpsIn > 0 ? node.errorsIn / node.rpsIn : null,
    services: [...node.services].toSorted(),
    ...(pods === undefined ? {} : { pods }),
    ...(members[0]?.labels === undefined ? {} : { labels: members[0].labels }),
    badges: [...badges],
    ...(splits.length === 0 ? {} : { splits }),
    ...(findings.length === 0 ? {} : { findings: unique(findings, (one) => `${one.code} ${one.object}`) }),
    ...(changes.length === 0 ? {} : { changes: unique(changes, (one) => one.id) }),
    ...(rollout === undefined ? {} : { rollout }),
    ...(update === undefined ? {} : { update }),
  };
}

function updateOf(members: readonly MeshWorkload[]): NodeUpdate | undefined {
  const sum: NodeUpdate = { updated: 0, ready: 0, desired: 0 };
  for (const { update, desired } of members) {
    if (update === undefined) continue;
    sum.updated += update.updated;
    sum.ready += update.ready;
    sum.desired += desired;
  }
  return sum.desired === 0 ? undefined : sum;
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function trafficHealth(node: NodeCounts, { context, windowSeconds }: NodeOptions): Health {
  const { identity } = node;
  if (identity.kind === 'unknown') return { status: 'unknown', reasons: [{ code: 'no_telemetry', values: {} }] };
  if (node.rpsIn === 0 && node.rpsOut === 0 && node.bytes > 0) return { status: 'healthy', reasons: [] };
  // Who only sends (a gateway, a client) is judged by what comes back to it.
  const incoming = node.rpsIn > 0;
  return judgeTraffic(
    {
      requests: (incoming ? node.rpsIn : node.rpsOut) * windowSeconds,
      errors: (incoming ? node.errorsIn : node.errorsOut) * windowSeconds,
      codes: incoming ? node.codesIn : [],
      direction: incoming ? 'inbound' : 'outbound',
      latencyMs: node.latencyMs,
    },
    rulesOf(identity, node.services, context),
  );
}

function badgesOf(node: NodeCounts, members: readonly MeshWorkload[], context: MeshContext): Set<NodeBadge> {
  const { identity } = node;
  const badges = new Set<NodeBadge>(node.badges);
  for (const key of node.services) for (const badge of context.services.get(key)?.badges ?? []) badges.add(badge);
  if (identity.kind === 'service')
    for (const badge of context.services.get(`${identity.namespace}/${identity.name}`)?.badges ?? []) badges.add(badge);
  if (members.some((one) => one.waypoint)) badges.add('waypoint');
  if (members.length > 0 && members.every((one) => one.ambient)) badges.add('ambient');
  else if (members.length > 0 && members.every((one) => !one.injected && !one.gateway && !one.ambient)) badges.add('missingSidecar');
  if (identity.kind === 'external' && context.externalHosts.has(identity.name)) badges.add('serviceEntry');
  return badges;
}

/** Asked for against seen, for each service that divides its traffic among several workloads. */
function splitsOf(node: NodeCounts, { context, hostRates, graphType }: NodeOptions): NodeSplit[] {
  const { workload, namespace } = node.identity;
  if (workload === undefined || graphType === 'app') return [];
  return [...node.services].toSorted().flatMap((key) => {
    const service = context.services.get(key);
    if (service?.split === undefined) return [];
    const total = hostRates.get(service.host) ?? 0;
    const own = node.hosts.get(service.host) ?? 0;
    return [{ service: key, configured: service.split.get(`${namespace}/${workload}`) ?? 0, observed: total > 0 ? own / total : null }];
  });
}

function workloadsOf(identity: NodeIdentity, { context, graphType }: NodeOptions): MeshWorkload[] {
  if (isKnown(context.cluster) && isKnown(identity.cluster) && identity.cluster !== context.cluster) return [];
  if (identity.kind === 'service') {
    const service = context.services.get(`${identity.namespace}/${identity.name}`);
    return (service?.workloads ?? []).flatMap((key) => context.workloads.get(key) ?? []);
  }
  if (identity.workload !== undefined && graphType !== 'app') {
    const workload = context.workloads.get(`${identity.namespace}/${identity.workload}`);
    return workload === undefined ? [] : [workload];
  }
  if (identity.app === undefined) return [];
  return [...context.workloads.values()].filter((one) => one.namespace === identity.namespace && one.app === identity.app);
}
