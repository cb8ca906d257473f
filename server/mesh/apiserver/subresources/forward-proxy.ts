import http from 'node:http';
import https from 'node:https';
import type { ServerResponse } from 'node:http';
import type { EndpointSlice, Pod, Service } from '@/lib/kinds';
import { isImpersonation } from '../access/impersonate';
import type { ServerParts } from '../http/handle-request';
import type { ApiRequest } from '../http/api-request';
import type { ResourcePath } from '../http/parse-path';
import type { ServedKind } from '../served-kinds';
import { badRequest, noSuchPath, notFound, unavailable } from '../status-errors';

interface Target {
  host: string;
  port: number;
  secure: boolean;
}

/** Headers that belong to one connection, and the caller's credentials: neither goes on. */
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  'host',
]);

/**
 * `pods/NAME:PORT/proxy/…` and `services/NAME:PORT/proxy/…`: forwards a request to the pod's address, or to a ready endpoint of the service.
 * NAME may be `https:NAME:PORT`.
 */
export async function forwardProxy(
  parts: ServerParts,
  request: ApiRequest,
  response: ServerResponse,
  kind: ServedKind,
  path: ResourcePath,
): Promise<void> {
  const target = targetOf(parts, kind, path);
  const query = request.message.url?.split('?', 2)[1];
  const headers: Record<string, string | string[]> = { host: `${target.host}:${target.port}` };
  for (const [name, value] of Object.entries(request.message.headers))
    if (value !== undefined && !notForwarded.has(name) && !isImpersonation(name)) headers[name] = value;
  await new Promise<void>((resolve, reject) => {
    const outgoing = (target.secure ? https : http).request(
      {
        host: target.host,
        port: target.port,
        method: request.method,
        path: `/${path.rest}${query === undefined ? '' : `?${query}`}`,
        headers,
        ...(target.secure ? { rejectUnauthorized: false } : {}),
      },
      (answer) => {
        const back = Object.entries(answer.headers).filter(([name, value]) => value !== undefined && !notForwarded.has(name)) as [
          string,
          string | string[],
        ][];
        response.writeHead(answer.statusCode ?? 502, Object.fromEntries(back));
        answer.pipe(response);
        answer.on('end', resolve);
        answer.on('error', () => {
          response.destroy();
          resolve();
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent) {
        response.destroy();
        resolve();
      } else reject(unavailable(`error trying to reach service: dial tcp ${target.host}:${target.port}: ${error.code ?? error.message}`));
    });
    response.on('close', () => outgoing.destroy());
    request.message.pipe(outgoing);
  });
}

function targetOf(parts: ServerParts, kind: ServedKind, path: ResourcePath): Target {
  const pieces = path.name.split(':');
  const secure = pieces.length === 3 && pieces[0] === 'https';
  const [name = '', port = ''] = pieces.length === 3 ? pieces.slice(1) : pieces;
  const { store } = parts.core;
  if (kind.collection === '/pods') {
    const pod = store.get('/pods', path.namespace, name) as Pod | undefined;
    if (pod === undefined) throw notFound(kind.definition, name);
    const host = pod.status?.podIP;
    if (host === undefined) throw badRequest('address not allowed');
    return { host, port: podPort(pod, port), secure };
  }
  if (kind.collection === '/services') {
    const service = store.get('/services', path.namespace, name) as Service | undefined;
    if (service === undefined) throw notFound(kind.definition, name);
    const slices = store.list('discovery.k8s.io/endpointslices', path.namespace) as unknown as EndpointSlice[];
    return { ...serviceEndpoint(service, port, slices), secure };
  }
  throw noSuchPath();
}

function podPort(pod: Pod, text: string): number {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  const port =
    text === ''
      ? (ports[0]?.containerPort ?? 80)
      : /^\d+$/.test(text)
        ? Number(text)
        : ports.find((one) => one.name === text)?.containerPort;
  if (port === undefined || port < 1 || port > 65_535) throw badRequest(`pod ${pod.metadata.name} has no port ${JSON.stringify(text)}`);
  return port;
}

function serviceEndpoint(service: Service, text: string, slices: readonly EndpointSlice[]): { host: string; port: number } {
  const ports = service.spec.ports ?? [];
  const port =
    text === '' ? (ports.length === 1 ? ports[0] : undefined) : ports.find((one) => one.name === text || String(one.port) === text);
  if (port === undefined) throw unavailable(`no service port ${JSON.stringify(text)} found for service "${service.metadata.name}"`);
  for (const slice of slices) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service.metadata.name) continue;
    const number = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))?.port;
    const host = slice.endpoints?.find((endpoint) => endpoint.conditions?.ready !== false)?.addresses[0];
    if (number !== undefined && host !== undefined) return { host, port: number };
  }
  throw unavailable(`no endpoints available for service "${service.metadata.name}"`);
}
