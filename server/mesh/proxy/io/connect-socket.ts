import net from 'node:net';
import tls from 'node:tls';
import { readClock } from './clock';
import type { Connection, PeerTls } from './connection';
import { flushOutput } from './output';
import { SocketConnection, sharedReadBuffer } from './socket-connection';

/** Where to dial, and from which of our addresses. */
export interface DialTarget {
  /** An address or name, or the path of a socket file. */
  readonly host: string;
  readonly port: number;
  /** Source address (`upstream_bind_config`); empty for any. */
  readonly from: string;
}

/** Told once how a dial ended. */
export interface DialResult {
  onConnected(connection: Connection): void;
  /** `timeout` tells a connect timeout from a refusal. `tls` is true when TCP stood and the handshake failed. */
  onConnectFailed(reason: string, kind: 'refused' | 'timeout' | 'tls'): void;
}

/** What a TLS dial needs; `verify` returns the reason to refuse the peer, or the description of it. */
export interface TlsDial {
  readonly context: tls.SecureContext;
  readonly alpn: readonly string[];
  readonly sni: string;
  readonly checkChain: boolean;
  /** A session with the same server, offered for resumption. */
  readonly session: Buffer | undefined;
  /** Takes sessions for later dials: with TLS 1.3 they come after the handshake, several on one connection. Undefined: forget it. */
  keepSession(session: Buffer | undefined): void;
  verify(socket: tls.TLSSocket): string | PeerTls;
}

/** Dials; returns a function that gives up. */
export function connectSocket(target: DialTarget, secure: TlsDial | null, timeoutMs: number, result: DialResult): () => void {
  let connection: SocketConnection | undefined;
  let settled = false;
  // Bytes that arrive in the flight that completes the handshake.
  const early: Buffer[] = [];
  const common = {
    ...placeOf(target),
    noDelay: true,
    allowHalfOpen: true,
    onread: {
      buffer: sharedReadBuffer,
      callback: (length: number): boolean => {
        if (connection === undefined) early.push(Buffer.from(sharedReadBuffer.subarray(0, length)));
        else connection.receive(sharedReadBuffer, length);
        return true;
      },
    },
  };
  const socket: net.Socket | tls.TLSSocket = secure === null ? net.connect(common) : tls.connect({ ...common, ...tlsOptions(secure) });
  let tcpStands = false;
  const fail = (reason: string, kind: 'refused' | 'timeout' | 'tls'): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.destroy();
    if (secure?.session !== undefined) secure.keepSession(undefined);
    readClock();
    result.onConnectFailed(reason, kind);
    flushOutput();
  };
  const timer = setTimeout(() => fail('connect timeout', 'timeout'), timeoutMs);
  const onError = (error: Error): void => fail(error.message, tcpStands && secure !== null ? 'tls' : 'refused');
  const onEarlyClose = (): void => fail('closed during connect', tcpStands && secure !== null ? 'tls' : 'refused');
  socket.on('error', onError);
  socket.on('close', onEarlyClose);
  socket.once('connect', () => (tcpStands = true));
  socket.once(secure === null ? 'connect' : 'secureConnect', () => {
    if (settled) return;
    let peer: ReturnType<TlsDial['verify']> | null = null;
    if (secure !== null) {
      peer = secure.verify(socket as tls.TLSSocket);
      if (typeof peer === 'string') return fail(peer, 'tls');
    }
    settled = true;
    readClock();
    clearTimeout(timer);
    socket.off('error', onError);
    socket.off('close', onEarlyClose);
    connection = new SocketConnection(socket, 'onread');
    connection.tls = peer;
    result.onConnected(connection);
    flushOutput();
    for (const chunk of early) connection.receive(chunk, chunk.length);
  });
  if (secure !== null) socket.on('session', (session: Buffer) => secure.keepSession(session));
  return () => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.destroy();
  };
}

function placeOf({ host, port, from }: DialTarget): { path: string } | { host: string; port: number; localAddress?: string } {
  if (host.startsWith('/')) return { path: host };
  return { host, port, ...(from === '' ? {} : { localAddress: from }) };
}

function tlsOptions(secure: TlsDial): tls.ConnectionOptions {
  return {
    secureContext: secure.context,
    ALPNProtocols: [...secure.alpn],
    ...(secure.sni === '' || net.isIP(secure.sni) !== 0 ? {} : { servername: secure.sni }),
    // The names to expect are SPIFFE identities, checked by `verify`; the chain is checked by OpenSSL.
    rejectUnauthorized: secure.checkChain,
    checkServerIdentity: () => undefined,
    ...(secure.session === undefined ? {} : { session: secure.session }),
  };
}
