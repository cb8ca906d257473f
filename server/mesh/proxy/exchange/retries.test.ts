import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, Route } from '@/lib/xds';
import { httpListener, request, startHttp, startProxy, startTcp, staticCluster } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function withRoute(route: Route, clusters: readonly Cluster[]): Promise<TestProxy> {
  const started = await startProxy({ clusters, listeners: [httpListener([route])] });
  cleanups.push(started.stop);
  return started;
}

async function app(handler: Parameters<typeof startHttp>[0]): Promise<number> {
  const server = await startHttp(handler);
  cleanups.push(server.stop);
  return server.port;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = await startTcp(() => {});
  server.stop();
  return server.port;
}

function totals(proxy: TestProxy): string[] {
  const lines: string[] = [];
  proxy.proxy.context.metrics.table.render(lines);
  return lines.filter((line) => line.startsWith('istio_requests_total'));
}

const quick = { base_interval: { seconds: 0, nanos: 1_000_000 } };

describe('retries', () => {
  it('retries by status until one is good, with the number of the try', async () => {
    const seen: (string | undefined)[] = [];
    const port = await app((incoming, response) => {
      seen.push(String(incoming.headers['x-envoy-attempt-count']));
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        response.statusCode = seen.length < 3 ? 503 : 200;
        response.end(body);
      });
    });
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: { cluster: 'app', retry_policy: { retry_on: '5xx', num_retries: { value: 3 }, retry_back_off: quick } },
      },
      [staticCluster('app', [port])],
    );
    const reply = await request(proxy.port(), { method: 'POST', body: 'payload' });
    expect(reply.status).toBe(200);
    expect(reply.body).toBe('payload');
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('gives the cookie of a hashing balancer once for each try', async () => {
    let calls = 0;
    const port = await app((_incoming, response) => {
      response.statusCode = ++calls === 1 ? 503 : 200;
      response.end();
    });
    const retry_policy = { retry_on: '5xx', num_retries: { value: 1 }, retry_back_off: quick };
    const hash_policy = [{ cookie: { name: 'stick', ttl: { seconds: 60 } } }];
    const route = { match: { prefix: '/' }, route: { cluster: 'app', retry_policy, hash_policy } };
    const proxy = await withRoute(route, [staticCluster('app', [port])]);
    const [first, second, ...more] = (await request(proxy.port())).headers['set-cookie'] ?? [];
    expect(first).toMatch(/^stick=/);
    expect([second, more]).toEqual([first, []]);
  });

  it('tells the server of a later try what is left of the time', async () => {
    const seen: { expected: number; grpc: string }[] = [];
    const port = await app((incoming, response) => {
      const { 'x-envoy-expected-rq-timeout-ms': expected, 'grpc-timeout': grpc } = incoming.headers;
      seen.push({ expected: Number(expected), grpc: String(grpc) });
      response.statusCode = seen.length === 1 ? 503 : 200;
      setTimeout(() => response.end(), 40);
    });
    const retry = { retry_on: '5xx', num_retries: { value: 2 }, retry_back_off: quick };
    const timeout = { seconds: 10 };
    const proxy = await withRoute(
      { match: { prefix: '/' }, route: { cluster: 'app', timeout, max_grpc_timeout: timeout, retry_policy: retry } },
      [staticCluster('app', [port])],
    );
    await request(proxy.port(), { method: 'POST', headers: { 'content-type': 'application/grpc' } });
    expect(seen[0]).toEqual({ expected: 10_000, grpc: '10000m' });
    const left = seen[1]?.expected ?? 0;
    expect(left).toBeGreaterThan(5000);
    expect(left).toBeLessThanOrEqual(9960);
    expect(seen[1]?.grpc).toBe(`${left}m`);
  });

  it('hands the last response on when no try is left', async () => {
    const port = await app((_incoming, response) => {
      response.statusCode = 503;
      response.end('broken');
    });
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: { cluster: 'app', retry_policy: { retry_on: '5xx', num_retries: { value: 1 }, retry_back_off: quick } },
      },
      [staticCluster('app', [port])],
    );
    const reply = await request(proxy.port());
    expect([reply.status, reply.body]).toEqual([503, 'broken']);
    expect(totals(proxy)[0]).toContain('response_flags="URX"');
  });

  it('tries another host when told to avoid those tried', async () => {
    const dead = await deadPort();
    const port = await app((_incoming, response) => response.end('alive'));
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: {
          cluster: 'app',
          retry_policy: {
            retry_on: 'connect-failure',
            num_retries: { value: 2 },
            retry_back_off: quick,
            retry_host_predicate: [{ name: 'envoy.retry_host_predicates.previous_hosts' }],
            host_selection_retry_max_attempts: 20,
          },
        },
      },
      [staticCluster('app', [dead, port])],
    );
    for (let round = 0; round < 6; round++) expect((await request(proxy.port())).body).toBe('alive');
  });
});
