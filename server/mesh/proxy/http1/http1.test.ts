import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpConnectionManager, Route } from '@/lib/xds';
import { httpListener, raw, request, startHttp, startProxy, startTcp, staticCluster } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const everything: Route = { match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 0 } } };

async function proxyTo(port: number, manager: Partial<HttpConnectionManager> = {}, route = everything): Promise<TestProxy> {
  const started = await startProxy({ clusters: [staticCluster('app', [port])], listeners: [httpListener([route], manager)] });
  cleanups.push(started.stop);
  return started;
}

async function app(handler: http.RequestListener): Promise<number> {
  const server = await startHttp(handler);
  cleanups.push(server.stop);
  return server.port;
}

/** Collects the requests that reach it, as raw bytes, and answers each chunk. */
async function recorder(answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = await startTcp((socket) =>
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString('latin1'));
      socket.write(answer);
    }),
  );
  cleanups.push(server.stop);
  return { port: server.port, heard };
}

describe('requests', () => {
  it('take absolute form, and the authority in it wins', async () => {
    const { port, heard } = await recorder();
    const proxy = await proxyTo(port);
    await raw(proxy.port(), 'GET http://reviews:9080/reviews/0?x=1 HTTP/1.1\r\nHost: other\r\nProxy-Connection: keep-alive\r\n\r\n', 'ok');
    expect(heard[0]).toMatch(/^GET \/reviews\/0\?x=1 HTTP\/1\.1\r\nhost: reviews:9080\r\n/);
    expect(heard[0]?.toLowerCase()).not.toContain('proxy-connection');
  });

  it('lose what concerns one hop only', async () => {
    const { port, heard } = await recorder();
    const proxy = await proxyTo(port);
    await raw(
      proxy.port(),
      'GET / HTTP/1.1\r\nhost: a\r\nConnection: keep-alive, X-Private\r\nX-Private: 1\r\nKeep-Alive: 5\r\nX-Stays: 1\r\n\r\n',
      'ok',
    );
    expect(heard[0]).toContain('X-Stays: 1');
    expect(heard[0]).not.toMatch(/X-Private|Keep-Alive/i);
  });

  it('arrive in small pieces', async () => {
    const port = await app((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => response.end(body));
    });
    const proxy = await proxyTo(port);
    const text = 'POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello';
    expect(await raw(proxy.port(), text.match(/[\s\S]{1,3}/g) ?? [], 'hello')).toContain('200 OK');
  });

  it('are told to go on before their body', async () => {
    const port = await app((incoming, response) => incoming.pipe(response));
    const proxy = await proxyTo(port);
    const heard = await new Promise<string>((resolve) => {
      const socket = net.connect(proxy.port(), '127.0.0.1');
      let text = '';
      socket.write('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n');
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('100 Continue') && !text.includes('200 OK')) socket.write('body');
        if (!text.endsWith('body') && !text.includes('\r\n\r\n4\r\nbody')) return;
        socket.destroy();
        resolve(text);
      });
    });
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('keep chunked trailers', async () => {
    const port = await app((incoming, response) => {
      incoming.resume();
      incoming.on('end', () => {
        response.setHeader('trailer', 'x-sum');
        response.write('body');
        response.addTrailers({ 'x-sum': incoming.trailers['x-in'] ?? 'none' });
        response.end();
      });
    });
    const proxy = await proxyTo(port);
    const heard = await raw(
      proxy.port(),
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\nx-in: seven\r\n\r\n',
    );
    expect(heard).toContain('x-sum: seven');
  });
});

describe('responses', () => {
  it('to HEAD have no body, and the connection goes on', async () => {
    const port = await app((_incoming, response) => {
      response.setHeader('content-length', '1000');
      response.end();
    });
    const proxy = await proxyTo(port);
    const heard = await raw(proxy.port(), 'HEAD / HTTP/1.1\r\nhost: a\r\n\r\nHEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(heard.match(/content-length: 1000/gi)).toHaveLength(2);
  });

  it('without a length become chunked, and the connection goes on', async () => {
    const server = await startTcp((socket) => socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end')));
    cleanups.push(server.stop);
    const proxy = await proxyTo(server.port);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 2; round++) {
      const reply = await request(proxy.port(), { agent });
      expect(reply.headers['transfer-encoding']).toBe('chunked');
      expect(reply.body).toBe('until the end');
    }
    agent.destroy();
  });

  it('are slowed down for a slow client', async () => {
    const size = 30_000_000;
    const port = await app((_incoming, response) => response.end(Buffer.alloc(size, 1)));
    const proxy = await proxyTo(port);
    const received = await new Promise<number>((resolve) => {
      const socket = net.connect(proxy.port(), '127.0.0.1');
      let total = 0;
      socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
      socket.pause();
      setTimeout(() => socket.resume(), 300);
      socket.on('data', (chunk: Buffer) => (total += chunk.length));
      socket.on('end', () => resolve(total));
    });
    expect(received).toBeGreaterThan(size);
  });
});

describe('upgrades', () => {
  async function echoSocket(): Promise<number> {
    const server = await startHttp(() => {});
    server.server.on('upgrade', (_incoming, socket: net.Socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`));
      socket.on('error', () => {});
      cleanups.push(() => socket.destroy());
    });
    cleanups.push(server.stop);
    return server.port;
  }
  const head = 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';

  it('turn the connection into a tunnel', async () => {
    const proxy = await proxyTo(await echoSocket(), { upgrade_configs: [{ upgrade_type: 'websocket' }] });
    const heard = await raw(proxy.port(), [head, 'ping', 'pong'], /<ping>[\s\S]*<pong>|<pingpong>/);
    expect(heard).toMatch(/^HTTP\/1\.1 101 /);
    expect(heard).toMatch(/upgrade: websocket/i);
  });

  it('are refused where the listener does not allow them', async () => {
    const proxy = await proxyTo(await echoSocket());
    expect(await raw(proxy.port(), head, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('hostile HTTP/1', () => {
  const attacks: Record<string, string> = {
    'CL.TE': 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG',
    'TE.CL': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n',
    'TE.TE': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n',
    'obscure coding': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n',
    'list of codings': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'space before the colon': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\nabc',
    'signed length': 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +3\r\n\r\nabc',
    'list of lengths': 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3, 3\r\n\r\nabc',
    'two hosts': 'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'bare line feeds': 'GET / HTTP/1.1\nhost: a\n\n',
    'bare carriage return': 'GET / HTTP/1.1\r\nhost: a\rx: b\r\n\r\n',
    'folded line': 'GET / HTTP/1.1\r\nhost: a\r\nx: b\r\n c\r\n\r\n',
    'null byte': 'GET / HTTP/1.1\r\nhost: a\r\nx: b\0c\r\n\r\n',
    'bad name': 'GET / HTTP/1.1\r\nhost: a\r\nx(y): b\r\n\r\n',
    'no name': 'GET / HTTP/1.1\r\nhost: a\r\n: b\r\n\r\n',
    'bad version': 'GET / HTTP/9.9\r\nhost: a\r\n\r\n',
    'hidden host': 'GET http://a@b/ HTTP/1.1\r\nhost: a\r\n\r\n',
    'relative target': 'GET path HTTP/1.1\r\nhost: a\r\n\r\n',
    'bad chunk size': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'negative chunk size': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n',
    'huge chunk size': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n',
    'chunk without its end': 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
  };
  for (const [name, bytes] of Object.entries(attacks)) {
    it(`refuses: ${name}`, async () => {
      const { port, heard } = await recorder();
      const proxy = await proxyTo(port);
      const answer = await raw(proxy.port(), `${bytes}GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n`);
      // Either the head is refused outright, or the connection ends at the bad chunk: what follows is never taken for a request.
      expect(answer === '' || answer.startsWith('HTTP/1.1 400 '), answer).toBe(true);
      expect(answer.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThan(2);
      expect(heard.join('')).not.toContain('GET /smuggled');
    });
  }

  it('answers 431 to a head without end', async () => {
    const proxy = await proxyTo((await recorder()).port);
    expect(await raw(proxy.port(), `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    const many = Array.from({ length: 200 }, (_, at) => `x${at}: 1\r\n`).join('');
    expect(await raw(proxy.port(), `GET / HTTP/1.1\r\nhost: a\r\n${many}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('answers 408 to a head that does not come', async () => {
    const proxy = await proxyTo((await recorder()).port, { request_headers_timeout: { seconds: 0, nanos: 2e8 } });
    expect(await raw(proxy.port(), 'GET / HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('answers 426 to HTTP/1.0 unless it is allowed', async () => {
    const { port } = await recorder();
    expect(await raw((await proxyTo(port)).port(), 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 426 /);
    const allowed = await proxyTo(port, { http_protocol_options: { accept_http_10: true } });
    expect(await raw(allowed.port(), 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is not led past a rule by dots and escapes in the path', async () => {
    const { port, heard } = await recorder();
    const started = await startProxy({
      clusters: [staticCluster('app', [port])],
      listeners: [
        httpListener([{ match: { prefix: '/admin' }, direct_response: { status: 403 } }, everything], {
          normalize_path: { value: true },
          merge_slashes: true,
        }),
      ],
    });
    cleanups.push(started.stop);
    for (const path of ['/public/../admin', '/./admin', '/%61dmin', '/public/%2e%2e/admin', '//admin', '/public\\..\\admin']) {
      expect(await raw(started.port(), `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`, '\r\n\r\n'), path).toMatch(/^HTTP\/1\.1 403 /);
    }
    expect(heard).toEqual([]);
  });
});
