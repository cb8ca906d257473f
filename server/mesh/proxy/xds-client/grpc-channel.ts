import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { HeddleError } from '@/lib/errors';
import type { ErrorCode } from '@/lib/errors';

/** Where a gRPC server is and how it proves itself. */
export interface ChannelTarget {
  /** `host:port`. */
  address: string;
  /** Reads the trusted roots (PEM) for each new connection; absent for plaintext (h2c). */
  rootsPem?: (() => string) | undefined;
  /** Name that the server's certificate must bear. */
  serverName?: string | undefined;
}

export interface StreamHandler {
  onMessage(bytes: Buffer): void;
  /** Called once; `error` is absent when the server ended the stream in order. */
  onEnd(error: HeddleError | undefined): void;
}

export interface MessageStream {
  send(message: Uint8Array): void;
  cancel(): void;
}

const keepAliveMs = 20_000;
const maxMessage = 64 * 1024 * 1024;
/** What the server may send unasked: a whole configuration without waiting for a round trip every 64 KB. */
const receiveWindow = 1024 * 1024;

/**
 * gRPC over node:http2, the two shapes of call that a sidecar makes. The whole of @grpc/grpc-js would cost each sidecar 8 MB and 50 ms of its
 * start. One connection, made when it is first needed and again when it was lost.
 */
export class GrpcChannel {
  private readonly target: ChannelTarget;
  private session: ClientHttp2Session | undefined;

  constructor(target: ChannelTarget) {
    this.target = target;
  }

  /** One request, one response. @throws HeddleError with the code that the gRPC status stands for */
  unary(path: string, message: Uint8Array, headers: Record<string, string>, timeoutMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let reply: Buffer | undefined;
      const stream = this.open(path, headers, {
        onMessage: (bytes) => (reply = bytes),
        onEnd: (error) => {
          clearTimeout(timer);
          if (error === undefined && reply !== undefined) resolve(reply);
          else reject(error ?? new HeddleError('source_failed', `${path}: the server sent no answer`));
        },
      });
      const timer = setTimeout(() => {
        reject(new HeddleError('timeout', `${path}: no answer within ${timeoutMs} ms`));
        stream.cancel();
      }, timeoutMs);
      stream.send(message);
      stream.finish();
    });
  }

  /** A stream of messages both ways. */
  stream(path: string, headers: Record<string, string>, handler: StreamHandler): MessageStream {
    return this.open(path, headers, handler);
  }

  close(): void {
    this.session?.destroy();
    this.session = undefined;
  }

  private open(path: string, headers: Record<string, string>, handler: StreamHandler) {
    const stream = this.connected().request({
      ...headers,
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    readMessages(stream, path, handler);
    return {
      send: (message: Uint8Array) => {
        if (!stream.writable) return;
        const head = Buffer.alloc(5);
        head.writeUInt32BE(message.byteLength, 1);
        stream.write(Buffer.concat([head, message]));
      },
      finish: () => stream.end(),
      cancel: () => stream.close(constants.NGHTTP2_CANCEL),
    };
  }

  private connected(): ClientHttp2Session {
    if (this.session !== undefined && !this.session.destroyed && !this.session.closed) return this.session;
    const { address, rootsPem, serverName } = this.target;
    const secure = rootsPem === undefined ? {} : { ca: rootsPem(), ...(serverName === undefined ? {} : { servername: serverName }) };
    const session = connect(`${rootsPem === undefined ? 'http' : 'https'}://${address}`, {
      ...secure,
      settings: { initialWindowSize: receiveWindow, enablePush: false },
    });
    session.once('connect', () => session.setLocalWindowSize(receiveWindow));
    // Streams report what went wrong; without a listener the error would end the process.
    session.on('error', () => {});
    session.on('goaway', () => session.close());
    // A server that vanished without a word is noticed by an unanswered ping.
    const timer = setInterval(() => {
      const limit = setTimeout(() => session.destroy(), keepAliveMs / 2);
      const sent = session.ping(() => clearTimeout(limit));
      if (!sent) clearTimeout(limit);
    }, keepAliveMs);
    session.on('close', () => clearInterval(timer));
    this.session = session;
    return session;
  }
}

function readMessages(stream: ClientHttp2Stream, path: string, handler: StreamHandler): void {
  let status: string | undefined;
  let text = '';
  let failure: HeddleError | undefined;

  function readStatus(headers: IncomingHttpHeaders): void {
    const value = headers['grpc-status'];
    if (value === undefined) return;
    status = String(value);
    text = decodeText(String(headers['grpc-message'] ?? ''));
  }

  stream.on('response', (headers) => {
    readStatus(headers);
    if (headers[':status'] !== 200) failure = new HeddleError('source_failed', `${path}: HTTP ${headers[':status']}`);
  });
  stream.on('trailers', readStatus);
  stream.on(
    'data',
    splitMessages(handler, () => {
      failure = new HeddleError('source_failed', `${path}: a frame that is compressed or too large`);
      stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
    }),
  );
  // The server is done: our half must be ended too, or the stream never closes.
  stream.on('end', () => stream.end());
  stream.on('error', (error) => {
    failure ??= new HeddleError('source_unavailable', `${path}: ${error.message}`, { cause: error });
  });
  stream.on('close', () => {
    if (status !== undefined && status !== '0')
      failure = new HeddleError(codeOf(status), text === '' ? `${path}: gRPC status ${status}` : text);
    else if (status === undefined) failure ??= new HeddleError('source_unavailable', `${path}: the connection was lost`);
    handler.onEnd(failure);
  });
}

/** Cuts a stream of bytes into gRPC messages. Chunks are joined once, when a message is whole: a large one comes in hundreds of them. */
function splitMessages(handler: StreamHandler, onBroken: () => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = 5;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= needed) {
      const pending = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks, held);
      chunks = [pending];
      const length = pending.readUInt32BE(1);
      if (pending[0] !== 0 || length > maxMessage) {
        onBroken();
        return;
      }
      needed = 5 + length;
      if (held < needed) return;
      const message = pending.subarray(5, needed);
      held -= needed;
      chunks = held === 0 ? [] : [pending.subarray(needed)];
      needed = 5;
      handler.onMessage(message);
    }
  };
}

const codes: Record<string, ErrorCode> = {
  '3': 'bad_request',
  '4': 'timeout',
  '5': 'not_found',
  '7': 'forbidden',
  '12': 'not_supported',
  '16': 'unauthorized',
};

function codeOf(status: string): ErrorCode {
  return codes[status] ?? 'source_unavailable';
}

/** grpc-message is percent-encoded; a malformed one is shown as it came. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
