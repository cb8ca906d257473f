import { afterEach, describe, expect, it } from 'vitest';
import { httpListener, raw, request, startHttp, startProxy, staticCluster } from './testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function echo(): Promise<number> {
  const server = await startHttp((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
  });
  cleanups.push(server.stop);
  return server.port;
}

async function proxyTo(port: number): Promise<number> {
  const started = await startProxy({
    clusters: [staticCluster('app', [port])],
    listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }])],
  });
  cleanups.push(started.stop);
  return started.port();
}

describe('HTTP/1.1 through the proxy', () => {
  it('forwards a request and names itself', async () => {
    const port = await proxyTo(await echo());
    const reply = await request(port, { path: '/a?b=c', headers: { 'x-test': 'yes' } });
    expect(reply.status).toBe(200);
    expect(reply.headers['server']).toBe('envoy');
    expect(reply.headers['x-envoy-upstream-service-time']).toMatch(/^\d+$/);
    const seen = JSON.parse(reply.body) as { url: string; headers: Record<string, string> };
    expect(seen.url).toBe('/a?b=c');
    expect(seen.headers['x-test']).toBe('yes');
    expect(seen.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(seen.headers['x-forwarded-proto']).toBe('http');
    expect(seen.headers['x-envoy-attempt-count']).toBe('1');
  });

  it('forwards bodies with a length and chunked', async () => {
    const port = await proxyTo(await echo());
    const length = await request(port, { method: 'POST', body: 'x'.repeat(200_000) });
    expect((JSON.parse(length.body) as { body: string }).body).toHaveLength(200_000);
    const chunked = await request(port, { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'hello' });
    expect((JSON.parse(chunked.body) as { body: string }).body).toBe('hello');
  });

  it('answers pipelined requests in order', async () => {
    const port = await proxyTo(await echo());
    const heard = await raw(
      port,
      'GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\nGET /3 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    );
    expect([...heard.matchAll(/"url":"(\/\d)"/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
  });
});
