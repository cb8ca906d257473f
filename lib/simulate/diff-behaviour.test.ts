import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesResource } from '@/lib/model';
import type { Span } from '@/lib/traces';
import { classOfPath, diffBehaviour, groupRequests, headerQuestions, openMesh, parseRequest, placeWorkloads, readTracedRequest } from '.';
import type { ObservedRequest, OutcomeShare } from '.';

interface Scenario {
  title: string;
  live?: KubernetesResource[];
  draft?: KubernetesResource[];
  deleted?: KubernetesResource[];
  requests: { from: string; request: string; headers?: string[]; traced?: string[]; class?: string | null; rps?: number }[];
  /** Each `METHOD class headers: before → after`, with `!` in front where it breaks. */
  expect: string[];
  untraced?: string[];
  unknownCallers?: string[];
}

const read = (name: string): unknown => parse(readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8'));
const shop = read('shop.yaml') as KubernetesResource[];
const api = 'api.shop.svc.cluster.local';

function observe(one: Scenario['requests'][number]): ObservedRequest {
  const request = parseRequest(one.request, one.headers ?? []);
  return {
    from: one.from,
    host: api,
    request,
    pathClass: one.class === undefined ? classOfPath(request.path) : one.class,
    tracedHeaders: one.traced ?? [],
    rps: one.rps ?? 1,
  };
}

const sharesText = (shares: readonly OutcomeShare[]) => shares.map((one) => `${one.destination} ${one.share * 100}%`).join(' ');

describe('diffBehaviour', () => {
  it.each((read('diffs.yaml') as Scenario[]).map((one) => [one.title, one] as const))('%s', (_title, scenario) => {
    const { live = [], draft = [], deleted = [] } = scenario;
    const before = openMesh(placeWorkloads([...shop, ...live]), {}, 0);
    const after = before.change({ applied: draft, deleted });
    const diff = diffBehaviour(scenario.requests.map(observe), before, after, headerQuestions([...live, ...draft]));
    const said = diff.differences.map((one) => {
      const headers = Object.entries(one.headers).map(([name, value]) => ` ${name}=${value}`);
      const rate = one.rps === null ? '?' : String(one.rps);
      return `${one.breaks ? '!' : ''}${one.method} ${one.path}${headers.join('')} (${rate}): ${sharesText(one.before.shares)} → ${sharesText(one.after.shares)}`;
    });
    expect(said).toEqual(scenario.expect);
    expect(diff.untracedHeaders).toEqual(scenario.untraced ?? []);
    expect(diff.unknownCallers).toEqual(scenario.unknownCallers ?? []);
  });

  it('finds nothing between a mesh and itself', () => {
    const mesh = openMesh(placeWorkloads(shop), {}, 0);
    const requests = [
      observe({ from: 'shop/web', request: 'GET http://api/x' }),
      observe({ from: 'legacy/batch', request: 'GET http://api.shop' }),
    ];
    expect(diffBehaviour(requests, mesh, mesh.change({}))).toMatchObject({ differences: [], compared: 2 });
  });
});

describe('groupRequests', () => {
  const span = (tags: Record<string, string>): Span => ({
    traceId: 'a',
    spanId: 'b',
    parentSpanId: '',
    name: 'x',
    kind: 'client',
    startUs: 0,
    startNs: 0,
    durationNs: 0,
    status: 'unset',
    statusMessage: '',
    traceState: '',
    attributes: Object.entries(tags).map(([key, value]) => ({ key, type: 'string', value })),
    events: [],
    links: [],
    scope: { name: '', version: '' },
    resource: { serviceName: '', attributes: [] },
  });
  const outbound = (url: string, more: Record<string, string> = {}) =>
    span({
      node_id: 'sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local',
      upstream_cluster: `outbound|80||${api}`,
      'http.url': url,
      'http.method': 'GET',
      ...more,
    });
  const caller = (pod: string) => (pod === 'web-1.shop' ? 'shop/web' : null);

  it('reads what the proxy of the caller traced, and nothing else', () => {
    const traced = readTracedRequest(
      outbound('http://api/items/7?x=1', { user_agent: 'curl/8', 'end-user': 'jason' }),
      ['user-agent', 'end-user'],
      caller,
    );
    expect(traced).toEqual({
      from: 'shop/web',
      host: api,
      scheme: 'http',
      authority: 'api',
      method: 'GET',
      path: '/items/7?x=1',
      headers: { 'user-agent': 'curl/8', 'end-user': 'jason' },
    });
    expect(readTracedRequest(outbound('http://api/', { upstream_cluster: 'inbound|80||' }), [], caller)).toBeNull();
    expect(readTracedRequest(span({ 'http.url': 'http://api/' }), [], caller)).toBeNull();
    const gone = outbound('http://api/', {
      node_id: 'sidecar~1~gone.shop~x',
      'istio.source_workload': 'web',
      'istio.source_namespace': 'shop',
    });
    expect(readTracedRequest(gone, [], caller)?.from).toBe('shop/web');
  });

  it('shares out the rate of an edge among what was traced on it, and says how much that is', () => {
    const traced = ['http://api/a', 'http://api/a', 'http://api/a', 'http://api/b'].flatMap(
      (url) => readTracedRequest(outbound(url), [], caller) ?? [],
    );
    const edges = [
      { from: 'shop/web', host: api, port: 80, requests: 300, rps: 8 },
      { from: 'shop/other', host: api, port: 80, requests: 100, rps: null },
    ];
    const grouped = groupRequests(edges, traced, ['end-user']);
    expect(grouped).toMatchObject({ total: 400, covered: 300, tracedHeaders: [] });
    expect(grouped.requests.map((one) => [one.from, one.pathClass, one.rps, one.request.port])).toEqual([
      ['shop/other', null, null, 80],
      ['shop/web', '/a', 6, 80],
      ['shop/web', '/b', 2, 80],
    ]);
  });

  it.each([
    ['/reviews/7?x=1', '/reviews/*'],
    ['/a/0b1c2d3e-0000-1111-2222-333344445555/b', '/a/*/b'],
    ['/api/v1/products', '/api/v1/products'],
    ['/', '/'],
    ['', '/'],
  ])('class of %j is %j', (path, wanted) => expect(classOfPath(path === '' ? '/' : path)).toBe(wanted));
});
