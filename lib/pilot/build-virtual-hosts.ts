import { compareHosts, hostCovers, isHttp, isWildcard } from '@/lib/model';
import { buildRoutes, resolveDestination } from './build-routes';
import { standInPorts } from './external-hosts';
import { serviceIndex } from './index-services';
import { table } from './mesh-state';
import { HTTP_PROXY_ROUTE, MESH_GATEWAY, PASSTHROUGH_CLUSTER, outboundCluster } from './names';
import { provenanceMetadata } from './provenance';
import { resolveTrafficPolicy } from './resolve-traffic-policy';
import { hashPolicy, retryPolicy } from './translate-actions';
import type { RegistryPort, RegistryService } from '@/lib/model';
import type { Route, RouteConfiguration, VirtualHost } from '@/lib/xds';
import type { MergedDestinationRule } from './index-destination-rules';
import type { MeshState } from './mesh-state';
import type { VirtualServiceModel } from './route-model';
import type { EgressScope, ProxyScope } from './scope-proxy';

/** Whether a port's traffic is routed as HTTP: declared so, or found out by looking. */
function isRoutedAsHttp(port: RegistryPort): boolean {
  return isHttp(port.protocol) || port.protocol === 'Unsupported';
}

/** The HTTP ports of an egress scope, ascending. */
export function httpPorts(egress: EgressScope): number[] {
  const ports = new Set<number>();
  for (const service of egress.services) for (const port of service.ports) if (isRoutedAsHttp(port)) ports.add(port.port);
  // Hosts outside the registry are routed on port 80 (istio.md §1.1).
  ports.add(80);
  return [...ports].sort((left, right) => left - right);
}

interface HostEntry {
  /** `host:port`, the virtual host's name. */
  name: string;
  port: number;
  host: string;
  service: RegistryService | undefined;
  routes: Route[];
  origin: VirtualServiceModel | undefined;
}

/** Who answers which host on one port: VirtualServices first (the first to claim a host wins), then plain services. */
function hostsOnPort(state: MeshState, scope: ProxyScope, egress: EgressScope, port: number): readonly HostEntry[] {
  const key = `hosts|${scope.key}|${egress.port?.number ?? 0}:${egress.bind}|${port}`;
  return state.cache.memo(key, [scope, egress, state.mesh], () => {
    const entries: HostEntry[] = [];
    const claimed = new Set<string>();
    const services = new Map<string, RegistryService>();
    for (const service of egress.services) {
      if (service.ports.some((candidate) => candidate.port === port && isRoutedAsHttp(candidate))) services.set(service.hostname, service);
    }
    const owners = wildcardOwners(egress.virtualServices, services);
    const known = new Set(egress.services.map((service) => service.hostname));
    for (const model of egress.virtualServices) {
      const targets = hostsOfModel(model, services, owners, known, port);
      if (targets.length === 0) continue;
      const routes = routesOfModel(state, scope, model, port);
      if (routes.length === 0) continue;
      for (const target of targets) {
        if (claimed.has(target.host)) {
          noteDuplicate(state, model, target.host);
          continue;
        }
        claimed.add(target.host);
        entries.push({ name: `${target.host}:${port}`, port, host: target.host, service: target.service, routes, origin: model });
      }
    }
    for (const service of services.values()) {
      if (claimed.has(service.hostname)) continue;
      claimed.add(service.hostname);
      entries.push({
        name: `${service.hostname}:${port}`,
        port,
        host: service.hostname,
        service,
        routes: defaultRoutes(state, scope, service, port),
        origin: undefined,
      });
    }
    return entries;
  });
}

/** The routes of one VirtualService on one port, made again only when what its destinations mean may have changed. */
function routesOfModel(state: MeshState, scope: ProxyScope, model: VirtualServiceModel, port: number): Route[] {
  const rules = table(state, 'networking.istio.io/DestinationRule');
  // A Sidecar's services follow from all routes it lets in.
  const seen = scope.sidecar === undefined ? serviceIndex(state) : scope;
  const key = `model-routes|${scope.key}|${port}|${model.source.kind}|${model.namespace}/${model.name}|${model.hosts.join()}`;
  return state.cache.memo(key, [model, rules, seen, state.mesh], () =>
    buildRoutes({ state, scope, listenPort: port, gateways: [MESH_GATEWAY], isTls: false }, model),
  );
}

function noteDuplicate(state: MeshState, model: VirtualServiceModel, host: string): void {
  state.cache.note({
    code: 'conflict',
    severity: 'warning',
    object: { kind: model.source.kind, namespace: model.source.namespace, name: model.source.name },
    path: 'spec.hosts',
    message: `An older VirtualService already has the routes of ${host}; sidecars do not merge them`,
  });
}

/** For services that only wildcard hosts claim: the VirtualService with the most specific one. */
function wildcardOwners(
  models: readonly VirtualServiceModel[],
  services: ReadonlyMap<string, RegistryService>,
): ReadonlyMap<string, VirtualServiceModel> {
  const wildcards = models
    .flatMap((model) => model.hosts.filter(isWildcard).map((host) => ({ host, model })))
    .sort((left, right) => compareHosts(left.host, right.host));
  const owners = new Map<string, VirtualServiceModel>();
  if (wildcards.length === 0) return owners;
  for (const hostname of services.keys()) {
    const best = wildcards.find(({ host }) => hostCovers(host, hostname));
    if (best !== undefined) owners.set(hostname, best.model);
  }
  return owners;
}

/** The hosts of a VirtualService that exist on a port: services by name or wildcard; names of no service only on port 80. */
function hostsOfModel(
  model: VirtualServiceModel,
  services: ReadonlyMap<string, RegistryService>,
  wildcardOwner: ReadonlyMap<string, VirtualServiceModel>,
  known: ReadonlySet<string>,
  port: number,
): { host: string; service: RegistryService | undefined }[] {
  const targets: { host: string; service: RegistryService | undefined }[] = [];
  for (const host of model.hosts) {
    const exact = services.get(host);
    if (exact !== undefined) {
      targets.push({ host, service: exact });
      continue;
    }
    const covered = isWildcard(host)
      ? [...services.values()].filter((service) => hostCovers(host, service.hostname) && wildcardOwner.get(service.hostname) === model)
      : [];
    for (const service of covered) targets.push({ host: service.hostname, service });
    if (covered.length > 0 || port !== 80 || known.has(host)) continue;
    if (isWildcard(host) && [...known].some((name) => hostCovers(host, name))) continue;
    targets.push({ host, service: undefined });
  }
  return targets;
}

function defaultRoutes(state: MeshState, scope: ProxyScope, service: RegistryService, port: number): Route[] {
  const rule = scope.destinationRule(service);
  const key = `default-route|${scope.key}|${port}|${service.namespace}/${service.hostname}`;
  return state.cache.memo(key, [service, rule, state.mesh], () => [defaultRoute(state, rule, service, port)]);
}

function defaultRoute(state: MeshState, rule: MergedDestinationRule | undefined, service: RegistryService, port: number): Route {
  const hash = hashPolicy(resolveTrafficPolicy(state.mesh.defaultTrafficPolicy, rule, undefined, port).loadBalancer);
  const retry = retryPolicy(state.mesh.defaultHttpRetryPolicy, hash !== undefined);
  return {
    name: 'default',
    match: { prefix: '/' },
    route: {
      cluster: outboundCluster(port, '', service.hostname),
      timeout: { seconds: 0 },
      max_grpc_timeout: { seconds: 0 },
      ...(hash === undefined ? {} : { hash_policy: [hash] }),
      ...(retry === undefined ? {} : { retry_policy: retry }),
    },
    decorator: { operation: `${service.hostname}:${port}/*` },
    metadata: provenanceMetadata(service.source),
  };
}

/** Names a host answers to: the full one, a service's shorter ones as its callers may write them, and its address. */
function namesOf(state: MeshState, scope: ProxyScope, entry: HostEntry): string[] {
  const { service, host } = entry;
  const names = [host];
  if (service?.registry === 'Kubernetes') {
    if (service.namespace === scope.namespace) names.push(service.name);
    names.push(`${service.name}.${service.namespace}`, `${service.name}.${service.namespace}.svc`);
    // Pods of a headless service are called by names of their own.
    if (service.headless) names.push(`*.${host}`, `*.${service.name}.${service.namespace}`, `*.${service.name}.${service.namespace}.svc`);
  }
  for (const address of service?.addresses ?? []) if (!address.includes('/')) names.push(address);
  return names;
}

function virtualHost(state: MeshState, scope: ProxyScope, entry: HostEntry, domains: string[]): VirtualHost {
  const source = entry.origin?.source ?? entry.service?.source;
  const key = `virtual-host|${scope.key}|${entry.name}|${domains.length}|${domains[0] ?? ''}`;
  return state.cache.memo(key, [entry.routes, entry.origin, entry.service, domains.join()], () => ({
    name: entry.name,
    domains,
    routes: entry.routes,
    include_request_attempt_count: true,
    ...(source === undefined ? {} : { metadata: provenanceMetadata(source, entry.origin === undefined ? '' : 'spec.hosts') }),
  }));
}

/** Keeps the first holder of each domain, as Envoy wants it; hosts that end up with none are dropped. */
function takeDomains(taken: Set<string>, domains: readonly string[]): string[] {
  const kept: string[] = [];
  for (const domain of domains) {
    const key = domain.toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    kept.push(domain);
  }
  return kept;
}

/** The route configuration of one captured port (`9080`); the port in the Host header plays no part. */
export function portRoutes(state: MeshState, scope: ProxyScope, egress: EgressScope, port: number): RouteConfiguration {
  const key = `routes|${scope.key}|${egress.port?.number ?? 0}:${egress.bind}|${port}`;
  return state.cache.memo(key, [scope, egress, state.mesh], () => {
    const taken = new Set<string>();
    const hosts = hostsOnPort(state, scope, egress, port).flatMap((entry) => {
      const domains = takeDomains(taken, namesOf(state, scope, entry));
      return domains.length === 0 ? [] : [virtualHost(state, scope, entry, domains)];
    });
    return {
      name: String(port),
      virtual_hosts: [...hosts, ...restOf(state, scope, taken)],
      validate_clusters: { value: false },
      ignore_port_in_host_matching: true,
      max_direct_response_body_size_bytes: { value: 1_048_576 },
    };
  });
}

/** The route configuration of one sniffed port (`host:port`): the one service's hosts. */
export function serviceRoutes(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  service: RegistryService,
  port: number,
): RouteConfiguration {
  const name = `${service.hostname}:${port}`;
  return state.cache.memo(`routes|${scope.key}|${name}`, [scope, egress, state.mesh], () => {
    const own = hostsOnPort(state, scope, egress, port).filter((entry) => entry.host === service.hostname);
    return {
      name,
      // The connection says which service is meant, whatever the Host header says.
      virtual_hosts: own.length === 0 ? [catchAllHost(state, scope)] : own.map((entry) => virtualHost(state, scope, entry, ['*'])),
      validate_clusters: { value: false },
      ignore_port_in_host_matching: true,
      max_direct_response_body_size_bytes: { value: 1_048_576 },
    };
  });
}

/**
 * The route configuration of the explicit HTTP proxy (`http_proxy`): the hosts of every port, each with its port; without a port a
 * name means port 80 when the host has it, else its first one.
 */
export function httpProxyRoutes(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  tcpHosts: readonly VirtualHost[],
): RouteConfiguration {
  const key = `routes|${scope.key}|${egress.port?.number ?? 0}:${egress.bind}|${HTTP_PROXY_ROUTE}`;
  return state.cache.memo(key, [scope, egress, state.mesh, state.externalHosts, tcpHosts], () => {
    const ports = httpPorts(egress);
    const ordered = [80, ...ports.filter((port) => port !== 80)];
    const taken = new Set<string>();
    const hosts: VirtualHost[] = [];
    for (const port of ordered) {
      for (const entry of hostsOnPort(state, scope, egress, port)) {
        const names = namesOf(state, scope, entry);
        const domains = takeDomains(
          taken,
          names.flatMap((name) => [name, `${name}:${port}`]),
        );
        if (domains.length > 0) hosts.push(virtualHost(state, scope, entry, domains));
      }
    }
    for (const host of tcpHosts) {
      const domains = takeDomains(taken, host.domains);
      if (domains.length > 0) hosts.push({ ...host, domains });
    }
    const standIns = scope.allowAny ? standInHosts(state, taken) : [];
    return {
      name: HTTP_PROXY_ROUTE,
      virtual_hosts: [...hosts, ...standIns, ...restOf(state, scope, taken)],
      validate_clusters: { value: false },
      max_direct_response_body_size_bytes: { value: 1_048_576 },
    };
  });
}

/** Outside hosts that have a stand-in on this machine: passed through to it, as the real ones would be. */
function standInHosts(state: MeshState, taken: Set<string>): VirtualHost[] {
  return Object.keys(state.externalHosts).flatMap((host) =>
    standInPorts(state, host).flatMap((port): VirtualHost[] => {
      const domains = takeDomains(taken, port === 80 ? [host, `${host}:80`] : [`${host}:${port}`]);
      return domains.length === 0
        ? []
        : [
            {
              name: `allow_any|${host}:${port}`,
              domains,
              routes: passRoutes(`${PASSTHROUGH_CLUSTER}|${host}:${port}`),
              include_request_attempt_count: true,
            },
          ];
    }),
  );
}

/** Everything a cluster is sent: tunnels (CONNECT) as bytes, requests as requests. */
function passRoutes(cluster: string): Route[] {
  return [
    connectRoute('allow_any', { cluster }),
    { name: 'allow_any', match: { prefix: '/' }, route: { cluster, timeout: { seconds: 0 } } },
  ];
}

/** A route that takes CONNECT and forwards what is in the tunnel. */
export function connectRoute(name: string, target: Pick<NonNullable<Route['route']>, 'cluster' | 'weighted_clusters'>): Route {
  return {
    name,
    match: { connect_matcher: {} },
    route: { ...target, timeout: { seconds: 0 }, upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
  };
}

/** The virtual host for all other names, unless one takes them all: a domain may be there once. */
function restOf(state: MeshState, scope: ProxyScope, taken: ReadonlySet<string>): VirtualHost[] {
  return taken.has('*') ? [] : [catchAllHost(state, scope)];
}

/** What happens to hosts nobody knows: passed through, or refused with 502 (REGISTRY_ONLY). */
function catchAllHost(state: MeshState, scope: ProxyScope): VirtualHost {
  const metadata = scope.sidecarSource === undefined ? undefined : provenanceMetadata(scope.sidecarSource, 'spec.outboundTrafficPolicy');
  if (!scope.allowAny) {
    return {
      name: 'block_all',
      domains: ['*'],
      // CONNECT has no path: it would be answered 404 by a stock Envoy.
      routes: [...(scope.explicit ? [{ connect_matcher: {} }] : []), { prefix: '/' }].map((match) => ({
        name: 'block_all',
        match,
        direct_response: { status: 502 },
        ...(metadata === undefined ? {} : { metadata }),
      })),
      include_request_attempt_count: true,
      ...(metadata === undefined ? {} : { metadata }),
    };
  }
  const egress = scope.egressProxy;
  const cluster =
    egress === undefined ? PASSTHROUGH_CLUSTER : resolveDestination({ state, scope, listenPort: 0 }, egress, scope.namespace).cluster;
  return {
    name: 'allow_any',
    domains: ['*'],
    routes: scope.explicit
      ? passRoutes(cluster)
      : [{ name: 'allow_any', match: { prefix: '/' }, route: { cluster, timeout: { seconds: 0 } } }],
    include_request_attempt_count: true,
    ...(metadata === undefined ? {} : { metadata }),
  };
}
