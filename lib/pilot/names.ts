/** Names of resources, as Istio's (istio.md §3.3). */

export const PASSTHROUGH_CLUSTER = 'PassthroughCluster';
export const BLACKHOLE_CLUSTER = 'BlackHoleCluster';
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster';
export const HTTP_PROXY_ROUTE = 'http_proxy';
export const MESH_GATEWAY = 'mesh';

/** `outbound|9080|v1|reviews.default.svc.cluster.local`. */
export function outboundCluster(port: number, subset: string, host: string): string {
  return `outbound|${port}|${subset}|${host}`;
}

/** `inbound|9080||`. */
export function inboundCluster(port: number): string {
  return `inbound|${port}||`;
}

/** The SNI of mutual TLS to a cluster, `outbound_.9080_.v1_.reviews.default.svc.cluster.local`. */
export function mutualTlsSni(port: number, subset: string, host: string): string {
  return `outbound_.${port}_.${subset}_.${host}`;
}

/** Parts of an outbound cluster's name, or `undefined` for any other cluster. */
export function parseOutboundCluster(name: string): { port: number; subset: string; host: string } | undefined {
  const [direction, port, subset, host] = name.split('|');
  if (direction !== 'outbound' || port === undefined || subset === undefined || host === undefined) return undefined;
  return { port: Number(port), subset, host };
}

/** `127.64.0.5_9080`. */
export function listenerName(ip: string, port: number): string {
  return `${ip}_${port}`;
}
