import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isHeddleError } from '@/lib/errors';
import { http } from '../io/node-http';
import type { Proxy } from '../proxy';
import { renderClusters, renderClustersJson } from './render-clusters';
import { renderConfigDump } from './render-config-dump';
import { renderPrometheus, renderStats } from './render-stats';

const METRICS_PORTS = [15020, 15090];
const READINESS_PORT = 15021;

export interface AdminOptions {
  readonly host: string;
  readonly adminPort: number;
  /** Ports of metrics and readiness; the conventional ones unless set. */
  readonly metricsPorts?: readonly number[];
  readonly readinessPort?: number;
}

type Answer = { status?: number; type?: string; body: string };

/** The pages of a proxy in Envoy's paths and formats: admin, metrics, readiness. */
export class AdminServers {
  private readonly proxy: Proxy;
  private readonly servers: Server[] = [];

  constructor(proxy: Proxy) {
    this.proxy = proxy;
  }

  /** Resolves when all ports listen. */
  async start(options: AdminOptions): Promise<void> {
    const ports = [options.adminPort, ...(options.metricsPorts ?? METRICS_PORTS), options.readinessPort ?? READINESS_PORT];
    await Promise.all(
      ports.map((port, index) => {
        const pages = index === 0 ? this.adminPage : this.publicPage;
        const server = http.createServer((request, response) => this.handle(request, response, pages));
        server.keepAliveTimeout = 60_000;
        this.servers.push(server);
        return new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(port, options.host, () => {
            server.off('error', reject);
            resolve();
          });
        });
      }),
    );
  }

  /** Port of the admin pages, for servers on port 0. */
  get ports(): number[] {
    return this.servers.map((server) => {
      const address = server.address();
      return address === null || typeof address === 'string' ? 0 : address.port;
    });
  }

  stop(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  private handle(request: IncomingMessage, response: ServerResponse, pages: (url: URL, method: string) => Answer | null): void {
    const url = new URL(request.url ?? '/', 'http://admin');
    let answer: Answer;
    try {
      answer = pages(url, request.method ?? 'GET') ?? {
        status: 404,
        body: 'invalid path. admin commands are: /certs /clusters /config_dump /listeners /ready /server_info /stats /stats/prometheus\n',
      };
    } catch (error) {
      answer = { status: 500, body: `${isHeddleError(error) ? error.message : 'failed'}\n` };
    }
    request.resume();
    response.writeHead(answer.status ?? 200, {
      'content-type': answer.type ?? 'text/plain; charset=UTF-8',
      'cache-control': 'no-cache, max-age=0',
    });
    response.end(answer.body);
  }

  /** Metrics and readiness: what other machines may ask. */
  private readonly publicPage = (url: URL): Answer | null => {
    switch (url.pathname) {
      case '/stats/prometheus':
      case '/metrics':
        return { type: 'text/plain; version=0.0.4; charset=utf-8', body: renderPrometheus(this.proxy) };
      case '/healthz/ready':
      case '/ready':
        return this.readiness();
      default:
        return null;
    }
  };

  private readonly adminPage = (url: URL, method: string): Answer | null => {
    const { proxy } = this;
    const wantsJson = url.searchParams.get('format') === 'json';
    switch (url.pathname) {
      case '/config_dump':
        return json(renderConfigDump(proxy, url.searchParams.get('resource') ?? '', url.searchParams.has('include_eds')));
      case '/clusters':
        return wantsJson ? json(renderClustersJson(proxy)) : { body: renderClusters(proxy) };
      case '/listeners':
        return this.listeners(wantsJson);
      case '/stats':
        return { body: renderStats(proxy, readFilter(url.searchParams.get('filter')), url.searchParams.has('usedonly')) };
      case '/server_info':
        return json(this.serverInfo());
      case '/certs':
        return json(this.certificates());
      case '/drain_listeners':
        if (method !== 'POST') return { status: 405, body: 'use POST\n' };
        proxy.listeners.drain();
        return { body: 'OK\n' };
      default:
        return this.publicPage(url);
    }
  };

  private readiness(): Answer {
    if (this.proxy.ready) return { body: 'LIVE\n' };
    return { status: 503, body: this.proxy.context.draining ? 'DRAINING\n' : 'INITIALIZING\n' };
  }

  private listeners(wantsJson: boolean): Answer {
    const all = this.proxy.listeners.all().map((runtime) => ({ name: runtime.config.name, addresses: runtime.addresses }));
    if (!wantsJson)
      return {
        body: all.map(({ name, addresses }) => `${name}::${addresses.map(({ host, port }) => `${host}:${port}`).join(',')}\n`).join(''),
      };
    return json({
      listener_statuses: all.map(({ name, addresses: [first, ...more] }) => ({
        name,
        local_address: { socket_address: { address: first?.host, port_value: first?.port } },
        additional_local_addresses: more.map(({ host, port }) => ({ socket_address: { address: host, port_value: port } })),
      })),
    });
  }

  private serverInfo(): unknown {
    const { proxy } = this;
    const { node } = proxy.context;
    return {
      version: 'heddle-proxy',
      state: proxy.ready ? 'LIVE' : proxy.context.draining ? 'DRAINING' : 'INITIALIZING',
      uptime_current_epoch: `${Math.floor((Date.now() - proxy.startedAt) / 1000)}s`,
      command_line_options: { service_node: node.id, service_cluster: node.cluster },
      node: { id: node.id, cluster: node.cluster, metadata: node.metadata },
    };
  }

  private certificates(): unknown {
    const pair = this.proxy.context.secrets.keyPair('default');
    if (pair === undefined) return { certificates: [] };
    const certificate = new X509Certificate(pair.certPem);
    return {
      certificates: [
        {
          cert_chain: [
            {
              serial_number: certificate.serialNumber.toLowerCase(),
              subject_alt_names: [{ uri: pair.uri }],
              days_until_expiration: String(Math.max(0, Math.floor((certificate.validToDate.getTime() - Date.now()) / 86_400_000))),
              valid_from: certificate.validFromDate.toISOString(),
              expiration_time: certificate.validToDate.toISOString(),
            },
          ],
        },
      ],
    };
  }
}

function json(value: unknown): Answer {
  return { type: 'application/json', body: `${JSON.stringify(value, null, 1)}\n` };
}

function readFilter(text: string | null): RegExp | null {
  if (text === null || text === '' || text.length > 200) return null;
  // The filter comes from an operator, but a pattern that blocks would still stop traffic: literal text only.
  return new RegExp(text.replaceAll(/[\\^$*+?()[\]{}]/g, '\\$&'));
}
