import type { EndpointSlice, Node, Pod, Service } from '@/lib/model';
import { matchesLabels } from '@/lib/model';
import { contentHash, isReady } from './workload-objects';

const serviceLabel = 'kubernetes.io/service-name';
const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';

type SlicePort = NonNullable<EndpointSlice['ports']>[number];
type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

/** True for a slice that this controller wrote; those of others (by hand, of WorkloadEntries) are left alone. */
export function isManaged(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === manager;
}

/** The number of a service port on one pod: its name is looked up among the container's ports. */
function portOn(pod: Pod, target: number | string): number | undefined {
  if (typeof target === 'number') return target;
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return containers.flatMap((container) => container.ports ?? []).find((port) => port.name === target)?.containerPort;
}

function portsOn(service: Service, pod: Pod): SlicePort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = portOn(pod, port.targetPort ?? port.port);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function endpointOf(pod: Pod, service: Service, nodes: ReadonlyMap<string, Node>): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = isReady(pod);
  const node = nodes.get(pod.spec.nodeName ?? '');
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (ready && !terminating), serving: ready, terminating },
    ...(pod.spec.hostname !== undefined && pod.spec.subdomain === service.metadata.name ? { hostname: pod.spec.hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
      ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
    },
  };
}

/**
 * The EndpointSlices of a service: one per set of port numbers, since a named target port may differ from pod to pod.
 * A service without a selector has none from here. Without pods there is one empty slice, so that "no endpoints" is a fact.
 */
export function planEndpointSlices(service: Service, pods: readonly Pod[], nodes: ReadonlyMap<string, Node>): EndpointSlice[] {
  const selector = service.spec.selector;
  if (selector === undefined || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') return [];
  const groups = new Map<string, { ports: SlicePort[]; endpoints: Endpoint[] }>();
  const chosen = pods
    .filter(
      (pod) =>
        pod.metadata.namespace === service.metadata.namespace &&
        matchesLabels(pod.metadata.labels, selector) &&
        (pod.status?.podIP ?? '') !== '' &&
        pod.status?.phase !== 'Succeeded' &&
        pod.status?.phase !== 'Failed',
    )
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  for (const pod of chosen) {
    const ports = portsOn(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(pod, service, nodes));
    groups.set(key, group);
  }
  if (groups.size === 0) groups.set('', { ports: [], endpoints: [] });
  return [...groups].map(([key, group]) => sliceOf(service, key, group));
}

function sliceOf(service: Service, key: string, group: { ports: SlicePort[]; endpoints: Endpoint[] }): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      // The name follows from the ports, so that the same slice is found again after a restart.
      name: `${service.metadata.name}-${contentHash(key, 5)}`,
      namespace: service.metadata.namespace ?? 'default',
      labels: { ...service.metadata.labels, [serviceLabel]: service.metadata.name, [managedByLabel]: manager },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name: service.metadata.name, uid: service.metadata.uid ?? '', controller: true },
      ],
    },
    addressType: 'IPv4',
    endpoints: group.endpoints,
    ports: group.ports,
  };
}

/** The service a slice belongs to. */
export function serviceOfSlice(slice: EndpointSlice): string | undefined {
  return slice.metadata.labels?.[serviceLabel];
}
