import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphNode } from '@/lib/graph';
import type { Topology } from '@/lib/graph-view';

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const buckets = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000];

interface Line {
  prefix: string;
  perSecond: number;
  /** Place of the workload whose proxy says it. */
  by: number;
}

function labelsOf(side: 'source' | 'destination', node: GraphNode): string {
  const { namespace, name, app = name, version = 'latest' } = node;
  return [
    `${side}_workload="${name}"`,
    `${side}_canonical_service="${app}"`,
    `${side}_canonical_revision="${version}"`,
    `${side}_workload_namespace="${namespace}"`,
    `${side}_principal="spiffe://cluster.local/ns/${namespace}/sa/${app}"`,
    `${side}_app="${app}"`,
    `${side}_version="${version}"`,
    `${side}_cluster="Kubernetes"`,
  ].join(',');
}

/** Every series of a mesh as Istio's proxies expose them: per edge and reporter a counter, two histograms of sizes without buckets, one of durations with them. */
function linesOf({ nodes, edges }: Topology): Line[] {
  const byId = new Map(nodes.map((node, place) => [node.id, { ...node, place }]));
  const lines: Line[] = [];
  for (const edge of edges) {
    const source = byId.get(edge.source);
    const target = byId.get(edge.target);
    if (source === undefined || target === undefined) continue;
    const rate = edge.rps ?? 1;
    const { app = target.name, namespace } = target;
    const service = `destination_service="${app}.${namespace}.svc.cluster.local",destination_service_name="${app}",destination_service_namespace="${namespace}"`;
    for (const reporter of ['source', 'destination']) {
      const security = reporter === 'source' ? 'unknown' : 'mutual_tls';
      const labels = `reporter="${reporter}",${labelsOf('source', source)},${labelsOf('destination', target)},${service},request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",connection_security_policy="${security}"`;
      const by = (reporter === 'source' ? source : target).place;
      const say = (name: string, perSecond: number, more = ''): void => {
        lines.push({ prefix: `${name}{${labels}${more}} `, perSecond, by });
      };
      say('istio_requests_total', rate);
      for (const name of ['istio_request_bytes', 'istio_response_bytes']) say(`${name}_sum`, rate * 500);
      // Durations are spread exponentially.
      const middle = edge.p50Ms ?? 10;
      const below = (ms: number): number => rate * (1 - 0.5 ** (ms / middle));
      const name = 'istio_request_duration_milliseconds';
      for (const le of buckets) say(`${name}_bucket`, below(le), `,le="${le}"`);
      say(`${name}_bucket`, rate, ',le="+Inf"');
      say(`${name}_sum`, (rate * middle) / Math.LN2);
      say(`${name}_count`, rate);
    }
  }
  return lines;
}

export interface ScrapedMesh {
  /** One URL per group of proxies. */
  targets: string[];
  counters: number;
  bucketSeries: number;
  /** Answers no more scrapes, so that writing them does not count as the store's work. */
  pause: () => void;
  close: () => void;
}

/** Serves the metrics of a mesh, its proxies spread over targets; counters grow with the clock. */
export async function serveMetrics(topology: Topology, targetCount: number): Promise<ScrapedMesh> {
  const lines = linesOf(topology);
  const startMs = Date.now() - 600_000;
  const groups = Array.from({ length: targetCount }, (_, index) => lines.filter(({ by }) => by % targetCount === index));
  let paused = false;
  const server = createServer((request, response) => {
    if (paused) {
      response.writeHead(503).end();
      return;
    }
    const group = groups[Number((request.url ?? '').slice(1))] ?? [];
    const seconds = (Date.now() - startMs) / 1_000;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    let text = '';
    for (const { prefix, perSecond } of group) text += `${prefix}${perSecond * seconds}\n`;
    response.end(text);
  });
  const url = await listen(server);
  return {
    targets: groups.map((_, index) => `${url}/${index}`),
    counters: lines.filter((line) => line.prefix.startsWith('istio_requests_total')).length,
    bucketSeries: lines.filter((line) => line.prefix.includes('_bucket{')).length,
    pause: () => {
      paused = true;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A Kubernetes API that holds the workloads and services of a mesh and never changes. */
export async function serveKubernetes({ nodes }: Topology): Promise<{ url: string; close: () => void }> {
  const object = (kind: string, name: string, namespace: string | undefined, more: object) => ({
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      resourceVersion: '1',
      uid: `${kind} ${namespace}/${name}`,
      ...more,
    },
  });
  const labels = ({ app = '', version = '' }: GraphNode) => ({ app, version, 'security.istio.io/tlsMode': 'istio' });
  const lists: Record<string, object[]> = {
    namespaces: [...new Set(nodes.map((node) => node.namespace))].map((name) => object('Namespace', name, undefined, {})),
    services: nodes.map((node) => ({
      ...object('Service', node.app ?? node.name, node.namespace, {}),
      spec: { selector: { app: node.app }, ports: [{ name: 'http', port: 8080 }], clusterIP: '10.0.0.1' },
    })),
    pods: nodes.map((node, index) => ({
      ...object('Pod', `${node.name}-abc-x`, node.namespace, {
        labels: { ...labels(node), 'pod-template-hash': 'abc' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${node.name}-abc`, uid: '1', controller: true }],
      }),
      spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] },
      status: {
        phase: 'Running',
        podIP: `10.${1 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`,
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    })),
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://bench');
    response.writeHead(200, { 'content-type': 'application/json' });
    // A watch that says nothing stays open.
    if (url.searchParams.get('watch') === 'true') {
      response.flushHeaders();
      return;
    }
    const plural = url.pathname.split('/').at(-1) ?? '';
    response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: lists[plural] ?? [] }));
  });
  const url = await listen(server);
  return {
    url,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
