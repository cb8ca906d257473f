import { describe, expect, it } from 'vitest';
import { deadPort, quickBackOff, request, requestTotals, staticCluster, withApp, withRoute } from '../testdata/harness';

describe('retries', () => {
  it('retries by status until one is good, with the number of the try', async () => {
    const seen: (string | undefined)[] = [];
    const port = await withApp((incoming, response) => {
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
        route: { cluster: 'app', retry_policy: { retry_on: '5xx', num_retries: { value: 3 }, retry_back_off: quickBackOff } },
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
    const port = await withApp((_incoming, response) => {
      response.statusCode = ++calls === 1 ? 503 : 200;
      response.end();
    });
    const retry_policy = { retry_on: '5xx', num_retries: { value: 1 }, retry_back_off: quickBackOff };
    const hash_policy = [{ cookie: { name: 'stick', ttl: { seconds: 60 } } }];
    const route = { match: { prefix: '/' }, route: { cluster: 'app', retry_policy, hash_policy } };
    const proxy = await withRoute(route, [staticCluster('app', [port])]);
    const [first, second, ...more] = (await request(proxy.port())).headers['set-cookie'] ?? [];
    expect(first).toMatch(/^stick=/);
    expect([second, more]).toEqual([first, []]);
  });

  it('tells the server of a later try what is left of the time', async () => {
    const seen: { expected: number; grpc: string }[] = [];
    const port = await withApp((incoming, response) => {
      const { 'x-envoy-expected-rq-timeout-ms': expected, 'grpc-timeout': grpc } = incoming.headers;
      seen.push({ expected: Number(expected), grpc: String(grpc) });
      response.statusCode = seen.length === 1 ? 503 : 200;
      setTimeout(() => response.end(), 40);
    });
    const retry = { retry_on: '5xx', num_retries: { value: 2 }, retry_back_off: quickBackOff };
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
    const port = await withApp((_incoming, response) => {
      response.statusCode = 503;
      response.end('broken');
    });
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: { cluster: 'app', retry_policy: { retry_on: '5xx', num_retries: { value: 1 }, retry_back_off: quickBackOff } },
      },
      [staticCluster('app', [port])],
    );
    const reply = await request(proxy.port());
    expect([reply.status, reply.body]).toEqual([503, 'broken']);
    expect(requestTotals(proxy)[0]).toContain('response_flags="URX"');
  });

  it('tries another host when told to avoid those tried', async () => {
    const dead = await deadPort();
    const port = await withApp((_incoming, response) => response.end('alive'));
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: {
          cluster: 'app',
          retry_policy: {
            retry_on: 'connect-failure',
            num_retries: { value: 2 },
            retry_back_off: quickBackOff,
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
