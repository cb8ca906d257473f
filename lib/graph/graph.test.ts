import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '@/lib/model';
import { buildGraph, compareGraphs, emptyContext, graphEdge, graphNode, parseNodeId, planGraphQueries, readMeshContext } from '.';
import type { BuildGraphOptions, GraphMetrics, Sample } from '.';

/** `reviews-v1` → the labels Istio gives that workload on one side. */
function side(name: 'source' | 'destination', workload: string): Record<string, string> {
  if (workload === 'unknown') {
    return { [`${name}_workload`]: 'unknown', [`${name}_workload_namespace`]: 'unknown', [`${name}_cluster`]: 'unknown' };
  }
  const [app = workload, version = 'latest'] = workload.split(/-(?=v\d)/);
  return {
    [`${name}_cluster`]: 'Kubernetes',
    [`${name}_workload_namespace`]: 'default',
    [`${name}_workload`]: workload,
    [`${name}_canonical_service`]: app,
    [`${name}_canonical_revision`]: version,
  };
}

function called(service: string): Record<string, string> {
  return {
    destination_service: `${service}.default.svc.cluster.local`,
    destination_service_name: service,
    destination_service_namespace: 'default',
  };
}

function row(from: string, to: string, service: string, value: number, more: Record<string, string> = {}): Sample {
  return {
    labels: {
      reporter: 'source',
      request_protocol: 'http',
      response_code: '200',
      response_flags: '-',
      ...side('source', from),
      ...side('destination', to),
      ...called(service),
      ...more,
    },
    value,
  };
}

function pod(name: string, labels: Record<string, string>, ready = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-abc-x`,
      namespace: 'default',
      labels: { ...labels, 'pod-template-hash': 'abc', 'security.istio.io/tlsMode': 'istio' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-abc`, uid: '1', controller: true }],
    },
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function service(name: string): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: { app: name } } };
}

const nothing: GraphMetrics = { rps: [], p50Ms: [], p95Ms: [], p99Ms: [], sentBytesPerSecond: [], receivedBytesPerSecond: [] };
const metricsOnly: BuildGraphOptions = {
  graphType: 'workload',
  services: false,
  namespaces: [],
  windowSeconds: 60,
  context: emptyContext('Kubernetes'),
};
const bookinfo: BuildGraphOptions = {
  ...metricsOnly,
  context: readMeshContext({
    cluster: 'Kubernetes',
    pods: [
      pod('productpage-v1', { app: 'productpage', version: 'v1' }),
      pod('reviews-v1', { app: 'reviews', version: 'v1' }),
      pod('reviews-v2', { app: 'reviews', version: 'v2' }),
      pod('ratings-v1', { app: 'ratings', version: 'v1' }),
    ],
    services: [service('productpage'), service('reviews'), service('ratings')],
    virtualServices: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'reviews', namespace: 'default' },
        spec: { hosts: ['reviews'], http: [{ timeout: '1s', route: [{ destination: { host: 'reviews', subset: 'v1' } }] }] },
      },
    ],
    destinationRules: [],
    serviceEntries: [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'out', namespace: 'default' },
        spec: { hosts: ['api.example.com'] },
      },
    ],
    gateways: [],
  }),
};

describe('buildGraph', () => {
  it('takes rate and errors from the source, latency and mTLS from the destination', () => {
    const graph = buildGraph(
      {
        ...nothing,
        rps: [
          row('productpage-v1', 'reviews-v1', 'reviews', 9),
          row('productpage-v1', 'reviews-v1', 'reviews', 1, { response_code: '503', response_flags: 'UC' }),
          row('productpage-v1', 'reviews-v1', 'reviews', 8, { reporter: 'destination', connection_security_policy: 'mutual_tls' }),
        ],
        p95Ms: [
          row('productpage-v1', 'reviews-v1', 'reviews', 40),
          row('productpage-v1', 'reviews-v1', 'reviews', 25, { reporter: 'destination' }),
        ],
        p99Ms: [row('productpage-v1', 'reviews-v1', 'reviews', 90)],
        p50Ms: [row('productpage-v1', 'reviews-v1', 'reviews', Number.NaN)],
      },
      metricsOnly,
    );
    expect(graph.edges).toHaveLength(1);
    expect(graph.edges[0]).toMatchObject({
      source: 'workload/Kubernetes/default/productpage-v1',
      target: 'workload/Kubernetes/default/reviews-v1',
      protocol: 'http',
      rps: 10,
      errorRatio: 0.1,
      p50Ms: null,
      p95Ms: 25,
      p99Ms: 90,
      mtlsShare: 1,
      codes: { '200': 9, '503': 1 },
      flags: { UC: 1 },
      hosts: { 'reviews.default.svc.cluster.local': 10 },
      reporter: 'source',
      share: 1,
      health: 'degraded',
    });
    expect(graph.nodes.find((node) => node.name === 'reviews-v1')).toMatchObject({
      kind: 'workload',
      workload: 'reviews-v1',
      app: 'reviews',
      version: 'v1',
      rpsIn: 10,
      errorRatio: 0.1,
    });
    for (const node of graph.nodes) expect(graphNode.safeParse(node).success).toBe(true);
    for (const edge of graph.edges) expect(graphEdge.safeParse(edge).success).toBe(true);
  });

  it("falls back on the destination's report when the source has none or says nothing", () => {
    const destination = row('unknown', 'productpage-v1', 'productpage', 3, { reporter: 'destination' });
    const silent = row('productpage-v1', 'reviews-v1', 'reviews', 0);
    const heard = row('productpage-v1', 'reviews-v1', 'reviews', 2, { reporter: 'destination' });
    const graph = buildGraph({ ...nothing, rps: [destination, silent, heard] }, metricsOnly);
    expect(graph.edges.map((edge) => [edge.source.split('/')[0], edge.rps, edge.reporter])).toEqual([
      ['unknown', 3, 'destination'],
      ['workload', 2, 'destination'],
    ]);
  });

  it('says null, never zero, where there is no traffic', () => {
    const graph = buildGraph({ ...nothing, rps: [row('productpage-v1', 'reviews-v1', 'reviews', 0)] }, bookinfo);
    expect(graph.edges[0]).toMatchObject({
      rps: null,
      errorRatio: null,
      p95Ms: null,
      mtlsShare: null,
      share: null,
      codes: {},
      health: 'idle',
    });
    expect(graph.nodes.map((node) => [node.name, node.rpsIn, node.health])).toEqual([
      ['productpage-v1', null, 'idle'],
      ['ratings-v1', null, 'idle'],
      ['reviews-v1', null, 'idle'],
      ['reviews-v2', null, 'idle'],
    ]);
  });

  it('counts requests that never reached a workload for the only one behind the service', () => {
    const aborted = row('reviews-v2', 'unknown', 'ratings', 5, { response_code: '500', response_flags: 'FI' });
    const graph = buildGraph({ ...nothing, rps: [aborted, row('reviews-v2', 'ratings-v1', 'ratings', 5)] }, bookinfo);
    expect(graph.edges).toHaveLength(1);
    expect(graph.edges[0]).toMatchObject({ target: 'workload/Kubernetes/default/ratings-v1', rps: 10, errorRatio: 0.5, flags: { FI: 5 } });
  });

  it('reads the service out of the name of an Envoy cluster', () => {
    const cluster = {
      destination_service: 'ratings',
      destination_service_name: 'outbound|9080||ratings.default.svc.cluster.local',
      destination_service_namespace: 'unknown',
    };
    const aborted = row('reviews-v2', 'unknown', 'ratings', 5, { response_code: '500', response_flags: 'FI', ...cluster });
    const graph = buildGraph({ ...nothing, rps: [aborted, row('reviews-v2', 'ratings-v1', 'ratings', 5)] }, bookinfo);
    expect(graph.edges.map((edge) => [edge.target, edge.errorRatio])).toEqual([['workload/Kubernetes/default/ratings-v1', 0.5]]);
  });

  it('leaves them at the service when several workloads could have been meant', () => {
    const failed = row('productpage-v1', 'unknown', 'reviews', 5, { response_code: '503', response_flags: 'UH' });
    const graph = buildGraph({ ...nothing, rps: [failed] }, bookinfo);
    expect(graph.edges[0]).toMatchObject({ target: 'service/Kubernetes/default/reviews', errorRatio: 1 });
  });

  it('counts code 0 and gRPC statuses as errors, and 4xx not', () => {
    const grpc = { request_protocol: 'grpc', response_code: '200' };
    const graph = buildGraph(
      {
        ...nothing,
        rps: [
          row('a-v1', 'b-v1', 'b', 1, { response_code: '0', response_flags: 'DC' }),
          row('a-v1', 'b-v1', 'b', 3, { response_code: '404' }),
          row('a-v1', 'b-v1', 'b', 1, { ...grpc, grpc_response_status: '14' }),
          row('a-v1', 'b-v1', 'b', 4, { ...grpc, grpc_response_status: '0' }),
        ],
      },
      metricsOnly,
    );
    expect(graph.edges.map((edge) => [edge.protocol, edge.errorRatio])).toEqual([
      ['grpc', 0.2],
      ['http', 0.25],
    ]);
    expect(graph.edges[0]?.codes).toEqual({ 'grpc-0': 4, 'grpc-14': 1 });
  });

  it('knows what is outside the mesh', () => {
    const outside = { destination_service_namespace: 'unknown' };
    const graph = buildGraph(
      {
        ...nothing,
        rps: [
          row('a-v1', 'unknown', 'x', 1, { ...outside, destination_service: '1.2.3.4', destination_service_name: 'PassthroughCluster' }),
          row('a-v1', 'unknown', 'x', 1, {
            ...outside,
            destination_service: 'api.example.com',
            destination_service_name: 'api.example.com',
          }),
        ],
      },
      bookinfo,
    );
    const outsiders = graph.nodes.filter((node) => node.kind === 'external');
    expect(outsiders.map((node) => [node.id, node.badges])).toEqual([
      ['external/unknown/default/api.example.com', ['serviceEntry']],
      ['external/unknown/unknown/PassthroughCluster', []],
    ]);
    expect(graph.edges.map((edge) => edge.hosts)).toContainEqual({ '1.2.3.4': 1 });
  });

  it('puts services between workloads on request, each half with the rate', () => {
    const rps = [row('productpage-v1', 'reviews-v1', 'reviews', 3), row('productpage-v1', 'reviews-v2', 'reviews', 1)];
    const graph = buildGraph({ ...nothing, rps }, { ...bookinfo, services: true });
    expect(graph.edges.map((edge) => [edge.source.split('/')[3], edge.target.split('/')[3], edge.rps, edge.share])).toEqual([
      ['reviews', 'reviews-v1', 3, 0.75],
      ['reviews', 'reviews-v2', 1, 0.25],
      ['productpage-v1', 'reviews', 4, 1],
    ]);
    expect(graph.nodes.find((node) => node.kind === 'service')?.badges).toEqual(['virtualService', 'timeout']);
  });

  it.each([
    ['app', ['app/Kubernetes/default/productpage', 'app/Kubernetes/default/reviews']],
    ['versionedApp', ['app/Kubernetes/default/productpage/v1', 'app/Kubernetes/default/reviews/v1', 'app/Kubernetes/default/reviews/v2']],
    ['service', ['service/Kubernetes/default/productpage', 'service/Kubernetes/default/reviews']],
  ] as const)('draws the %s graph', (graphType, ids) => {
    const rps = [row('productpage-v1', 'reviews-v1', 'reviews', 3), row('productpage-v1', 'reviews-v2', 'reviews', 1)];
    const graph = buildGraph({ ...nothing, rps }, { ...bookinfo, graphType });
    expect(graph.nodes.filter((node) => node.rpsIn !== null || node.rpsOut !== null).map((node) => node.id)).toEqual(ids);
    expect(graph.edges.reduce((sum, edge) => sum + (edge.rps ?? 0), 0)).toBe(4);
  });

  it('keeps neighbours of the namespaces asked for', () => {
    const elsewhere = { destination_workload_namespace: 'other' };
    const rps = [row('a-v1', 'b-v1', 'b', 1, elsewhere), row('c-v1', 'd-v1', 'd', 1, { ...elsewhere, source_workload_namespace: 'third' })];
    const graph = buildGraph({ ...nothing, rps }, { ...metricsOnly, namespaces: ['default'] });
    expect(graph.nodes.map((node) => node.name)).toEqual(['a-v1', 'b-v1']);
    expect(graph.edges).toHaveLength(1);
  });

  it('tells how far a rollout is: new pods, and those of them that are ready', () => {
    const made = (name: string, hash: string, at: string, ready: boolean): Pod => {
      const one = pod('reviews-v1', { app: 'reviews', version: 'v1' }, ready);
      const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `reviews-v1-${hash}`, uid: hash, controller: true };
      const labels = { ...one.metadata.labels, 'pod-template-hash': hash };
      return { ...one, metadata: { ...one.metadata, name, labels, creationTimestamp: at, ownerReferences: [owner] } };
    };
    const nodeDuring = (status: Record<string, unknown>) => {
      const context = readMeshContext({
        cluster: 'Kubernetes',
        pods: [
          made('new-1', 'new', '2026-01-01T01:00:00Z', true),
          made('new-2', 'new', '2026-01-01T01:00:04Z', false),
          made('old-1', 'old', '2026-01-01T00:00:00Z', true),
          made('old-2', 'old', '2026-01-01T00:00:00Z', true),
        ],
        services: [service('reviews')],
        virtualServices: [],
        destinationRules: [],
        serviceEntries: [],
        gateways: [],
        controllers: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'reviews-v1', namespace: 'default', annotations: { 'deployment.kubernetes.io/revision': '2' } },
            spec: { replicas: 3, template: { spec: { containers: [] } } },
            status,
          },
        ],
      });
      const metrics = { ...nothing, rps: [row('unknown', 'reviews-v1', 'reviews', 1)] };
      return buildGraph(metrics, { ...metricsOnly, context }).nodes.find((one) => one.name === 'reviews-v1');
    };
    const during = nodeDuring({ replicas: 4, updatedReplicas: 2 });
    expect(during?.update).toEqual({ updated: 2, ready: 1, desired: 3 });
    expect(during?.badges).toContain('rollout');
    const after = nodeDuring({ replicas: 3, updatedReplicas: 3, conditions: [{ type: 'Progressing', reason: 'NewReplicaSetAvailable' }] });
    expect(after?.update).toBeUndefined();
    expect(after?.badges).not.toContain('rollout');
  });

  it('stands when a query has failed', () => {
    const graph = buildGraph({ ...nothing, p95Ms: null, rps: [row('a-v1', 'b-v1', 'b', 1)] }, metricsOnly);
    expect(graph.edges[0]).toMatchObject({ rps: 1, p95Ms: null });
    expect(buildGraph({ ...nothing, rps: null }, bookinfo).nodes).toHaveLength(4);
  });

  it('counts TCP in bytes: what the server received is what the source sent', () => {
    const tcp = { request_protocol: 'tcp', response_code: '' };
    const graph = buildGraph(
      {
        ...nothing,
        sentBytesPerSecond: [row('a-v1', 'b-v1', 'b', 100, tcp)],
        receivedBytesPerSecond: [row('a-v1', 'b-v1', 'b', 300, tcp)],
      },
      metricsOnly,
    );
    expect(graph.edges[0]).toMatchObject({
      protocol: 'tcp',
      rps: null,
      sentBytesPerSecond: 100,
      receivedBytesPerSecond: 300,
      health: 'healthy',
    });
  });
});

it('says what differs between two graphs', () => {
  const before = buildGraph({ ...nothing, rps: [row('a-v1', 'b-v1', 'b', 1), row('a-v1', 'c-v1', 'c', 1)] }, metricsOnly);
  const after = buildGraph({ ...nothing, rps: [row('a-v1', 'b-v1', 'b', 1), row('a-v1', 'd-v1', 'd', 1)] }, metricsOnly);
  const difference = compareGraphs(before, after);
  expect(difference.nodes.map((node) => node.name)).toEqual(['d-v1']);
  expect(difference.edges).toHaveLength(1);
  expect(difference.removedNodes).toEqual(['workload/Kubernetes/default/c-v1']);
  expect(difference.removedEdges).toEqual(['workload/Kubernetes/default/a-v1->workload/Kubernetes/default/c-v1/http']);
});

it('reads ids it has written', () => {
  expect(parseNodeId('app/Kubernetes/default/reviews/v1')).toEqual({
    kind: 'app',
    cluster: 'Kubernetes',
    namespace: 'default',
    name: 'reviews',
    version: 'v1',
  });
  expect(parseNodeId('nonsense')).toBeNull();
});

it('asks no more than twelve questions, whatever the number of namespaces', () => {
  const plan = planGraphQueries('workload', '60s', ['50', '90', '95', '99']);
  expect(Object.keys(plan).length).toBeLessThanOrEqual(12);
  for (const [name, query] of Object.entries(plan)) expect(query.promql).toContain(name === 'circuits' ? '> 0' : '[60s]');
});
