import type { KubernetesResource, Pod, Service } from '@/lib/model';
import { matchesLabels, workloadOfPod } from '@/lib/model';
import type { SimulatedDestination, SimulatedRequest, Simulation } from './simulation';
import { plainRequest } from '@/lib/routing';
import { authorityOf } from './parse-request';
import { workloadName } from './find-caller';
import type { SimulatedMesh } from './visit-destination';
import { visitServer } from './visit-destination';

/** A caller without a sidecar: no route applies, the Service's pods are called in plaintext, and the other side says what it thinks of that. */
export function callDirectly(mesh: SimulatedMesh, objects: readonly KubernetesResource[], pod: Pod, request: SimulatedRequest): Simulation {
  const service = findService(objects, pod, request.host);
  const targetPort = service?.spec.ports?.find((port) => port.port === request.port)?.targetPort ?? request.port;
  const members = mesh.pods.filter(
    (one) =>
      service?.spec.selector !== undefined &&
      one.metadata.namespace === service.metadata.namespace &&
      matchesLabels(one.metadata.labels, service.spec.selector),
  );
  const asked =
    request.scheme === 'http'
      ? plainRequest({ method: request.method, path: request.path, authority: authorityOf(request), headers: request.headers })
      : null;
  const caller = { ip: pod.status?.podIP ?? '', identity: null };
  const destinations = [...Map.groupBy(members, workloadName)].map(([workload, own]): SimulatedDestination => {
    const [member] = own;
    const port = typeof targetPort === 'number' ? targetPort : namedPort(member, targetPort, request.port);
    const version = member === undefined ? '' : workloadOfPod(member).version;
    return {
      ...visitServer(mesh, member, port, null, asked, caller),
      cluster: '',
      workload,
      source:
        service === undefined ? null : { object: `Service ${service.metadata.namespace ?? 'default'}/${service.metadata.name}`, path: '' },
      ...(version === '' ? {} : { version }),
      endpoints: own.length,
    };
  });
  const statuses = new Set(destinations.map((destination) => destination.status));
  const [status] = statuses;
  const verdicts = new Set(destinations.map((destination) => destination.authorization.verdict));
  const authorization = destinations[0]?.authorization ?? { verdict: 'allow' };
  return {
    listener: '',
    virtualHost: '',
    route: '',
    object: service === undefined ? '' : `Service ${service.metadata.namespace ?? 'default'}/${service.metadata.name}`,
    path: '',
    clusters: [],
    sources: { listener: null, host: null, clusters: [] },
    fault: null,
    timeoutMs: 0,
    retries: 0,
    retryOn: [],
    mirror: [],
    authorization: verdicts.size > 1 ? { verdict: 'mixed' } : authorization,
    mtls: false,
    ...(statuses.size === 1 && status !== undefined ? { status, statusReason: authorization.reason ?? '' } : {}),
    tried: [],
    destinations,
    notes: [],
  };
}

function namedPort(pod: Pod | undefined, name: string, fallback: number): number {
  const ports = (pod?.spec.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports.find((port) => port.name === name)?.containerPort ?? fallback;
}

function findService(objects: readonly KubernetesResource[], pod: Pod, host: string): Service | undefined {
  const [name = '', namespace = pod.metadata.namespace ?? 'default'] = host.split('.');
  return objects.find(
    (object): object is Service =>
      object.kind === 'Service' &&
      object.apiVersion === 'v1' &&
      object.metadata.name === name &&
      (object.metadata.namespace ?? 'default') === namespace,
  );
}
