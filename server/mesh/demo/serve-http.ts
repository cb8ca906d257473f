import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** One request as a workload sees it. */
export interface WorkloadRequest {
  method: string;
  /** Path and query, parsed. */
  url: URL;
  headers: IncomingMessage['headers'];
  incoming: IncomingMessage;
}

export type Handler = (request: WorkloadRequest, response: ServerResponse) => void | Promise<void>;

/** The address a workload binds: what the kubelet gave it, else loopback. */
export function bindAddress(): string {
  return process.env['POD_BIND_IP'] ?? process.env['HOST'] ?? '127.0.0.1';
}

/**
 * Serves HTTP on a port of the pod until SIGTERM. Then it takes no new connection, and the process ends with the last response.
 * A handler that throws answers 500 with its message.
 */
export function serveHttp(port: number, handler: Handler): Promise<Server> {
  const server = createServer((incoming, response) => {
    void answer(incoming, response, handler);
  });
  // Sidecars keep idle connections; closing them sooner than they do would make retries of requests that were never sent.
  server.keepAliveTimeout = 75_000;
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, bindAddress(), () => {
      resolve(server);
    });
  });
}

async function answer(incoming: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  try {
    // A request may come in absolute form (through a proxy); the base is only used when it does not.
    const url = new URL(incoming.url ?? '/', 'http://workload');
    await handler({ method: incoming.method ?? 'GET', url, headers: incoming.headers, incoming }, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: error instanceof Error ? error.message : 'failed' });
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string | string[]> = {}): void {
  sendText(response, status, JSON.stringify(body), { ...headers, 'content-type': 'application/json' });
}

export function sendText(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** The whole body of a request. Rejects above `limit` bytes, so that one client cannot fill the memory of a workload. */
export async function readBody(incoming: IncomingMessage, limit = 10 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error(`the request body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
