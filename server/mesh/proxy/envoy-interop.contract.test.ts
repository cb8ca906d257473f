import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, Listener } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { createAuthority, identitySource } from './testdata/certificates';
import { httpFilter, httpListener, request, startHttp, startProxy, staticCluster, virtualHost } from './testdata/harness';
import type { Reply } from './testdata/harness';

/** Mutual TLS of the mesh between our proxy and a stock Envoy, both ways, HTTP/1.1 and HTTP/2 inside. */
const envoy = process.env['HEDDLE_ENVOY'] ?? '.peers/envoy';
const present = existsSync(envoy);
const required = process.env['HEDDLE_PEERS'] === 'required';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const serverId = 'spiffe://cluster.local/ns/default/sa/server';
const clientId = 'spiffe://cluster.local/ns/default/sa/client';
const sds = {
  tls_certificate_sds_secret_configs: [{ name: 'default' }],
  validation_context_sds_secret_config: { name: 'ROOTCA' },
};

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startEnvoy(listener: object, cluster: object): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-envoy-'));
  const path = join(dir, 'bootstrap.json');
  writeFileSync(
    path,
    JSON.stringify({ node: { id: 'e', cluster: 'e' }, static_resources: { listeners: [listener], clusters: [cluster] } }),
  );
  const child = spawn(envoy, ['-c', path, '--concurrency', '1', '--disable-hot-restart', '-l', 'error'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  cleanups.push(() => {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on ${port}`);
}

function envoyHttp(port: number, transport: object | undefined): object {
  return {
    name: 'l',
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [
      {
        ...(transport === undefined ? {} : { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: transport } }),
        filters: [
          {
            name: 'hcm',
            typed_config: {
              '@type': typeUrls.httpConnectionManager,
              stat_prefix: 'e',
              forward_client_cert_details: 'SANITIZE_SET',
              set_current_client_cert_details: { uri: true },
              route_config: {
                name: 'r',
                virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'next' } }] }],
              },
              http_filters: [{ name: 'router', typed_config: { '@type': typeUrls.router } }],
            },
          },
        ],
      },
    ],
  };
}

function envoyCluster(port: number, transport: object | undefined, http2: boolean): object {
  return {
    name: 'next',
    type: 'STATIC',
    connect_timeout: '2s',
    load_assignment: {
      cluster_name: 'next',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }] }],
    },
    ...(transport === undefined ? {} : { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: transport } }),
    ...(http2
      ? {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': typeUrls.httpProtocolOptions,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        }
      : { typed_extension_protocol_options: onePerConnection(1) }),
  };
}

/** HTTP/1.1 with a connection for every request, so that TLS sessions are taken up again. Envoy's JSON has numbers where our form has wrappers. */
function onePerConnection<T>(one: T) {
  return {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': typeUrls.httpProtocolOptions,
      explicit_http_config: { http_protocol_options: {} },
      common_http_protocol_options: { max_requests_per_connection: one },
    },
  } as const;
}

async function headerEcho(): Promise<number> {
  const app = await startHttp((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => response.end(JSON.stringify({ xfcc: incoming.headers['x-forwarded-client-cert'], size: body.length })));
  });
  cleanups.push(app.stop);
  return app.port;
}

describe.skipIf(!present && !required)(
  `our proxy and Envoy${present ? '' : ' (no Envoy: set HEDDLE_ENVOY or run "npm run peers")'}`,
  () => {
    for (const http2 of [false, true]) {
      const inside = http2 ? 'HTTP/2' : 'HTTP/1.1';

      it(`serves Envoy over mutual TLS with ${inside} inside`, async () => {
        const authority = createAuthority();
        const app = await headerEcho();
        const listener: Listener = {
          name: 'test',
          address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
          traffic_direction: 'INBOUND',
          listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': typeUrls.tlsInspector } }],
          filter_chains: [
            {
              filter_chain_match: { transport_protocol: 'tls', application_protocols: ['istio', 'istio-http/1.1', 'istio-h2'] },
              transport_socket: {
                name: 'envoy.transport_sockets.tls',
                typed_config: {
                  '@type': typeUrls.downstreamTls,
                  require_client_certificate: { value: true },
                  common_tls_context: { ...sds, alpn_protocols: ['h2', 'http/1.1'] },
                },
              },
              filters: [
                httpFilter({
                  route_config: { name: 'r', virtual_hosts: [virtualHost([{ match: { prefix: '/' }, route: { cluster: 'app' } }])] },
                  forward_client_cert_details: 'APPEND_FORWARD',
                  set_current_client_cert_details: { uri: true },
                }),
              ],
            },
          ],
        };
        const ours = await startProxy(
          { clusters: [staticCluster('app', [app])], listeners: [listener] },
          { identity: identitySource(authority.issue({ uri: serverId })) },
        );
        cleanups.push(ours.stop);
        const client = authority.issue({ uri: clientId });
        const port = await freePort();
        await startEnvoy(
          envoyHttp(port, undefined),
          envoyCluster(
            ours.port(),
            {
              '@type': typeUrls.upstreamTls,
              sni: 'outbound_.80_._.server',
              common_tls_context: {
                alpn_protocols: http2 ? ['istio-h2', 'istio', 'h2'] : ['istio-http/1.1', 'istio', 'http/1.1'],
                tls_certificates: [{ certificate_chain: { inline_string: client.certPem }, private_key: { inline_string: client.keyPem } }],
                validation_context: {
                  trusted_ca: { inline_string: authority.rootPem },
                  match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: serverId } }],
                },
              },
            },
            http2,
          ),
        );
        await untilOpen(port);
        for (let round = 0; round < 3; round++) {
          const reply = await request(port, { method: 'POST', body: 'x'.repeat(300_000) });
          expect(reply.status).toBe(200);
          const seen = JSON.parse(reply.body) as { xfcc: string; size: number };
          expect(seen.size).toBe(300_000);
          expect(seen.xfcc).toContain(`URI=${clientId}`);
        }
      });

      it(`calls Envoy over mutual TLS with ${inside} inside`, async () => {
        const authority = createAuthority();
        const app = await headerEcho();
        const server = authority.issue({ uri: serverId });
        const port = await freePort();
        await startEnvoy(
          envoyHttp(port, {
            '@type': typeUrls.downstreamTls,
            require_client_certificate: true,
            common_tls_context: {
              alpn_protocols: ['h2', 'http/1.1'],
              tls_certificates: [{ certificate_chain: { inline_string: server.certPem }, private_key: { inline_string: server.keyPem } }],
              validation_context: { trusted_ca: { inline_string: authority.rootPem } },
            },
          }),
          envoyCluster(app, undefined, false),
        );
        const cluster: Cluster = staticCluster('app', [port], {
          transport_socket: {
            name: 'envoy.transport_sockets.tls',
            typed_config: {
              '@type': typeUrls.upstreamTls,
              sni: 'x',
              common_tls_context: { ...sds, alpn_protocols: ['istio-peer-exchange', 'istio'] },
            },
          },
          ...(http2
            ? {
                typed_extension_protocol_options: {
                  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
                    '@type': typeUrls.httpProtocolOptions,
                    explicit_http_config: { http2_protocol_options: {} },
                  },
                },
              }
            : { typed_extension_protocol_options: onePerConnection({ value: 1 }) }),
        });
        const ours = await startProxy(
          { clusters: [cluster], listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'app' } }])] },
          { identity: identitySource(authority.issue({ uri: clientId })) },
        );
        cleanups.push(ours.stop);
        await untilOpen(port);
        const ask = (): Promise<Reply> => request(ours.port(), { method: 'POST', body: 'x'.repeat(300_000) });
        const replies = await Promise.all(Array.from({ length: 5 }, ask));
        replies.push(await ask(), await ask());
        for (const reply of replies) {
          expect(reply.status).toBe(200);
          const seen = JSON.parse(reply.body) as { xfcc: string; size: number };
          expect(seen.size).toBe(300_000);
          expect(seen.xfcc).toContain(`URI=${clientId}`);
        }
        if (!http2) expect(ours.proxy.context.clusters.get('app')?.stats.ssl_session_reused).toBeGreaterThan(0);
      });
    }
  },
);
