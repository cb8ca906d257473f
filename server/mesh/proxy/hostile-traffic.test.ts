import net from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpConnectionManager, Route } from '@/lib/xds';
import { httpListener, raw, request, startHttp, startProxy, startTcp, staticCluster } from './testdata/harness';
import type { TestProxy } from './testdata/harness';

/** Attacks that are about time and memory. Those about framing are tested beside the parsers (`http1`, `http2`). */
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const toApp: Route = { match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 0 } } };

async function proxyTo(port: number, manager: Partial<HttpConnectionManager> = {}, routes: Route[] = [toApp]): Promise<TestProxy> {
  const started = await startProxy({ clusters: [staticCluster('app', [port])], listeners: [httpListener(routes, manager)] });
  cleanups.push(started.stop);
  return started;
}

async function app(): Promise<number> {
  const server = await startHttp((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end('ok'));
  });
  cleanups.push(server.stop);
  return server.port;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are held in buffers. Those of dead ones count until they are collected. */
function heldBytes(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** Sends a piece every 20 ms for as long as the connection stands; resolves with what was heard and how many pieces it took. */
function trickle(port: number, first: string, piece: string): Promise<{ heard: string; pieces: number }> {
  return new Promise((resolve) => {
    let heard = '';
    let pieces = 0;
    const socket = net.connect(port, '127.0.0.1', () => socket.write(first));
    const timer = setInterval(() => {
      pieces++;
      socket.write(piece);
    }, 20);
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ heard, pieces });
    });
  });
}

describe('slow clients', () => {
  it('lose the connection when a head keeps coming but does not end', async () => {
    const proxy = await proxyTo(await app(), { request_headers_timeout: { seconds: 0, nanos: 3e8 } });
    const { heard, pieces } = await trickle(proxy.port(), 'GET / HTTP/1.1\r\nhost: a\r\n', 'x: y\r\n');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    expect(pieces).toBeLessThan(80);
  });

  it('lose the connection when the body they promised stops coming', async () => {
    const short = { seconds: 0, nanos: 3e8 };
    const proxy = await proxyTo(await app(), { stream_idle_timeout: short, request_headers_timeout: short });
    const heard = await raw(proxy.port(), 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nabc');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('do not keep others waiting', async () => {
    const proxy = await proxyTo(await app());
    const slow = Array.from({ length: 300 }, () => {
      const socket = net.connect(proxy.port(), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n'));
      socket.on('error', () => {});
      return socket;
    });
    await expect.poll(() => proxy.proxy.listeners.active).toBe(300);
    expect((await request(proxy.port())).status).toBe(200);
    for (const socket of slow) socket.destroy();
    await expect.poll(() => proxy.proxy.listeners.active).toBe(0);
  });
});

describe('memory', () => {
  it('is given back after heads that are too large, and never holds more than a head each', async () => {
    const proxy = await proxyTo(await app());
    const head = `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(100_000)}`;
    const before = heldBytes();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => raw(proxy.port(), head)));
      for (const answer of answers) expect(answer === '' || answer.startsWith('HTTP/1.1 431 '), answer).toBe(true);
    }
    await expect.poll(() => proxy.proxy.listeners.active).toBe(0);
    // 20 MB were sent; a head may have 60 KiB.
    expect(heldBytes() - before).toBeLessThan(10 * 1024 * 1024);
  });

  it('does not grow with requests that are sent ahead of their answers', async () => {
    const server = await startTcp(() => {});
    cleanups.push(server.stop);
    const proxy = await proxyTo(server.port);
    const before = heldBytes();
    const socket = net.connect(proxy.port(), '127.0.0.1');
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    const requests = Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(40_000));
    let taken = false;
    socket.write(requests, () => (taken = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The proxy stops reading: what it does not take waits with the client.
    expect(heldBytes() - before).toBeLessThan(requests.length + 2 * 1024 * 1024);
    expect(taken && socket.writableLength === 0 && proxy.proxy.listeners.active === 0).toBe(false);
  });

  it('does not grow with an answer that nobody reads', async () => {
    const block = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    const server = await startTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (sent < 256 * 1024 * 1024) {
          sent += block.length;
          if (!socket.write(block)) return;
        }
      };
      socket.on('drain', more);
      socket.once('data', more);
    });
    cleanups.push(server.stop);
    const proxy = await proxyTo(server.port);
    const before = heldBytes();
    const socket = net.connect(proxy.port(), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'));
    socket.pause();
    cleanups.push(() => socket.destroy());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect(heldBytes() - before).toBeLessThan(24 * 1024 * 1024);
  });
});

describe('patterns made to block', () => {
  it('are matched without trying every way', async () => {
    const blocking = ['/(a+)+b', '/(a|aa)+b', '/(.*a){20}b'].map((regex, at): Route => ({
      match: { safe_regex: { regex } },
      direct_response: { status: 410 + at },
    }));
    const proxy = await proxyTo(await app(), {}, [...blocking, toApp]);
    // By trying every way this would not end before the sun does.
    expect((await request(proxy.port(), { path: `/${'a'.repeat(4000)}!` })).status).toBe(200);
    expect((await request(proxy.port(), { path: '/aaab' })).status).toBe(410);
  });
});

describe('servers that break the rules', () => {
  const answers: Record<string, string> = {
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc',
    'length and coding': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'null byte': 'HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 0\r\n\r\n',
    'bare line feeds': 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
    'head without end': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`,
    'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  };
  for (const [name, bytes] of Object.entries(answers)) {
    it(`are not believed: ${name}`, async () => {
      const server = await startTcp((socket) => socket.once('data', () => socket.write(bytes)));
      cleanups.push(server.stop);
      const reply = await request((await proxyTo(server.port)).port());
      expect(reply.status).toBe(502);
    });
  }

  it('do not slip an answer in for the next request', async () => {
    let asked = 0;
    const server = await startTcp((socket) =>
      socket.on('data', () => {
        asked++;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmineHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison');
      }),
    );
    cleanups.push(server.stop);
    const proxy = await proxyTo(server.port);
    for (let round = 0; round < 3; round++) expect((await request(proxy.port())).body).toBe('mine');
    expect(asked).toBe(3);
  });
});
