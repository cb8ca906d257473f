import { hostCovers, hostsOverlap, matchesLabels, resolveShortName } from '@/lib/model';
import { destinationRuleFor, destinationRuleSelectors } from './index-destination-rules';
import { serviceIndex } from './index-services';
import { virtualServices, virtualServicesFor } from './index-virtual-services';
import { compareAge, table } from './mesh-state';
import { MESH_GATEWAY } from './names';
import { sourceOf } from './provenance';
import { isVisible } from './visibility';
import type { Sidecar, SidecarSpec } from '@/lib/kinds';
import type { RegistryService } from '@/lib/model';
import type { MergedDestinationRule } from './index-destination-rules';
import type { MeshState } from './mesh-state';
import type { SourceObject } from './provenance';
import type { VirtualServiceModel } from './route-model';
import type { ProxyNode } from './types';

type Egress = NonNullable<SidecarSpec['egress']>[number];

/** What one `egress` entry of a Sidecar lets a proxy see; without a Sidecar there is one that lets it see all. */
export interface EgressScope {
  port: { number: number; protocol: string; name: string } | undefined;
  bind: string;
  services: readonly RegistryService[];
  virtualServices: readonly VirtualServiceModel[];
}

/**
 * What proxies of one kind see of the mesh. Proxies that cannot be told apart by any rule (same namespace, same Sidecar, same answers
 * to every label condition) share one scope, and with it all that is compiled from it.
 */
export interface ProxyScope {
  key: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  isGateway: boolean;
  /** No transparent capture: destinations are named by the request, not by the connection. */
  explicit: boolean;
  sidecar: Sidecar | undefined;
  sidecarSource: SourceObject | undefined;
  egress: readonly EgressScope[];
  services: readonly RegistryService[];
  byHost: ReadonlyMap<string, RegistryService>;
  allowAny: boolean;
  egressProxy: NonNullable<SidecarSpec['outboundTrafficPolicy']>['egressProxy'];
  destinationRule: (service: RegistryService) => MergedDestinationRule | undefined;
}

/** The scope of a proxy. */
export function proxyScope(state: MeshState, proxy: ProxyNode): ProxyScope {
  const isGateway = proxy.type === 'router';
  const sidecar = isGateway ? undefined : sidecarFor(state, proxy.namespace, proxy.labels);
  const sidecarKey = sidecar === undefined ? '' : `${sidecar.metadata.namespace ?? ''}/${sidecar.metadata.name}`;
  const explicit = proxy.interceptionMode === 'NONE';
  const key = `${proxy.namespace}|${isGateway ? 'router' : 'sidecar'}|${explicit ? 'none' : 'redirect'}|${sidecarKey}|${labelSignature(state, proxy)}`;
  const index = serviceIndex(state);
  const all = virtualServices(state);
  const rules = table(state, 'networking.istio.io/DestinationRule');
  return state.cache.memo(`scope|${key}`, [index, all, rules, sidecar, state.mesh], () => {
    const routes = isGateway ? [] : virtualServicesFor(state, proxy.namespace, MESH_GATEWAY);
    const visible = state.cache.memo(`visible|${proxy.namespace}`, [index], () => visibleServices(index.byHost, proxy.namespace));
    const egress = egressScopes(state, sidecar, proxy.namespace, visible, routes);
    const services = egress.length === 1 ? (egress[0]?.services ?? []) : [...new Set(egress.flatMap((entry) => entry.services))];
    const policy = sidecar?.spec.outboundTrafficPolicy;
    const scope: ProxyScope = {
      key,
      namespace: proxy.namespace,
      labels: proxy.labels,
      isGateway,
      explicit,
      sidecar,
      sidecarSource: sidecar === undefined ? undefined : sourceOf(sidecar),
      egress,
      services,
      byHost: new Map(services.map((service) => [service.hostname, service])),
      allowAny: policy === undefined ? state.mesh.outboundTrafficPolicy === 'ALLOW_ANY' : policy.mode === 'ALLOW_ANY',
      egressProxy: policy?.egressProxy,
      destinationRule: (service) => destinationRuleFor(state, proxy.namespace, service, proxy.labels),
    };
    return scope;
  });
}

/** One service per host: the viewer's own namespace first, then Kubernetes, then the oldest. */
function visibleServices(byHost: ReadonlyMap<string, readonly RegistryService[]>, viewer: string): readonly RegistryService[] {
  const found: RegistryService[] = [];
  for (const candidates of byHost.values()) {
    const visible = candidates.filter((service) => isVisible(service.exportTo, service.namespace, viewer));
    const best =
      visible.find((service) => service.namespace === viewer) ?? visible.find((service) => service.registry === 'Kubernetes') ?? visible[0];
    if (best !== undefined) found.push(best);
  }
  return found;
}

/** The Sidecar object in force: selector match, then without selector, then the root namespace's (istio.md §1.5). */
function sidecarFor(state: MeshState, namespace: string, labels: Readonly<Record<string, string>>): Sidecar | undefined {
  const sidecars = table<Sidecar>(state, 'networking.istio.io/Sidecar');
  if (sidecars.size === 0) return undefined;
  const ordered = state.cache.memo('sidecars', [sidecars], () => [...sidecars.values()].sort(compareAge));
  const own = ordered.filter((sidecar) => sidecar.metadata.namespace === namespace);
  const selects = (sidecar: Sidecar): boolean => Object.keys(sidecar.spec.workloadSelector?.labels ?? {}).length > 0;
  return (
    own.find((sidecar) => selects(sidecar) && matchesLabels(labels, sidecar.spec.workloadSelector?.labels)) ??
    own.find((sidecar) => !selects(sidecar)) ??
    ordered.find((sidecar) => sidecar.metadata.namespace === state.rootNamespace && !selects(sidecar))
  );
}

function egressScopes(
  state: MeshState,
  sidecar: Sidecar | undefined,
  namespace: string,
  services: readonly RegistryService[],
  routes: readonly VirtualServiceModel[],
): EgressScope[] {
  const entries = sidecar?.spec.egress ?? [];
  if (entries.length === 0) return [{ port: undefined, bind: '', services, virtualServices: routes }];
  const everything = new Map(services.map((service) => [service.hostname, service]));
  return entries.map((entry) => {
    const imports = readImports(entry, namespace);
    const ownRoutes = routes.filter((route) => route.hosts.some((host) => imports.overlaps(host, route.namespace)));
    const chosen = new Set(services.filter((service) => imports.covers(service.hostname, service.namespace)));
    // A route that was let in would lead nowhere without its destinations.
    for (const route of ownRoutes) {
      for (const host of destinationHosts(route, state.domain)) {
        const service = everything.get(host);
        if (service !== undefined) chosen.add(service);
      }
    }
    const port = entry.port?.number;
    return {
      port:
        port === undefined || port === 0 ? undefined : { number: port, protocol: entry.port?.protocol ?? '', name: entry.port?.name ?? '' },
      bind: entry.bind ?? '',
      services: services.filter(
        (service) =>
          chosen.has(service) && (port === undefined || port === 0 || service.ports.some((candidate) => candidate.port === port)),
      ),
      virtualServices: ownRoutes,
    };
  });
}

interface Imports {
  covers: (host: string, owner: string) => boolean;
  overlaps: (host: string, owner: string) => boolean;
}

function readImports(entry: Egress, namespace: string): Imports {
  const included: { owner: string; host: string }[] = [];
  const excluded: { owner: string; host: string }[] = [];
  for (const text of entry.hosts ?? []) {
    const slash = text.indexOf('/');
    const owner = slash === -1 ? '*' : text.slice(0, slash);
    const host = text.slice(slash + 1);
    if (owner === '~') continue;
    const target = owner.startsWith('~') ? excluded : included;
    const name = owner.startsWith('~') ? owner.slice(1) : owner;
    target.push({ owner: name === '.' ? namespace : name, host });
  }
  const test = (matches: (pattern: string, host: string) => boolean) => (host: string, owner: string) => {
    const hit = (item: { owner: string; host: string }): boolean =>
      (item.owner === '*' || item.owner === owner) && matches(item.host, host);
    return included.some(hit) && !excluded.some(hit);
  };
  return { covers: test(hostCovers), overlaps: test(hostsOverlap) };
}

/** The hosts a route may send to, mirrors included. */
function destinationHosts(route: VirtualServiceModel, domain: string): string[] {
  const hosts = new Set<string>();
  const add = (host: string | undefined, owner: string): void => {
    if (host !== undefined) hosts.add(resolveShortName(host, owner, domain));
  };
  for (const { spec, origin } of route.http) {
    for (const target of spec.route ?? []) add(target.destination.host, origin.source.namespace);
    add(spec.mirror?.host, origin.source.namespace);
    for (const mirror of spec.mirrors ?? []) add(mirror.destination.host, origin.source.namespace);
  }
  for (const { spec, origin } of [...route.tcp, ...route.tls]) {
    for (const target of spec.route ?? []) add(target.destination.host, origin.source.namespace);
  }
  return [...hosts];
}

/** Which label conditions of rules a proxy meets; equal answers mean equal configuration. */
function labelSignature(state: MeshState, proxy: ProxyNode): string {
  const conditions = state.cache.once(state, 'label-conditions', () => {
    const found = new Map<string, Readonly<Record<string, string>>>();
    const add = (labels: Readonly<Record<string, string>> | undefined): void => {
      if (labels !== undefined && Object.keys(labels).length > 0) found.set(JSON.stringify(labels), labels);
    };
    for (const model of virtualServices(state)) {
      for (const rule of model.http) for (const match of rule.spec.match ?? []) add(match.sourceLabels);
      for (const rule of [...model.tcp, ...model.tls]) for (const match of rule.spec.match ?? []) add(match.sourceLabels);
    }
    return [...found.values()];
  });
  const answer = (labels: Readonly<Record<string, string>>): string => (matchesLabels(proxy.labels, labels) ? '1' : '0');
  return conditions.map(answer).join('') + '.' + destinationRuleSelectors(state, proxy.namespace).map(answer).join('');
}
