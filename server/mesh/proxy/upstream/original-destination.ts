import net from 'node:net';
import type { ProxyNode } from '../proxy-context';
import type { Cluster } from './cluster';
import type { Endpoint } from './endpoint';
import { lookupHost } from './resolve-dns';

/**
 * Where a request to a passthrough cluster goes when there is no interception to say so: to the host the client named. Addresses of this
 * proxy's own outbound listeners are refused, since that would be a loop.
 */
export async function findOriginalDestination(
  cluster: Cluster,
  authority: string,
  scheme: string,
  node: ProxyNode,
): Promise<Endpoint | null> {
  const { host, port } = splitAuthority(authority, scheme);
  if (host === '') return null;
  const address = net.isIP(host) === 0 ? (await lookupHost(host))?.[0] : host;
  if (address === undefined || address === node.outboundIp) return null;
  return cluster.addEndpoint(address, port);
}

/** `host:port` taken apart; the port of the scheme when it names none. */
export function splitAuthority(authority: string, scheme: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority);
  const host = match?.[1] ?? match?.[2] ?? '';
  return { host: host.toLowerCase(), port: match?.[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3]) };
}
