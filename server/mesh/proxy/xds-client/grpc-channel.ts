import tls from 'node:tls';
import { HeddleError } from '@/lib/errors';
import { Http2ClientSession } from '../http2/client-session';
import { HeaderEntry, internEntry } from '../http2/header-entry';
import { connectSocket } from '../io/connect-socket';
import type { TlsDial } from '../io/connect-socket';
import type { Connection } from '../io/connection';
import { SocketConnection } from '../io/socket-connection';
import { describePeer } from '../tls/peer';
import { GrpcCall } from './grpc-call';
import type { MessageStream, StreamHandler } from './grpc-call';

/** Where a gRPC server is and how it proves itself. */
export interface ChannelTarget {
  /** `host:port`. */
  address: string;
  /** Reads the trusted roots (PEM) for each new connection; absent for plaintext (h2c). */
  rootsPem?: (() => string) | undefined;
  /** Name that the server's certificate must bear. */
  serverName?: string | undefined;
}

const connectTimeoutMs = 10_000;
/** A server that vanished without a word is noticed by TCP's own probes. */
const keepAliveMs = 20_000;
/** What the server may send unasked: a whole configuration without waiting for a round trip every 64 KB. */
const receiveWindow = 1024 * 1024;
const options = { maxConcurrentStreams: 100, streamWindow: receiveWindow, connectionWindow: receiveWindow };

/**
 * gRPC over the data plane's own HTTP/2, the two shapes of call that a sidecar makes. @grpc/grpc-js would cost each sidecar 8 MB and 50 ms of its
 * start, node:http2 about 1 MB more and time at every push. One connection, made when it is first needed and again when it was lost.
 */
export class GrpcChannel {
  private readonly target: ChannelTarget;
  private session: Http2ClientSession | undefined;
  private waiting: GrpcCall[] = [];
  private readonly live = new Set<GrpcCall>();
  private giveUp: (() => void) | undefined;

  constructor(target: ChannelTarget) {
    this.target = target;
  }

  /** One request, one response. @throws HeddleError with the code that the gRPC status stands for */
  unary(path: string, message: Uint8Array, headers: Record<string, string>, timeoutMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let reply: Buffer | undefined;
      const call = this.open(path, headers, {
        onMessage: (bytes) => (reply = bytes),
        onEnd: (error) => {
          clearTimeout(timer);
          if (error === undefined && reply !== undefined) resolve(reply);
          else reject(error ?? new HeddleError('source_failed', `${path}: the server sent no answer`));
        },
      });
      const timer = setTimeout(() => {
        reject(new HeddleError('timeout', `${path}: no answer within ${timeoutMs} ms`));
        call.cancel();
      }, timeoutMs);
      call.send(message);
      call.finish();
    });
  }

  /** A stream of messages both ways. */
  stream(path: string, headers: Record<string, string>, handler: StreamHandler): MessageStream {
    return this.open(path, headers, handler);
  }

  /** Gives up every call and the connection. */
  close(): void {
    this.giveUp?.();
    this.giveUp = undefined;
    for (const call of this.live) call.cancel();
    this.session?.drain();
    this.session = undefined;
  }

  private open(path: string, headers: Record<string, string>, handler: StreamHandler): GrpcCall {
    const { address, rootsPem } = this.target;
    const entries = [
      internEntry(':method', 'POST'),
      internEntry(':scheme', rootsPem === undefined ? 'http' : 'https'),
      internEntry(':authority', address),
      internEntry(':path', path),
      internEntry('content-type', 'application/grpc'),
      internEntry('te', 'trailers'),
      ...Object.entries(headers).map(([name, value]) => new HeaderEntry(name, value, true)),
    ];
    const call = new GrpcCall(
      path,
      { entries },
      {
        onMessage: (bytes) => handler.onMessage(bytes),
        onEnd: (error) => {
          this.live.delete(call);
          handler.onEnd(error);
        },
      },
    );
    this.live.add(call);
    const { session } = this;
    if (session?.usable === true) call.begin(() => session.openStream());
    else {
      this.waiting.push(call);
      if (this.giveUp === undefined) this.dial();
    }
    return call;
  }

  private dial(): void {
    const { address } = this.target;
    const at = address.lastIndexOf(':');
    const target = { host: address.slice(0, at), port: Number(address.slice(at + 1)), from: '' };
    let secure: TlsDial | null;
    try {
      secure = this.secure();
    } catch (error) {
      this.failWaiting(error instanceof Error ? error.message : String(error));
      return;
    }
    this.giveUp = connectSocket(target, secure, connectTimeoutMs, {
      onConnected: (connection) => this.adopt(connection),
      onConnectFailed: (reason) => {
        this.giveUp = undefined;
        this.failWaiting(reason);
      },
    });
  }

  private secure(): TlsDial | null {
    const { rootsPem, serverName = '' } = this.target;
    if (rootsPem === undefined) return null;
    return {
      context: tls.createSecureContext({ ca: rootsPem() }),
      alpn: ['h2'],
      sni: serverName,
      checkChain: true,
      session: undefined,
      keepSession: () => {},
      verify: (socket) => {
        const wrong = serverName === '' ? undefined : tls.checkServerIdentity(serverName, socket.getPeerCertificate());
        return wrong === undefined ? describePeer(socket, '') : wrong.message;
      },
    };
  }

  private adopt(connection: Connection): void {
    this.giveUp = undefined;
    if (connection instanceof SocketConnection) connection.socket.setKeepAlive(true, keepAliveMs);
    const session: Http2ClientSession = new Http2ClientSession(connection, options, () => {
      if (this.session === session) this.session = undefined;
    });
    this.session = session;
    for (const call of this.waiting.splice(0)) call.begin(() => session.openStream());
  }

  private failWaiting(reason: string): void {
    for (const call of this.waiting.splice(0)) call.fail(reason);
  }
}
