import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, Route } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { httpListener, request, startHttp, startProxy, staticCluster } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const speaksHttp2: Partial<Cluster> = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': typeUrls.httpProtocolOptions,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

async function startHttp2(handler: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void): Promise<number> {
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    handler(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.close();
    for (const session of sessions) session.destroy();
  });
  return (server.address() as AddressInfo).port;
}

async function proxyTo(port: number, more: Partial<Cluster>, route: Partial<Route> = {}): Promise<TestProxy> {
  const started = await startProxy({
    clusters: [staticCluster('app', [port], more)],
    listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 0 } }, ...route }])],
  });
  cleanups.push(started.stop);
  return started;
}

function connect(port: number): http2.ClientHttp2Session {
  const client = http2.connect(`http://127.0.0.1:${port}`);
  client.on('error', () => {});
  cleanups.push(() => client.destroy());
  return client;
}

interface Answer {
  headers: http2.IncomingHttpHeaders;
  body: Buffer;
  trailers: http2.IncomingHttpHeaders;
}

function call(client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = client.request(headers, { endStream: body === undefined });
    const answer: Answer = { headers: {}, body: Buffer.alloc(0), trailers: {} };
    const chunks: Buffer[] = [];
    stream.on('response', (found) => (answer.headers = found));
    stream.on('trailers', (found) => (answer.trailers = found));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve({ ...answer, body: Buffer.concat(chunks) }));
    stream.on('error', reject);
    if (body !== undefined) stream.end(body);
  });
}

async function grpcEcho(): Promise<number> {
  return startHttp2((stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'x-path': headers[':path'] ?? '', 'x-id': headers['x-request-id'] ?? '' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(headers['x-fail'] ?? 0) }));
      stream.end(Buffer.concat(chunks));
    });
  });
}

describe('HTTP/2 on both sides', () => {
  it('carries gRPC calls with trailers, many on one connection', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const client = connect(proxy.port());
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        call(
          client,
          { ':method': 'POST', ':path': `/pkg.Svc/M${at}`, 'content-type': 'application/grpc', te: 'trailers' },
          Buffer.alloc(100, at),
        ),
      ),
    );
    answers.forEach((answer, at) => {
      expect(answer.headers[':status']).toBe(200);
      expect(answer.headers['x-path']).toBe(`/pkg.Svc/M${at}`);
      expect(answer.body.equals(Buffer.alloc(100, at))).toBe(true);
      expect(answer.trailers['grpc-status']).toBe('0');
    });
    const lines: string[] = [];
    proxy.proxy.context.metrics.table.render(lines);
    const [total] = lines.filter((line) => line.startsWith('istio_requests_total'));
    expect(total).toContain('request_protocol="grpc"');
    expect(total).toContain('grpc_response_status="0"');
    expect(total).toMatch(/ 50$/);
  });

  it('counts the messages of gRPC calls, however they are cut', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const client = connect(proxy.port());
    const message = (size: number): Buffer => {
      const framed = Buffer.alloc(5 + size, 1);
      framed.writeUInt32BE(size, 1);
      return framed;
    };
    const grpc = { ':method': 'POST', ':path': '/pkg.Svc/M', 'content-type': 'application/grpc', te: 'trailers' };
    const body = Buffer.concat([message(0), message(3), message(100_000)]);
    await Promise.all([1, 2].map(() => call(client, grpc, body)));
    // Whatever else looks like messages is none.
    await call(client, { ':method': 'POST', ':path': '/a' }, body);
    const lines: string[] = [];
    proxy.proxy.context.metrics.table.render(lines);
    for (const name of ['istio_request_messages_total', 'istio_response_messages_total']) {
      const found = lines.filter((line) => line.startsWith(name));
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(/request_protocol="grpc"\} 6$/);
    }
  });

  it('carries bodies larger than every window both ways', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const client = connect(proxy.port());
    const body = Buffer.alloc(3_000_000);
    for (let at = 0; at < body.length; at += 4) body.writeUInt32LE(at, at);
    const answers = await Promise.all([1, 2, 3].map(() => call(client, { ':method': 'POST', ':path': '/a' }, body)));
    for (const answer of answers) expect(answer.body.equals(body)).toBe(true);
  });

  it('answers a gRPC call that cannot be routed in gRPC', async () => {
    const proxy = await startProxy({ listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'missing' } }])] });
    cleanups.push(proxy.stop);
    const answer = await call(connect(proxy.port()), { ':method': 'POST', ':path': '/a', 'content-type': 'application/grpc' }, 'x');
    expect(answer.headers[':status']).toBe(200);
    expect(answer.headers['grpc-status']).toBe('14');
  });

  it('retries gRPC by status', async () => {
    let calls = 0;
    const port = await startHttp2((stream) => {
      calls++;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': calls < 3 ? '14' : '0' }, { endStream: true });
    });
    const proxy = await proxyTo(port, speaksHttp2, {
      route: {
        cluster: 'app',
        retry_policy: { retry_on: 'unavailable', num_retries: { value: 2 }, retry_back_off: { base_interval: { seconds: 0, nanos: 1e6 } } },
      },
    });
    const answer = await call(connect(proxy.port()), { ':method': 'POST', ':path': '/a', 'content-type': 'application/grpc' }, 'x');
    expect(answer.headers['grpc-status']).toBe('0');
    expect(calls).toBe(3);
  });

  it('passes a reset of the client on to the server', async () => {
    let closed: (code: number) => void = () => {};
    const code = new Promise<number>((resolve) => (closed = resolve));
    const asked = Promise.withResolvers<void>();
    const port = await startHttp2((stream) => {
      stream.on('close', () => closed(stream.rstCode));
      asked.resolve();
    });
    const client = connect((await proxyTo(port, speaksHttp2)).port());
    const stream = client.request({ ':path': '/slow' });
    stream.on('error', () => {});
    await asked.promise;
    stream.close(http2.constants.NGHTTP2_CANCEL);
    expect(await code).toBe(http2.constants.NGHTTP2_CANCEL);
  });
});

describe('the bridge between the versions', () => {
  it('takes HTTP/2 to an HTTP/1 server', async () => {
    const app = await startHttp((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        response.setHeader(
          'x-seen',
          `${incoming.method} ${incoming.url} ${incoming.headers['host']} ${incoming.headers['transfer-encoding'] ?? incoming.headers['content-length'] ?? '-'}`,
        );
        response.write(Buffer.concat(chunks));
        response.end();
      });
    });
    cleanups.push(app.stop);
    const client = connect((await proxyTo(app.port, {})).port());
    const body = Buffer.alloc(300_000, 7);
    const answer = await call(client, { ':method': 'POST', ':path': '/p', ':authority': 'shop' }, body);
    expect(answer.headers['x-seen']).toBe('POST /p shop chunked');
    expect(answer.headers['transfer-encoding']).toBeUndefined();
    expect(answer.body.equals(body)).toBe(true);
    expect((await call(client, { ':path': '/g', ':authority': 'shop' })).headers['x-seen']).toBe('GET /g shop -');
  });

  it('takes HTTP/1 to an HTTP/2 server', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const body = 'y'.repeat(200_000);
    const whole = await request(proxy.port(), { method: 'POST', path: '/q?a=b', body });
    expect(whole.status).toBe(200);
    expect(whole.headers['x-path']).toBe('/q?a=b');
    expect(whole.headers['transfer-encoding']).toBe('chunked');
    expect(whole.body).toBe(body);
    const chunked = await request(proxy.port(), { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'hello' });
    expect(chunked.body).toBe('hello');
    expect(chunked.trailers['grpc-status']).toBe('0');
  });
});

describe('hostile HTTP/2', () => {
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

  function frame(type: number, flags: number, id: number, payload: Buffer): Buffer {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(id, 5);
    return Buffer.concat([head, payload]);
  }

  /** Sends; resolves with the code of the GOAWAY frame. */
  function goAway(port: number, bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
      let heard = Buffer.alloc(0);
      socket.on('data', (chunk) => (heard = Buffer.concat([heard, chunk])));
      socket.on('error', () => {});
      socket.on('close', () => {
        for (let at = 0; at + 9 <= heard.length; at += 9 + heard.readUIntBE(at, 3))
          if (heard[at + 3] === 7) return resolve(heard.readUInt32BE(at + 13));
        reject(new Error('closed without GOAWAY'));
      });
    });
  }

  const get = Buffer.from([0x82, 0x84, 0x86, 0x41, 0x01, 0x61]);

  it('ends a connection that opens and resets without end', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const floods: Buffer[] = [preface];
    for (let id = 1; id < 2000; id += 2) floods.push(frame(1, 5, id, get), frame(3, 0, id, Buffer.from([0, 0, 0, 8])));
    expect(await goAway(proxy.port(), Buffer.concat(floods))).toBe(11);
  });

  it('ends a connection with endless CONTINUATION frames', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const floods = [preface, frame(1, 0, 1, get), ...Array.from({ length: 40 }, () => frame(9, 0, 1, Buffer.alloc(0)))];
    expect(await goAway(proxy.port(), Buffer.concat(floods))).toBe(11);
  });

  it('ends a connection that floods with pings', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    expect(
      await goAway(proxy.port(), Buffer.concat([preface, ...Array.from({ length: 5000 }, () => frame(6, 0, 0, Buffer.alloc(8)))])),
    ).toBe(11);
  });

  it('answers 431 to a small block that stands for a large header list, and goes on', async () => {
    const proxy = await proxyTo(await grpcEcho(), speaksHttp2);
    const literal = Buffer.concat([Buffer.from([0x40, 1, 0x78, 0x7f, 0xb9, 0x16]), Buffer.alloc(3000, 0x61)]);
    const bomb = Buffer.concat([get, literal, Buffer.alloc(200, 0xbe)]);
    const frames = Buffer.concat([preface, frame(1, 5, 1, bomb), frame(1, 5, 3, get)]);
    const heads = await new Promise<Map<number, Buffer>>((resolve) => {
      const socket = net.connect(proxy.port(), '127.0.0.1', () => socket.write(frames));
      let heard = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        const found = new Map<number, Buffer>();
        for (let at = 0; at + 9 <= heard.length; at += 9 + heard.readUIntBE(at, 3))
          if (heard[at + 3] === 1) found.set(heard.readUInt32BE(at + 5), heard.subarray(at + 9));
        if (found.size < 2) return;
        socket.destroy();
        resolve(found);
      });
    });
    expect(heads.get(1)?.toString('latin1')).toContain('431');
    expect(heads.get(3)?.[0]).toBe(0x88);
  });

  it('refuses a body that does not keep to its content-length', async () => {
    const app = await startHttp((_incoming, response) => response.end('no'));
    cleanups.push(app.stop);
    const client = connect((await proxyTo(app.port, {})).port());
    await expect(
      new Promise((resolve, reject) => {
        const stream = client.request({ ':method': 'POST', ':path': '/', 'content-length': '3' }, { endStream: false });
        stream.on('error', reject);
        stream.on('response', resolve);
        stream.end('more than three');
      }),
    ).rejects.toThrow();
  });
});
