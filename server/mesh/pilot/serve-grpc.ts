import { createSecureServer, createServer } from 'node:http2';
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { HeddleError } from '@/lib/errors';

/** Status codes of gRPC (doc/statuscodes.md), those that are used here. */
export const grpcStatus = {
  ok: 0,
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** How a call ends when not in order. `details` are for the caller to read. */
export interface GrpcFailure {
  code: number;
  details: string;
}

/** A call as its method sees it: messages are bytes, `lib/xds` is the codec. */
export interface GrpcCall {
  /** `address:port` of the caller. */
  readonly peer: string;
  /** A request header (metadata); empty when there is none. */
  header(name: string): string;
  /** Sends a message. The bytes must not change afterwards: they may be on their way to many. */
  send(message: Uint8Array): void;
  /** Ends the call, in order or not. */
  end(failure?: GrpcFailure): void;
}

export interface CallHandler {
  onMessage(bytes: Buffer): void;
  /** The caller has nothing more to say. */
  onEnd(): void;
  /** The call is over, however it came to that. */
  onClose(): void;
}

/** Methods by path (`/package.Service/Method`). */
export type GrpcMethods = Readonly<Record<string, (call: GrpcCall) => CallHandler>>;

export interface GrpcServer {
  port: number;
  /** Ends all calls at once: those of discovery never end by themselves. */
  stop(): Promise<void>;
}

const maxMessageBytes = 16 * 1024 * 1024;
/** A caller that vanished without a word is noticed within half a minute. */
const keepAliveMs = 20_000;
const keepAliveTimeoutMs = 10_000;

/**
 * gRPC over node:http2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md), as far as a control plane needs it. What one push sends to a hundred proxies
 * is handed to their connections as the same bytes; @grpc/grpc-js copies every message for every stream, and the garbage of that was a
 * third of the processor time of a push.
 *
 * @param tls certificate and key (PEM); absent for plaintext
 * @throws HeddleError `source_unavailable` when it cannot listen
 */
export async function serveGrpc(
  methods: GrpcMethods,
  host: string,
  port: number,
  tls?: { certPem: string; keyPem: string },
): Promise<GrpcServer> {
  // Node ends a session that has more than 10 MB under way; a new proxy in a large mesh is sent that much.
  const limits = { maxSessionMemory: 1000 };
  const server: Http2Server | Http2SecureServer =
    tls === undefined ? createServer(limits) : createSecureServer({ ...limits, cert: tls.certPem, key: tls.keyPem });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    const stopPings = keepAlive(session);
    session.on('close', () => {
      sessions.delete(session);
      stopPings();
    });
  });
  server.on('stream', (stream, headers) => serveCall(methods, stream, headers));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new HeddleError('source_unavailable', `Discovery cannot listen on ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

function keepAlive(session: ServerHttp2Session): () => void {
  let limit: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    limit = setTimeout(() => session.destroy(), keepAliveTimeoutMs);
    if (!session.ping(() => clearTimeout(limit))) clearTimeout(limit);
  }, keepAliveMs);
  return () => {
    clearInterval(timer);
    clearTimeout(limit);
  };
}

function serveCall(methods: GrpcMethods, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', () => {});
  if (headers[':method'] !== 'POST' || headers['content-type']?.startsWith('application/grpc') !== true) {
    stream.respond({ ':status': headers[':method'] === 'POST' ? 415 : 405 }, { endStream: true });
    return;
  }
  const path = headers[':path'] ?? '';
  const method = Object.hasOwn(methods, path) ? methods[path] : undefined;
  const call = new StreamCall(stream, headers);
  if (method === undefined) {
    call.end({ code: grpcStatus.unimplemented, details: `no such method: ${path}` });
    return;
  }
  const handler = method(call);
  const onMessage = (bytes: Buffer): void => handler.onMessage(bytes);
  stream.on(
    'data',
    splitMessages(onMessage, (failure) => call.end(failure)),
  );
  stream.on('end', () => handler.onEnd());
  stream.on('close', () => handler.onClose());
}

class StreamCall implements GrpcCall {
  readonly peer: string;
  private readonly stream: ServerHttp2Stream;
  private readonly headers: IncomingHttpHeaders;
  private over = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
    const socket = stream.session?.socket;
    this.peer = `${socket?.remoteAddress ?? ''}:${socket?.remotePort ?? ''}`;
  }

  header(name: string): string {
    const value = this.headers[name];
    return typeof value === 'string' ? value : (value?.[0] ?? '');
  }

  send(message: Uint8Array): void {
    const { stream } = this;
    if (this.over || stream.destroyed || stream.closed) return;
    this.begin();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.byteLength, 1);
    // Together, so that the head does not travel in a frame of its own; the message itself is not copied.
    stream.cork();
    stream.write(head);
    stream.write(message);
    stream.uncork();
  }

  end(failure: GrpcFailure = { code: grpcStatus.ok, details: '' }): void {
    const { stream } = this;
    if (this.over) return;
    this.over = true;
    if (stream.destroyed || stream.closed) return;
    const trailers = {
      'grpc-status': String(failure.code),
      ...(failure.details === '' ? {} : { 'grpc-message': escapeMessage(failure.details) }),
    };
    if (!stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
    } else {
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end();
    }
    // The caller may still be speaking; nobody listens any more.
    stream.resume();
  }

  private begin(): void {
    if (!this.stream.headersSent) this.stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  }
}

/** Percent-encoded, but for what may stand in a header as it is. */
function escapeMessage(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+/g, (part) => encodeURIComponent(part));
}

/** Cuts a stream of bytes into messages, up to the first that cannot be taken. */
function splitMessages(onMessage: (message: Buffer) => void, onFailure: (failure: GrpcFailure) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = 5;
  let failed = false;
  const fail = (failure: GrpcFailure): void => {
    failed = true;
    onFailure(failure);
  };
  return (chunk) => {
    if (failed) return;
    chunks.push(chunk);
    held += chunk.length;
    while (held >= needed) {
      const pending = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks, held);
      chunks = [pending];
      if (pending[0] !== 0) return fail({ code: grpcStatus.unimplemented, details: 'compressed messages are not understood' });
      const length = pending.readUInt32BE(1);
      if (length > maxMessageBytes)
        return fail({ code: grpcStatus.resourceExhausted, details: `a message may have ${maxMessageBytes} bytes` });
      needed = 5 + length;
      if (held < needed) return;
      const rest = pending.subarray(needed);
      chunks = rest.length === 0 ? [] : [rest];
      held = rest.length;
      const message = pending.subarray(5, needed);
      needed = 5;
      onMessage(message);
    }
  };
}
