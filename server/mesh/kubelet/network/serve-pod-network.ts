import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PodAddresses } from '@/lib/model';
import { proxyPorts } from '@/lib/model';
import { findEndpoints } from './find-endpoints';
import type { Endpoint, ServiceView } from './find-endpoints';

/** Headers that end at this hop (RFC 9110 §7.6.1). */
const hopHeaders = new Set(['proxy-connection', 'proxy-authorization', 'connection', 'keep-alive', 'te', 'upgrade']);

/**
 * The network of a pod without a sidecar: names and service addresses of the cluster lead to endpoints, dialled from the pod's own
 * address and without anything a mesh adds. It stands in for the cluster's DNS and kube-proxy, as an HTTP proxy at the pod's outbound
 * address. A refused or broken connection breaks the caller's too, as it would without this hop. Returns the way to stop it.
 */
export async function servePodNetwork(addresses: PodAddresses, namespace: string, view: ServiceView): Promise<() => void> {
  const agent = new Agent({ keepAlive: true, localAddress: addresses.podIp });
  let turn = 0;

  /** Where to dial: an endpoint in turn, or the host itself when it is none of the cluster's. */
  function pick(host: string, port: number): Endpoint | undefined {
    const endpoints = findEndpoints(view, host, port, namespace);
    if (endpoints === undefined) return { address: host, port };
    turn += 1;
    return endpoints[turn % Math.max(1, endpoints.length)];
  }

  function forward(incoming: IncomingMessage, response: ServerResponse): void {
    const target = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
    const endpoint = target === undefined ? undefined : pick(target.hostname, Number(target.port || 80));
    if (target === undefined || endpoint === undefined) {
      incoming.socket.destroy();
      return;
    }
    const headers: string[] = [];
    for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
      const name = incoming.rawHeaders[index] ?? '';
      if (!hopHeaders.has(name.toLowerCase())) headers.push(name, incoming.rawHeaders[index + 1] ?? '');
    }
    const outgoing = request({
      agent,
      host: endpoint.address,
      port: endpoint.port,
      method: incoming.method,
      path: target.pathname + target.search,
      headers,
      setHost: false,
    });
    outgoing.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
      reply.pipe(response);
      reply.on('error', () => response.destroy());
    });
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
  }

  function tunnel(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(incoming.url ?? '') ?? [];
    const endpoint = pick(host, Number(port));
    if (endpoint === undefined) {
      client.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
      return;
    }
    const upstream = connect({ host: endpoint.address, port: endpoint.port, localAddress: addresses.podIp }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  }

  const server = createServer(forward);
  server.on('connect', tunnel);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(proxyPorts.outboundHttpProxy, addresses.outboundIp, () => {
      resolve();
    });
  });
  return () => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  };
}
