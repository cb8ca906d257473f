import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { HeddleError } from '@/lib/errors';
import type { KubeConnection } from './load-kube-config';

export interface OutgoingRequest {
  method: string;
  /** Path and query, beginning with a slash. */
  path: string;
  headers?: Record<string, string> | undefined;
  body?: string | Buffer | undefined;
  signal?: AbortSignal | undefined;
}

/** Sends requests over one pool of kept-alive connections. */
export interface Transport {
  /** Resolves with the answer once its head is there; the body is the caller's to read. */
  open(request: OutgoingRequest): Promise<IncomingMessage>;
  close(): void;
}

/** A pool of connections to one API server. @throws HeddleError `source_unavailable` from `open` when nobody answers. */
export function createTransport(connection: KubeConnection): Transport {
  const base = new URL(connection.server);
  const secure = base.protocol === 'https:';
  const pool = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 256 };
  const agent = secure
    ? new https.Agent({
        ...pool,
        ...(connection.ca === undefined ? {} : { ca: connection.ca }),
        ...(connection.cert === undefined ? {} : { cert: connection.cert }),
        ...(connection.key === undefined ? {} : { key: connection.key }),
        ...(connection.servername === undefined ? {} : { servername: connection.servername }),
        rejectUnauthorized: !connection.skipTlsVerify,
      })
    : new http.Agent(pool);
  const prefix = base.pathname === '/' ? '' : base.pathname.replace(/\/+$/, '');

  const send = (request: OutgoingRequest, authorization: string | undefined) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const body = request.body;
      const outgoing = (secure ? https : http).request(
        {
          agent,
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port === '' ? (secure ? 443 : 80) : Number(base.port),
          path: prefix + request.path,
          method: request.method,
          headers: {
            ...(authorization === undefined ? {} : { authorization }),
            'user-agent': 'heddle',
            ...request.headers,
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          },
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        },
        resolve,
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive connection that the server closed meanwhile: nothing was processed, so one more try is safe.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET' && !request.signal?.aborted) resolve(send(request, authorization));
        else reject(toUnavailable(error, connection.server));
      });
      outgoing.end(body);
    });

  return {
    open: async (request) => send(request, await connection.authorization?.()),
    close: () => agent.destroy(),
  };
}

function toUnavailable(error: NodeJS.ErrnoException, server: string): Error {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return error;
  return new HeddleError('source_unavailable', `The Kubernetes API at ${server} does not answer (${error.code ?? error.message}).`, {
    cause: error,
    hint: 'Is the API server running, and does the kubeconfig name the right address and certificate authority?',
  });
}

/** Collects a body. */
export async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
