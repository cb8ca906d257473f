import http from 'node:http';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Listener, NetworkFilter } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { armedDeadlines } from '../io/deadline';
import { createAuthority, identitySource } from '../testdata/certificates';
import { httpFilter, httpListener, raw, request, startHttp, startProxy, startTcp, staticCluster, virtualHost } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function keep<T extends { stop(): void }>(one: T): T {
  cleanups.push(() => one.stop());
  return one;
}

function tcpFilter(cluster: string): NetworkFilter {
  return { name: 'envoy.filters.network.tcp_proxy', typed_config: { '@type': typeUrls.tcpProxy, stat_prefix: cluster, cluster } };
}

function tcpListener(filters: readonly NetworkFilter[], more: Partial<Listener> = {}): Listener {
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    traffic_direction: 'OUTBOUND',
    filter_chains: [{ filters: [...filters] }],
    ...more,
  };
}

function lines(proxy: TestProxy, name: string): string[] {
  const out: string[] = [];
  proxy.proxy.context.metrics.table.render(out);
  return out.filter((line) => line.startsWith(name));
}

describe('TCP', () => {
  it('joins two connections, with half-close, and counts', async () => {
    const server = keep(
      await startTcp(
        (socket) => {
          let heard = '';
          socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
          socket.on('end', () => socket.end(`heard ${heard}`));
        },
        { allowHalfOpen: true },
      ),
    );
    const proxy = keep(
      await startProxy({
        clusters: [staticCluster('outbound|9000||echo.default.svc.cluster.local', [server.port])],
        listeners: [tcpListener([tcpFilter('outbound|9000||echo.default.svc.cluster.local')])],
      }),
    );
    const answer = await new Promise<string>((resolve) => {
      const socket = net.connect({ port: proxy.port(), host: '127.0.0.1', allowHalfOpen: true });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => (socket.end(), resolve(text)));
      socket.end('hello');
    });
    expect(answer).toBe('heard hello');
    await expect
      .poll(() => lines(proxy, 'istio_tcp_connections_closed_total')[0])
      .toMatch(/destination_service="echo\.default\.svc\.cluster\.local".* 1$/);
    expect(lines(proxy, 'istio_tcp_received_bytes_total')[0]).toMatch(/ 5$/);
    expect(lines(proxy, 'istio_tcp_sent_bytes_total')[0]).toMatch(/ 11$/);
  });

  it('carries much through a slow reader without keeping it', async () => {
    const size = 50_000_000;
    const server = keep(await startTcp((socket) => socket.end(Buffer.alloc(size))));
    const proxy = keep(await startProxy({ clusters: [staticCluster('app', [server.port])], listeners: [tcpListener([tcpFilter('app')])] }));
    const total = await new Promise<number>((resolve) => {
      const socket = net.connect(proxy.port(), '127.0.0.1');
      let count = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 200);
      socket.on('data', (chunk: Buffer) => (count += chunk.length));
      socket.on('close', () => resolve(count));
    });
    expect(total).toBe(size);
  });

  it('is closed by a policy before a byte passes', async () => {
    const server = keep(await startTcp((socket) => socket.end('secret')));
    const rbac: NetworkFilter = {
      name: 'envoy.filters.network.rbac',
      typed_config: {
        '@type': typeUrls.networkRbac,
        stat_prefix: 'tcp.',
        rules: { action: 'DENY', policies: { all: { permissions: [{ any: true }], principals: [{ any: true }] } } },
      },
    };
    const proxy = keep(
      await startProxy({ clusters: [staticCluster('app', [server.port])], listeners: [tcpListener([rbac, tcpFilter('app')])] }),
    );
    expect(await raw(proxy.port(), 'x')).toBe('');
  });
});

describe('TLS', () => {
  it('passes through by server name', async () => {
    const authority = createAuthority();
    const identity = authority.issue({ dns: 'one.test' });
    const backend = tls.createServer({ cert: identity.certPem, key: identity.keyPem }, (socket) => socket.end('one'));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => backend.close());
    const { port } = backend.address() as net.AddressInfo;
    const proxy = keep(
      await startProxy({
        clusters: [staticCluster('one', [port])],
        listeners: [
          tcpListener([], {
            listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': typeUrls.tlsInspector } }],
            filter_chains: [{ filter_chain_match: { server_names: ['*.test'] }, filters: [tcpFilter('one')] }],
          }),
        ],
      }),
    );
    const connect = (servername: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = tls.connect({
          port: proxy.port(),
          host: '127.0.0.1',
          servername,
          ca: authority.rootPem,
          checkServerIdentity: () => undefined,
        });
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
        socket.on('error', () => resolve('refused'));
        socket.on('close', () => resolve(text));
      });
    expect(await connect('one.test')).toBe('one');
    expect(await connect('two.example')).toBe('refused');
  });

  it('terminates at a gateway with certificates that come over SDS, HTTP/1 and HTTP/2', async () => {
    const authority = createAuthority();
    const { certPem, keyPem } = authority.issue({ dns: 'shop.test' });
    const proxy = keep(
      await startProxy(
        {
          listeners: [
            tcpListener([], {
              listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': typeUrls.tlsInspector } }],
              filter_chains: [
                {
                  filter_chain_match: { server_names: ['shop.test'] },
                  transport_socket: {
                    name: 'envoy.transport_sockets.tls',
                    typed_config: {
                      '@type': typeUrls.downstreamTls,
                      common_tls_context: {
                        alpn_protocols: ['h2', 'http/1.1'],
                        tls_certificate_sds_secret_configs: [{ name: 'kubernetes://shop' }],
                      },
                    },
                  },
                  filters: [
                    httpFilter({
                      route_config: {
                        name: 'r',
                        virtual_hosts: [
                          virtualHost([{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'secure' } } }]),
                        ],
                      },
                    }),
                  ],
                },
              ],
            }),
          ],
        },
        {
          identity: identitySource(authority.issue({ uri: 'spiffe://cluster.local/ns/a/sa/b' })),
          withSecrets: [
            {
              name: 'kubernetes://shop',
              tls_certificate: { certificate_chain: { inline_string: certPem }, private_key: { inline_string: keyPem } },
            },
          ],
        },
      ),
    );
    expect(
      proxy.source.push(typeUrls.secret, [
        {
          name: 'kubernetes://broken',
          tls_certificate: { certificate_chain: { inline_string: 'x' }, private_key: { inline_string: 'y' } },
        } as { name: string },
      ]),
    ).toContain('kubernetes://broken');
    expect(proxy.source.subscribed).toContain(`${typeUrls.secret}/kubernetes://shop`);
    const body = await new Promise<string>((resolve, reject) => {
      const socket = tls.connect({
        port: proxy.port(),
        host: '127.0.0.1',
        servername: 'shop.test',
        ca: authority.rootPem,
        ALPNProtocols: ['http/1.1'],
      });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      socket.write('GET / HTTP/1.1\r\nhost: shop.test\r\nconnection: close\r\n\r\n');
    });
    expect(body).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*secure$/);
    const { connect } = await import('node:http2');
    const session = connect(`https://127.0.0.1:${proxy.port()}`, { servername: 'shop.test', ca: authority.rootPem });
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject);
      session.request({ ':path': '/', ':authority': 'shop.test' }).on('response', (headers) => resolve(headers[':status']));
    });
    session.destroy();
    expect(status).toBe(200);
  });
});

describe('CONNECT on the HTTP proxy listener', () => {
  async function httpProxy(): Promise<{ proxy: TestProxy; raw: number }> {
    const app = keep(await startHttp((incoming, response) => response.end(`app ${incoming.url}`)));
    const server = keep(await startTcp((socket) => socket.on('data', (chunk: Buffer) => socket.write(`tcp ${chunk.toString()}`))));
    const proxy = keep(
      await startProxy({
        clusters: [
          staticCluster('app', [app.port]),
          staticCluster('outbound|9000||db.default.svc.cluster.local', [server.port]),
          { name: 'PassthroughCluster', type: 'ORIGINAL_DST' },
        ],
        listeners: [
          httpListener({
            name: 'http_proxy',
            ignore_port_in_host_matching: true,
            virtual_hosts: [
              virtualHost([{ match: { prefix: '/' }, route: { cluster: 'app' } }], {
                name: 'shop',
                domains: ['shop', 'shop.default.svc.cluster.local'],
              }),
              virtualHost([{ match: { prefix: '/' }, route: { cluster: 'PassthroughCluster' } }], { name: 'allow_any' }),
            ],
          }),
        ],
      }),
    );
    return { proxy, raw: server.port };
  }

  it('serves an HTTP service in the tunnel like any request', async () => {
    const { proxy } = await httpProxy();
    const heard = await raw(proxy.port(), [
      'CONNECT shop:9080 HTTP/1.1\r\nhost: shop:9080\r\n\r\n',
      'GET /in HTTP/1.1\r\nhost: shop:9080\r\nconnection: close\r\n\r\n',
    ]);
    expect(heard).toMatch(/^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*app \/in$/);
    expect(lines(proxy, 'istio_requests_total')).toHaveLength(1);
  });

  it('opens a TCP stream to a service that is no HTTP service, and to hosts outside', async () => {
    const { proxy, raw: outside } = await httpProxy();
    expect(await raw(proxy.port(), ['CONNECT db:9000 HTTP/1.1\r\nhost: db:9000\r\n\r\n', 'q'], 'tcp q')).toContain(
      '200 Connection Established\r\n\r\ntcp q',
    );
    expect(await raw(proxy.port(), [`CONNECT 127.0.0.1:${outside} HTTP/1.1\r\nhost: x\r\n\r\n`, 'q'], 'tcp q')).toContain('tcp q');
  });

  it('forwards plain requests to hosts that nobody configured, when that is allowed', async () => {
    const { proxy } = await httpProxy();
    const outside = keep(await startHttp((_incoming, response) => response.end('outside')));
    expect(
      (await request(proxy.port(), { path: `http://127.0.0.1:${outside.port}/x`, headers: { host: `127.0.0.1:${outside.port}` } })).body,
    ).toBe('outside');
    expect(lines(proxy, 'istio_requests_total')[0]).toContain('destination_service_name="PassthroughCluster"');
  });
});

describe('life cycle', () => {
  it('drains: no new connections, requests under way finish', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const app = keep(await startHttp((_incoming, response) => asked.resolve(response)));
    const proxy = keep(
      await startProxy({
        clusters: [staticCluster('app', [app.port])],
        listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }])],
      }),
    );
    const port = proxy.port();
    const agent = new http.Agent({ keepAlive: true });
    const reply = request(port, { agent });
    const response = await asked.promise;
    const drained = proxy.proxy.drain(10_000);
    expect(proxy.proxy.ready).toBe(false);
    response.end('finished');
    const answer = await reply;
    expect([answer.body, answer.headers['connection']]).toEqual(['finished', 'close']);
    await drained;
    await expect(request(port)).rejects.toThrow();
    agent.destroy();
  });

  it('keeps nothing of connections that are closed', async () => {
    const app = keep(await startHttp((_incoming, response) => response.end('ok')));
    const clusters = [staticCluster('app', [app.port])];
    const proxy = keep(
      await startProxy({
        clusters,
        listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app', timeout: { seconds: 15 } } }])],
      }),
    );
    await request(proxy.port());
    const before = armedDeadlines();
    await Promise.all(Array.from({ length: 40 }, () => request(proxy.port())));
    await expect.poll(() => armedDeadlines()).toBeLessThanOrEqual(before);
    expect(proxy.proxy.listeners.active).toBe(0);
  });

  it('stops listening when a listener is removed', async () => {
    const proxy = keep(await startProxy({ listeners: [httpListener([{ match: { prefix: '/' }, direct_response: { status: 200 } }])] }));
    const port = proxy.port();
    expect((await request(port)).status).toBe(200);
    proxy.source.remove(typeUrls.listener, ['test']);
    await expect(request(port)).rejects.toThrow();
  });
});
