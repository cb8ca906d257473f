import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints, errorBody } from '@/lib/contract';
import type { EndpointName, GraphResponse } from '@/lib/contract';
import { showMeta, streamEvents } from '.';
import { call, reviews, row } from './testdata/call-endpoint';
import type { Call } from './testdata/call-endpoint';
import { openConsole } from './testdata/open-console';
import type { OpenConsole } from './testdata/open-console';

let open: OpenConsole;
beforeAll(async () => {
  open = await openConsole();
});
afterAll(() => open.close());

describe('reading', () => {
  it('answers every GET in the shape of the contract', async () => {
    open.prometheus.answer = (promql) => (promql.includes('bucket') ? [row('v1', 12)] : [row('v1', 3), row('v2', 1)]);
    const edge = 'source=workload/Kubernetes/default/productpage-v1&target=workload/Kubernetes/default/reviews-v1';
    const calls: Partial<Record<EndpointName, Call>> = {
      meta: {},
      overview: {},
      graph: { query: 'namespaces=default&services=true' },
      services: {},
      service: { params: reviews },
      serviceSeries: { params: reviews },
      serviceTraffic: { params: reviews },
      workloadSeries: { params: { namespace: 'default', name: 'reviews-v1' } },
      edgeSeries: { query: edge },
      groupSeries: { query: 'namespaces=default' },
      serviceFlags: { params: reviews, query: 'flags=UH,FI' },
      changes: {},
      traces: { query: 'service=reviews' },
      traceServices: {},
      objects: { query: 'kinds=Service,VirtualService' },
      object: { params: { group: 'core', kind: 'Service', ...reviews } },
      objectRelations: { params: { group: 'core', kind: 'Service', ...reviews } },
      rights: { query: 'kind=networking.istio.io/VirtualService&namespace=default' },
      gateways: {},
      security: { query: 'namespaces=default' },
      kinds: {},
    };
    for (const [name, one] of Object.entries(calls) as [EndpointName, Call][]) {
      const { status, body } = await call(name, one);
      expect([name, status]).toEqual([name, 200]);
      expect([name, endpoints[name].response.safeParse(body).error?.issues ?? []]).toEqual([name, []]);
    }
  });

  it('draws the graph of all namespaces with at most twelve queries, and once for several readers', async () => {
    open.prometheus.queries.length = 0;
    const [first, second] = await Promise.all([
      call<GraphResponse>('graph', { query: 'duration=50s' }),
      call<GraphResponse>('graph', { query: 'duration=50s&namespaces=default' }),
    ]);
    expect(open.prometheus.queries.length).toBeLessThanOrEqual(12);
    expect(first.body.edges.map((edge) => [edge.target, edge.rps])).toEqual([
      ['workload/Kubernetes/default/reviews-v1', 3],
      ['workload/Kubernetes/default/reviews-v2', 1],
    ]);
    expect(second.body.edges).toEqual(first.body.edges);
    expect(first.body.queries['rps']).toMatchObject({ window: '50s', source: open.prometheus.url });
  });

  it('measures the percentiles that are asked for, and the callers’ only where nobody else reports', async () => {
    const bothSides = (promql: string) => (promql.includes('bucket') ? [] : [row('v1', 3), { ...row('v1', 3), value: 2.9 }]);
    open.prometheus.answer = (promql) =>
      bothSides(promql).map(({ metric, value }) => ({ metric: value === 3 ? metric : { ...metric, reporter: 'destination' }, value }));
    const asked = async (query: string): Promise<string[]> => {
      open.prometheus.queries.length = 0;
      await call('graph', { query });
      return open.prometheus.queries.filter((promql) => promql.includes('bucket'));
    };
    expect(await asked('duration=41s&percentiles=none')).toEqual([]);
    const [p90, ...others] = await asked('duration=42s&percentiles=90');
    expect(others).toEqual([]);
    expect(p90).toContain('{reporter!="source"}');
    expect(p90).not.toContain('reporter="source"');
    open.prometheus.answer = (promql) => (promql.includes('bucket') ? [] : [row('v1', 3)]);
    const [alone] = await asked('duration=43s&percentiles=50');
    expect(alone).toContain(String.raw`{reporter="source", destination_service=~"reviews\\.default\\.svc\\.cluster\\.local"}`);
  });

  it('shows splits, findings and limits by annotation at the nodes they concern', async () => {
    open.prometheus.answer = (promql) => (promql.includes('bucket') ? [] : [row('v1', 3), row('v2', 1)]);
    const api = { apiVersion: 'networking.istio.io/v1', metadata: { name: 'reviews', namespace: 'default' } };
    const subsets = ['v1', 'v2'].map((version) => ({ name: version, labels: { version } }));
    open.kubernetes.put('destinationrules.networking.istio.io', { ...api, kind: 'DestinationRule', spec: { host: 'reviews', subsets } });
    const route = [
      { destination: { host: 'reviews', subset: 'v1' }, weight: 60 },
      { destination: { host: 'reviews', subset: 'v2' }, weight: 40 },
    ];
    const lost = { match: [{ uri: { prefix: '/a' } }], route: [{ destination: { host: 'reviews', subset: 'v9' } }] };
    open.kubernetes.put('virtualservices.networking.istio.io', {
      ...api,
      kind: 'VirtualService',
      spec: { hosts: ['reviews'], http: [lost, { route }] },
    });
    const node = async () => {
      const { body } = await call<GraphResponse>('graph', { query: 'duration=44s' });
      return body.nodes.find((one) => one.name === 'reviews-v2');
    };
    await expect.poll(async () => (await node())?.splits).toEqual([{ service: 'default/reviews', configured: 40, observed: 0.25 }]);
    const found = await node();
    expect(found?.badges).toEqual(expect.arrayContaining(['trafficSplit', 'requestRouting', 'finding']));
    expect(found?.findings?.[0]).toMatchObject({ severity: 'error', object: 'VirtualService default/reviews' });
  });

  it('stands when one query fails, and says which', async () => {
    // All percentiles are asked for together first.
    open.prometheus.answer = (promql) => (/^histogram_quantile\(.*0\.95/.test(promql) ? new Error('too many samples') : [row('v1', 3)]);
    const { body } = await call<GraphResponse>('graph', { query: 'duration=30s' });
    expect(body.edges[0]).toMatchObject({ rps: 3, p95Ms: null });
    expect(body.notices).toContainEqual({ source: 'prometheus/p95Ms', code: 'source_failed', message: 'Prometheus: too many samples' });
  });

  it('asks of a large mesh for the buckets that averages make likely, and for all where these do not suffice', async () => {
    const hosts = Array.from({ length: 400 }, (_, index) => `host-${index}`);
    const all = (value: (host: string) => number) =>
      hosts.map((host) =>
        row('v1', value(host), { destination_workload: host, destination_service: host, destination_service_name: host }),
      );
    open.prometheus.labelValues = ['10', '100', '1000', '+Inf'];
    open.prometheus.answer = (promql) => {
      if (promql.includes(' / ')) return all(() => 9);
      if (!promql.startsWith('histogram_quantile(')) return all(() => 3);
      // What lies beyond the last bucket comes out as its bound.
      if (promql.includes('le=~"10|100|')) return all((host) => (host === 'host-7' ? 100 : 12.5));
      return promql.includes('destination_service=~"host-7"') ? all(() => 250).slice(7, 8) : new Error('not asked for everything');
    };
    const { body } = await call<GraphResponse>('graph', { query: 'duration=43s' });
    open.prometheus.labelValues = [];
    expect(body.notices.filter(({ source }) => source.startsWith('prometheus'))).toEqual([]);
    expect(body.edges).toHaveLength(400);
    expect(body.edges.filter((edge) => edge.p95Ms !== 12.5).map((edge) => [edge.target, edge.p95Ms])).toEqual([
      ['workload/Kubernetes/default/host-7', 250],
    ]);
    // The query that is shown has the same answer for every edge.
    expect(body.queries['p95Ms']?.promql).not.toContain('le=~');
    const asked = open.prometheus.queries.filter((promql) => promql.includes('0.95 * (time()') && promql.includes('[43s]'));
    expect(asked.map((promql) => promql.includes('le=~'))).toEqual([true, false]);
  });

  it('makes a graph once for all who look, until something is different', async () => {
    open.prometheus.answer = () => [row('v1', 3)];
    const asked = { namespaces: [], duration: '47s', graphType: 'workload', services: false, at: undefined } as const;
    const look = () => open.console.graphs.graph({ ...asked, namespaces: [] });
    const first = await look();
    expect(await look()).toBe(first);
    open.kubernetes.put('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'another', namespace: 'default' }, spec: {} });
    await expect.poll(async () => (await look()) === first).toBe(false);
    const second = await look();
    open.passSeconds(3);
    expect(await look()).not.toBe(second);
  });

  it.each<[EndpointName, Call, number, string]>([
    ['graph', { query: 'duration=soon' }, 400, 'duration'],
    ['graph', { query: 'durations=5m' }, 400, 'durations'],
    ['graph', { query: 'graphType=pie' }, 400, 'graphType'],
    ['graph', { query: 'percentiles=50,42' }, 400, 'percentiles'],
    ['groupSeries', { query: 'workloads=a' }, 400, 'namespaces'],
    ['serviceSeries', { params: reviews, query: 'duration=30d&step=1s' }, 400, 'step'],
    ['edgeSeries', { query: 'source=nonsense&target=x/y/z/w' }, 400, 'source'],
    ['traces', { query: 'service=a&tags=zzz' }, 400, 'tags'],
    ['traces', {}, 400, 'service'],
    ['service', { params: { namespace: 'default', name: 'nobody' } }, 404, ''],
    ['object', { params: { group: 'core', kind: 'Unheard', ...reviews } }, 404, ''],
    ['convergence', { params: { id: 'none' } }, 404, ''],
    ['preview', { body: {} }, 400, 'objects'],
    ['preview', { body: { objects: [{ kind: 'X' }] } }, 400, 'objects[0].apiVersion'],
  ])('%s with %j is refused with %i at "%s"', async (name, one, status, path) => {
    const answer = await call(name, one);
    expect(answer.status).toBe(status);
    const { error } = errorBody.parse(answer.body);
    expect(error.path ?? '').toBe(path);
  });
});

describe('events', () => {
  it('sends the whole graph first, then what changes', async () => {
    open.prometheus.answer = () => [row('v1', 3)];
    const abort = new AbortController();
    const response = streamEvents(
      new Request('http://127.0.0.1/api/v1/events?duration=45s', { headers: { host: '127.0.0.1' }, signal: abort.signal }),
    );
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
    })();
    await expect.poll(() => text).toContain('event: graph');
    const first = JSON.parse(/event: graph\ndata: (.*)\n/.exec(text)?.[1] ?? '{}') as GraphResponse;
    expect(first.edges).toHaveLength(1);
    open.kubernetes.put('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'late', namespace: 'default' }, spec: {} });
    await expect.poll(() => text).toMatch(/event: objects\ndata: \{"kinds":\[[^\]]*"Service"/);
    abort.abort();
    await reading;
  });
});

it('answers without Kubernetes and without Prometheus, and says so', async () => {
  const alone = await openConsole();
  try {
    await Promise.all([alone.kubernetes.stop(), alone.prometheus.stop()]);
    const graph = await alone.console.graphs.graph({
      namespaces: [],
      duration: '60s',
      graphType: 'workload',
      services: false,
      at: undefined,
    });
    expect(graph.edges).toEqual([]);
    expect(graph.notices.map((one) => one.code)).toContain('source_unavailable');
    const meta = await showMeta(alone.console);
    expect(meta.sources.map((source) => [source.name, source.status])).toEqual([
      ['kubernetes', 'down'],
      ['mesh', 'down'],
      ['prometheus', 'down'],
      ['traces', 'absent'],
    ]);
  } finally {
    alone.console.stop();
  }
});
