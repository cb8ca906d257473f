import { compileCidr, hostCovers, isInRange, isTls, matchesLabels, parseIp, resolveShortName } from '@/lib/model';
import { outboundCluster } from './names';
import { fitsWeights, resolveDestination } from './build-routes';
import type { RegistryPort, RegistryService } from '@/lib/model';
import type { CidrRange } from '@/lib/xds';
import type { TcpTarget } from './build-tcp-filters';
import type { MeshState } from './mesh-state';
import type { Origin, TcpRouteSpec, TlsRouteSpec, VirtualServiceModel } from './route-model';
import type { ProxyScope } from './scope-proxy';

type TcpMatch = NonNullable<TcpRouteSpec['match']>[number];
type TlsMatch = NonNullable<TlsRouteSpec['match']>[number];

/** Where connections to a port go when they meet the conditions; the first that fits wins. */
export interface TcpRoute {
  serverNames: readonly string[];
  destinations: readonly CidrRange[];
  targets: readonly TcpTarget[];
  origin: Origin;
}

export interface TcpRouteContext {
  state: MeshState;
  scope: ProxyScope;
  listenPort: number;
  gateways: readonly string[];
  /**
   * Set for connections that are addressed to the proxy itself: the addresses of the service they are meant for, which decide about
   * `destinationSubnets` now.
   */
  addresses?: readonly string[];
}

/** The routes of connections to one TCP port of a service: TLS routes by SNI, TCP routes, else the service itself. */
export function serviceTcpRoutes(
  state: MeshState,
  scope: ProxyScope,
  models: readonly VirtualServiceModel[],
  service: RegistryService,
  port: RegistryPort,
): TcpRoute[] {
  const context: TcpRouteContext = {
    state,
    scope,
    listenPort: port.port,
    gateways: ['mesh'],
    ...(scope.explicit ? { addresses: service.addresses } : {}),
  };
  const routes: TcpRoute[] = [];
  for (const model of models) {
    if (!model.hosts.some((host) => hostCovers(host, service.hostname))) continue;
    const found = [
      ...(isTls(port.protocol) || port.protocol === 'Unsupported' ? tlsRoutes(context, model) : []),
      ...tcpRoutes(context, model),
    ];
    if (found.length === 0) continue;
    routes.push(...found);
    // Sidecars do not merge: the first VirtualService with routes for the host has them all.
    break;
  }
  const complete = routes.some((route) => route.serverNames.length === 0 && route.destinations.length === 0);
  if (complete) return routes;
  return [
    ...routes,
    {
      serverNames: [],
      destinations: [],
      targets: [{ cluster: outboundCluster(port.port, '', service.hostname), weight: 1 }],
      origin: { source: service.source, path: '' },
    },
  ];
}

/** `spec.tcp` of a VirtualService for one port. Nothing follows a rule without conditions. */
export function tcpRoutes(context: TcpRouteContext, model: VirtualServiceModel): TcpRoute[] {
  const routes: TcpRoute[] = [];
  for (const { spec, origin } of model.tcp) {
    const matches: readonly TcpMatch[] = (spec.match ?? []).length === 0 ? [{}] : (spec.match ?? []);
    for (const match of matches) {
      const route = tryRoute(context, origin, spec.route ?? [], match, []);
      if (route === undefined) continue;
      routes.push(route);
      if (route.destinations.length === 0) return routes;
    }
  }
  return routes;
}

/** `spec.tls` of a VirtualService for one port. */
export function tlsRoutes(context: TcpRouteContext, model: VirtualServiceModel): TcpRoute[] {
  return model.tls.flatMap(({ spec, origin }) =>
    (spec.match ?? []).flatMap((match) => {
      const names = (match.sniHosts ?? []).map((host) => resolveShortName(host, model.namespace, context.state.domain));
      return tryRoute(context, origin, spec.route ?? [], match, names) ?? [];
    }),
  );
}

/** The route of one match, if it applies. One that cannot be compiled is left out and noted, the others stand. */
function tryRoute(
  context: TcpRouteContext,
  origin: Origin,
  targets: NonNullable<TcpRouteSpec['route']>,
  match: TcpMatch | TlsMatch,
  serverNames: readonly string[],
): TcpRoute | undefined {
  try {
    if (!appliesHere(context, match)) return undefined;
    return { serverNames, destinations: destinationsOf(context, match), targets: targetsOf(context, targets, origin), origin };
  } catch (error) {
    const { kind, namespace, name } = origin.source;
    context.state.cache.note({
      code: 'not_compiled',
      severity: 'error',
      object: { kind, namespace, name },
      path: origin.path,
      message: `The rule is left out: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}

function appliesHere(context: TcpRouteContext, match: TcpMatch | TlsMatch): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== context.listenPort) return false;
  const { addresses } = context;
  const subnets = match.destinationSubnets ?? [];
  if (addresses !== undefined && subnets.length > 0 && !addresses.some((address) => isWithin(address, subnets))) return false;
  const gateways = match.gateways ?? [];
  if (gateways.length > 0) return gateways.some((name) => context.gateways.includes(name));
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== '' && match.sourceNamespace !== context.scope.namespace)
    return false;
  return matchesLabels(context.scope.labels, match.sourceLabels);
}

/** Ranges the connection's destination is to be in; none where that is decided already. */
function destinationsOf(context: TcpRouteContext, match: TcpMatch | TlsMatch): CidrRange[] {
  return context.addresses === undefined ? cidrs(match.destinationSubnets) : [];
}

function isWithin(text: string, subnets: readonly string[]): boolean {
  const address = parseIp(text);
  return address !== null && cidrs(subnets).some((range) => isInRange(compileCidr(range), address));
}

/** Destinations with their weights. Throws when all weights are 0. */
function targetsOf(context: TcpRouteContext, route: NonNullable<TcpRouteSpec['route']>, origin: Origin): TcpTarget[] {
  const targets = route.map((target) => ({
    cluster: resolveDestination(context, target.destination, origin.source.namespace).cluster,
    weight: route.length === 1 ? 1 : (target.weight ?? 0),
  }));
  if (!targets.some(({ weight }) => weight > 0)) throw new Error('All destinations have weight 0');
  if (!fitsWeights(route)) throw new Error('The weights of its destinations are no shares');
  return targets;
}

/** Throws for what is neither an address nor a range: Envoy would refuse the whole listener. */
function cidrs(texts: readonly string[] | undefined): CidrRange[] {
  return (texts ?? []).map((text) => {
    const [address = '', length] = text.split('/');
    const bits = parseIp(address)?.words.length === 1 ? 32 : 128;
    const prefix = length === undefined ? bits : Number(length);
    if (parseIp(address) === null || !Number.isInteger(prefix) || prefix < 0 || prefix > bits)
      throw new Error(`"${text}" is neither an address nor a range`);
    return { address_prefix: address, prefix_len: { value: prefix } };
  });
}
