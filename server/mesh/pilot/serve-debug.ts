import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { HeddleError, errorStatus, isHeddleError, toErrorBody } from '@/lib/errors';
import type { DiscoveryHub } from './discovery-hub';
import { dumpConfig, proxyName, reportConnections, reportEndpoints, reportSync } from './report-sync';

export interface DebugOptions {
  hub: DiscoveryHub;
  /** Their metrics are joined on `/metrics`. */
  registries: readonly Registry[];
  isReady(): boolean;
  /** Services and where they come from, for `/debug/registryz`. */
  services(): readonly object[];
  /** What the compiler left out or could not act on, for `/debug/notes`. */
  notes(): readonly object[];
}

const json = 'application/json';

/** Port 15014: the pages that operators of Istio know, and metrics. Read-only and plain HTTP; it holds no secrets. */
export function createDebugServer(options: DebugOptions): Server {
  return createServer((request, response) => {
    answer(request, options).then(
      ({ status = 200, type, body }) => reply(response, status, type, body),
      (error: unknown) => {
        const code = isHeddleError(error) ? errorStatus(error.code) : 500;
        reply(response, code, json, JSON.stringify(toErrorBody(error)));
      },
    );
  });
}

interface Answer {
  status?: number;
  type: string;
  body: string;
}

async function answer(request: IncomingMessage, options: DebugOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HeddleError('method_not_allowed', 'These pages can only be read.');
  const url = new URL(request.url ?? '/', 'http://debug');
  const proxy = url.searchParams.get('proxyID') ?? undefined;
  switch (url.pathname) {
    case '/ready':
      return { status: options.isReady() ? 200 : 503, type: 'text/plain', body: options.isReady() ? 'ready\n' : 'not synced yet\n' };
    case '/metrics':
      return { type: 'text/plain; version=0.0.4; charset=utf-8', body: await metricsText(options.registries) };
    case '/version':
      return { type: 'text/plain', body: 'heddle\n' };
    case '/debug':
      return { type: json, body: pretty(pages) };
    case '/debug/syncz':
      return { type: json, body: pretty(reportSync(options.hub, proxy)) };
    case '/debug/config_dump':
      return { type: json, body: pretty(dumpConfig(findProxy(options.hub, proxy))) };
    case '/debug/endpointz':
      return { type: json, body: pretty(reportEndpoints(options.hub)) };
    case '/debug/registryz':
      return { type: json, body: pretty(options.services()) };
    case '/debug/connections':
      return { type: json, body: pretty(reportConnections(options.hub)) };
    case '/debug/notes':
      return { type: json, body: pretty(options.notes()) };
    default:
      throw new HeddleError('not_found', `There is no page ${url.pathname}.`, { hint: `Pages: ${pages.join(' ')}` });
  }
}

const pages = [
  '/debug/syncz',
  '/debug/config_dump?proxyID=POD.NAMESPACE',
  '/debug/endpointz',
  '/debug/registryz',
  '/debug/connections',
  '/debug/notes',
  '/metrics',
  '/ready',
];

function findProxy(hub: DiscoveryHub, proxy: string | undefined) {
  if (proxy === undefined) throw new HeddleError('bad_request', 'Say which proxy: ?proxyID=POD.NAMESPACE');
  for (const connection of hub.connections) {
    if (proxyName(connection) === proxy || connection.session.node.id === proxy) return connection;
  }
  throw new HeddleError('not_found', `No proxy ${proxy} is connected.`, { hint: '/debug/syncz lists those that are.' });
}

async function metricsText(registries: readonly Registry[]): Promise<string> {
  const texts = await Promise.all(registries.map((registry) => registry.metrics()));
  return texts.map((text) => text.trimEnd()).join('\n') + '\n';
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store' });
  response.end(body);
}
