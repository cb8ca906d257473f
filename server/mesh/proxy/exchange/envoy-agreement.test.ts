import { afterEach, describe, expect, it } from 'vitest';
import type { HttpFault, Route, VirtualHost } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { httpListener, request, startHttp, startProxy, startTcp, staticCluster, virtualHost } from '../testdata/harness';

/** Where a stock Envoy did otherwise than we thought: found by the property test in `e2e/properties`. */
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Seen {
  readonly url: string;
  readonly headers: Record<string, string>;
}

async function serve(routes: readonly Route[], more: Partial<VirtualHost> = {}) {
  const heard: Seen[] = [];
  const app = await startHttp((incoming, response) => {
    heard.push({ url: incoming.url ?? '', headers: incoming.headers as Record<string, string> });
    response.end(JSON.stringify(heard.at(-1)));
  });
  cleanups.push(app.stop);
  const started = await startProxy({
    clusters: [staticCluster('app', [app.port]), staticCluster('copy', [app.port]), staticCluster('empty', [])],
    listeners: [httpListener({ name: 'r', virtual_hosts: [virtualHost(routes, more)] })],
  });
  cleanups.push(started.stop);
  return { port: started.port(), heard };
}

/** A fault as a route carries it. */
function faultOf(fault: HttpFault) {
  return { '@type': typeUrls.fault, ...fault };
}

const addResponseHeader = { response_headers_to_add: [{ header: { key: 'x-route', value: 'yes' } }] };

describe('as Envoy does', () => {
  it('passes on the number of the try that an earlier proxy wrote', async () => {
    const { port, heard } = await serve([{ match: { prefix: '/' }, route: { cluster: 'app' } }], { include_request_attempt_count: false });
    await request(port, { headers: { 'x-envoy-attempt-count': '2' } });
    expect(heard[0]?.headers['x-envoy-attempt-count']).toBe('2');
  });

  it('applies the route to the answers of the router: no endpoint, unknown cluster, redirect, direct response', async () => {
    const { port } = await serve([
      { match: { prefix: '/empty' }, route: { cluster: 'empty' }, ...addResponseHeader },
      { match: { prefix: '/unknown' }, route: { cluster: 'nowhere' }, ...addResponseHeader },
      { match: { prefix: '/moved' }, redirect: { host_redirect: 'b' }, ...addResponseHeader },
      { match: { prefix: '/direct' }, direct_response: { status: 200 }, ...addResponseHeader },
    ]);
    for (const path of ['/empty', '/unknown', '/moved', '/direct']) {
      expect((await request(port, { path })).headers['x-route'], path).toBe('yes');
    }
  });

  it('applies the route to the answers of filters too', async () => {
    const fault = { abort: { http_status: 418, percentage: { numerator: 100 } } };
    const { port } = await serve([
      {
        match: { prefix: '/' },
        route: { cluster: 'app' },
        ...addResponseHeader,
        typed_per_filter_config: { 'envoy.filters.http.fault': faultOf(fault) },
      },
    ]);
    const reply = await request(port);
    expect([reply.status, reply.headers['x-route']]).toEqual([418, 'yes']);
  });

  it('tells a plain HTTP client of a gRPC fault in plain HTTP', async () => {
    const fault = { abort: { grpc_status: 14, percentage: { numerator: 100 } } };
    const { port } = await serve([
      {
        match: { prefix: '/' },
        route: { cluster: 'app' },
        typed_per_filter_config: { 'envoy.filters.http.fault': faultOf(fault) },
      },
    ]);
    const reply = await request(port);
    expect([reply.status, reply.headers['grpc-status'], reply.body]).toEqual([200, undefined, 'fault filter abort']);
  });

  it('says which host was asked for when it writes another', async () => {
    const { port, heard } = await serve([{ match: { prefix: '/' }, route: { cluster: 'app', host_rewrite_literal: 'inner' } }]);
    await request(port, { headers: { host: 'outer' } });
    expect([heard[0]?.headers['host'], heard[0]?.headers['x-envoy-original-host']]).toEqual(['inner', 'outer']);
  });

  it("writes a weighted cluster's host without a trace, and lets the route's own have the last word", async () => {
    const clusters = [{ name: 'app', weight: { value: 1 }, host_rewrite_literal: 'cluster' }];
    const { port, heard } = await serve([
      { match: { prefix: '/both' }, route: { weighted_clusters: { clusters }, host_rewrite_literal: 'route' } },
      { match: { prefix: '/' }, route: { weighted_clusters: { clusters } } },
    ]);
    await request(port, { headers: { host: 'outer' } });
    await request(port, { path: '/both', headers: { host: 'outer' } });
    expect(heard.map(({ headers }) => [headers['host'], headers['x-envoy-original-host']])).toEqual([
      ['cluster', undefined],
      ['route', 'cluster'],
    ]);
  });

  it('gives the cookie of a hashing balancer with the answer of an endpoint, not with its own', async () => {
    const hash_policy = [{ cookie: { name: 'stick', ttl: { seconds: 60 } } }];
    const { port } = await serve([
      { match: { prefix: '/empty' }, route: { cluster: 'empty', hash_policy } },
      { match: { prefix: '/' }, route: { cluster: 'app', hash_policy } },
    ]);
    expect((await request(port)).headers['set-cookie']?.[0]).toMatch(/^stick=/);
    expect((await request(port, { path: '/empty' })).headers['set-cookie']).toBeUndefined();
  });

  it('copies nothing that it cannot send', async () => {
    const { port, heard } = await serve([
      { match: { prefix: '/' }, route: { cluster: 'empty', request_mirror_policies: [{ cluster: 'copy' }] } },
    ]);
    expect((await request(port)).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard).toEqual([]);
  });

  it('tells a gRPC server how long the route allows', async () => {
    const { port, heard } = await serve([
      { match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 3 }, max_grpc_timeout: { seconds: 3 } } },
    ]);
    await request(port, { headers: { 'content-type': 'application/grpc' } });
    expect(heard[0]?.headers['grpc-timeout']).toBe('3000m');
  });

  it('says where it is what a direct response created', async () => {
    const { port } = await serve([{ match: { prefix: '/' }, direct_response: { status: 201 } }]);
    expect((await request(port, { path: '/a?b=c', headers: { host: 'shop' } })).headers['location']).toBe('http://shop/a?b=c');
  });

  it('delays the news that a cluster is unknown', async () => {
    const fault = { delay: { fixed_delay: { seconds: 0, nanos: 1e8 }, percentage: { numerator: 100 } } };
    const { port } = await serve([
      { match: { prefix: '/' }, route: { cluster: 'nowhere' }, typed_per_filter_config: { 'envoy.filters.http.fault': faultOf(fault) } },
    ]);
    const startedAt = performance.now();
    expect((await request(port)).status).toBe(503);
    expect(performance.now() - startedAt).toBeGreaterThan(80);
  });

  it('takes what is no HTTP for a protocol error at once', async () => {
    const alert = await startTcp((socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70]))));
    cleanups.push(alert.stop);
    const started = await startProxy({
      clusters: [staticCluster('app', [alert.port])],
      listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }])],
    });
    cleanups.push(started.stop);
    const reply = await request(started.port());
    expect([reply.status, reply.body]).toEqual([502, expect.stringContaining('protocol error')]);
  });
});
