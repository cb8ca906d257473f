import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphDelta, GraphResponse } from '@/lib/contract';
import type { Topology } from '@/lib/graph-view';

/** The console's pages with answers of a generated mesh behind them. */
export interface TopologyServer {
  url: string;
  show: (topology: Topology) => void;
  /** Tells all open pages that a share of the edges has new values. */
  change: (share: number) => void;
  close: () => void;
}

function responseOf({ nodes, edges }: Topology): GraphResponse {
  return { at: new Date().toISOString(), duration: '60s', graphType: 'workload', nodes, edges, notices: [], queries: {} };
}

interface Kept {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Answers `/api/v1` itself and passes everything else on to a running console at `upstream`. The files of the build are asked for once and
 * kept as they came: a console compresses them anew for every browser, and here it would do so on the browser's own cores.
 */
export async function serveTopology(upstream: string): Promise<TopologyServer> {
  let topology: Topology = { nodes: [], edges: [] };
  const listeners = new Set<ServerResponse>();
  const json = (response: ServerResponse, body: unknown): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const tell = (response: ServerResponse, delta: GraphDelta): void =>
    void response.write(`event: graph\ndata: ${JSON.stringify(delta)}\n\n`);
  const answer = (path: string, incoming: IncomingMessage, response: ServerResponse): void => {
    if (path === '/graph') json(response, responseOf(topology));
    else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      const { nodes, edges, at } = responseOf(topology);
      tell(response, { at, nodes, edges, removedNodes: [], removedEdges: [], notices: [], queries: {} });
      listeners.add(response);
      incoming.on('close', () => listeners.delete(response));
    } else if (path === '/meta')
      json(response, {
        product: { name: 'Heddle', version: '0' },
        cluster: { name: 'Kubernetes', version: 'v1.32' },
        sources: [],
        namespaces: [...new Set(topology.nodes.map((node) => node.namespace))].map((name) => ({ name, injection: 'enabled', labels: {} })),
        notices: [],
      });
    else if (path === '/changes') json(response, { changes: [], notices: [] });
    else {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'not_found', message: 'Not part of the benchmark.' } }));
    }
  };
  const kept = new Map<string, Kept>();
  const pass = (url: URL, incoming: IncomingMessage, response: ServerResponse): void => {
    const passed = request(url, { method: incoming.method, headers: { ...incoming.headers, host: url.host } }, (from) => {
      response.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(response);
      if (!url.pathname.startsWith('/_next/static/') || from.statusCode !== 200) return;
      const chunks: Buffer[] = [];
      from.on('data', (chunk: Buffer) => chunks.push(chunk));
      from.on('end', () => {
        const { 'transfer-encoding': _, ...headers } = from.headers;
        kept.set(url.pathname, { headers, body: Buffer.concat(chunks) });
      });
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  };
  const server: Server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', upstream);
    const file = kept.get(url.pathname);
    if (url.pathname.startsWith('/api/v1')) answer(url.pathname.slice('/api/v1'.length), incoming, response);
    else if (file === undefined) pass(url, incoming, response);
    else {
      response.writeHead(200, { ...file.headers, 'content-length': file.body.length });
      response.end(file.body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (next) => (topology = next),
    change(share) {
      const every = Math.round(1 / share);
      const changed = topology.edges
        .filter((edge, index) => edge.rps !== null && index % every === 0)
        .map((edge) => ({ ...edge, rps: (edge.rps ?? 0) * 1.07, p95Ms: (edge.p95Ms ?? 0) * 1.03 }));
      const byId = new Map(changed.map((edge) => [edge.id, edge]));
      topology = { nodes: topology.nodes, edges: topology.edges.map((edge) => byId.get(edge.id) ?? edge) };
      for (const response of listeners)
        tell(response, {
          at: new Date().toISOString(),
          nodes: [],
          edges: changed,
          removedNodes: [],
          removedEdges: [],
          notices: [],
          queries: {},
        });
    },
    close() {
      for (const response of listeners) response.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
