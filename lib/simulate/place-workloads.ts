import type { Container, KubernetesResource, ObjectMeta, Pod, PodSpec, Service } from '@/lib/model';
import { CLUSTER_IP_PREFIX, matchesLabels, meshLabels, podAddresses, podSuffix, workloadOfPod } from '@/lib/model';
import type { Gateway, KubernetesGateway } from '@/lib/kinds';
import { kubernetesKinds, meshKinds } from '@/lib/kinds';

/** Kinds whose objects stand for pods. */
interface PodOwner extends KubernetesResource {
  spec?: { replicas?: number; template?: { metadata?: Partial<ObjectMeta>; spec?: PodSpec } };
}

const ownerKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
/** More pods of one workload tell no more about it. */
const maxReplicas = 32;
const gatewayTemplates = 'inject.istio.io/templates';

/**
 * Makes a mesh that runs out of manifests: namespaces filled in, Deployments as pods with addresses and sidecars, Services with ClusterIPs,
 * ages in the order of the manifests, and the gateways that Gateway objects ask for. Pods that exist already stay as they are.
 */
export function placeWorkloads(objects: readonly KubernetesResource[]): KubernetesResource[] {
  const settled = objects.map(settleMetadata);
  const present = settled.filter(isPod);
  const taken = new Set(present.flatMap((pod) => pod.status?.podIP ?? []));
  let next = 0;
  const nextAddress = (): string => {
    let address: string;
    do address = podAddresses(podSuffix(++next)).podIp;
    while (taken.has(address));
    return address;
  };
  const namespaces = new Map(settled.filter(({ kind }) => kind === 'Namespace').map((namespace) => [namespace.metadata.name, namespace]));
  const settlePod = (pod: Pod): Pod => (pod.status?.podIP === undefined ? startPod(pod, nextAddress(), namespaces) : pod);
  const owners = [...settled, ...missingGateways(settled)].filter(isOwner);
  const made = owners
    .filter(
      (owner) =>
        !present.some((pod) => pod.metadata.namespace === owner.metadata.namespace && workloadOfPod(pod).workload === owner.metadata.name),
    )
    .flatMap(podsOf)
    .map(settlePod);
  const extra = missingGateways(settled).filter((object) => !isOwner(object));
  let addresses = 0;
  return [...settled, ...extra]
    .map((object) => (isPod(object) ? settlePod(object) : isService(object) ? settleService(object, () => ++addresses) : object))
    .concat(made);
}

const clusterScoped = new Set(
  [...kubernetesKinds, ...meshKinds].filter((definition) => !definition.namespaced).map((definition) => definition.kind),
);

/** A manifest's age is its place: "the oldest wins" then means the first. */
function settleMetadata(object: KubernetesResource, index: number): KubernetesResource {
  const { metadata } = object;
  const namespace = clusterScoped.has(object.kind) ? {} : { namespace: metadata.namespace ?? 'default' };
  const creationTimestamp = metadata.creationTimestamp ?? new Date(index * 1000).toISOString();
  return { ...object, metadata: { ...metadata, ...namespace, creationTimestamp } };
}

function isPod(object: KubernetesResource): object is Pod {
  return object.kind === 'Pod' && object.apiVersion === 'v1';
}

function isService(object: KubernetesResource): object is Service {
  return object.kind === 'Service' && object.apiVersion === 'v1';
}

function isOwner(object: KubernetesResource): object is PodOwner {
  return ownerKinds.has(object.kind) && object.apiVersion.startsWith('apps/') && object.metadata.ownerReferences === undefined;
}

function podsOf(owner: PodOwner): Pod[] {
  const { namespace = 'default', name } = owner.metadata;
  const template = owner.spec?.template;
  return Array.from({ length: Math.min(owner.spec?.replicas ?? 1, maxReplicas) }, (_, index): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...template?.metadata,
      name: `${name}-${index}`,
      namespace,
      ...(owner.metadata.creationTimestamp === undefined ? {} : { creationTimestamp: owner.metadata.creationTimestamp }),
      ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid: `${namespace}/${name}`, controller: true }],
    },
    spec: template?.spec ?? { containers: [] },
  }));
}

/** A pod with its address, ready, and with a sidecar unless its labels or its namespace's say no. */
function startPod(pod: Pod, podIP: string, namespaces: ReadonlyMap<string, KubernetesResource>): Pod {
  const started: Pod = { ...pod, status: { ...pod.status, phase: 'Running', podIP, conditions: [{ type: 'Ready', status: 'True' }] } };
  return isInjected(pod, namespaces) ? withSidecar(started) : started;
}

function isInjected(pod: Pod, namespaces: ReadonlyMap<string, KubernetesResource>): boolean {
  const wanted = pod.metadata.labels?.[meshLabels.inject] ?? pod.metadata.annotations?.[meshLabels.inject];
  if (wanted !== undefined) return wanted === 'true';
  return namespaces.get(pod.metadata.namespace ?? 'default')?.metadata.labels?.[meshLabels.injection] !== 'disabled';
}

const sidecar: Container = { name: 'istio-proxy', image: 'heddle/proxy' };

function withSidecar(pod: Pod): Pod {
  const identity = workloadOfPod(pod);
  const isGateway = pod.metadata.annotations?.[gatewayTemplates] === 'gateway';
  const labels = {
    ...(isGateway ? {} : { [meshLabels.tlsMode]: 'istio' }),
    [meshLabels.canonicalName]: identity.canonicalName,
    [meshLabels.canonicalRevision]: identity.canonicalRevision,
    ...pod.metadata.labels,
  };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec: { ...pod.spec, containers: [...pod.spec.containers, sidecar] } };
}

function settleService(service: Service, nextNumber: () => number): Service {
  const { type, clusterIP } = service.spec;
  if (type === 'ExternalName' || clusterIP !== undefined) return service;
  return { ...service, spec: { ...service.spec, clusterIP: `${CLUSTER_IP_PREFIX}${podSuffix(nextNumber())}` } };
}

/** Deployments and Services for Gateway objects whose pods are not among the manifests, as an installation of the mesh would have them. */
function missingGateways(objects: readonly KubernetesResource[]): KubernetesResource[] {
  const labelsOfPods = objects.flatMap((object) =>
    isPod(object) ? [object.metadata.labels] : isOwner(object) ? [object.spec?.template?.metadata?.labels] : [],
  );
  const made = new Map<string, KubernetesResource[]>();
  for (const object of objects) {
    const wanted = gatewayNeeded(object);
    if (wanted === null || labelsOfPods.some((labels) => labels !== undefined && matchesLabels(labels, wanted.labels))) continue;
    made.set(`${wanted.namespace}/${wanted.name}`, makeGateway(wanted));
  }
  return [...made.values()].flat();
}

interface NeededGateway {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  ports: { port: number; targetPort: number }[];
}

const installedPorts = [
  { port: 80, targetPort: 8080 },
  { port: 443, targetPort: 8443 },
];

function gatewayNeeded(object: KubernetesResource): NeededGateway | null {
  if (object.kind === 'Ingress') {
    const name = 'istio-ingressgateway';
    return { namespace: 'istio-system', name, labels: { app: name, istio: 'ingressgateway' }, ports: installedPorts };
  }
  if (object.kind !== 'Gateway') return null;
  if (object.apiVersion.startsWith('networking.istio.io/')) {
    const labels = (object as Gateway).spec.selector ?? {};
    const label = labels['istio'];
    return label === undefined
      ? null
      : { namespace: 'istio-system', name: `istio-${label}`, labels: { app: `istio-${label}`, ...labels }, ports: installedPorts };
  }
  const { spec, metadata } = object as KubernetesGateway;
  const name = `${metadata.name}-${spec.gatewayClassName ?? 'istio'}`;
  const ports = [...new Set((spec.listeners ?? []).map((listener) => listener.port))].map((port) => ({ port, targetPort: port }));
  return { namespace: metadata.namespace ?? 'default', name, labels: { [meshLabels.gatewayName]: metadata.name }, ports };
}

function makeGateway({ namespace, name, labels, ports }: NeededGateway): KubernetesResource[] {
  const metadata: ObjectMeta = { name, namespace, creationTimestamp: new Date(0).toISOString() };
  const deployment: PodOwner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      template: {
        metadata: { labels, annotations: { [gatewayTemplates]: 'gateway' } },
        spec: { serviceAccountName: `${name}-service-account`, containers: [{ name: 'istio-proxy' }] },
      },
    },
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels },
    spec: { selector: labels, ports: ports.map(({ port, targetPort }) => ({ name: `port-${port}`, port, targetPort })) },
  };
  return [deployment, service];
}
