import { createServer, request as send } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a console and the demo's metrics API, and can be taken away. */
export interface MetricsRelay {
  url: string;
  /** Rewrites queries on their way; the API itself answers what they became. */
  rewrite: (promql: string) => string;
  /** Connections are refused until `resume`, those that stand are cut. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

/** Relays everything to the API at `target`. */
export async function startRelay(target: string): Promise<MetricsRelay> {
  const relay: MetricsRelay = { url: '', rewrite: (promql) => promql, stop: async () => undefined, resume: async () => undefined };
  const make = (): Server =>
    createServer((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
        const promql = form.get('query');
        if (promql !== null) form.set('query', relay.rewrite(promql));
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const outgoing = send(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (response) => {
          answer.writeHead(response.statusCode ?? 502, { 'content-type': response.headers['content-type'] ?? 'application/json' });
          response.pipe(answer);
        });
        outgoing.on('error', () => answer.destroy());
        outgoing.end(incoming.method === 'POST' ? form.toString() : undefined);
      });
    });
  let server = make();
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  relay.url = `http://127.0.0.1:${port}`;
  relay.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  relay.resume = async () => {
    server = make();
    await listen(port);
  };
  return relay;
}
