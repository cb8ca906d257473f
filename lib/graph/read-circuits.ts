import type { MeshContext } from './mesh-context';
import { workloadNode } from './resolve-nodes';
import type { NodeIdentity, Sample } from './resolve-nodes';
import type { CircuitLimit, EdgeCircuit, GraphType } from './schema';

/** What the gauges of Envoy's cluster manager are called, by what they tell (Envoy's documentation, "Circuit breakers statistics", "Outlier detection statistics"). */
const limitGauges: Readonly<Record<string, CircuitLimit>> = {
  envoy_cluster_circuit_breakers_default_rq_open: 'requests',
  envoy_cluster_circuit_breakers_default_rq_pending_open: 'pending',
  envoy_cluster_circuit_breakers_default_cx_open: 'connections',
  envoy_cluster_circuit_breakers_default_rq_retry_open: 'retries',
};
const ejectionGauge = 'envoy_cluster_outlier_detection_ejections_active';

/** All that a caller's proxies say of their circuits at a moment; `gauge > 0` keeps only what there is to tell. */
export const circuitsPromql =
  'max by (__name__, namespace, pod, cluster_name) ' +
  `({__name__=~"envoy_cluster_circuit_breakers_default_(rq|rq_pending|cx|rq_retry)_open|${ejectionGauge}", cluster_name=~"outbound[|].*"} > 0)`;

interface CallerCircuit {
  host: string;
  /** Empty: the service as a whole. */
  subset: string;
  reached: Set<CircuitLimit>;
  ejected: number;
}

/** Circuits by the id of the node that calls. */
export type CircuitIndex = ReadonlyMap<string, readonly CallerCircuit[]>;

/** Sorts rows of `circuitsPromql`. Rows of pods that nobody knows, or of clusters that are none of a service, are left out. */
export function readCircuits(samples: readonly Sample[] | null | undefined, graphType: GraphType, context: MeshContext): CircuitIndex {
  const found = new Map<string, Map<string, CallerCircuit>>();
  for (const { labels, value } of samples ?? []) {
    const [, , subset, host] = /^(outbound)\|\d*\|([^|]*)\|([^|]+)$/.exec(labels['cluster_name'] ?? '') ?? [];
    const caller = callerOf(labels, graphType, context);
    const limit = limitGauges[labels['__name__'] ?? ''];
    if (host === undefined || subset === undefined || caller === null || !(value > 0)) continue;
    if (limit === undefined && labels['__name__'] !== ejectionGauge) continue;
    const own = found.get(caller) ?? new Map<string, CallerCircuit>();
    found.set(caller, own);
    const key = `${subset}|${host}`;
    const circuit = own.get(key) ?? { host, subset, reached: new Set(), ejected: 0 };
    own.set(key, circuit);
    if (limit === undefined) circuit.ejected = Math.max(circuit.ejected, value);
    else circuit.reached.add(limit);
  }
  return new Map([...found].map(([caller, own]) => [caller, [...own.values()]]));
}

/** The node of the workload whose pod said it. Of a pod that is gone the name still tells the workload. */
function callerOf(labels: Readonly<Record<string, string>>, graphType: GraphType, context: MeshContext): string | null {
  const { namespace, pod } = labels;
  if (namespace === undefined || pod === undefined) return null;
  const key = context.pods.get(`${namespace}/${pod}`) ?? `${namespace}/${pod.replace(/-[a-z0-9]{5,10}-[a-z0-9]{5}$|-\d+$/, '')}`;
  const workload = context.workloads.get(key);
  if (workload === undefined) return null;
  const { name, app, version } = workload;
  return workloadNode({ cluster: context.cluster, namespace, workload: name, app, version }, graphType, context).id;
}

const refusedByBreaker = 'UO';

/**
 * What the circuit breaker of an edge's caller does; `undefined` while there is nothing to tell.
 * @param flags requests per second by response flags, of the window
 */
export function circuitOf(
  edge: { source: NodeIdentity; target: NodeIdentity; hosts: Iterable<string>; services: Iterable<string> },
  flags: Readonly<Record<string, number>>,
  circuits: CircuitIndex,
  context: MeshContext,
): EdgeCircuit | undefined {
  let refusedPerSecond = 0;
  for (const [names, rate] of Object.entries(flags)) if (names.split(',').includes(refusedByBreaker)) refusedPerSecond += rate;
  const reached = new Set<CircuitLimit>();
  let ejected = 0;
  const own = circuits.get(edge.source.id);
  if (own !== undefined) {
    const hosts = new Set(edge.hosts);
    for (const key of edge.services) hosts.add(context.services.get(key)?.host ?? '');
    for (const circuit of own) {
      if (!hosts.has(circuit.host) || !reaches(edge.target, circuit, edge.services, context)) continue;
      for (const limit of circuit.reached) reached.add(limit);
      ejected = Math.max(ejected, circuit.ejected);
    }
  }
  if (refusedPerSecond === 0 && reached.size === 0 && ejected === 0) return undefined;
  const open = refusedPerSecond > 0 || reached.has('requests') || reached.has('pending');
  return { open, refusedPerSecond, reached: [...reached].toSorted(), ejected };
}

/** Whether an Envoy cluster's endpoints are those of a node: a subset has some of a service's workloads. */
function reaches(target: NodeIdentity, { subset, host }: CallerCircuit, services: Iterable<string>, context: MeshContext): boolean {
  if (subset === '' || target.workload === undefined) return true;
  for (const key of services) {
    const service = context.services.get(key);
    if (service?.host !== host) continue;
    const members = service.subsets?.get(subset);
    return members === undefined || members.includes(`${target.namespace}/${target.workload}`);
  }
  return true;
}
