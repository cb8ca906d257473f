import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Route } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import {
  deadPort,
  httpListener,
  quickBackOff,
  raw,
  request,
  requestTotals,
  startTcp,
  staticCluster,
  virtualHost,
  withApp,
  withRoute,
} from '../testdata/harness';

describe('an upstream on a socket file', () => {
  it('is served like any other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-pipe-'));
    const path = join(folder, 'app.sock');
    const server = http.createServer((_incoming, response) => response.end('by file'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [
      {
        ...staticCluster('app', []),
        load_assignment: { cluster_name: 'app', endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path } } } }] }] },
      },
    ]);
    expect((await request(proxy.port())).body).toBe('by file');
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
});

describe('failures of the upstream', () => {
  it('answers 503 UF when nobody listens, URX after retries', async () => {
    const port = await deadPort();
    const plain = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [port])]);
    const reply = await request(plain.port());
    expect(reply.status).toBe(503);
    expect(reply.body).toBe(
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused',
    );
    expect(requestTotals(plain)[0]).toContain('response_flags="UF"');
    const retried = await withRoute(
      {
        match: { prefix: '/' },
        route: { cluster: 'app', retry_policy: { retry_on: 'connect-failure', num_retries: { value: 2 }, retry_back_off: quickBackOff } },
      },
      [staticCluster('app', [port])],
    );
    expect((await request(retried.port())).body).toContain('retried and the latest reset reason');
    expect(requestTotals(retried)[0]).toContain('response_flags="UF,URX"');
    expect(retried.proxy.context.clusters.get('app')?.stats.upstream_rq_retry).toBe(2);
  });

  it('answers 503 UC when the connection breaks before the response', async () => {
    const server = await startTcp((socket) => socket.on('data', () => socket.destroy()));
    onTestFinished(() => server.stop());
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [server.port])]);
    const reply = await request(proxy.port(), { method: 'POST', body: 'x' });
    expect(reply.status).toBe(503);
    expect(reply.body).toBe('upstream connect error or disconnect/reset before headers. reset reason: connection termination');
    expect(requestTotals(proxy)[0]).toContain('response_flags="UC"');
  });

  it('answers 502 to a response that is no HTTP', async () => {
    const server = await startTcp((socket) => socket.on('data', () => socket.end('nonsense that is no response\r\n\r\n')));
    onTestFinished(() => server.stop());
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [server.port])]);
    expect((await request(proxy.port())).status).toBe(502);
  });

  it('cuts the response off when the upstream dies in the middle', async () => {
    const server = await startTcp((socket) =>
      socket.on('data', () => (socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'), setTimeout(() => socket.destroy(), 20))),
    );
    onTestFinished(() => server.stop());
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [server.port])]);
    await expect(request(proxy.port())).rejects.toThrow();
    expect(requestTotals(proxy)[0]).toContain('response_flags="UC"');
  });

  it('sends a request again when a kept connection turns out to be closed', async () => {
    let connections = 0;
    const server = await startTcp((socket) => {
      const first = connections++ === 0;
      let requests = 0;
      socket.on('data', () => {
        if (first && requests++ > 0) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    onTestFinished(() => server.stop());
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [server.port])]);
    expect((await request(proxy.port())).body).toBe('ok');
    expect((await request(proxy.port())).body).toBe('ok');
    expect(connections).toBe(2);
  });

  it('answers 503 NC, 503 UH and 404 NR for what it cannot route', async () => {
    const none = await withRoute({ match: { prefix: '/' }, route: { cluster: 'missing' } }, []);
    expect((await request(none.port())).status).toBe(503);
    expect(requestTotals(none)[0]).toContain('response_flags="NC"');
    const empty = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [staticCluster('app', [])]);
    expect((await request(empty.port())).body).toBe('no healthy upstream');
    expect(requestTotals(empty)[0]).toContain('response_flags="UH"');
    const unrouted = await withRoute({ match: { prefix: '/other' }, route: { cluster: 'app' } }, []);
    expect((await request(unrouted.port())).status).toBe(404);
    expect(requestTotals(unrouted)[0]).toContain('response_flags="NR"');
  });
});

describe('timeouts', () => {
  it('answers 504 UT after the route timeout', async () => {
    const port = await withApp((_incoming, response) => void setTimeout(() => response.end('late'), 2000));
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 0, nanos: 1e8 } } }, [
      staticCluster('app', [port]),
    ]);
    const reply = await request(proxy.port());
    expect([reply.status, reply.body]).toEqual([504, 'upstream request timeout']);
    expect(requestTotals(proxy)[0]).toContain('response_flags="UT"');
  });

  it('retries after a per-try timeout', async () => {
    let calls = 0;
    const port = await withApp((_incoming, response) =>
      calls++ === 0 ? void setTimeout(() => response.end('late'), 4000) : response.end('fast'),
    );
    const proxy = await withRoute(
      {
        match: { prefix: '/' },
        route: {
          cluster: 'app',
          timeout: { seconds: 5 },
          retry_policy: {
            retry_on: '5xx',
            num_retries: { value: 1 },
            per_try_timeout: { seconds: 1 },
            retry_back_off: quickBackOff,
          },
        },
      },
      [staticCluster('app', [port])],
    );
    expect((await request(proxy.port())).body).toBe('fast');
  });
});

describe('circuit breakers and ejection', () => {
  it('answers 503 UO beyond the limits', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const port = await withApp((_incoming, response) => void held.then(() => response.end('done')));
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [
      staticCluster('app', [port], {
        circuit_breakers: {
          thresholds: [{ max_connections: { value: 1 }, max_pending_requests: { value: 1 }, max_requests: { value: 100 } }],
        },
      }),
    ]);
    const all = Array.from({ length: 5 }, () => request(proxy.port()));
    const overflows = () => proxy.proxy.context.clusters.get('app')?.stats.upstream_rq_pending_overflow;
    await expect.poll(overflows).toBe(3);
    release();
    const replies = await Promise.all(all);
    const refused = replies.filter((reply) => reply.status === 503);
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(2);
    expect(refused).toHaveLength(3);
    expect(refused[0]?.headers['x-envoy-overloaded']).toBe('true');
    expect(refused[0]?.body).toBe('upstream connect error or disconnect/reset before headers. reset reason: overflow');
    expect(overflows()).toBe(3);
  });

  it('ejects a host after failures in a row', async () => {
    let bad = 0;
    const broken = await withApp((_incoming, response) => {
      bad++;
      response.statusCode = 500;
      response.end();
    });
    const good = await withApp((_incoming, response) => response.end('good'));
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [
      staticCluster('app', [broken, good], {
        outlier_detection: { consecutive_5xx: { value: 3 }, max_ejection_percent: { value: 100 }, base_ejection_time: { seconds: 60 } },
      }),
    ]);
    for (let round = 0; round < 20; round++) await request(proxy.port());
    expect(bad).toBe(3);
    expect(proxy.proxy.context.clusters.get('app')?.stats.outlier_detection_ejections_active).toBe(1);
  });

  it('ejects for the codes it is told to, and for no others', async () => {
    const calls = { busy: 0, failing: 0 };
    const busy = await withApp((_incoming, response) => {
      calls.busy++;
      response.statusCode = 429;
      response.end();
    });
    const failing = await withApp((_incoming, response) => {
      calls.failing++;
      response.statusCode = 500;
      response.end();
    });
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app' } }, [
      staticCluster('app', [busy, failing], {
        outlier_detection: { consecutive_5xx: { value: 2 }, max_ejection_percent: { value: 100 }, base_ejection_time: { seconds: 60 } },
        typed_extension_protocol_options: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            '@type': typeUrls.httpProtocolOptions,
            outlier_detection: {
              error_matcher: { http_response_headers_match: { headers: [{ name: ':status', string_match: { exact: '429' } }] } },
            },
          },
        },
      }),
    ]);
    for (let round = 0; round < 20; round++) await request(proxy.port());
    expect(calls).toEqual({ busy: 2, failing: 18 });
  });
});

describe('fault injection', () => {
  const fault = (config: object): Route => ({
    match: { prefix: '/' },
    route: { cluster: 'app' },
    typed_per_filter_config: { 'envoy.filters.http.fault': { '@type': typeUrls.fault, ...config } },
  });

  it('aborts', async () => {
    const proxy = await withRoute(fault({ abort: { http_status: 418, percentage: { numerator: 100 } } }), []);
    const reply = await request(proxy.port());
    expect([reply.status, reply.body]).toEqual([418, 'fault filter abort']);
    expect(requestTotals(proxy)[0]).toContain('response_flags="FI"');
  });

  it('delays, then forwards a request with a body', async () => {
    const port = await withApp((incoming, response) => incoming.pipe(response));
    const proxy = await withRoute(fault({ delay: { fixed_delay: { seconds: 0, nanos: 2e8 }, percentage: { numerator: 100 } } }), [
      staticCluster('app', [port]),
    ]);
    const started = performance.now();
    const reply = await request(proxy.port(), { method: 'POST', body: 'through' });
    expect(reply.body).toBe('through');
    expect(performance.now() - started).toBeGreaterThan(190);
    expect(requestTotals(proxy)[0]).toContain('response_flags="DI"');
    expect(proxy.proxy.context.activeFaults).toBe(0);
  });

  it('does not count the delay in the time of the route, nor try an abort again', async () => {
    const port = await withApp((_incoming, response) => response.end('late'));
    const slow = fault({ delay: { fixed_delay: { seconds: 1, nanos: 2e8 }, percentage: { numerator: 100 } } });
    const patient = await withRoute({ ...slow, route: { cluster: 'app', timeout: { seconds: 1 } } }, [staticCluster('app', [port])]);
    expect((await request(patient.port())).body).toBe('late');
    const abort = fault({ abort: { http_status: 503, percentage: { numerator: 100 } } });
    const proxy = await withRoute({ ...abort, route: { cluster: 'app', retry_policy: { retry_on: '5xx', num_retries: { value: 3 } } } }, [
      staticCluster('app', [port]),
    ]);
    expect((await request(proxy.port())).status).toBe(503);
    expect(proxy.proxy.context.clusters.get('app')?.stats.upstream_rq_retry).toBe(0);
  });

  it('forgets a delayed request whose client went away', async () => {
    const proxy = await withRoute(fault({ delay: { fixed_delay: { seconds: 5 }, percentage: { numerator: 100 } } }), [
      staticCluster('app', [1]),
    ]);
    const client = net.connect(proxy.port(), '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    await expect.poll(() => proxy.proxy.context.activeFaults).toBe(1);
    client.destroy();
    await expect.poll(() => proxy.proxy.context.activeFaults, { timeout: 4000 }).toBe(0);
  });
});

describe('mirroring', () => {
  it('copies requests with bodies to the shadow host', async () => {
    const copies: string[] = [];
    const main = await withApp((_incoming, response) => response.end('main'));
    const shadow = await withApp((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        copies.push(`${incoming.method} ${incoming.url} ${incoming.headers['host']} ${body}`);
        response.end();
      });
    });
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'app', request_mirror_policies: [{ cluster: 'shadow' }] } }, [
      staticCluster('app', [main]),
      staticCluster('shadow', [shadow]),
    ]);
    expect((await request(proxy.port(), { method: 'POST', path: '/m', headers: { host: 'shop:8080' }, body: 'copy me' })).body).toBe(
      'main',
    );
    await expect.poll(() => copies).toEqual(['POST /m shop-shadow:8080 copy me']);
  });
});

describe('a push', () => {
  it('changes what a kept connection is served by', async () => {
    const one = await withApp((_incoming, response) => response.end('one'));
    const two = await withApp((_incoming, response) => response.end('two'));
    const proxy = await withRoute({ match: { prefix: '/' }, route: { cluster: 'one' } }, [
      staticCluster('one', [one]),
      staticCluster('two', [two]),
    ]);
    const port = proxy.port();
    const heard = new Promise<string>((resolve) => {
      void raw(port, ['GET /1 HTTP/1.1\r\nhost: a\r\n\r\n'], 'one').then(resolve);
    });
    expect(await heard).toContain('one');
    const agent = new (await import('node:http')).Agent({ keepAlive: true, maxSockets: 1 });
    expect((await request(port, { agent })).body).toBe('one');
    const listener = httpListener([{ match: { prefix: '/' }, route: { cluster: 'two' } }]);
    listener.address = { socket_address: { address: '127.0.0.1', port_value: 0 } };
    proxy.source.push(typeUrls.listener, [listener], '2');
    expect((await request(port, { agent })).body).toBe('two');
    agent.destroy();
  });

  it('is refused as a whole text when one resource is bad, and the good ones count', async () => {
    const proxy = await withRoute({ match: { prefix: '/' }, direct_response: { status: 200 } }, []);
    const refused = proxy.source.push(typeUrls.routeConfiguration, [
      { name: 'bad', virtual_hosts: [virtualHost([{ match: { safe_regex: { regex: '(' } }, route: { cluster: 'a' } }])] } as {
        name: string;
      },
      { name: 'good', virtual_hosts: [] } as { name: string },
    ]);
    expect(refused).toContain('bad: ');
    expect(proxy.proxy.routes.all().map((ref) => ref.name)).toEqual(['good']);
  });
});
