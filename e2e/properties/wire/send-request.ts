import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { addressesOfPodIp } from '@/lib/model';
import type { CaseRequest } from '../generate';
import type { World } from '../mesh/build-world';

/** What the caller got. */
export interface Reply {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** For connections: what the application said. */
  readonly body: string;
  readonly elapsedMs: number;
}

const TIMEOUT_MS = 25_000;
const closed = (startedAt: number): Reply => ({ status: 0, headers: [], body: '', elapsedMs: performance.now() - startedAt });

/** Sends a request the way its caller does: applications through their sidecar, `legacy` straight to the pod, outsiders to the gateway. */
export function sendRequest(world: World, request: CaseRequest, agent: string, token: string | null): Promise<Reply> {
  return request.protocol === 'http' ? sendHttp(world, request, agent, token) : sendBytes(world, request);
}

/** Host as the caller writes it. */
export function authorityOf(request: CaseRequest): string {
  return request.port === 80 ? request.host : `${request.host}:${request.port}`;
}

/** Path and headers with the token in its place. */
export function withToken(request: CaseRequest, token: string | null): { path: string; headers: Record<string, string> } {
  const headers: Record<string, string> = { ...request.headers };
  let { path } = request;
  if (token !== null) {
    switch (request.token?.place) {
      case 'x-token':
        headers['x-token'] = `Token ${token}`;
        break;
      case 'query':
        path += `${path.includes('?') ? '&' : '?'}token=${token}`;
        break;
      case 'cookie':
        headers['cookie'] = `a=b; session=${token}`;
        break;
      default:
        headers['authorization'] = `Bearer ${token}`;
    }
  }
  return { path, headers };
}

/** The pod that a caller without a sidecar calls: the first behind the name. */
export function directPod(request: CaseRequest): 'reviews-v1' | 'ratings' | 'ext' {
  return request.host.startsWith('ratings') ? 'ratings' : request.host === 'ext.example.com' ? 'ext' : 'reviews-v1';
}

function entrance(world: World, request: CaseRequest): { host: string; port: number; localAddress?: string; absolute: boolean } {
  switch (request.from) {
    case 'gateway':
      return { host: world.ip('gateway'), port: 8080, localAddress: world.ip('legacy'), absolute: false };
    case 'legacy':
      return {
        host: world.ip(directPod(request)),
        port: request.port === 80 ? 9080 : request.port,
        localAddress: world.ip('legacy'),
        absolute: false,
      };
    case 'web':
    case 'curl': {
      const host = addressesOfPodIp(world.ip(request.from))?.outboundIp ?? '';
      return { host, port: request.protocol === 'http' ? 15_001 : request.port, absolute: true };
    }
  }
}

function sendHttp(world: World, request: CaseRequest, agent: string, token: string | null): Promise<Reply> {
  const { host, port, localAddress, absolute } = entrance(world, request);
  const authority = authorityOf(request);
  const { path, headers } = withToken(request, token);
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const sent = httpRequest(
      {
        host,
        port,
        agent: false,
        timeout: TIMEOUT_MS,
        ...(localAddress === undefined ? {} : { localAddress }),
        method: request.method,
        path: absolute ? `http://${authority}${path}` : path,
        headers: { host: authority, 'user-agent': agent, 'x-request-id': agent, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(closed(startedAt)));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: pairs(response.rawHeaders),
            body: Buffer.concat(chunks).toString('latin1'),
            elapsedMs: performance.now() - startedAt,
          }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(closed(startedAt)));
    sent.end();
  });
}

/** A connection: says hello, hears who answers. TLS is the application's own. */
function sendBytes(world: World, request: CaseRequest): Promise<Reply> {
  const { host, port, localAddress } = entrance(world, request);
  const startedAt = performance.now();
  const options = { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
  return new Promise((resolve) => {
    const socket =
      request.protocol === 'tls'
        ? connectTls({ ...options, servername: request.host, rejectUnauthorized: false }, () => socket.write('hello\n'))
        : connect(options, () => socket.write('hello\n'));
    socket.setTimeout(5000, () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      resolve({ status: 200, headers: [], body: chunk.toString('latin1').trim(), elapsedMs: performance.now() - startedAt });
      socket.destroy();
    });
    socket.on('error', () => resolve(closed(startedAt)));
    socket.on('close', () => resolve(closed(startedAt)));
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) list.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? '']);
  return list;
}
