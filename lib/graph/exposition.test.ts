import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildGraph, emptyContext, graphEdge, graphNode, readMeshContext } from '.';
import type { Pod } from '@/lib/model';
import type { BuildGraphOptions, Graph, GraphEdge, GraphType } from '.';
import { askExposition } from './testdata/ask-exposition';

/**
 * Text exposition with the labels that Istio documents: sidecars and a gateway, and ambient mode with ztunnel and a waypoint, written; and
 * series that were recorded on real Istios. The heads of the files say after what, and where.
 */
const read = (name: string): string => readFileSync(new URL(`testdata/${name}.prom`, import.meta.url), 'utf8');
const sidecars = read('istio-sidecars');
const ambient = read('istio-ambient');
const recorded = read('istio-recorded');

const entry = readMeshContext({
  cluster: 'Kubernetes',
  pods: [],
  services: [],
  virtualServices: [],
  destinationRules: [],
  gateways: [],
  serviceEntries: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'books', namespace: 'default' },
      spec: { hosts: ['books.example.com'] },
    },
  ],
});

const workload = (app: string, version: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${app}-${version}-7d9c-x2x4f`,
    namespace: 'default',
    labels: { app, version, 'pod-template-hash': '7d9c', 'security.istio.io/tlsMode': 'istio' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-${version}-7d9c`, uid: '1', controller: true }],
  },
  spec: { containers: [] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

const bookinfo = readMeshContext({
  cluster: 'Kubernetes',
  pods: [workload('productpage', 'v1'), workload('reviews', 'v1'), workload('reviews', 'v2')],
  services: [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: { selector: { app: 'reviews' }, ports: [] },
    },
  ],
  virtualServices: [],
  destinationRules: [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'reviews', namespace: 'default' },
      spec: {
        host: 'reviews',
        subsets: [
          { name: 'v1', labels: { version: 'v1' } },
          { name: 'v2', labels: { version: 'v2' } },
        ],
      },
    },
  ],
  gateways: [],
  serviceEntries: [],
});

function graphOf(exposition: string, graphType: GraphType, more: Partial<BuildGraphOptions> = {}): Graph {
  const graph = buildGraph(askExposition(exposition, graphType), {
    graphType,
    services: false,
    namespaces: [],
    windowSeconds: 60,
    context: emptyContext('Kubernetes'),
    ...more,
  });
  for (const node of graph.nodes) expect(graphNode.safeParse(node).error).toBeUndefined();
  for (const edge of graph.edges) expect(graphEdge.safeParse(edge).error).toBeUndefined();
  return graph;
}

const short = (id: string): string => id.replace(/^(\w+)\/\w+\/\w*(?:-system)?\//, '$1 ');

/** `workload a → workload b http 10/s 1 % p95 25 ms, by source`. */
function lines({ edges }: Graph): string[] {
  const round = (value: number | null, digits = 2): string => (value === null ? '–' : String(Number(value.toFixed(digits))));
  return edges.map((edge) => {
    const volume =
      edge.protocol === 'tcp' ? `${round(edge.sentBytesPerSecond)}+${round(edge.receivedBytesPerSecond)} B/s` : `${round(edge.rps)}/s`;
    const errors = edge.errorRatio === null ? '' : ` errors ${round(edge.errorRatio * 100, 1)} %`;
    const latency = edge.p95Ms === null ? '' : ` p95 ${round(edge.p95Ms, 1)} avg ${round(edge.avgMs, 1)}`;
    return `${short(edge.source)} → ${short(edge.target)} ${edge.protocol} ${volume}${errors}${latency} mtls ${round(edge.mtlsShare)} by ${edge.reporter}`;
  });
}

describe('metrics as sidecars expose them', () => {
  it('become the graph of workloads', () => {
    expect(lines(graphOf(sidecars, 'workload', { context: entry }))).toMatchInlineSnapshot(`
      [
        "gateway istio-ingressgateway → workload productpage-v1 http 10/s errors 0 % p95 48.8 avg 32 mtls 1 by source",
        "unknown unknown → workload productpage-v1 http 1/s errors 0 % p95 48.8 avg 32 mtls 0 by destination",
        "workload checkout-v1 → workload payment-v1 grpc 3.33/s errors 10 % p95 9.8 avg 6.4 mtls 1 by source",
        "workload details-v1 → external books.example.com http 0.3/s errors 0 % mtls – by source",
        "workload details-v1 → external BlackHoleCluster http 0.1/s errors 100 % mtls – by source",
        "workload details-v1 → external PassthroughCluster http 0.2/s errors 0 % mtls – by source",
        "workload productpage-v1 → workload reviews-v1 http 7.5/s errors 0 % p95 24.3 avg 16 mtls 1 by source",
        "workload productpage-v1 → workload reviews-v2 http 2.5/s errors 20 % p95 48.8 avg 36 mtls 1 by source",
        "workload ratings-v1 → workload mongodb-v1 tcp 100+2000 B/s mtls 1 by source",
        "workload reviews-v2 → service ratings http 0.5/s errors 100 % mtls – by source",
        "workload reviews-v2 → workload ratings-v1 http 1/s errors 0 % p95 4.8 avg 3.2 mtls 1 by source",
      ]
    `);
  });

  it('tell messages of gRPC, bodies and answers by code, flags and host', () => {
    const { edges } = graphOf(sidecars, 'workload');
    const payment = edges.find((edge) => edge.protocol === 'grpc');
    expect(payment).toMatchObject({ codes: { 'grpc-0': 3, 'grpc-14': 1 / 3 }, sentMessagesPerSecond: 20, receivedMessagesPerSecond: 5 });
    const reviews = edges.find((edge) => edge.target.endsWith('reviews-v2'));
    expect(reviews?.responses?.map(({ code, flags, rps }) => [code, flags, rps])).toEqual([
      ['200', '', 2],
      ['503', 'UC', 0.5],
    ]);
    expect(reviews?.receivedBytesPerSecond).toBeCloseTo(2.5 * 300, 6);
  });

  it.each<GraphType>(['workload', 'versionedApp', 'app'])('tell where a circuit breaker is open in the %s graph', (graphType) => {
    const { nodes, edges } = graphOf(sidecars, graphType, { context: bookinfo });
    const reviews = (version: string): GraphEdge | undefined =>
      edges.find(({ source, target }) => source.includes('productpage') && target.endsWith(graphType === 'app' ? 'reviews' : version));
    // The subset v2 is told of, and no other version.
    expect(reviews('v2')?.circuit).toEqual({ open: true, refusedPerSecond: 0, reached: ['pending'], ejected: 1 });
    if (graphType !== 'app') expect(reviews('v1')?.circuit).toBeUndefined();
    const called = nodes.find((node) => node.id === reviews('v2')?.target);
    expect(called?.badges).toEqual(expect.arrayContaining(['circuitOpen', 'hostsEjected']));
    expect(nodes.filter((node) => node.badges.includes('circuitOpen'))).toHaveLength(1);
  });

  it('tell of requests that a circuit breaker refused, also where no gauges are exposed', () => {
    const metrics = askExposition(sidecars, 'workload');
    const [refused] = (metrics.rps ?? []).filter((row) => row.labels['response_flags'] === 'UC');
    if (refused === undefined) throw new Error('the scenario has no answer with a flag');
    const more = { ...refused, labels: { ...refused.labels, response_flags: 'UO' } };
    const graph = buildGraph(
      { ...metrics, circuits: null, rps: [...(metrics.rps ?? []), more] },
      { graphType: 'workload', services: false, namespaces: [], windowSeconds: 60, context: bookinfo },
    );
    const [edge] = graph.edges.filter(({ circuit }) => circuit !== undefined);
    expect(edge?.circuit).toEqual({ open: true, refusedPerSecond: refused.value, reached: [], ejected: 0 });
  });

  it.each<[GraphType, boolean]>([
    ['app', false],
    ['versionedApp', false],
    ['service', false],
    ['workload', true],
  ])('keep all requests in the %s graph (services as nodes: %s)', (type, services) => {
    const graph = graphOf(sidecars, type, { services });
    const entering = graph.edges.filter((edge) => edge.source.startsWith('gateway/') || edge.source.startsWith('unknown/'));
    expect(entering.reduce((sum, edge) => sum + (edge.rps ?? 0), 0)).toBeCloseTo(11, 6);
    const failed = graph.edges
      .filter((edge) => edge.protocol === 'http' && edge.target.includes('ratings'))
      .reduce((sum, edge) => sum + (edge.rps ?? 0) * (edge.errorRatio ?? 0), 0);
    expect(failed).toBeCloseTo(0.5, 6);
  });
});

describe('metrics as ambient mode exposes them', () => {
  it('show requests between their real ends, and bytes where there is no waypoint', () => {
    expect(lines(graphOf(ambient, 'workload'))).toMatchInlineSnapshot(`
      [
        "gateway istio-ingressgateway → workload productpage-v1 http 5/s errors 0 % p95 97.5 avg 48 mtls 1 by source",
        "workload productpage-v1 → workload details-v1 tcp 1000+3000 B/s mtls 1 by source",
        "workload productpage-v1 → workload reviews-v1 http 4/s errors 0 % p95 24.3 avg 16 mtls 1 by waypoint",
        "workload productpage-v1 → workload reviews-v2 http 1/s errors 10 % p95 48.8 avg 36 mtls 1 by waypoint",
      ]
    `);
  });

  it('show the hops through the waypoint when asked', () => {
    const graph = graphOf(ambient, 'workload', { waypoints: true });
    expect(graph.edges.filter((edge) => /waypoint/.test(edge.id)).map((edge) => short(edge.target))).toEqual([
      'workload waypoint',
      'workload reviews-v1',
      'workload reviews-v2',
    ]);
  });
});

describe('series recorded on real Istios', () => {
  it('become the graph of workloads', () => {
    expect(lines(graphOf(recorded, 'workload'))).toMatchInlineSnapshot(`
      [
        "workload debugbox → workload httpserver tcp 1+– B/s mtls 1 by destination",
        "workload shell → workload echo http 1/s errors 0 % mtls 1 by destination",
        "workload gateway-istio → workload echo-v1 tcp 1+– B/s mtls 1 by destination",
        "workload gateway-istio → workload echo-v2 tcp 295640.9+– B/s mtls 1 by destination",
        "workload debugbox → external PassthroughCluster http 1/s errors 0 % mtls – by source",
        "workload debugbox → workload tcpserver tcp –+1 B/s mtls – by source",
      ]
    `);
  });

  it('become the graph of versioned apps', () => {
    expect(lines(graphOf(recorded, 'versionedApp'))).toMatchInlineSnapshot(`
      [
        "app debugbox/latest → app httpserver/v1 tcp 1+– B/s mtls 1 by destination",
        "app shell/latest → app echo/latest http 1/s errors 0 % mtls 1 by destination",
        "app gateway-istio/latest → app echo-versions/v1 tcp 1+– B/s mtls 1 by destination",
        "app gateway-istio/latest → app echo-versions/v2 tcp 295640.9+– B/s mtls 1 by destination",
        "app debugbox/latest → app tcpserver/latest tcp –+1 B/s mtls – by source",
        "app debugbox/latest → external PassthroughCluster http 1/s errors 0 % mtls – by source",
      ]
    `);
  });

  it('say in the graph of services what is known of hosts', () => {
    expect(lines(graphOf(recorded, 'service'))).toMatchInlineSnapshot(`
      [
        "workload debugbox → workload httpserver tcp 1+– B/s mtls 1 by destination",
        "workload shell → service echo http 1/s errors 0 % mtls 1 by destination",
        "workload gateway-istio → service echo-v1 tcp 1+– B/s mtls 1 by destination",
        "workload gateway-istio → workload echo-v2 tcp 295640.9+– B/s mtls 1 by destination",
        "workload debugbox → external PassthroughCluster http 1/s errors 0 % mtls – by source",
        "workload debugbox → service tcpserver tcp –+1 B/s mtls – by source",
      ]
    `);
  });
});
