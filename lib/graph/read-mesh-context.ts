import { readHealthRules } from '@/lib/health';
import type { HealthRules } from '@/lib/health';
import type { DestinationRule, Gateway, HTTPRoute, ServiceEntry, VirtualService } from '@/lib/kinds';
import { hasSidecar, isRollingOut, isRunning, matchesLabels, meshLabels, serviceHost, workloadOfPod } from '@/lib/model';
import type { Deployment, Namespace, Pod, Service } from '@/lib/model';
import { addServiceConfig } from './add-service-config';
import type { MeshContext, MeshService, MeshWorkload } from './mesh-context';

/** The objects a mesh's context is read from. */
export interface ContextObjects {
  cluster: string;
  pods: readonly Pod[];
  services: readonly Service[];
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  serviceEntries: readonly ServiceEntry[];
  gateways: readonly Gateway[];
  httpRoutes?: readonly HTTPRoute[];
  /** Deployments and what is like them: wanted replicas, and annotations. */
  controllers?: readonly Deployment[];
  namespaces?: readonly Namespace[];
}

/** Workloads (from pods), services and what the configuration does to them. */
export function readMeshContext(objects: ContextObjects): MeshContext {
  const workloads = new Map<string, MeshWorkload>();
  const labelsOf = new Map<string, Record<string, string>>();
  const pods = new Map<string, string>();
  const gatewaySelectors = objects.gateways
    .map((gateway) => gateway.spec.selector ?? {})
    .filter((selector) => Object.keys(selector).length > 0);
  for (const pod of objects.pods) {
    if (!isRunning(pod)) continue;
    const identity = workloadOfPod(pod);
    const key = `${identity.namespace}/${identity.workload}`;
    const labels = pod.metadata.labels ?? {};
    const workload = workloads.get(key) ?? {
      namespace: identity.namespace,
      name: identity.workload,
      kind: identity.kind,
      app: identity.canonicalName,
      version: identity.canonicalRevision,
      ready: 0,
      desired: 0,
      injected: false,
      gateway: labels[meshLabels.gatewayName] !== undefined || gatewaySelectors.some((selector) => matchesLabels(labels, selector)),
      ambient: false,
      waypoint: labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller',
      services: [],
      ...tellingLabels(labels),
    };
    workload.desired += 1;
    if (isReady(pod)) workload.ready += 1;
    workload.ambient ||= pod.metadata.annotations?.['ambient.istio.io/redirection'] === 'enabled';
    workload.injected ||= hasSidecar(pod) || labels[meshLabels.gatewayName] !== undefined;
    workloads.set(key, workload);
    pods.set(`${identity.namespace}/${pod.metadata.name}`, key);
    labelsOf.set(key, labels);
  }
  for (const controller of objects.controllers ?? []) {
    const { metadata, spec, status } = controller;
    const key = `${metadata.namespace ?? 'default'}/${metadata.name}`;
    const workload = workloads.get(key);
    if (workload === undefined) continue;
    workload.desired = spec.replicas ?? 1;
    if (!isRollingOut(controller)) continue;
    const updated = Number(status?.['updatedReplicas'] ?? 0);
    const own = objects.pods.filter((pod) => pods.get(`${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`) === key);
    // The controller may not have told yet of pods that are there, nor they of themselves.
    workload.update = { updated, ready: Math.min(updated, newestReady(own)) };
  }
  const services = new Map<string, MeshService>();
  for (const service of objects.services) {
    const namespace = service.metadata.namespace ?? 'default';
    const selector = service.spec.selector ?? {};
    const members: string[] = [];
    if (Object.keys(selector).length > 0) {
      for (const [key, workload] of workloads) {
        if (workload.namespace !== namespace || !matchesLabels(labelsOf.get(key), selector)) continue;
        members.push(key);
        workload.services.push(`${namespace}/${service.metadata.name}`);
      }
    }
    const host = serviceHost(service.metadata.name, namespace);
    services.set(`${namespace}/${service.metadata.name}`, { namespace, name: service.metadata.name, host, workloads: members, badges: [] });
  }
  addServiceConfig(objects, services, labelsOf);
  const externalHosts = new Map<string, string>();
  for (const entry of objects.serviceEntries) {
    if (entry.spec.location === 'MESH_INTERNAL') continue;
    for (const host of entry.spec.hosts) externalHosts.set(host, entry.metadata.namespace ?? 'default');
  }
  return { cluster: objects.cluster, workloads, pods, services, externalHosts, healthRules: healthRulesOf(objects) };
}

/** How many pods are ready of those that were made of the same template as the one made last. */
function newestReady(pods: readonly Pod[]): number {
  const templateOf = ({ metadata: { labels = {} } }: Pod) => labels['pod-template-hash'] ?? labels['controller-revision-hash'];
  const madeAt = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  const [first, ...others] = pods;
  if (first === undefined) return 0;
  const last = others.reduce((newest, pod) => (madeAt(pod) > madeAt(newest) ? pod : newest), first);
  return pods.filter((pod) => templateOf(pod) === templateOf(last) && isReady(pod)).length;
}

/** On a workload's pods its controller's annotations stand as well, when they are in the template: the controller's own win. */
function healthRulesOf(objects: ContextObjects): Map<string, HealthRules> {
  const found = new Map<string, HealthRules>();
  const add = (key: string, annotations: Readonly<Record<string, string>> | undefined) => {
    const rules = readHealthRules(annotations);
    if (rules !== undefined) found.set(key, rules);
  };
  for (const { metadata } of objects.namespaces ?? []) add(`Namespace ${metadata.name}`, metadata.annotations);
  for (const { metadata } of objects.services) add(`Service ${metadata.namespace ?? 'default'}/${metadata.name}`, metadata.annotations);
  for (const pod of objects.pods) {
    const { namespace, workload } = workloadOfPod(pod);
    add(`Workload ${namespace}/${workload}`, pod.metadata.annotations);
  }
  for (const { metadata } of objects.controllers ?? [])
    add(`Workload ${metadata.namespace ?? 'default'}/${metadata.name}`, metadata.annotations);
  return found;
}

/** Set by controllers or by the mesh: they tell nothing that the node does not say already. */
const silentLabels =
  /^(pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|security\.istio\.io\/tlsMode|service\.istio\.io\/.*|sidecar\.istio\.io\/.*|app|version)$/;

function tellingLabels(labels: Record<string, string>): { labels?: Record<string, string> } {
  const kept = Object.entries(labels).filter(([key]) => !silentLabels.test(key));
  return kept.length === 0 ? {} : { labels: Object.fromEntries(kept) };
}

/** Whether a pod takes traffic. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
