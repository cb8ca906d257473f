import type { TrafficResponse } from '@/lib/contract';
import { detectProtocol, isHttp, workloadOfPod } from '@/lib/model';
import type { Service } from '@/lib/model';
import { askInstant } from './ask-metrics';
import type { Console } from './console-state';
import { podsBehind, versionsOf } from './describe-service';
import { findActingRoutes, versioned } from './find-acting-routes';
import { observedShare, planSplitQuery, readSplit } from './observe-split';
import { findSubsetUsers } from './find-subset-users';
import { findService } from './show-services';
import type { Cluster } from './watch-cluster';

const windowSeconds = 60;

/** What the traffic editor edits: the objects that route the service, and what is observed beside them. */
export async function showTraffic(
  console: Console,
  target: { namespace: string; name: string },
  caller: string | undefined,
): Promise<TrafficResponse> {
  const cluster = console.cluster();
  const service = findService(cluster, target.namespace, target.name);
  const acting = findActingRoutes(cluster, target, caller);
  const backends = backendsOf(service, cluster);
  // Requests that a route sends to the service of one version are counted there.
  const names = [target.name, ...backends.map((one) => one.name)];
  const measured = await askInstant(
    console.prometheus,
    { share: planSplitQuery({ namespace: target.namespace, names }, windowSeconds) },
    console.now(),
  );
  const counts = readSplit(measured.answers['share'] ?? []);
  return {
    ...target,
    routes: acting.routes,
    destinationRule: acting.destinationRule === null ? null : versioned(acting.destinationRule),
    otherRules: acting.otherRules,
    subsetUsers: findSubsetUsers(cluster, target),
    ports: (service.spec.ports ?? []).map(({ port, name = '' }) => ({ number: port, name })),
    versions: versionsOf(service, cluster).map(({ version, readyEndpoints, endpoints }) => ({
      version,
      labels: { version },
      readyEndpoints,
      endpoints,
      ...observedShare(counts, version),
    })),
    backends,
    callers: acting.callers,
    newNames: newNames(cluster, target),
    notices: [...measured.notices, ...cluster.notices()],
    queries: measured.queries,
  };
}

/** Services of the namespace whose pods are all of one version of this service. */
export function backendsOf(service: Service, cluster: Cluster): TrafficResponse['backends'] {
  const namespace = service.metadata.namespace ?? 'default';
  const own = new Set(podsBehind(service, cluster));
  if (own.size === 0) return [];
  const target = service.spec.ports?.[0];
  return cluster
    .services()
    .flatMap((other) => {
      if (other.metadata.namespace !== namespace || other.metadata.name === service.metadata.name) return [];
      const pods = podsBehind(other, cluster);
      const versions = new Set(pods.map((pod) => workloadOfPod(pod).version));
      const [version = ''] = versions;
      const ports = other.spec.ports ?? [];
      const port = ports.find((one) => one.port === target?.port) ?? ports.find((one) => isHttp(detectProtocol(one))) ?? ports[0];
      if (pods.length === 0 || versions.size !== 1 || version === '' || port === undefined || !pods.every((pod) => own.has(pod))) return [];
      return [{ namespace, name: other.metadata.name, port: port.port, version }];
    })
    .toSorted((left, right) => left.version.localeCompare(right.version, 'en', { numeric: true }));
}

/** Names for objects that a draft has to make. */
export function newNames(cluster: Cluster, target: { namespace: string; name: string }): TrafficResponse['newNames'] {
  return {
    virtualService: freeName(target, cluster.virtualServices(), 'routes'),
    destinationRule: freeName(target, cluster.destinationRules(), 'subsets'),
  };
}

/** The service's own name, unless an object about something else has it. */
function freeName(
  { namespace, name }: { namespace: string; name: string },
  objects: readonly { metadata: { name: string; namespace?: string } }[],
  suffix: string,
): string {
  const taken = new Set(objects.filter((one) => one.metadata.namespace === namespace).map((one) => one.metadata.name));
  let free = name;
  for (let count = 1; taken.has(free); count += 1) free = count === 1 ? `${name}-${suffix}` : `${name}-${suffix}-${count}`;
  return free;
}
