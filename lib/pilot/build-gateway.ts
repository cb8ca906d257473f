import { isHttp, isIpAddress, parseProtocol } from '@/lib/model';
import { tlsInspector } from './build-inbound';
import { httpAuthorization, tcpAuthorization } from './build-authorization';
import { httpConnectionManager } from './build-http-connection-manager';
import { jwtFilter } from './build-jwt';
import { gatewayRoutes, intersection } from './build-gateway-routes';
import { gatewayServerTls } from './build-server-tls';
import { tcpProxy } from './build-tcp-filters';
import { tcpRoutes, tlsRoutes } from './build-tcp-routes';
import { serversOfProxy } from './index-gateways';
import { virtualServices, virtualServicesFor } from './index-virtual-services';
import { listenerName } from './names';
import { provenanceMetadata } from './provenance';
import { resolveTelemetry } from './resolve-telemetry';
import type { DownstreamTransportSocket, FilterChain, Listener, NetworkFilter, RouteConfiguration } from '@/lib/xds';
import type { PlacedServer } from './index-gateways';
import type { MeshState } from './mesh-state';
import type { TcpRoute } from './build-tcp-routes';
import type { ProxyScope } from './scope-proxy';
import type { ProxyNode } from './types';

interface GatewayParts {
  listeners: readonly Listener[];
  routes: readonly RouteConfiguration[];
}

/** Listeners and routes of a gateway proxy: one listener per container port that a server names. */
export function buildGateway(state: MeshState, scope: ProxyScope, proxy: ProxyNode): GatewayParts {
  const byPort = serversOfProxy(state, proxy);
  const telemetry = resolveTelemetry(state, proxy, 'CLIENT');
  const jwt = jwtFilter(state, proxy);
  const authorization = httpAuthorization(state, proxy);
  const connections = tcpAuthorization(state, proxy);
  const key = `gateway|${proxy.id}`;
  const dependencies = [
    byPort,
    scope,
    telemetry,
    jwt,
    authorization,
    connections,
    state.mesh,
    virtualServices(state),
    proxy.ip,
    JSON.stringify(proxy.hostPorts),
  ];
  return state.cache.memo(key, dependencies, () => {
    const listeners: Listener[] = [];
    const routes = new Map<string, RouteConfiguration>();
    for (const { port, bind, servers } of addresses(state, proxy, byPort)) {
      const context: PortContext = {
        state,
        scope,
        port,
        bind,
        manager: (name, statPrefix) =>
          httpConnectionManager({
            statPrefix,
            routes: name,
            side: 'gateway',
            authentication: jwt,
            authorization,
            telemetry,
            mesh: state.mesh,
          }),
        tcp: (route, statPrefix) => [...connections, tcpProxy(statPrefix, route.targets, telemetry)],
        routes,
      };
      const chains = chainsOfPort(context, servers);
      if (chains.length === 0) continue;
      const hostPort = bind === '' ? proxy.hostPorts[String(port)] : undefined;
      const usesTls = chains.some(
        (chain) => chain.transport_socket !== undefined || (chain.filter_chain_match?.server_names ?? []).length > 0,
      );
      const first = servers[0];
      listeners.push({
        name: listenerName(bind === '' ? '0.0.0.0' : bind, port),
        address: {
          socket_address: { address: bind !== '' ? bind : proxy.interceptionMode === 'NONE' ? proxy.ip : '0.0.0.0', port_value: port },
        },
        ...(hostPort === undefined
          ? {}
          : { additional_addresses: [{ address: { socket_address: { address: '127.0.0.1', port_value: hostPort } } }] }),
        traffic_direction: 'OUTBOUND',
        ...(usesTls ? { listener_filters: [tlsInspector] } : {}),
        filter_chains: chains,
        ...(first === undefined ? {} : { metadata: provenanceMetadata(first.gateway.source, first.path) }),
      });
    }
    return { listeners, routes: [...routes.values()] };
  });
}

/** Servers of one port by the address they bind to (empty: the proxy's own), ports ascending. */
function addresses(
  state: MeshState,
  proxy: ProxyNode,
  byPort: ReadonlyMap<number, readonly PlacedServer[]>,
): { port: number; bind: string; servers: PlacedServer[] }[] {
  const found = new Map<string, { port: number; bind: string; servers: PlacedServer[] }>();
  for (const [port, servers] of [...byPort].sort(([left], [right]) => left - right)) {
    for (const server of servers) {
      const named = server.spec.bind ?? '';
      if (named !== '' && !isIpAddress(named)) {
        noteNoEffect(state, server, 'bind', 'Gateways here listen on addresses alone; the server is left out');
        continue;
      }
      const bind = named === '0.0.0.0' || named === proxy.ip ? '' : named;
      const entry = found.get(`${bind}|${port}`) ?? { port, bind, servers: [] };
      found.set(`${bind}|${port}`, entry);
      entry.servers.push(server);
    }
  }
  return [...found.values()];
}

interface PortContext {
  state: MeshState;
  scope: ProxyScope;
  port: number;
  /** Address the servers name; empty for the proxy's own. */
  bind: string;
  manager: (routeName: string, statPrefix: string) => NetworkFilter;
  tcp: (route: TcpRoute, statPrefix: string) => NetworkFilter[];
  routes: Map<string, RouteConfiguration>;
}

function statPrefix({ bind, port }: PortContext): string {
  return `outbound_${listenerName(bind === '' ? '0.0.0.0' : bind, port)}`;
}

function chainsOfPort(context: PortContext, servers: readonly PlacedServer[]): FilterChain[] {
  const plain = servers.filter((server) => isHttp(parseProtocol(server.spec.port.protocol)));
  const others = servers.filter((server) => !plain.includes(server));
  const chains: FilterChain[] = [];
  const first = plain[0];
  if (first !== undefined && others[0] !== undefined && servers[0] !== first) {
    // Plain HTTP and TLS cannot share a port: whoever came first has it.
    for (const server of plain) noteConflict(context, server, `Port ${context.port} is already used for another protocol`);
  } else if (first !== undefined) {
    const name = `http.${context.port}${context.bind === '' ? '' : `.${context.bind}`}`;
    context.routes.set(name, gatewayRoutes(context.state, context.scope, name, plain, false));
    chains.push({
      filters: [context.manager(name, statPrefix(context))],
      metadata: provenanceMetadata(first.gateway.source, first.path),
    });
    for (const server of others) noteConflict(context, server, `Port ${context.port} is already used for HTTP`);
    return chains;
  }
  const taken = new Set<string>();
  for (const server of others) {
    try {
      chains.push(...serverChains(context, server, taken));
    } catch (error) {
      noteFailure(context, server, error);
    }
  }
  return chains;
}

function serverChains(context: PortContext, server: PlacedServer, taken: Set<string>): FilterChain[] {
  const { spec, gateway } = server;
  const protocol = parseProtocol(spec.port.protocol);
  const metadata = provenanceMetadata(gateway.source, server.path);
  const mode = spec.tls?.mode ?? 'PASSTHROUGH';
  if (protocol === 'HTTPS' && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH' && spec.tls !== undefined) {
    const socket = gatewayServerTls(spec.tls, ['h2', 'http/1.1']);
    const names = claimNames(context, server, taken);
    if (socket === undefined || names === undefined) return [];
    const name = `https.${context.port}.${spec.port.name}.${gateway.name}.${gateway.namespace}`;
    context.routes.set(name, gatewayRoutes(context.state, context.scope, name, [server], true));
    return [chain(names, [context.manager(name, statPrefix(context))], metadata, socket)];
  }
  if (protocol === 'TLS' || protocol === 'HTTPS') {
    if (mode === 'AUTO_PASSTHROUGH') {
      noteNoEffect(context.state, server, 'tls.mode', 'TLS mode AUTO_PASSTHROUGH has no effect here: there is one network');
      return [];
    }
    const socket = spec.tls === undefined ? undefined : gatewayServerTls(spec.tls, ['istio', 'h2', 'http/1.1']);
    return socket === undefined ? passthroughChains(context, server, taken) : terminatedChains(context, server, taken, socket);
  }
  return tcpRoutesOf(context, server)
    .slice(0, 1)
    .map((route) => chain([], context.tcp(route, statPrefix(context)), provenanceMetadata(route.origin.source, route.origin.path)));
}

function chain(
  names: readonly string[],
  filters: NetworkFilter[],
  metadata: FilterChain['metadata'],
  socket?: DownstreamTransportSocket,
): FilterChain {
  return {
    ...(names.length === 0 ? {} : { filter_chain_match: { server_names: [...names] } }),
    filters,
    ...(metadata === undefined ? {} : { metadata }),
    ...(socket === undefined ? {} : { transport_socket: socket }),
  };
}

/** The SNI names of a server; a name another server of the port has already is in conflict (IST0145). `[]` is any name. */
function claimNames(context: PortContext, server: PlacedServer, taken: Set<string>): string[] | undefined {
  const names = server.hosts.map(({ host }) => host);
  if (names.includes('*')) {
    if (taken.has('*')) return noteConflict(context, server, `Another server of port ${context.port} already answers every name`);
    taken.add('*');
    return [];
  }
  const free = names.filter((name) => !taken.has(name));
  for (const name of names)
    if (taken.has(name)) noteConflict(context, server, `Another server of port ${context.port} already answers ${name}`);
  for (const name of free) taken.add(name);
  return free.length === 0 ? undefined : free;
}

function passthroughChains(context: PortContext, server: PlacedServer, taken: Set<string>): FilterChain[] {
  const { state, scope } = context;
  const found = virtualServicesFor(state, scope.namespace, server.gateway.key).flatMap((model) =>
    intersection(server, model.hosts, model.namespace).length === 0
      ? []
      : tlsRoutes({ state, scope, listenPort: server.spec.port.number, gateways: [server.gateway.key] }, model),
  );
  return found.flatMap((route) => {
    const names = route.serverNames.filter((name) => !taken.has(name));
    for (const name of names) taken.add(name);
    if (names.length === 0) return [];
    const any = names.includes('*');
    return [chain(any ? [] : names, context.tcp(route, statPrefix(context)), provenanceMetadata(route.origin.source, route.origin.path))];
  });
}

function terminatedChains(
  context: PortContext,
  server: PlacedServer,
  taken: Set<string>,
  socket: DownstreamTransportSocket,
): FilterChain[] {
  const route = tcpRoutesOf(context, server)[0];
  if (route === undefined) return [];
  const names = claimNames(context, server, taken);
  if (names === undefined) return [];
  return [chain(names, context.tcp(route, statPrefix(context)), provenanceMetadata(route.origin.source, route.origin.path), socket)];
}

function tcpRoutesOf(context: PortContext, server: PlacedServer): TcpRoute[] {
  const { state, scope } = context;
  return virtualServicesFor(state, scope.namespace, server.gateway.key).flatMap((model) =>
    intersection(server, model.hosts, model.namespace).length === 0
      ? []
      : tcpRoutes({ state, scope, listenPort: server.spec.port.number, gateways: [server.gateway.key] }, model),
  );
}

function noteConflict(context: PortContext, server: PlacedServer, message: string): undefined {
  const { source } = server.gateway;
  context.state.cache.note({
    code: 'conflict',
    severity: 'warning',
    object: { kind: source.kind, namespace: source.namespace, name: source.name },
    path: server.path,
    message,
  });
  return undefined;
}

function noteNoEffect(state: MeshState, server: PlacedServer, field: string, message: string): void {
  const { source } = server.gateway;
  state.cache.note({
    code: 'no_effect',
    severity: 'warning',
    object: { kind: source.kind, namespace: source.namespace, name: source.name },
    path: `${server.path}.${field}`,
    message,
  });
}

function noteFailure(context: PortContext, server: PlacedServer, error: unknown): void {
  const { source } = server.gateway;
  context.state.cache.note({
    code: 'not_compiled',
    severity: 'error',
    object: { kind: source.kind, namespace: source.namespace, name: source.name },
    path: server.path,
    message: `The server is left out: ${error instanceof Error ? error.message : String(error)}`,
  });
}
