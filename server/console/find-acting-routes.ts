import type { TrafficCaller, TrafficRoute } from '@/lib/contract';
import type { DestinationRule } from '@/lib/kinds';
import { fullHost } from '@/lib/kinds/virtual-service';
import { hostCovers, serviceHost, workloadOfPod } from '@/lib/model';
import type { Pod } from '@/lib/model';
import { buildMeshState, compileProxy, findActing, proxyNodeOfPod } from '@/lib/pilot';
import type { MeshState } from '@/lib/pilot';
import type { AnyKubeObject } from '@/server/kube';
import { liveObjects } from './compare-behaviour';
import { cleanObject } from './draft-object';
import { configurationKinds, resourceFor } from './known-kinds';
import { refOf } from './describe-service';
import type { Cluster } from './watch-cluster';

/** What is looked at: a few workloads of each namespace stand for all, for what differs between them is rare. */
const mostCallers = 24;
const mostOfOwnNamespace = 8;
const mostOfOthers = 2;

/** A state is made anew when an object changed; the editors of several services share it. */
const states = new WeakMap<object, MeshState>();

function stateOf(cluster: Cluster): MeshState {
  const version = cluster.context();
  let state = states.get(version);
  if (state === undefined) {
    state = buildMeshState(liveObjects(cluster));
    states.set(version, state);
  }
  return state;
}

/** A workload with one of its pods. */
interface Looked {
  caller: TrafficCaller;
  pod: Pod;
}

/** Workloads with a proxy, the asked one first, then gateways, then the service's own namespace. */
function chooseCallers(cluster: Cluster, namespace: string, asked: string | undefined): Looked[] {
  const workloads = new Map<string, Looked>();
  for (const pod of cluster.pods()) {
    const proxied =
      pod.spec.containers.some((one) => one.name === 'istio-proxy') ||
      pod.spec.initContainers?.some((one) => one.name === 'istio-proxy') === true;
    if (!proxied || pod.metadata.deletionTimestamp !== undefined) continue;
    const identity = workloadOfPod(pod);
    const key = `${identity.namespace}/${identity.workload}`;
    if (workloads.has(key)) continue;
    const gateway = proxyNodeOfPod(pod).type === 'router';
    workloads.set(key, {
      pod,
      caller: { namespace: identity.namespace, workload: identity.workload, labels: pod.metadata.labels ?? {}, gateway },
    });
  }
  const rank = ({ caller }: Looked) => (nameOf(caller) === asked ? 0 : caller.gateway ? 1 : caller.namespace === namespace ? 2 : 3);
  const taken = new Map<string, number>();
  return [...workloads.values()]
    .toSorted((left, right) => rank(left) - rank(right) || nameOf(left.caller).localeCompare(nameOf(right.caller), 'en'))
    .filter((one) => {
      if (rank(one) < 2) return true;
      const count = taken.get(one.caller.namespace) ?? 0;
      taken.set(one.caller.namespace, count + 1);
      return count < (rank(one) === 2 ? mostOfOwnNamespace : mostOfOthers);
    })
    .slice(0, mostCallers);
}

export function nameOf(caller: Pick<TrafficCaller, 'namespace' | 'workload'>): string {
  return `${caller.namespace}/${caller.workload}`;
}

export interface ActingRoutes {
  routes: TrafficRoute[];
  destinationRule: DestinationRule | null;
  otherRules: string[];
  callers: TrafficCaller[];
}

const routeKinds = ['VirtualService', 'HTTPRoute', 'GRPCRoute'];

/** The objects that route requests to a service and shape its connections: what `lib/pilot` really serves to who calls it. */
export function findActingRoutes(cluster: Cluster, service: { namespace: string; name: string }, asked: string | undefined): ActingRoutes {
  const host = serviceHost(service.name, service.namespace);
  const state = stateOf(cluster);
  const looked = chooseCallers(cluster, service.namespace, asked).map(({ caller, pod }) => ({
    caller,
    acting: findActing(compileProxy(state, proxyNodeOfPod(pod)), host, caller.gateway),
  }));
  const users = (label: string) => looked.filter(({ acting }) => acting.routes.includes(label)).map(({ caller }) => nameOf(caller));
  const inForce = [...new Set(looked.flatMap(({ acting }) => acting.routes))];
  const first = looked.find(({ caller }) => nameOf(caller) === asked)?.acting.routes ?? [];
  const candidates = configurationKinds
    .filter((kind) => routeKinds.includes(kind.kind))
    .flatMap((kind) =>
      cluster.list(resourceFor(kind)).map((object) => ({
        object,
        ref: refOf(kind, object),
        label: `${kind.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      })),
    )
    .filter(({ object, label }) => inForce.includes(label) || meansTo(object, service, host));
  const rank = (label: string) => (first.includes(label) ? -1000 : 0) - users(label).length;
  const routes = candidates
    .map(({ object, ref, label }): TrafficRoute => ({
      ref,
      object: versioned(object),
      callers: users(label),
      overruledBy:
        users(label).length > 0
          ? []
          : inForce.filter((other) => looked.some(({ caller, acting }) => !caller.gateway && acting.routes.includes(other))),
    }))
    .toSorted((left, right) => rank(labelOf(left)) - rank(labelOf(right)) || labelOf(left).localeCompare(labelOf(right), 'en'));
  const policies = [...new Set(looked.flatMap(({ acting }) => acting.policies))];
  const [main, ...others] = policies;
  return {
    routes,
    destinationRule:
      cluster.destinationRules().find((one) => main === `DestinationRule ${one.metadata.namespace ?? ''}/${one.metadata.name}`) ?? null,
    otherRules: others,
    callers: looked.map(({ caller }) => caller),
  };
}

function labelOf({ ref }: TrafficRoute): string {
  return `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** Whether an object names the service as what it routes. */
function meansTo(object: AnyKubeObject, service: { namespace: string; name: string }, host: string): boolean {
  const own = object.metadata.namespace ?? 'default';
  const spec = (object['spec'] ?? {}) as { hosts?: string[]; parentRefs?: { kind?: string; name: string; namespace?: string }[] };
  if (object.kind === 'VirtualService') return (spec.hosts ?? []).some((one) => one !== '*' && hostCovers(fullHost(one, own), host));
  return (spec.parentRefs ?? []).some(
    (parent) => parent.kind === 'Service' && parent.name === service.name && (parent.namespace ?? own) === service.namespace,
  );
}

/** What a person writes of the object, with the version a write must be made on. */
export function versioned(object: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; resourceVersion?: string };
  spec?: unknown;
}): TrafficRoute['object'] {
  const clean = cleanObject(object);
  const { resourceVersion } = object.metadata;
  return { ...clean, metadata: { ...clean.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}
