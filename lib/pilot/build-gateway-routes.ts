import { hostCovers } from '@/lib/model';
import { buildRoutes } from './build-routes';
import { virtualServicesFor } from './index-virtual-services';
import { provenanceMetadata } from './provenance';
import { isCatchAll } from './translate-match';
import type { Route, RouteConfiguration, VirtualHost } from '@/lib/xds';
import type { PlacedServer } from './index-gateways';
import type { MeshState } from './mesh-state';
import type { ProxyScope } from './scope-proxy';

interface HostRoutes {
  host: string;
  port: number;
  routes: Route[];
  requireTls: boolean;
  origin: PlacedServer;
}

/**
 * The route configuration of the HTTP servers that share a listener or a TLS server: on gateways the routes of all VirtualServices of
 * a host are merged in order of age, catch-alls last. Only equal hosts merge: `*` is not merged into an exact one (istio.md §1.1).
 */
export function gatewayRoutes(
  state: MeshState,
  scope: ProxyScope,
  name: string,
  servers: readonly PlacedServer[],
  isTls: boolean,
): RouteConfiguration {
  const hosts = new Map<string, HostRoutes>();
  const listenPort = servers[0]?.spec.port.number ?? 0;
  const keys = [...new Set(servers.map((server) => server.gateway.key))];
  for (const server of servers) {
    const redirects = server.spec.tls?.httpsRedirect === true;
    for (const model of virtualServicesFor(state, scope.namespace, server.gateway.key)) {
      const shared = intersection(server, model.hosts, model.namespace);
      if (shared.length === 0) continue;
      const routes = buildRoutes({ state, scope, listenPort: server.spec.port.number, gateways: keys, isTls }, model);
      for (const host of shared) {
        const known = hosts.get(host);
        if (known === undefined)
          hosts.set(host, { host, port: server.spec.port.number, routes: [...routes], requireTls: redirects, origin: server });
        else if (!known.routes.some((route) => routes.includes(route)))
          known.routes.push(...routes.filter((route) => !isRepeated(known.routes, route)));
        if (known !== undefined && redirects) known.requireTls = true;
      }
    }
    if (!redirects) continue;
    // A redirect needs no routes: every host of the server is sent to HTTPS.
    for (const { host } of server.hosts) {
      if (!hosts.has(host)) hosts.set(host, { host, port: server.spec.port.number, routes: [], requireTls: true, origin: server });
    }
  }
  const built = [...hosts.values()].map((entry) => virtualHost(entry));
  return {
    name,
    virtual_hosts: built.length > 0 ? built : [{ name: `blackhole:${listenPort}`, domains: ['*'] }],
    validate_clusters: { value: false },
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: { value: 1_048_576 },
  };
}

/** The same rule reached through two servers of the listener is one route. */
function isRepeated(known: readonly Route[], route: Route): boolean {
  const text = JSON.stringify(route);
  return known.some((candidate) => JSON.stringify(candidate) === text);
}

function virtualHost(entry: HostRoutes): VirtualHost {
  const ordered = [...entry.routes.filter((route) => !isCatchAll(route.match)), ...entry.routes.filter((route) => isCatchAll(route.match))];
  return {
    name: `${entry.host}:${entry.port}`,
    domains: [entry.host],
    routes: ordered,
    include_request_attempt_count: true,
    ...(entry.requireTls ? { require_tls: 'ALL' as const } : {}),
    metadata: provenanceMetadata(entry.origin.gateway.source, `${entry.origin.path}.hosts`),
  };
}

/** Hosts of a VirtualService that a server lets in; where one is wider than the other the narrower one is meant. */
export function intersection(server: PlacedServer, hosts: readonly string[], namespace: string): string[] {
  const shared = new Set<string>();
  for (const host of hosts) {
    for (const allowed of server.hosts) {
      if (allowed.namespace !== '*' && allowed.namespace !== namespace) continue;
      if (hostCovers(allowed.host, host)) shared.add(host);
      else if (hostCovers(host, allowed.host)) shared.add(allowed.host);
    }
  }
  return [...shared];
}
