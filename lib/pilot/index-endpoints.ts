import { hasSidecar, localityOfPod, matchesLabels, meshLabels, parseLocality, workloadOfPod } from '@/lib/model';
import { serviceIndex } from './index-services';
import { table } from './mesh-state';
import type { EndpointSlice, Node, Pod, RegistryEndpoint, RegistryPort, RegistryService } from '@/lib/model';
import type { ServiceEntry, WorkloadEntry, WorkloadEntrySpec } from '@/lib/kinds';
import type { MeshState } from './mesh-state';

const sliceServiceLabel = 'kubernetes.io/service-name';

interface SliceIndex {
  byService: ReadonlyMap<string, readonly EndpointSlice[]>;
}

/** The endpoints of every service. The same object while no endpoint of any service changes. */
export function endpointIndex(state: MeshState): ReadonlyMap<RegistryService, readonly RegistryEndpoint[]> {
  return state.cache.once(state, 'endpoint-index', () => findAllEndpoints(state));
}

function findAllEndpoints(state: MeshState): ReadonlyMap<RegistryService, readonly RegistryEndpoint[]> {
  const services = serviceIndex(state);
  const tables = [
    'discovery.k8s.io/EndpointSlice',
    '/Pod',
    '/Node',
    'networking.istio.io/WorkloadEntry',
    'networking.istio.io/ServiceEntry',
  ].map((kind) => table(state, kind));
  return state.cache.memo('endpoint-index', [services, ...tables], () => {
    const found = services.all.map((service) => findEndpoints(state, service));
    return state.cache.memo(
      'endpoint-index-content',
      [services, ...found],
      () => new Map(services.all.map((service, index) => [service, found[index] ?? []])),
    );
  });
}

/** All endpoints of a service, of every port. */
export function endpointsOf(state: MeshState, service: RegistryService): readonly RegistryEndpoint[] {
  return endpointIndex(state).get(service) ?? noEndpoints;
}

const noEndpoints: readonly RegistryEndpoint[] = [];

/** EndpointSlices, else (manifests on disk) pods by selector; and WorkloadEntries. */
function findEndpoints(state: MeshState, service: RegistryService): readonly RegistryEndpoint[] {
  if (service.resolution === 'alias') return noEndpoints;
  if (service.registry === 'External') return entryEndpoints(state, service);
  const slices = slicesOf(state).byService.get(`${service.namespace}/${service.name}`) ?? [];
  const fromSlices = slices.length > 0;
  const pods = fromSlices ? podsOfSlices(state, slices) : podsOfSelector(state, service);
  const workloadEntries = selectedWorkloadEntries(state, service);
  const nodes = table<Node>(state, '/Node');
  const nodeOf = (pod: Pod | undefined): Node | undefined =>
    pod?.spec.nodeName === undefined ? undefined : nodes.get(`/${pod.spec.nodeName}`);
  const models = pods.map((pod) => servingPod(pod));
  const dependencies = [service, ...slices, ...models, ...pods.map((pod) => nodeOf(pod)), ...workloadEntries];
  return state.cache.memo(`endpoints|${service.namespace}/${service.name}`, dependencies, () => {
    const endpoints = fromSlices
      ? sliceEndpoints(service, slices, new Map(pods.map((pod) => [podKey(pod), pod])), nodeOf)
      : podEndpoints(service, pods, nodeOf);
    return inOrder([...endpoints, ...workloadEntries.flatMap((entry) => workloadEntryEndpoints(service, entry))]);
  });
}

const servingPods = new WeakMap<Pod, string>();

/** What of a pod its endpoints show, as a text: a status that changes beside it changes no endpoint. */
function servingPod(pod: Pod): string {
  let text = servingPods.get(pod);
  if (text === undefined) {
    const { metadata, spec, status } = pod;
    const ports = spec.containers.flatMap((container) => container.ports ?? []);
    text = JSON.stringify([
      metadata.namespace,
      metadata.name,
      metadata.labels,
      metadata.ownerReferences,
      spec.serviceAccountName,
      spec.nodeName,
      status?.podIP,
      ports,
    ]);
    servingPods.set(pod, text);
  }
  return text;
}

/** By address, so that the order in which objects arrived makes no difference to what proxies are sent. */
function inOrder(endpoints: RegistryEndpoint[]): RegistryEndpoint[] {
  return endpoints.sort((left, right) => (left.address === right.address ? left.port - right.port : left.address < right.address ? -1 : 1));
}

function podKey(pod: Pod): string {
  return `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`;
}

function slicesOf(state: MeshState): SliceIndex {
  const slices = table<EndpointSlice>(state, 'discovery.k8s.io/EndpointSlice');
  return state.cache.memo('slices', [slices], () => {
    const byService = new Map<string, EndpointSlice[]>();
    for (const slice of slices.values()) {
      const name = slice.metadata.labels?.[sliceServiceLabel];
      if (name === undefined) continue;
      const key = `${slice.metadata.namespace ?? 'default'}/${name}`;
      const known = byService.get(key);
      if (known === undefined) byService.set(key, [slice]);
      else known.push(slice);
    }
    return { byService };
  });
}

function podsOfSlices(state: MeshState, slices: readonly EndpointSlice[]): Pod[] {
  const pods = table<Pod>(state, '/Pod');
  const found: Pod[] = [];
  for (const slice of slices) {
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.targetRef?.name === undefined) continue;
      const pod = pods.get(`${endpoint.targetRef.namespace ?? slice.metadata.namespace ?? 'default'}/${endpoint.targetRef.name}`);
      if (pod !== undefined) found.push(pod);
    }
  }
  return found;
}

/** The pods of a namespace, in a table that keeps its identity while no pod of the namespace changes. */
function podsOfNamespace(state: MeshState, namespace: string): readonly Pod[] {
  const pods = table<Pod>(state, '/Pod');
  const byNamespace = state.cache.memo('pods-by-namespace', [pods], () => {
    const index = new Map<string, Pod[]>();
    for (const pod of pods.values()) {
      const key = pod.metadata.namespace ?? 'default';
      const known = index.get(key);
      if (known === undefined) index.set(key, [pod]);
      else known.push(pod);
    }
    return index;
  });
  return byNamespace.get(namespace) ?? [];
}

function podsOfSelector(state: MeshState, service: RegistryService): readonly Pod[] {
  const selector = service.selector;
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  return podsOfNamespace(state, service.namespace).filter((pod) => matchesLabels(pod.metadata.labels, selector) && isServing(pod));
}

function isServing(pod: Pod): boolean {
  if (pod.status?.podIP === undefined || pod.metadata.deletionTimestamp !== undefined) return false;
  const ready = pod.status.conditions?.find((condition) => condition.type === 'Ready');
  return ready === undefined ? pod.status.phase === undefined || pod.status.phase === 'Running' : ready.status === 'True';
}

function sliceEndpoints(
  service: RegistryService,
  slices: readonly EndpointSlice[],
  pods: ReadonlyMap<string, Pod>,
  nodeOf: (pod: Pod | undefined) => Node | undefined,
): RegistryEndpoint[] {
  const endpoints: RegistryEndpoint[] = [];
  const seen = new Set<string>();
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue;
    for (const endpoint of slice.endpoints ?? []) {
      // An absent condition means ready (discovery.k8s.io/v1).
      if (endpoint.conditions?.ready === false && !service.publishNotReady) continue;
      const pod =
        endpoint.targetRef?.name === undefined
          ? undefined
          : pods.get(`${endpoint.targetRef.namespace ?? service.namespace}/${endpoint.targetRef.name}`);
      for (const address of endpoint.addresses) {
        for (const port of slice.ports ?? []) {
          if (port.port === undefined || port.protocol === 'UDP') continue;
          const key = `${address}:${port.port}:${port.name ?? ''}`;
          if (seen.has(key)) continue;
          seen.add(key);
          endpoints.push(podEndpoint(service, pod, nodeOf(pod), address, port.port, port.name ?? ''));
        }
      }
    }
  }
  return endpoints;
}

function podEndpoints(service: RegistryService, pods: readonly Pod[], nodeOf: (pod: Pod) => Node | undefined): RegistryEndpoint[] {
  return pods.flatMap((pod) =>
    service.ports.flatMap((port) => {
      const number = targetPortOfPod(port, pod);
      const address = pod.status?.podIP;
      return number === undefined || address === undefined || port.protocol === 'UDP'
        ? []
        : [podEndpoint(service, pod, nodeOf(pod), address, number, port.name)];
    }),
  );
}

/** The container port a service port leads to on a pod; named ports are looked up in its containers. */
export function targetPortOfPod(port: RegistryPort, pod: Pod): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  if (/^\d+$/.test(port.targetPort)) return Number(port.targetPort);
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const named = container.ports?.find((candidate) => candidate.name === port.targetPort);
    if (named !== undefined) return named.containerPort;
  }
  return undefined;
}

function podEndpoint(
  service: RegistryService,
  pod: Pod | undefined,
  node: Node | undefined,
  address: string,
  port: number,
  portName: string,
): RegistryEndpoint {
  const workload = pod === undefined ? undefined : workloadOfPod(pod);
  return {
    address,
    port,
    portName,
    labels: pod?.metadata.labels ?? {},
    locality: localityOfPod(pod, node),
    weight: 1,
    health: 'healthy',
    serviceAccount: workload?.serviceAccount ?? '',
    namespace: pod?.metadata.namespace ?? service.namespace,
    workload: workload?.workload ?? '',
    tlsMode: pod !== undefined && hasSidecar(pod) ? 'istio' : 'disabled',
    instance: pod?.metadata.name ?? '',
    nodeName: pod?.spec.nodeName ?? '',
  };
}

function selectedWorkloadEntries(state: MeshState, service: RegistryService): readonly WorkloadEntry[] {
  const selector = service.selector;
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const found: WorkloadEntry[] = [];
  for (const entry of table<WorkloadEntry>(state, 'networking.istio.io/WorkloadEntry').values()) {
    if ((entry.metadata.namespace ?? 'default') === service.namespace && matchesLabels(entryLabels(entry), selector)) found.push(entry);
  }
  return found;
}

function entryLabels(entry: WorkloadEntry): Record<string, string> {
  return { ...entry.metadata.labels, ...entry.spec.labels };
}

function workloadEntryEndpoints(service: RegistryService, entry: WorkloadEntry): RegistryEndpoint[] {
  return inlineEndpoints(service, { ...entry.spec, labels: entryLabels(entry) }, entry.metadata.name);
}

function inlineEndpoints(service: RegistryService, entry: WorkloadEntrySpec, instance: string): RegistryEndpoint[] {
  const address = entry.address;
  if (address === undefined || address === '') return [];
  const labels = entry.labels ?? {};
  return service.ports.map((port) => ({
    address,
    port: entry.ports?.[port.name] ?? (typeof port.targetPort === 'number' ? port.targetPort : port.port),
    portName: port.name,
    labels,
    locality: parseLocality(entry.locality ?? labels[meshLabels.legacyPodLocality]?.replaceAll('.', '/') ?? ''),
    weight: entry.weight === undefined || entry.weight === 0 ? 1 : entry.weight,
    health: 'healthy',
    serviceAccount: entry.serviceAccount ?? '',
    namespace: service.namespace,
    workload: instance,
    tlsMode: labels[meshLabels.tlsMode] === 'istio' ? 'istio' : 'disabled',
    instance,
    nodeName: '',
  }));
}

function entryEndpoints(state: MeshState, service: RegistryService): readonly RegistryEndpoint[] {
  const object = table<ServiceEntry>(state, 'networking.istio.io/ServiceEntry').get(`${service.source.namespace}/${service.source.name}`);
  if (object === undefined || service.resolution === 'passthrough') return [];
  const pods = podsOfSelector(state, service);
  const entries = selectedWorkloadEntries(state, service);
  const key = `endpoints|entry|${service.source.namespace}/${service.source.name}|${service.hostname}`;
  return state.cache.memo(key, [service, object, ...pods, ...entries], () => {
    if (service.selector !== undefined) {
      const nodes = table<Node>(state, '/Node');
      return inOrder([
        ...podEndpoints(service, pods, (pod) => (pod.spec.nodeName === undefined ? undefined : nodes.get(`/${pod.spec.nodeName}`))),
        ...entries.flatMap((entry) => workloadEntryEndpoints(service, entry)),
      ]);
    }
    const inline = object.spec.endpoints ?? [];
    if (inline.length > 0) return inline.flatMap((entry) => inlineEndpoints(service, entry, ''));
    // DNS without endpoints: the host itself is what is looked up.
    return service.resolution === 'client-side' ? [] : inlineEndpoints(service, { address: service.hostname }, '');
  });
}
