import type { DestinationRule, HTTPRoute, VirtualService } from '@/lib/kinds';
import { matchesLabels, resolveShortName, serviceHost } from '@/lib/model';
import type { MeshService } from './mesh-context';
import type { NodeBadge } from './schema';

interface ServiceConfig {
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  httpRoutes?: readonly HTTPRoute[];
}

/** Puts on each service what the configuration does to its traffic: badges, and how it is to be divided. */
export function addServiceConfig(
  objects: ServiceConfig,
  services: ReadonlyMap<string, MeshService>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
): void {
  const byHost = new Map([...services.values()].map((service) => [service.host, service]));
  const find = (host: string, namespace: string) => byHost.get(resolveShortName(host, namespace)) ?? byHost.get(resolveDotted(host));
  const put = (host: string, namespace: string, badges: readonly NodeBadge[]) => {
    const service = find(host, namespace);
    for (const badge of badges) if (service !== undefined && !service.badges.includes(badge)) service.badges.push(badge);
  };
  const subsets = subsetsOf(objects.destinationRules, find);
  nameSubsets(byHost, subsets, labelsOf);
  for (const virtualService of objects.virtualServices) {
    const namespace = virtualService.metadata.namespace ?? 'default';
    for (const host of virtualService.spec.hosts ?? []) {
      put(host, namespace, badgesOfRoutes(virtualService));
      const service = find(host, namespace);
      if (service !== undefined) divide(service, sharesOf(virtualService, service, namespace, find), subsets, labelsOf);
    }
  }
  for (const rule of objects.destinationRules) {
    const policies = [rule.spec.trafficPolicy, ...(rule.spec.subsets ?? []).map((subset) => subset.trafficPolicy)];
    if (policies.some((policy) => policy?.outlierDetection !== undefined || policy?.connectionPool !== undefined)) {
      put(rule.spec.host, rule.metadata.namespace ?? 'default', ['circuitBreaker']);
    }
  }
  for (const route of objects.httpRoutes ?? []) addHttpRoute(route, services);
}

/** Whether a host as it is written in a configuration is this service. `reviews.default` is what people write for the full name. */
export function namesService(host: string, namespace: string, service: { host: string }): boolean {
  return resolveShortName(host, namespace) === service.host || resolveDotted(host) === service.host;
}

function resolveDotted(host: string): string {
  const [name, namespace, svc, ...rest] = host.split('.');
  if (name === undefined || namespace === undefined || rest.length > 0 || (svc !== undefined && svc !== 'svc')) return host;
  return serviceHost(name, namespace);
}

function badgesOfRoutes(virtualService: VirtualService): NodeBadge[] {
  const badges: NodeBadge[] = ['virtualService'];
  const http = virtualService.spec.http ?? [];
  const tcp = virtualService.spec.tcp ?? [];
  if ([...http, ...tcp].some((rule) => (rule.route ?? []).filter((one) => one.weight !== 0).length > 1)) badges.push('trafficSplit');
  if (http.some((rule) => (rule.match ?? []).some((match) => Object.keys(match).some((key) => key !== 'name' && key !== 'port'))))
    badges.push('requestRouting');
  if (http.some((rule) => rule.fault !== undefined)) badges.push('fault');
  if (http.some((rule) => rule.mirror !== undefined || (rule.mirrors ?? []).length > 0)) badges.push('mirror');
  if (http.some((rule) => rule.timeout !== undefined)) badges.push('timeout');
  return badges;
}

type FindService = (host: string, namespace: string) => MeshService | undefined;

/** Labels of each subset of a host, by `host|subset`. */
function subsetsOf(rules: readonly DestinationRule[], find: FindService): Map<string, Readonly<Record<string, string>>> {
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const rule of rules) {
    const service = find(rule.spec.host, rule.metadata.namespace ?? 'default');
    if (service === undefined) continue;
    for (const subset of rule.spec.subsets ?? []) found.set(`${service.host}|${subset.name}`, subset.labels ?? {});
  }
  return found;
}

function nameSubsets(
  byHost: ReadonlyMap<string, MeshService>,
  subsets: ReadonlyMap<string, Readonly<Record<string, string>>>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
): void {
  for (const [key, selector] of subsets) {
    const [host = '', name = ''] = key.split('|');
    const service = byHost.get(host);
    if (service === undefined) continue;
    const members = service.workloads.filter((workload) => matchesLabels(labelsOf.get(workload), selector));
    service.subsets = new Map(service.subsets).set(name, members);
  }
}

/** What requests without anything special get: the weights of the rule that matches all; undefined when it names one destination. */
function sharesOf(
  virtualService: VirtualService,
  service: MeshService,
  namespace: string,
  find: FindService,
): { subset: string | undefined; weight: number }[] | undefined {
  const rules = virtualService.spec.http ?? [];
  const rule = rules.find((one) => (one.match ?? []).length === 0) ?? (rules.length === 1 ? rules[0] : undefined);
  const routes = (rule?.route ?? []).filter((one) => find(one.destination.host, namespace) === service);
  if (routes.length < 2 || routes.length !== rule?.route?.length) return undefined;
  return routes.map((one) => ({ subset: one.destination.subset, weight: one.weight ?? 0 }));
}

function divide(
  service: MeshService,
  shares: readonly { subset: string | undefined; weight: number }[] | undefined,
  subsets: ReadonlyMap<string, Readonly<Record<string, string>>>,
  labelsOf: ReadonlyMap<string, Readonly<Record<string, string>>>,
): void {
  const total = (shares ?? []).reduce((sum, one) => sum + one.weight, 0);
  if (shares === undefined || !(total > 0)) return;
  const split = new Map<string, number>();
  for (const { subset, weight } of shares) {
    const selector = subset === undefined ? {} : subsets.get(`${service.host}|${subset}`);
    const members = selector === undefined ? [] : service.workloads.filter((key) => matchesLabels(labelsOf.get(key), selector));
    for (const key of members) split.set(key, (split.get(key) ?? 0) + (weight / total / members.length) * 100);
  }
  // Where one workload gets all there is nothing to compare.
  if (service.workloads.length > 1) service.split = split;
}

/** A route of the Gateway API for a service in the mesh divides among other services. */
function addHttpRoute(route: HTTPRoute, services: ReadonlyMap<string, MeshService>): void {
  const namespace = route.metadata.namespace ?? 'default';
  const rules = route.spec.rules ?? [];
  for (const parent of route.spec.parentRefs ?? []) {
    if (parent.kind !== 'Service') continue;
    const service = services.get(`${parent.namespace ?? namespace}/${parent.name}`);
    if (service === undefined) continue;
    const backends = (rules.find((one) => (one.matches ?? []).length === 0) ?? rules.at(-1))?.backendRefs ?? [];
    const badges: NodeBadge[] = ['virtualService'];
    if (backends.filter((one) => one.weight !== 0).length > 1) badges.push('trafficSplit');
    if (rules.length > 1) badges.push('requestRouting');
    for (const badge of badges) if (!service.badges.includes(badge)) service.badges.push(badge);
    const total = backends.reduce((sum, one) => sum + (one.weight ?? 1), 0);
    if (backends.length < 2 || !(total > 0)) continue;
    const split = new Map<string, number>();
    for (const backend of backends) {
      const members = services.get(`${backend.namespace ?? namespace}/${backend.name}`)?.workloads ?? [];
      for (const key of members) split.set(key, (split.get(key) ?? 0) + ((backend.weight ?? 1) / total / members.length) * 100);
    }
    service.split = split;
  }
}
