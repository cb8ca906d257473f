import { announcedTcpAddress, hostCovers, isIpAddress, isTcp, isTls, tcpPortKey, tcpPortsOfServices } from '@/lib/model';
import { hashText } from './compile-cache';
import { httpInspector, plaintextHttpAlpn, tlsInspector } from './build-inbound';
import { httpConnectionManager } from './build-http-connection-manager';
import { tcpProxy } from './build-tcp-filters';
import { serviceTcpRoutes } from './build-tcp-routes';
import { connectRoute, httpProxyRoutes, portRoutes } from './build-virtual-hosts';
import { serviceIndex } from './index-services';
import { inputsBesideRoutes, table } from './mesh-state';
import { HTTP_PROXY_ROUTE, listenerName, outboundCluster } from './names';
import { provenanceMetadata } from './provenance';
import { resolveTelemetry } from './resolve-telemetry';
import { resolveTrafficPolicy } from './resolve-traffic-policy';
import type { AnnouncedTcpPorts, RegistryPort, RegistryService, Service, TcpServicePort } from '@/lib/model';
import type { CidrRange, FilterChain, Listener, RouteConfiguration, VirtualHost } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { TelemetrySettings } from './resolve-telemetry';
import type { EgressScope, ProxyScope } from './scope-proxy';
import type { VirtualServiceModel } from './route-model';
import type { CompiledResource, ProxyNode } from './types';

interface OutboundParts {
  listeners: readonly Listener[];
  /** Listeners of TCP services, compiled already: their chains are shared between proxies. */
  shared: readonly CompiledResource<Listener>[];
  routes: readonly RouteConfiguration[];
}

/** Listeners and routes of a sidecar for what its application sends, in mode NONE (CONTRACTS §1). */
export function buildOutbound(state: MeshState, scope: ProxyScope, proxy: ProxyNode): OutboundParts {
  const telemetry = state.cache.memo(`client-telemetry|${proxy.id}`, [proxy, inputsBesideRoutes(state)], () =>
    resolveTelemetry(state, proxy, 'CLIENT'),
  );
  const routes: RouteConfiguration[] = [];
  const listeners: Listener[] = [];
  const shared: CompiledResource<Listener>[] = [];
  for (const egress of scope.egress) {
    if (egress.port === undefined) {
      const tcp = tcpHosts(state, scope, egress);
      routes.push(httpProxyRoutes(state, scope, egress, tcp));
      listeners.push(httpProxyListener(state, scope, proxy, telemetry));
      shared.push(...tcpListeners(state, scope, egress, proxy, telemetry));
    } else {
      const own = boundListener(state, scope, egress, proxy, telemetry);
      if (own === undefined) continue;
      listeners.push(own.listener);
      if (own.routes !== undefined) routes.push(own.routes);
    }
  }
  return { listeners, shared, routes };
}

function httpProxyListener(state: MeshState, scope: ProxyScope, proxy: ProxyNode, telemetry: TelemetrySettings): Listener {
  const port = state.mesh.proxyHttpPort;
  return state.cache.memo(`listener|${proxy.id}|${HTTP_PROXY_ROUTE}`, [state.mesh, telemetry, proxy.outboundIp, scope.sidecar], () => ({
    name: listenerName(proxy.outboundIp, port),
    address: { socket_address: { address: proxy.outboundIp, port_value: port } },
    traffic_direction: 'OUTBOUND',
    filter_chains: [
      {
        filters: [
          httpConnectionManager({
            statPrefix: `outbound_${listenerName(proxy.outboundIp, port)}`,
            routes: HTTP_PROXY_ROUTE,
            side: 'outbound',
            explicitProxy: true,
            telemetry,
            mesh: state.mesh,
          }),
        ],
      },
    ],
    ...(scope.sidecarSource === undefined ? {} : { metadata: provenanceMetadata(scope.sidecarSource, 'spec.egress') }),
  }));
}

/** Which port of a pod's outbound address stands for which TCP service port, for every proxy alike. */
function announcedPorts(state: MeshState): AnnouncedTcpPorts {
  return state.cache.once(state, 'announced-ports', () => findAnnouncedPorts(state));
}

function findAnnouncedPorts(state: MeshState): AnnouncedTcpPorts {
  const index = serviceIndex(state);
  const services = table<Service>(state, '/Service');
  return state.cache.memo('announced-ports', [index, services], () => {
    const later: TcpServicePort[] = index.all
      .filter((service) => service.registry === 'External')
      .flatMap((service) =>
        service.ports.filter(needsTcpListener).map((port) => ({
          namespace: service.namespace,
          name: service.hostname,
          port: port.port,
          creationTimestamp: service.creationTimestamp,
        })),
      );
    return announcedTcpAddress(tcpPortsOfServices([...services.values()]), later);
  });
}

function needsTcpListener(port: RegistryPort): boolean {
  return isTcp(port.protocol) || port.protocol === 'Unsupported';
}

type SharedChains = ReturnType<typeof serviceChains>;

const placed = new WeakMap<SharedChains, Map<string, CompiledResource<Listener>>>();

/** One listener per TCP service port. Its chains are shared by all proxies of the scope; only the address is a proxy's own. */
function tcpListeners(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  proxy: ProxyNode,
  telemetry: TelemetrySettings,
): readonly CompiledResource<Listener>[] {
  const declared = tcpServicePorts(state, scope, egress, telemetry, false);
  const sniffed = tcpServicePorts(state, scope, egress, telemetry, true);
  return state.cache.memo(`tcp-listeners|${proxy.id}`, [declared, sniffed, proxy.outboundIp], () =>
    [...declared, ...sniffed].map(({ chains, number }) => {
      const known = placed.get(chains) ?? new Map<string, CompiledResource<Listener>>();
      placed.set(chains, known);
      const name = listenerName(proxy.outboundIp, number);
      const existing = known.get(name);
      if (existing !== undefined) return existing;
      const shared = state.cache.intern('tcp-chains', String(number), chains);
      const built: CompiledResource<Listener> = {
        name,
        version: hashText(`${shared.version}|${name}`),
        resource: {
          name,
          address: { socket_address: { address: proxy.outboundIp, port_value: number } },
          traffic_direction: 'OUTBOUND',
          ...shared.resource,
        },
      };
      known.set(name, built);
      return built;
    }),
  );
}

const noPorts: readonly TcpServicePortChains[] = [];

interface TcpServicePortChains {
  number: number;
  chains: SharedChains;
}

/**
 * The TCP service ports of a scope with their filter chains; the same list while none of them changes. Chains of undeclared ports
 * (`sniffed`) hold an HTTP manager, whose spans name the workload; the others are the same for all workloads of the scope.
 */
function tcpServicePorts(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  telemetry: TelemetrySettings,
  sniffed: boolean,
): readonly TcpServicePortChains[] {
  const announced = announcedPorts(state);
  const any = state.cache.memo(`tcp-any|${scope.key}|${String(sniffed)}`, [egress], () =>
    egress.services.some((service) =>
      service.ports.some((port) => needsTcpListener(port) && (port.protocol === 'Unsupported') === sniffed),
    ),
  );
  if (!any) return noPorts;
  const group = sniffed ? `${scope.key}|${JSON.stringify(telemetry.tracing?.custom_tags ?? [])}` : scope.key;
  return state.cache.memo(
    `tcp-ports|${String(sniffed)}|${group}`,
    [scope, egress, announced, sniffed ? telemetry : telemetry.accessLogs],
    () => {
      // Only these can have a say over connections.
      const models = egress.virtualServices.filter((model) => model.tcp.length > 0 || model.tls.length > 0);
      const all = egress.services.flatMap((service) =>
        service.resolution === 'alias'
          ? []
          : service.ports.flatMap((port): TcpServicePortChains[] => {
              if (!needsTcpListener(port) || (port.protocol === 'Unsupported') !== sniffed) return [];
              const name = service.registry === 'Kubernetes' ? service.name : service.hostname;
              const number = announced.get(tcpPortKey({ namespace: service.namespace, name, port: port.port }));
              if (number === undefined) return [];
              const own = models.filter((model) => model.hosts.some((host) => hostCovers(host, service.hostname)));
              const rule = scope.destinationRule(service);
              const key = `tcp-port|${group}|${service.namespace}/${service.hostname}:${port.port}`;
              // Destinations of routes are looked up in the registry, so routes depend on all of it; plain services do not.
              const registry = own.length === 0 ? undefined : scope;
              return [
                state.cache.memo(
                  key,
                  [service, rule, number, state.mesh, sniffed ? telemetry : telemetry.accessLogs, registry, ...own],
                  () => ({
                    number,
                    chains: {
                      ...serviceChains(state, scope, own, service, port, telemetry, true),
                      metadata: provenanceMetadata(service.source, 'spec.ports'),
                    },
                  }),
                ),
              ];
            }),
      );
      return state.cache.memo(`tcp-ports-content|${String(sniffed)}|${group}`, all, () => all);
    },
  );
}

/**
 * Filter chains for connections to one service port: by SNI where there are TLS routes, HTTP where it is found by looking
 * (`sniff`: the port's protocol is not declared), TCP otherwise.
 */
export function serviceChains(
  state: MeshState,
  scope: ProxyScope,
  models: readonly VirtualServiceModel[],
  service: RegistryService,
  port: RegistryPort,
  telemetry: TelemetrySettings,
  explicit: boolean,
): Pick<Listener, 'filter_chains' | 'listener_filters' | 'listener_filters_timeout' | 'continue_on_listener_filters_timeout' | 'metadata'> {
  const routes = serviceTcpRoutes(state, scope, models, service, port);
  const policy = resolveTrafficPolicy(state.mesh.defaultTrafficPolicy, scope.destinationRule(service), undefined, port.port);
  const statPrefix = outboundCluster(port.port, '', service.hostname);
  const chains: FilterChain[] = routes.map((route, index) => ({
    ...(index === routes.length - 1 && route.serverNames.length === 0 ? {} : { name: `${statPrefix}-${index}` }),
    filter_chain_match: {
      ...(route.serverNames.length === 0 ? {} : { server_names: [...route.serverNames] }),
      ...(route.destinations.length === 0 || explicit ? {} : { prefix_ranges: [...route.destinations] }),
    },
    filters: [
      tcpProxy(route.targets.length === 1 ? (route.targets[0]?.cluster ?? statPrefix) : statPrefix, route.targets, telemetry, policy),
    ],
    metadata: provenanceMetadata(route.origin.source, route.origin.path),
  }));
  const sniffs = port.protocol === 'Unsupported';
  const needsSni = routes.some((route) => route.serverNames.length > 0);
  if (sniffs) {
    chains.unshift({
      name: `${statPrefix}-http`,
      filter_chain_match: { transport_protocol: 'raw_buffer', application_protocols: plaintextHttpAlpn },
      filters: [
        httpConnectionManager({
          statPrefix: `outbound_${service.hostname}_${port.port};`,
          routes: explicit ? HTTP_PROXY_ROUTE : `${service.hostname}:${port.port}`,
          side: 'outbound',
          telemetry,
          mesh: state.mesh,
        }),
      ],
      metadata: provenanceMetadata(service.source, 'spec.ports'),
    });
  }
  const filters = [...(needsSni || sniffs ? [tlsInspector] : []), ...(sniffs ? [httpInspector] : [])];
  return {
    filter_chains: uniqueMatches(chains),
    ...(filters.length === 0 ? {} : { listener_filters: filters }),
    ...(sniffs ? { listener_filters_timeout: state.mesh.protocolDetectionTimeout, continue_on_listener_filters_timeout: true } : {}),
  };
}

/**
 * Envoy refuses a listener in which two chains ask for the same, be it one of several server names or ranges. The first is the one that
 * would be taken, so later chains lose what is taken already; names that lose different ranges go to chains of their own.
 */
function uniqueMatches(chains: readonly FilterChain[]): FilterChain[] {
  const seen = new Set<string>();
  return chains.flatMap((chain) => {
    const { server_names: names, prefix_ranges: ranges, ...rest } = chain.filter_chain_match ?? {};
    const groups = new Map<string, { names: string[]; ranges: CidrRange[] }>();
    for (const name of names ?? ['']) {
      const free = (ranges ?? [null]).filter((range) => !seen.has(JSON.stringify([rest, name, range])));
      for (const range of free) seen.add(JSON.stringify([rest, name, range]));
      if (free.length === 0) continue;
      const key = JSON.stringify(free);
      const group = groups.get(key) ?? { names: [], ranges: free.filter((range) => range !== null) };
      groups.set(key, group);
      group.names.push(name);
    }
    return [...groups.values()].map((group, index) => ({
      ...chain,
      ...(index === 0 || chain.name === undefined ? {} : { name: `${chain.name}-${index}` }),
      filter_chain_match: {
        ...rest,
        ...(names === undefined ? {} : { server_names: group.names }),
        ...(ranges === undefined ? {} : { prefix_ranges: group.ranges }),
      },
    }));
  });
}

/** TCP services as hosts of the HTTP proxy: a CONNECT to their port is a connection to them. */
function tcpHosts(state: MeshState, scope: ProxyScope, egress: EgressScope): readonly VirtualHost[] {
  return state.cache.memo(`tcp-hosts|${scope.key}`, [scope, egress], () =>
    egress.services.flatMap((service) =>
      service.ports
        .filter((port) => isTcp(port.protocol))
        .map((port): VirtualHost => {
          const routes = serviceTcpRoutes(state, scope, egress.virtualServices, service, port);
          const chosen =
            routes.find((route) => isTls(port.protocol) && route.serverNames.includes(service.hostname)) ??
            routes.find((route) => route.serverNames.length === 0);
          const targets = chosen?.targets ?? [];
          const only = targets.length === 1 ? targets[0] : undefined;
          const names = [
            service.hostname,
            ...(service.registry === 'Kubernetes' ? shortNames(service, scope.namespace) : []),
            ...service.addresses,
          ];
          return {
            name: `${service.hostname}:${port.port}`,
            domains: names.filter((name) => !name.includes('/')).map((name) => `${name}:${port.port}`),
            routes: [
              {
                ...connectRoute(
                  'default',
                  only === undefined
                    ? {
                        weighted_clusters: {
                          clusters: targets.map(({ cluster, weight }) => ({ name: cluster, weight: { value: weight } })),
                        },
                      }
                    : { cluster: only.cluster },
                ),
                ...(chosen === undefined ? {} : { metadata: provenanceMetadata(chosen.origin.source, chosen.origin.path) }),
              },
            ],
            metadata: provenanceMetadata(service.source),
          };
        }),
    ),
  );
}

function shortNames(service: RegistryService, namespace: string): string[] {
  const names = [`${service.name}.${service.namespace}`, `${service.name}.${service.namespace}.svc`];
  return service.namespace === namespace ? [service.name, ...names] : names;
}

function noteBind(state: MeshState, scope: ProxyScope, address: string): void {
  if (scope.sidecarSource === undefined) return;
  const { kind, namespace, name } = scope.sidecarSource;
  state.cache.note({
    code: 'not_compiled',
    severity: 'error',
    object: { kind, namespace, name },
    path: 'spec.egress',
    message: `A listener is left out: "${address}" is no address to bind to`,
  });
}

/** An `egress` entry with a port of its own: a listener bound there, for the services it lets in. */
function boundListener(
  state: MeshState,
  scope: ProxyScope,
  egress: EgressScope,
  proxy: ProxyNode,
  telemetry: TelemetrySettings,
): { listener: Listener; routes: RouteConfiguration | undefined } | undefined {
  const number = egress.port?.number;
  if (number === undefined) return undefined;
  const address = egress.bind === '' || egress.bind === '0.0.0.0' ? proxy.outboundIp : egress.bind;
  if (!isIpAddress(address)) {
    noteBind(state, scope, address);
    return undefined;
  }
  const isHttpPort = /^(http|grpc)/i.test(egress.port?.protocol ?? '') && !/^https/i.test(egress.port?.protocol ?? '');
  const base: Listener = {
    name: listenerName(address, number),
    address: { socket_address: { address, port_value: number } },
    traffic_direction: 'OUTBOUND',
    ...(scope.sidecarSource === undefined ? {} : { metadata: provenanceMetadata(scope.sidecarSource, 'spec.egress') }),
  };
  if (isHttpPort) {
    const manager = httpConnectionManager({
      statPrefix: `outbound_${address}_${number};`,
      routes: String(number),
      side: 'outbound',
      telemetry,
      mesh: state.mesh,
    });
    const listener = state.cache.memo(`listener|${proxy.id}|egress|${number}`, [egress, telemetry, scope], () => ({
      ...base,
      filter_chains: [{ filters: [manager] }],
    }));
    return { listener, routes: portRoutes(state, scope, egress, number) };
  }
  const service = egress.services[0];
  const port = service?.ports.find((candidate) => candidate.port === number);
  if (service === undefined || port === undefined) return undefined;
  const listener = state.cache.memo(`listener|${proxy.id}|egress|${number}`, [egress, telemetry, scope], () => ({
    ...base,
    ...serviceChains(state, scope, egress.virtualServices, service, port, telemetry, true),
  }));
  return { listener, routes: undefined };
}
