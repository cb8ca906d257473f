import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions, DetailedPeerCertificate } from 'node:tls';

/** Who sends: the addresses of a pod, or `undefined` members for someone outside the mesh. */
export interface Caller {
  /** Dial from this address. */
  localAddress?: string;
  /** The pod's outbound HTTP proxy, `host:port`: what HTTP_PROXY says to the application. */
  proxy?: { host: string; port: number };
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** Connect here instead of the URL's host (curl's `--resolve`). */
  at?: { host: string; port: number };
  /** For https. */
  tls?: ConnectionOptions;
}

export interface Reply {
  /** 0 (curl: 000): no HTTP answer; `error` says why. */
  status: number;
  error?: string;
  headers: IncomingHttpHeaders;
  body: string;
  ms: number;
  /** Of an https answer. */
  certificate?: DetailedPeerCertificate;
}

/** One HTTP request as curl in the caller's container sends it: absolute form through the sidecar, CONNECT for https. */
export async function send(caller: Caller, url: string, options: RequestOptions = {}): Promise<Reply> {
  const startedAt = performance.now();
  try {
    const reply = await new Promise<Omit<Reply, 'ms'>>((resolve, reject) => {
      void exchange(caller, new URL(url), options, resolve, reject);
    });
    return { ...reply, ms: performance.now() - startedAt };
  } catch (error) {
    const text = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
    return { status: 0, error: text, headers: {}, body: '', ms: performance.now() - startedAt };
  }
}

async function exchange(
  caller: Caller,
  url: URL,
  options: RequestOptions,
  resolve: (reply: Omit<Reply, 'ms'>) => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    const secure = url.protocol === 'https:';
    const port = Number(url.port || (secure ? 443 : 80));
    const target = options.at ?? { host: url.hostname, port };
    const socket = secure ? await openTls(caller, url, target, options.tls ?? {}) : undefined;
    const throughProxy = !secure && options.at === undefined ? caller.proxy : undefined;
    const outgoing = httpRequest(
      {
        ...(throughProxy ?? target),
        ...(caller.localAddress === undefined ? {} : { localAddress: caller.localAddress }),
        // With an agent Node would not ask for the connection.
        ...(socket === undefined ? { agent: false } : { createConnection: () => socket }),
        path: throughProxy === undefined ? `${url.pathname}${url.search}` : url.href,
        method: options.method ?? 'GET',
        headers: { host: url.host, connection: 'close', ...options.headers },
        timeout: options.timeoutMs ?? 20_000,
      },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (body += chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const certificate = socket?.getPeerCertificate(true);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body,
            ...(certificate === undefined ? {} : { certificate }),
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', reject);
    outgoing.end(options.body);
  } catch (error) {
    reject(error);
  }
}

/** A TCP connection of the caller, as nc opens it. */
export function openTcp(caller: Caller, target: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = tcpConnect({ ...target, ...(caller.localAddress === undefined ? {} : { localAddress: caller.localAddress }) });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** A connection to the target, through the caller's HTTP proxy when it has one. */
async function openTunnel(caller: Caller, target: { host: string; port: number }): Promise<Socket> {
  if (caller.proxy === undefined) return openTcp(caller, target);
  const socket = await openTcp(caller, caller.proxy);
  const authority = `${target.host}:${target.port}`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const head = await new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the proxy closed the connection')));
  });
  if (!head.startsWith('HTTP/1.1 2')) {
    socket.destroy();
    throw new Error(`CONNECT was answered ${head.slice(9, 12)}`);
  }
  return socket;
}

async function openTls(caller: Caller, url: URL, target: { host: string; port: number }, options: ConnectionOptions) {
  const socket = await openTunnel(caller, target);
  return new Promise<ReturnType<typeof tlsConnect>>((resolve, reject) => {
    const secure = tlsConnect({ socket, servername: url.hostname, ...options });
    secure.once('error', reject);
    // A server that refuses a client's certificate says so after a TLS 1.3 client believes it is done: the first read tells.
    secure.once('secureConnect', () => resolve(secure));
    socket.once('close', () => reject(new Error('the connection was closed in the handshake')));
  });
}

/** Sends a line and resolves to what came back before the server closed or `timeoutMs` passed; an error of the connection in brackets. */
export async function sendLine(caller: Caller, target: { host: string; port: number }, line: string, timeoutMs = 3000): Promise<string> {
  let socket: Socket;
  try {
    socket = await openTcp(caller, target);
  } catch (error) {
    return `[${(error as NodeJS.ErrnoException).code ?? 'failed'}]`;
  }
  return new Promise((resolve) => {
    let answer = '';
    const finish = (suffix = '') => {
      socket.destroy();
      resolve(answer + suffix);
    };
    socket.setTimeout(timeoutMs, () => finish('[timeout]'));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      if (answer.includes('\n')) finish();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => finish(`[${error.code ?? error.message}]`));
    socket.on('close', () => finish());
    socket.write(`${line}\n`);
  });
}
