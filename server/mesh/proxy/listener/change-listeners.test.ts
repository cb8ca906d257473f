import http from 'node:http';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Listener, Route } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { httpListener, request, startHttp, startProxy, startTcp, staticCluster } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function answering(body: string): Route {
  return { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: body } } };
}

async function start(listener: Listener, ports: Record<string, number> = {}): Promise<TestProxy> {
  const clusters = Object.entries(ports).map(([name, port]) => staticCluster(name, [port]));
  const started = await startProxy({ clusters, listeners: [listener] });
  cleanups.push(started.stop);
  return started;
}

/** Requests over one connection, whose local port tells whether it is still the same. */
function oneConnection(port: number): (path: string) => Promise<{ body: string; from: number | undefined }> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  return (path) =>
    new Promise((resolve, reject) => {
      const sent = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
        const from = response.socket.localPort;
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ body, from }));
      });
      sent.on('error', reject);
    });
}

describe('a listener that changes', () => {
  it('serves the next request of a connection by its new form', async () => {
    const proxy = await start(httpListener([answering('old')]));
    const get = oneConnection(proxy.port());
    const first = await get('/');
    for (const body of ['newer', 'newest']) {
      expect(proxy.source.push(typeUrls.listener, [httpListener([answering(body)])], body)).toBeUndefined();
      expect(await get('/')).toEqual({ body, from: first.from });
    }
    expect(first.body).toBe('old');
  });

  it('lets requests under way end by what they began with', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const app = await startHttp((_incoming, response) => asked.resolve(response));
    cleanups.push(app.stop);
    const proxy = await start(httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }]), { app: app.port });
    const get = oneConnection(proxy.port());
    const slow = get('/');
    const response = await asked.promise;
    proxy.source.push(typeUrls.listener, [httpListener([answering('new')])], '2');
    response.end('slow');
    const { body, from } = await slow;
    expect(body).toBe('slow');
    expect(await get('/')).toEqual({ body: 'new', from });
  });

  it('keeps the one before when the new form cannot be used', async () => {
    const proxy = await start(httpListener([answering('good')]));
    const get = oneConnection(proxy.port());
    const first = await get('/');
    const broken = httpListener([{ match: { safe_regex: { regex: '(' } }, direct_response: { status: 200 } }]);
    expect(proxy.source.push(typeUrls.listener, [broken], '2')).toContain('RE2');
    expect(await get('/')).toEqual({ body: 'good', from: first.from });
  });

  it('loses no request while it changes again and again under load', async () => {
    const proxy = await start(httpListener([answering('0')]));
    const port = proxy.port();
    const until = new AbortController();
    const counts = Array.from({ length: 8 }, () => 0);
    const clients = counts.map(async (_, client) => {
      const get = oneConnection(port);
      const places = new Set<number | undefined>();
      while (!until.signal.aborted) {
        places.add((await get('/')).from);
        counts[client] = (counts[client] ?? 0) + 1;
      }
      return places.size;
    });
    let version = 0;
    while (version < 30 || Math.min(...counts) < 5) {
      version++;
      proxy.source.push(typeUrls.listener, [httpListener([answering(String(version))])], String(version));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    until.abort();
    expect(await Promise.all(clients)).toEqual(counts.map(() => 1));
    expect((await request(port)).body).toBe(String(version));
  });

  it('leaves TCP streams alone', async () => {
    const echo = await startTcp((socket) => socket.pipe(socket));
    cleanups.push(echo.stop);
    const listener = (prefix: string): Listener => ({
      name: 'test',
      address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
      traffic_direction: 'OUTBOUND',
      stat_prefix: prefix,
      filter_chains: [{ filters: [{ name: 'tcp', typed_config: { '@type': typeUrls.tcpProxy, stat_prefix: 'tcp', cluster: 'echo' } }] }],
    });
    const proxy = await start(listener('one'), { echo: echo.port });
    const socket = net.connect(proxy.port(), '127.0.0.1');
    cleanups.push(() => socket.destroy());
    const heard = (): Promise<string> => new Promise((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    socket.write('before');
    expect(await heard()).toBe('before');
    proxy.source.push(typeUrls.listener, [listener('two')], '2');
    socket.write('after');
    expect(await heard()).toBe('after');
  });
});
