import { decide, findVirtualHost, plainRequest } from '@/lib/routing';
import type { CompiledVirtualHost, RouteTable } from '@/lib/routing';
import { flushOutput } from '../io/output';
import type { DownstreamContext } from '../exchange/downstream-context';
import type { HttpChain } from '../exchange/http-chain';
import { random } from '../exchange/random-bits';
import type { Http1ServerConnection } from '../http1/server-connection';
import { TcpSession } from '../tcp/tcp-session';
import type { Cluster } from '../upstream/cluster';
import { findOriginalDestination, splitAuthority } from '../upstream/original-destination';

const ESTABLISHED = Buffer.from('HTTP/1.1 200 Connection Established\r\n\r\n', 'latin1');
const DOMAIN = 'cluster.local';

/**
 * A CONNECT on the HTTP proxy listener. Clients that tunnel everything (`fetch` with a proxy) come this way: towards an HTTP service what is
 * in the tunnel is served like any request on this listener; anything else is a TCP stream to that host.
 */
export function openTunnel(server: Http1ServerConnection, authority: string, downstream: DownstreamContext, chain: HttpChain): void {
  const { table } = chain.routes;
  const host = table === null ? null : findVirtualHost(table, authority);
  if (table !== null && host !== null && !isCatchAll(host)) {
    const routed = clusterOfConnectRoute(table, authority);
    if (routed === undefined) {
      server.resumeAfterConnect(ESTABLISHED);
      return;
    }
    const target = chain.context.clusters.get(routed);
    if (target === undefined) refuse(server, 503);
    else startTunnel(server, downstream, chain, target, null);
    return;
  }
  const cluster = findTcpCluster(chain, authority);
  if (cluster !== undefined) {
    startTunnel(server, downstream, chain, cluster, null);
    return;
  }
  const refused = host?.routes[0]?.source.direct_response?.status;
  const passthrough = host?.routes[0]?.decisions[0]?.cluster ?? '';
  const outside = chain.context.clusters.get(passthrough);
  if (refused !== undefined || outside === undefined) {
    refuse(server, refused ?? 404);
    return;
  }
  void findOriginalDestination(outside, authority, 'http', chain.context.node).then((endpoint) => {
    if (server.connection.closed) return;
    if (endpoint === null) refuse(server, 503);
    else startTunnel(server, downstream, chain, outside, endpoint);
    flushOutput();
  });
}

/** The Envoy cluster that a route for CONNECT names; the host of an HTTP service has none. */
function clusterOfConnectRoute(table: RouteTable, authority: string): string | undefined {
  const { route, cluster } = decide(table, plainRequest({ method: 'CONNECT', path: '', authority }), random);
  return route?.source.match.connect_matcher === undefined ? undefined : cluster;
}

function isCatchAll(host: CompiledVirtualHost): boolean {
  return host.domains.includes('*');
}

/** The cluster of a mesh service that is no HTTP service, under any of the names a client may use. */
function findTcpCluster(chain: HttpChain, authority: string): Cluster | undefined {
  const { host, port } = splitAuthority(authority, 'http');
  const { clusters, node } = chain.context;
  const namespace = typeof node.metadata['NAMESPACE'] === 'string' ? node.metadata['NAMESPACE'] : 'default';
  for (const name of [host, `${host}.${namespace}.svc.${DOMAIN}`, `${host}.svc.${DOMAIN}`, `${host}.${DOMAIN}`]) {
    const cluster = clusters.get(`outbound|${port}||${name}`);
    if (cluster !== undefined) return cluster;
  }
  return undefined;
}

function startTunnel(
  server: Http1ServerConnection,
  downstream: DownstreamContext,
  chain: HttpChain,
  cluster: Cluster,
  destination: ReturnType<Cluster['addEndpoint']> | null,
): void {
  const ahead = server.release();
  const session = new TcpSession(
    server.connection,
    downstream,
    {
      context: chain.context,
      direction: 'outbound',
      proxy: null,
      accessLogs: chain.accessLogs,
      clusterName: cluster.name,
      destination,
      greeting: { ok: ESTABLISHED, failed: response(503) },
    },
    () => {},
  );
  if (ahead.length > 0) session.onData(server.connection, ahead, 0, ahead.length);
}

function refuse(server: Http1ServerConnection, status: number): void {
  server.release();
  server.connection.sendBuffer(response(status));
  server.connection.closeWhenSent();
}

function response(status: number): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`, 'latin1');
}
