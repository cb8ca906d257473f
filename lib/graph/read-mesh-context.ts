import type { DestinationRule, Gateway, ServiceEntry, VirtualService } from '@/lib/kinds';
import { hasSidecar, matchesLabels, meshLabels, resolveShortName, serviceHost, workloadOfPod } from '@/lib/model';
import type { Pod, Service } from '@/lib/model';
import type { MeshContext, MeshService, MeshWorkload } from './mesh-context';
import type { NodeBadge } from './schema';

/** The objects a mesh's context is read from. */
export interface ContextObjects {
  cluster: string;
  pods: readonly Pod[];
  services: readonly Service[];
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  serviceEntries: readonly ServiceEntry[];
  gateways: readonly Gateway[];
  /** Wanted replicas of controllers, by `namespace/name`: tells workloads without any pod. */
  desired?: ReadonlyMap<string, number>;
}

/** Workloads (from pods), services and what the configuration does to them. */
export function readMeshContext(objects: ContextObjects): MeshContext {
  const workloads = new Map<string, MeshWorkload>();
  const labelsOf = new Map<string, Record<string, string>>();
  const gatewaySelectors = objects.gateways
    .map((gateway) => gateway.spec.selector ?? {})
    .filter((selector) => Object.keys(selector).length > 0);
  for (const pod of objects.pods) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined) continue;
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
      services: [],
      ...tellingLabels(labels),
    };
    workload.desired += 1;
    if (isReady(pod)) workload.ready += 1;
    workload.injected ||= hasSidecar(pod) || labels[meshLabels.gatewayName] !== undefined;
    workloads.set(key, workload);
    labelsOf.set(key, labels);
  }
  for (const [key, desired] of objects.desired ?? []) {
    const workload = workloads.get(key);
    if (workload !== undefined) workload.desired = desired;
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
  addBadges(objects, services);
  const externalHosts = new Map<string, string>();
  for (const entry of objects.serviceEntries) {
    if (entry.spec.location === 'MESH_INTERNAL') continue;
    for (const host of entry.spec.hosts) externalHosts.set(host, entry.metadata.namespace ?? 'default');
  }
  return { cluster: objects.cluster, workloads, services, externalHosts };
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

function addBadges(objects: ContextObjects, services: Map<string, MeshService>): void {
  const byHost = new Map([...services.values()].map((service) => [service.host, service]));
  const put = (host: string, namespace: string, badges: NodeBadge[]) => {
    const service = byHost.get(resolveShortName(host, namespace)) ?? byHost.get(resolveDotted(host));
    for (const badge of badges) if (service !== undefined && !service.badges.includes(badge)) service.badges.push(badge);
  };
  for (const virtualService of objects.virtualServices) {
    const namespace = virtualService.metadata.namespace ?? 'default';
    for (const host of virtualService.spec.hosts ?? []) put(host, namespace, badgesOfRoutes(virtualService));
  }
  for (const rule of objects.destinationRules) {
    const policies = [rule.spec.trafficPolicy, ...(rule.spec.subsets ?? []).map((subset) => subset.trafficPolicy)];
    if (policies.some((policy) => policy?.outlierDetection !== undefined || policy?.connectionPool !== undefined)) {
      put(rule.spec.host, rule.metadata.namespace ?? 'default', ['circuitBreaker']);
    }
  }
}

/** `reviews.default` and `reviews.default.svc` are what people write for the full name. */
function resolveDotted(host: string): string {
  const [name, namespace, svc, ...rest] = host.split('.');
  if (name === undefined || namespace === undefined || rest.length > 0 || (svc !== undefined && svc !== 'svc')) return host;
  return serviceHost(name, namespace);
}

function badgesOfRoutes(virtualService: VirtualService): NodeBadge[] {
  const badges: NodeBadge[] = ['virtualService'];
  const http = virtualService.spec.http ?? [];
  if (http.some((rule) => (rule.route ?? []).filter((one) => one.weight !== 0).length > 1)) badges.push('trafficSplit');
  if (http.some((rule) => rule.fault !== undefined)) badges.push('fault');
  if (http.some((rule) => rule.mirror !== undefined || (rule.mirrors ?? []).length > 0)) badges.push('mirror');
  if (http.some((rule) => rule.timeout !== undefined)) badges.push('timeout');
  return badges;
}
