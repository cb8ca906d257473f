import http from 'node:http';
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
    const app = await startHttp((_incoming, response) => void setTimeout(() => response.end('slow'), 200));
    cleanups.push(app.stop);
    const proxy = await start(httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }]), { app: app.port });
    const get = oneConnection(proxy.port());
    const slow = get('/');
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.source.push(typeUrls.listener, [httpListener([answering('new')])], '2');
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
    const clients = Array.from({ length: 8 }, async () => {
      const get = oneConnection(port);
      const places = new Set<number | undefined>();
      let count = 0;
      while (!until.signal.aborted) {
        places.add((await get('/')).from);
        count++;
      }
      return { places: places.size, count };
    });
    for (let version = 1; version <= 30; version++) {
      proxy.source.push(typeUrls.listener, [httpListener([answering(String(version))])], String(version));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    until.abort();
    for (const client of await Promise.all(clients)) {
      expect(client.places).toBe(1);
      expect(client.count).toBeGreaterThan(5);
    }
    expect((await request(port)).body).toBe('30');
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
