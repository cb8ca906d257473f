import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { addressesOfPodIp } from '@/lib/model';
import { HANG_MS } from '../generate';
import type { PodName } from '../generate';
import type { World } from '../mesh/build-world';
import type { PemPair } from '../mesh/write-certificate';

/** What an application saw of one try. */
export interface SeenRequest {
  readonly pod: PodName;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Name and value in the order of the wire, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly tls?: { readonly serverName: string; readonly client: string };
}

/** How an application is to behave towards one request, by its user agent. */
export interface Behaviour {
  readonly fail?: { readonly times: number; readonly status: number } | undefined;
  readonly hangs?: boolean | undefined;
}

/** The applications of all worlds in one process, on the addresses they have. */
export interface Upstreams {
  open(world: World): Promise<void>;
  /** Closes everything that was opened. */
  closeAll(): void;
  expect(agent: string, behaviour: Behaviour): void;
  seen(agent: string): readonly SeenRequest[];
}

interface Place {
  readonly pod: PodName;
  readonly port: number;
}

const places = new WeakMap<Socket, Place>();

export function startUpstreams(tlsPair: PemPair, rootPem: string): Upstreams {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const requests = new Map<string, SeenRequest[]>();
  const behaviours = new Map<string, Behaviour>();
  // Envoy resumes sessions: a server that asks for certificates must name its sessions, or the handshake fails.
  const secureContext = createSecureContext({
    cert: tlsPair.certPem,
    key: tlsPair.keyPem,
    ca: rootPem,
    sessionIdContext: 'properties',
  });

  const web = createHttpServer((request, response) => answer(request, response));
  web.keepAliveTimeout = 0;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const place = places.get(request.socket);
    const agent = request.headers['user-agent'] ?? '';
    const list = requests.get(agent) ?? [];
    requests.set(agent, list);
    const headers = pairs(request.rawHeaders);
    const isShadow = /-shadow(?::\d+)?$/.test(request.headers.host ?? '');
    const tries = list.filter((one) => !/-shadow(?::\d+)?$/.test(one.host)).length;
    list.push({
      pod: place?.pod ?? 'ext',
      port: place?.port ?? 0,
      method: request.method ?? '',
      path: request.url ?? '',
      host: request.headers.host ?? '',
      headers,
      ...tlsOf(request.socket),
    });
    const { fail, hangs } = isShadow ? {} : (behaviours.get(agent) ?? {});
    const status = fail !== undefined && tries < fail.times ? fail.status : 200;
    const reply = (): void => {
      response.writeHead(status, { 'content-type': 'text/plain', 'x-reply': 'app', 'x-internal': 'secret' });
      response.end(request.method === 'HEAD' ? undefined : `from ${place?.pod}`);
    };
    request.resume();
    if (hangs === true) setTimeout(reply, HANG_MS);
    else reply();
  }

  /** Says who it is and what it was told, once it was told something. */
  function answerStream(socket: Socket): void {
    const place = places.get(socket);
    socket.on('data', (chunk: Buffer) => {
      // A TLS hello means that the other side wanted to speak TLS to the application itself.
      if (chunk[0] === 22 && !(socket instanceof TLSSocket)) {
        secure(socket, chunk);
        return;
      }
      socket.write(`${place?.pod ?? ''}:${place?.port ?? 0}\n`);
    });
    socket.on('error', () => {});
  }

  function secure(socket: Socket, first: Buffer): void {
    socket.removeAllListeners('data');
    socket.pause();
    socket.unshift(first);
    const place = places.get(socket);
    const wrapped = new TLSSocket(socket, { isServer: true, secureContext, requestCert: true, rejectUnauthorized: false });
    if (place !== undefined) places.set(wrapped, place);
    if (place?.pod === 'ext') wrapped.once('secure', () => web.emit('connection', wrapped));
    else answerStream(wrapped);
    wrapped.on('error', () => socket.destroy());
  }

  function listen(pod: PodName, host: string, port: number, kind: 'http' | 'stream' | 'tls'): Promise<void> {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      places.set(socket, { pod, port });
      if (kind === 'http') web.emit('connection', socket);
      else if (kind === 'stream') answerStream(socket);
      else socket.once('data', (chunk: Buffer) => secure(socket, chunk));
    });
    servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  }

  return {
    async open(world) {
      const waiting: Promise<void>[] = [listen('ext', world.ip('ext'), 8000, 'http'), listen('ext', world.ip('ext'), 8443, 'tls')];
      for (const [name, pod] of world.pods) {
        const appIp = addressesOfPodIp(world.ip(name))?.appIp ?? '';
        for (const { containerPort } of pod.spec.containers.flatMap((container) => container.ports ?? [])) {
          waiting.push(listen(name, appIp, containerPort, containerPort > 9000 ? 'http' : 'stream'));
        }
      }
      await Promise.all(waiting);
    },
    closeAll() {
      for (const server of servers.splice(0)) server.close();
      for (const socket of sockets) socket.destroy();
      requests.clear();
      behaviours.clear();
    },
    expect: (agent, behaviour) => {
      behaviours.set(agent, behaviour);
      requests.delete(agent);
    },
    seen: (agent) => requests.get(agent) ?? [],
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) list.push([(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? '']);
  return list;
}

function tlsOf(socket: Socket): { tls?: { serverName: string; client: string } } {
  if (!(socket instanceof TLSSocket)) return {};
  const named = socket as TLSSocket & { servername?: string | false };
  const client = socket.getPeerCertificate();
  return { tls: { serverName: typeof named.servername === 'string' ? named.servername : '', client: client?.subjectaltname ?? '' } };
}
