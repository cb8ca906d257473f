import { HeddleError } from '@/lib/errors';
import type { KubernetesResource, Pod, Service } from '@/lib/model';
import { addressesOfPodIp, matchesLabels, proxyPorts } from '@/lib/model';
import type { Listener } from '@/lib/xds';
import type { CompiledProxy, ProxyNode } from '@/lib/pilot';
import type { CompiledFilterChain, RouteTable } from '@/lib/routing';
import { chooseFilterChain, parseIp } from '@/lib/routing';
import type { CompiledThings } from './remember-compiled';
import type { SimulatedRequest } from './simulation';

/** Where a request meets the caller's proxy. */
export interface Entrance {
  readonly listener: string;
  /** Null: no filter chain takes the connection. */
  readonly chain: CompiledFilterChain | null;
  /** Null for TCP chains. */
  readonly routes: RouteTable | null;
}

/**
 * The listener and filter chain a request comes in by: of a sidecar its HTTP proxy listener (which the application is told to use), of a
 * gateway the one of the URL's port, through the gateway's Service when that maps it.
 * @throws HeddleError `not_found` when a gateway has no such port
 */
export function chooseEntrance(
  objects: readonly KubernetesResource[],
  pod: Pod,
  node: ProxyNode,
  proxy: CompiledProxy,
  request: SimulatedRequest,
  things: CompiledThings,
): Entrance {
  const isGateway = node.type === 'router';
  const port = isGateway ? containerPort(objects, pod, request.port) : proxyPorts.outboundHttpProxy;
  const wanted = isGateway
    ? gatewayListener(proxy, node, request.host, port)
    : proxy.listeners.find(({ resource }) => resource.traffic_direction === 'OUTBOUND' && resource.name.endsWith(`_${port}`))?.resource;
  const listener = wanted ?? proxy.listeners.find(({ resource }) => !isGateway && isHttpProxy(resource.name, node))?.resource;
  if (listener === undefined) {
    const known = proxy.listeners.map(({ name }) => name).join(', ');
    throw new HeddleError('not_found', `The proxy of ${node.namespace}/${node.workload} does not listen on port ${request.port}.`, {
      path: 'request',
      hint: known === '' ? 'No server of a Gateway is attached to it.' : `It has: ${known}.`,
    });
  }
  const compiled = things.listener(listener);
  const overTls = isGateway && request.scheme === 'https';
  const chain = chooseFilterChain(compiled, {
    destinationIp: parseIp(node.ip),
    destinationPort: port,
    serverName: overTls ? request.host : '',
    transportProtocol: overTls ? 'tls' : 'raw_buffer',
    applicationProtocols: overTls ? ['h2', 'http/1.1'] : ['http/1.1'],
    directSourceIp: null,
    sourceIp: null,
    sourcePort: 40_000,
  });
  // A plaintext request to a port of TLS, or the reverse, ends in the handshake.
  const fits = chain !== null && (!isGateway || chain.tls === null || overTls);
  return { listener: listener.name, chain: fits ? chain : null, routes: routesOf(proxy, chain, things) };
}

/** Of several listeners of one port the one that is bound to the address in the URL, else the one on the proxy's own. */
function gatewayListener(proxy: CompiledProxy, node: ProxyNode, host: string, port: number): Listener | undefined {
  const onPort = proxy.listeners.map(({ resource }) => resource).filter(({ address }) => address?.socket_address?.port_value === port);
  const bound = (to: string): Listener | undefined => onPort.find(({ address }) => address?.socket_address?.address === to);
  return bound(host) ?? bound(node.ip) ?? bound('0.0.0.0') ?? onPort[0];
}

function isHttpProxy(name: string, node: ProxyNode): boolean {
  return name.startsWith(`${addressesOfPodIp(node.ip)?.outboundIp ?? node.outboundIp}_`);
}

function routesOf(proxy: CompiledProxy, chain: CompiledFilterChain | null, things: CompiledThings): RouteTable | null {
  const manager = chain?.http;
  if (manager === null || manager === undefined) return null;
  const inline = manager.config.route_config;
  const configuration = inline ?? proxy.routes.find(({ name }) => name === manager.routeName)?.resource;
  return configuration === undefined ? null : things.routes(configuration);
}

function containerPort(objects: readonly KubernetesResource[], pod: Pod, port: number): number {
  for (const object of objects) {
    if (object.kind !== 'Service' || object.metadata.namespace !== pod.metadata.namespace) continue;
    const { spec } = object as Service;
    if (spec.selector === undefined || !matchesLabels(pod.metadata.labels, spec.selector)) continue;
    const mapped = spec.ports?.find((one) => one.port === port)?.targetPort;
    if (typeof mapped === 'number') return mapped;
  }
  return port;
}
