import http from 'node:http';
import http2 from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, DownstreamTlsContext, Listener, Secret } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { createAuthority, identitySource } from './testdata/certificates';
import { httpFilter, httpListener, startHttp, startProxy, staticCluster, virtualHost } from './testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const own = { tls_certificate_sds_secret_configs: [{ name: 'default' }], validation_context_sds_secret_config: { name: 'ROOTCA' } };

function tlsListener(context: Omit<DownstreamTlsContext, '@type'>, filter: ReturnType<typeof httpFilter>): Listener {
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    traffic_direction: 'INBOUND',
    filter_chains: [
      {
        transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: { '@type': typeUrls.downstreamTls, ...context } },
        filters: [filter],
      },
    ],
  };
}

function inbound(): Listener {
  return tlsListener(
    { require_client_certificate: { value: true }, common_tls_context: { ...own, alpn_protocols: ['h2', 'http/1.1'] } },
    httpFilter({
      route_config: { name: 'inbound', virtual_hosts: [virtualHost([{ match: { prefix: '/' }, route: { cluster: 'inbound|9080||' } }])] },
      forward_client_cert_details: 'APPEND_FORWARD',
    }),
  );
}

function meshCluster(port: number): Cluster {
  return staticCluster('server', [port], {
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': typeUrls.upstreamTls,
        sni: 'server',
        common_tls_context: { ...own, alpn_protocols: ['istio-peer-exchange', 'istio'] },
      },
    },
  });
}

/** Two sidecars with identities that can be replaced, and an application that says by which certificate it was called. */
async function mesh(mux: boolean) {
  const authority = createAuthority();
  const issue = (name: string) => authority.issue({ uri: `spiffe://cluster.local/ns/default/sa/${name}` });
  const identities = { client: identitySource(issue('client')), server: identitySource(issue('server')) };
  const slow = Promise.withResolvers<void>();
  const app = await startHttp((incoming, response) => {
    const hash = /Hash=([0-9a-f]+)/.exec(String(incoming.headers['x-forwarded-client-cert']))?.[1];
    if (incoming.url === '/slow') slow.resolve();
    setTimeout(() => response.end(hash), incoming.url === '/slow' ? 2500 : 0);
  });
  const server = await startProxy(
    { clusters: [staticCluster('inbound|9080||', [app.port])], listeners: [inbound()] },
    { identity: identities.server, mux },
  );
  const client = await startProxy(
    { clusters: [meshCluster(server.port())], listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'server' } }])] },
    { identity: identities.client, mux },
  );
  cleanups.push(client.stop, server.stop, app.stop);
  const rotate = (): void => {
    identities.client.rotate(issue('client'));
    identities.server.rotate(issue('server'));
  };
  return { port: client.port(), rotate, slowArrives: slow.promise };
}

/** Requests over one connection: body and the client's port, which tells whether it is still the same. */
function oneConnection(port: number): (path: string) => Promise<{ status: number; body: string; from: number | undefined }> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  return (path) =>
    new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path, agent }, (response) => {
          const from = response.socket.localPort;
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body, from }));
        })
        .on('error', reject);
    });
}

for (const mux of [true, false]) {
  describe(mux ? 'new certificates on the multiplexed hop' : 'new certificates on connections of one request at a time', () => {
    it('drop no connection and no request, and are used from then on', async () => {
      const { port, rotate, slowArrives } = await mesh(mux);
      const quick = oneConnection(port);
      const before = await quick('/');
      expect([before.status, before.body]).toEqual([200, expect.stringMatching(/^[0-9a-f]{64}$/)]);
      const slow = oneConnection(port)('/slow');
      await slowArrives;
      rotate();
      const seen = new Set<string>();
      await expect
        .poll(
          async () => {
            const reply = await quick('/');
            expect([reply.status, reply.from]).toEqual([200, before.from]);
            seen.add(reply.body);
            return reply.body;
          },
          { timeout: 10_000, interval: 50 },
        )
        .not.toBe(before.body);
      expect(await slow).toMatchObject({ status: 200, body: before.body });
      // What finished on the old certificate does not come back.
      const after = await Promise.all(Array.from({ length: 8 }, () => oneConnection(port)('/')));
      expect(new Set(after.map((reply) => reply.body))).toEqual(new Set([...seen].filter((hash) => hash !== before.body)));
    });
  });
}

describe('a gateway', () => {
  it('serves HTTPS over HTTP/2, and a renewed certificate to new connections while the old ones live on', async () => {
    const authority = createAuthority();
    const secret = (): Secret => {
      const { certPem, keyPem } = authority.issue({ dns: 'shop.test' });
      return {
        name: 'kubernetes://shop',
        tls_certificate: { certificate_chain: { inline_string: certPem }, private_key: { inline_string: keyPem } },
      };
    };
    const answer = virtualHost([{ match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: 'secure' } } }]);
    const listener = tlsListener(
      { common_tls_context: { alpn_protocols: ['h2', 'http/1.1'], tls_certificate_sds_secret_configs: [{ name: 'kubernetes://shop' }] } },
      httpFilter({ route_config: { name: 'r', virtual_hosts: [answer] } }),
    );
    const identity = identitySource(authority.issue({ uri: 'spiffe://cluster.local/ns/a/sa/b' }));
    const proxy = await startProxy({ listeners: [listener] }, { identity, withSecrets: [secret()] });
    cleanups.push(proxy.stop);

    const open = (): { get: () => Promise<string>; serial: () => string } => {
      const session = http2.connect(`https://127.0.0.1:${proxy.port()}`, { ca: authority.rootPem, servername: 'shop.test' });
      session.on('error', () => {});
      cleanups.push(() => session.destroy());
      return {
        serial: () => (session.socket as TLSSocket).getPeerCertificate().serialNumber,
        get: () =>
          new Promise((resolve, reject) => {
            const stream = session.request({ ':path': '/', ':authority': 'shop.test' });
            let body = '';
            stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
            stream.on('end', () => resolve(body));
            stream.on('error', reject);
            stream.end();
          }),
      };
    };
    const old = open();
    expect(await old.get()).toBe('secure');
    const serial = old.serial();
    expect(proxy.source.push(typeUrls.secret, [secret()], '2')).toBeUndefined();
    const fresh = open();
    expect(await fresh.get()).toBe('secure');
    expect(fresh.serial()).not.toBe(serial);
    expect(await old.get()).toBe('secure');
    expect(old.serial()).toBe(serial);
  });
});
