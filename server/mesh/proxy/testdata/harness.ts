import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Cluster, Listener, Route, RouteConfiguration, Secret, VirtualHost, HttpConnectionManager } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { ConfigHandler, ConfigSource, IdentitySource } from '../config-source';
import { Proxy } from '../proxy';
import type { ProxyNode } from '../proxy-context';

/** A configuration source without a control plane: resources are put in by the test. */
export class StaticSource implements ConfigSource {
  readonly subscribed: string[] = [];
  private handler: ConfigHandler | null = null;

  start(handler: ConfigHandler): void {
    this.handler = handler;
  }

  subscribe(typeUrl: string, names: readonly string[]): void {
    for (const name of names) this.subscribed.push(`${typeUrl}/${name}`);
  }

  unsubscribe(): void {}

  stop(): void {}

  /** Delivers resources of one type; returns the refusal. */
  push(typeUrl: string, resources: readonly { readonly name?: string; readonly cluster_name?: string }[], version = '1'): string | undefined {
    return this.handler?.onResources(
      typeUrl,
      resources.map((resource) => ({ name: resource.name ?? resource.cluster_name ?? '', version, resource })),
      [],
    );
  }

  remove(typeUrl: string, names: readonly string[]): void {
    this.handler?.onResources(typeUrl, [], names);
  }
}

export interface TestProxy {
  readonly proxy: Proxy;
  readonly source: StaticSource;
  readonly logs: string[];
  port(listener?: string): number;
  stop(): void;
}

const node: ProxyNode = {
  id: 'sidecar~127.0.0.1~productpage-1.default~default.svc.cluster.local',
  cluster: 'productpage.default',
  metadata: {
    NAMESPACE: 'default',
    NAME: 'productpage-1',
    WORKLOAD_NAME: 'productpage-v1',
    CLUSTER_ID: 'Kubernetes',
    MESH_ID: 'cluster.local',
    LABELS: { app: 'productpage', version: 'v1' },
  },
  locality: { region: '', zone: '', subZone: '' },
  podIp: '127.0.0.1',
  appIp: '127.0.0.1',
  outboundIp: '127.192.0.1',
  trustDomain: 'cluster.local',
};

/** Starts a proxy with these resources and waits until it is ready. */
export async function startProxy(
  resources: { clusters?: readonly Cluster[]; listeners: readonly Listener[]; routes?: readonly RouteConfiguration[] },
  options: { identity?: IdentitySource; mux?: boolean; node?: Partial<ProxyNode>; withSecrets?: readonly Secret[] } = {},
): Promise<TestProxy> {
  const source = new StaticSource();
  const logs: string[] = [];
  const proxy = new Proxy({
    node: { ...node, ...options.node },
    config: source,
    identity: options.identity ?? null,
    log: (text) => logs.push(text),
    onProblem: (message) => logs.push(message),
    mux: options.mux ?? true,
  });
  await proxy.start();
  source.push(typeUrls.cluster, resources.clusters ?? []);
  const refused = source.push(typeUrls.listener, resources.listeners);
  if (refused !== undefined) throw new Error(refused);
  source.push(typeUrls.secret, options.withSecrets ?? []);
  for (const route of resources.routes ?? []) source.push(typeUrls.routeConfiguration, [route]);
  await proxy.whenReady();
  return { proxy, source, logs, port: (listener = 'test') => proxy.listeners.boundPort(listener) ?? 0, stop: () => proxy.stop() };
}

/** A listener on a free loopback port with one plaintext HTTP chain. */
export function httpListener(routes: readonly Route[] | RouteConfiguration, manager: Partial<HttpConnectionManager> = {}, listener: Partial<Listener> = {}): Listener {
  const config: RouteConfiguration = Array.isArray(routes)
    ? { name: 'test', virtual_hosts: [virtualHost(routes as readonly Route[])] }
    : (routes as RouteConfiguration);
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    traffic_direction: 'OUTBOUND',
    filter_chains: [{ name: 'http', filters: [httpFilter({ route_config: config, ...manager })] }],
    ...listener,
  };
}

export function httpFilter(manager: Partial<HttpConnectionManager>): NonNullable<NonNullable<Listener['filter_chains']>[number]['filters']>[number] {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': typeUrls.httpConnectionManager,
      stat_prefix: 'test',
      http_filters: [
        { name: 'envoy.filters.http.fault', typed_config: { '@type': typeUrls.fault } },
        { name: 'envoy.filters.http.cors', typed_config: { '@type': typeUrls.cors } },
        { name: 'envoy.filters.http.router', typed_config: { '@type': typeUrls.router } },
      ],
      ...manager,
    },
  };
}

export function virtualHost(routes: readonly Route[], more: Partial<VirtualHost> = {}): VirtualHost {
  return { name: 'all', domains: ['*'], include_request_attempt_count: true, routes: [...routes], ...more };
}

/** A static cluster of loopback ports. */
export function staticCluster(name: string, ports: readonly number[], more: Partial<Cluster> = {}): Cluster {
  return {
    name,
    type: 'STATIC',
    connect_timeout: { seconds: 1 },
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: ports.map((port) => ({ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } })) },
      ],
    },
    ...more,
  };
}

export interface TestServer {
  readonly port: number;
  stop(): void;
}

/** An HTTP server that answers as told. */
export async function startHttp(handler: http.RequestListener): Promise<TestServer & { readonly server: http.Server }> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, stop: () => {
      server.close();
      server.closeAllConnections();
    } };
}

/** A raw TCP server. */
export async function startTcp(handler: (socket: net.Socket) => void, options: net.ServerOpts = {}): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer(options, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    handler(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: NodeJS.Dict<string>;
}

/** One request with a connection of its own unless an agent is given. */
export function request(port: number, options: http.RequestOptions & { body?: string | Buffer } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const sent = http.request({ host: '127.0.0.1', port, agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('latin1'), trailers: response.trailers }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends bytes as they are; resolves with everything received when the other side closes or `until` is seen. */
export function raw(port: number, bytes: string | Buffer | readonly (string | Buffer)[], until?: string | RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    let heard = '';
    const done = (): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (until !== undefined && (typeof until === 'string' ? heard.includes(until) : until.test(heard))) done();
    });
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? done() : reject(error)));
    socket.on('connect', () => {
      if (typeof bytes === 'string' || Buffer.isBuffer(bytes)) socket.write(bytes);
      else {
        const pieces = [...bytes];
        const next = (): void => {
          const piece = pieces.shift();
          if (piece === undefined || socket.destroyed) return;
          socket.write(piece);
          setTimeout(next, 5);
        };
        next();
      }
    });
  });
}

/** A proxy with this one route, until the test is over. */
export async function withRoute(route: Route, clusters: readonly Cluster[]): Promise<TestProxy> {
  const started = await startProxy({ clusters, listeners: [httpListener([route])] });
  onTestFinished(() => started.stop());
  return started;
}

/** The port of an application that answers as told, until the test is over. */
export async function withApp(handler: http.RequestListener): Promise<number> {
  const server = await startHttp(handler);
  onTestFinished(() => server.stop());
  return server.port;
}

/** A port where nobody listens. */
export async function deadPort(): Promise<number> {
  const server = await startTcp(() => {});
  server.stop();
  return server.port;
}

/** Lines of `istio_requests_total`, as a scrape reads them. */
export function requestTotals(proxy: TestProxy): string[] {
  const lines: string[] = [];
  proxy.proxy.context.metrics.table.render(lines);
  return lines.filter((line) => line.startsWith('istio_requests_total'));
}

/** Tries follow each other at once. */
export const quickBackOff = { base_interval: { seconds: 0, nanos: 1_000_000 } };
