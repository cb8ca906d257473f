import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { HeddleError } from '@/lib/errors';

export interface HttpReply {
  status?: number;
  contentType?: string;
  body: string | Uint8Array;
}

/** Answers one request; may throw HeddleError, which `onError` puts into words. */
export type HttpHandler = (request: http.IncomingMessage, url: URL) => HttpReply | Promise<HttpReply>;

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server on host and port (0: a free one). @throws when it is taken */
export async function startServer(
  host: string,
  port: number,
  handler: HttpHandler,
  onError: (error: unknown, request: http.IncomingMessage) => HttpReply,
): Promise<RunningServer> {
  const server = http.createServer((request, response) => {
    void answer(request)
      .catch((error: unknown) => onError(error, request))
      .then(({ status = 200, contentType = 'application/json', body }) => {
        if (response.destroyed) return;
        response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  });
  async function answer(request: http.IncomingMessage): Promise<HttpReply> {
    return handler(request, new URL(request.url ?? '/', 'http://server'));
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * The body of a request, unpacked.
 * @throws HeddleError `too_large` past the limit (also when unpacked), `unsupported_media_type` for other encodings, `bad_request`
 */
export async function readBody(request: http.IncomingMessage, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limitBytes) throw new HeddleError('too_large', `the body is larger than ${limitBytes} bytes`);
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'deflate')
    throw new HeddleError('unsupported_media_type', `content-encoding ${encoding} is not known`);
  try {
    return await unzip[encoding](body, { maxOutputLength: limitBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new HeddleError('too_large', `the body unpacks to more than ${limitBytes} bytes`);
    throw new HeddleError('bad_request', `the body is no ${encoding}`);
  }
}

/** JSON of a body. @throws HeddleError `bad_request` */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new HeddleError('bad_request', 'the body is not JSON');
  }
}
