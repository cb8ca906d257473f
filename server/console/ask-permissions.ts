import type { PermittedCall, SecurityResponse } from '@/lib/contract';
import { listOperations } from '@/lib/kinds/authorization-policy/edit-rules';
import type { Operation } from '@/lib/kinds/authorization-policy/edit-rules';
import type { KubernetesResource, Pod, Service } from '@/lib/model';
import { detectProtocol, hasSidecar, isHttp, matchesLabels, serviceHost, workloadOfPod } from '@/lib/model';
import { authorizationPoliciesFor, proxyNodeOfPod } from '@/lib/pilot';
import type { MeshState } from '@/lib/pilot';
import { openMesh } from '@/lib/simulate';
import type { OpenedMesh, SimulatedDestination } from '@/lib/simulate';
import type { TrafficSample } from './sample-traffic';

/** Requests that are asked about for one page: more take longer than a page may. */
const mostRequests = 4000;

interface Question {
  /** One pod of each workload. */
  callers: readonly Pod[];
  wanted: (namespace: string) => boolean;
  traffic: TrafficSample;
  nowMs: number;
  state: MeshState;
}

/** What every workload may ask of every service of the wanted namespaces, as the proxies themselves would decide it. */
export function askPermissions(
  objects: readonly KubernetesResource[],
  { callers, wanted, traffic, nowMs, state }: Question,
): Pick<SecurityResponse, 'callers' | 'services' | 'calls' | 'leftOut'> {
  const mesh = openMesh(objects, {}, nowMs);
  const services = objects
    .filter(isService)
    .filter((one) => wanted(one.metadata.namespace ?? '') && httpPort(one) !== undefined && selectorOf(one) !== null);
  const seen = new Map(traffic.edges.map((edge) => [`${edge.from} ${edge.host}`, edge.rps]));
  // Who is not wanted itself still counts where it was seen calling: that is what a policy would cut.
  const asking = callers.filter((pod) => {
    const name = nameOfPod(pod);
    return wanted(pod.metadata.namespace ?? '') || services.some((one) => seen.has(`${name} ${hostOf(one)}`));
  });
  const calls: PermittedCall[] = [];
  let asked = 0;
  let leftOut = 0;
  for (const service of services) {
    const pods = callers.filter(
      (pod) => pod.metadata.namespace === service.metadata.namespace && matchesLabels(pod.metadata.labels ?? {}, selectorOf(service) ?? {}),
    );
    const operations = listOperations([...new Set(pods.flatMap((pod) => authorizationPoliciesFor(state, proxyNodeOfPod(pod))))]);
    for (const pod of asking) {
      if (asked + operations.length > mostRequests) {
        leftOut += 1;
        continue;
      }
      asked += operations.length;
      const from = nameOfPod(pod);
      const answers = operations.map((operation) => askOne(mesh, from, service, operation));
      calls.push({
        from,
        to: `${service.metadata.namespace}/${service.metadata.name}`,
        verdict: answers.every((one) => one.verdict === answers[0]?.verdict) ? (answers[0]?.verdict ?? 'allow') : 'mixed',
        operations: answers,
        rps: seen.get(`${from} ${hostOf(service)}`) ?? null,
      });
    }
  }
  return {
    callers: asking.map((pod) => {
      const { namespace, workload, serviceAccount } = workloadOfPod(pod);
      return { namespace, name: workload, serviceAccount, hasProxy: hasSidecar(pod) || proxyNodeOfPod(pod).type === 'router' };
    }),
    services: services.map((one) => ({
      namespace: one.metadata.namespace ?? '',
      name: one.metadata.name,
      selector: selectorOf(one) ?? {},
    })),
    calls,
    leftOut,
  };
}

function askOne(mesh: OpenedMesh, from: string, service: Service, operation: Operation): PermittedCall['operations'][number] {
  const destinations = mesh.permit(from, hostOf(service), httpPort(service) ?? 80, { ...operation, headers: {} });
  const verdicts = destinations.map(verdictOf);
  const [worst] = destinations.toSorted((left, right) => gravity(right) - gravity(left));
  const verdict = verdicts.every((one) => one === verdicts[0]) ? (verdicts[0] ?? 'fails') : 'mixed';
  return { ...operation, verdict, object: worst?.authorization.object ?? '', reason: worst?.authorization.reason ?? '' };
}

function verdictOf({ authorization, status }: SimulatedDestination): 'allow' | 'deny' | 'mixed' | 'fails' {
  if (authorization.verdict !== 'allow') return authorization.verdict;
  return status === undefined ? 'allow' : 'fails';
}

function gravity(destination: SimulatedDestination): number {
  return { allow: 0, mixed: 1, fails: 2, deny: 3 }[verdictOf(destination)];
}

function isService(object: KubernetesResource): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1';
}

function selectorOf(service: Service): Record<string, string> | null {
  const selector = service.spec.selector ?? {};
  return Object.keys(selector).length === 0 ? null : selector;
}

function httpPort(service: Service): number | undefined {
  return (service.spec.ports ?? []).find((port) => isHttp(detectProtocol(port)))?.port;
}

function hostOf({ metadata }: Service): string {
  return serviceHost(metadata.name, metadata.namespace ?? 'default');
}

function nameOfPod(pod: Pod): string {
  const { namespace, workload } = workloadOfPod(pod);
  return `${namespace}/${workload}`;
}
