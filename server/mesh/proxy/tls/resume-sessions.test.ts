import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, CommonTlsContext, Listener } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { createAuthority, identitySource } from '../testdata/certificates';
import { StaticSource, httpFilter, httpListener, request, startHttp, startProxy, staticCluster, virtualHost } from '../testdata/harness';
import type { TestProxy } from '../testdata/harness';
import { SecretStore } from './secret-store';
import { UpstreamTls } from './upstream-tls';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A cluster whose every request takes a connection of its own. */
function tlsCluster(port: number, context: CommonTlsContext): Cluster {
  return staticCluster('server', [port], {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': typeUrls.httpProtocolOptions,
        explicit_http_config: { http_protocol_options: {} },
        common_http_protocol_options: { max_requests_per_connection: { value: 1 } },
      },
    },
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: { '@type': typeUrls.upstreamTls, sni: 'server.test', common_tls_context: context },
    },
  });
}

const toServer = [{ match: { prefix: '/' }, route: { cluster: 'server' } }];

/** Handshakes of the cluster so far, and how many of them took up a session. */
function handshakes({ proxy }: TestProxy): [all: number, resumed: number] {
  for (const cluster of proxy.context.clusters.all())
    if (cluster.name === 'server') return [cluster.stats.ssl_handshake, cluster.stats.ssl_session_reused];
  throw new Error('no cluster');
}

describe('a TLS server outside', () => {
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    it(`is greeted again by its session (${version})`, async () => {
      const authority = createAuthority();
      const { certPem, keyPem } = authority.issue({ dns: 'server.test' });
      const server = https.createServer({ cert: certPem, key: keyPem, maxVersion: version }, (incoming, response) =>
        response.end(String((incoming.socket as TLSSocket).isSessionReused())),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const context = {
        validation_context: {
          trusted_ca: { inline_string: authority.rootPem },
          match_typed_subject_alt_names: [{ san_type: 'DNS' as const, matcher: { exact: 'server.test' } }],
        },
      };
      const proxy = await startProxy({
        clusters: [tlsCluster((server.address() as AddressInfo).port, context)],
        listeners: [httpListener(toServer)],
      });
      cleanups.push(
        proxy.stop,
        () => void server.close(),
        () => server.closeAllConnections(),
      );
      const replies: string[] = [];
      for (let count = 0; count < 3; count++) replies.push((await request(proxy.port())).body);
      expect(replies).toEqual(['false', 'true', 'true']);
      expect(handshakes(proxy)).toEqual([3, 2]);
    });
  }
});

const own = { tls_certificate_sds_secret_configs: [{ name: 'default' }], validation_context_sds_secret_config: { name: 'ROOTCA' } };

/** Two sidecars; the application answers with who called it, by certificate. */
async function mesh() {
  const authority = createAuthority();
  const issue = (name: string) => authority.issue({ uri: `spiffe://cluster.local/ns/default/sa/${name}` });
  const identities = { client: identitySource(issue('client')), server: identitySource(issue('server')) };
  const app = await startHttp((incoming, response) => response.end(incoming.headers['x-forwarded-client-cert']));
  const inbound: Listener = {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    traffic_direction: 'INBOUND',
    filter_chains: [
      {
        transport_socket: {
          name: 'envoy.transport_sockets.tls',
          typed_config: {
            '@type': typeUrls.downstreamTls,
            require_client_certificate: { value: true },
            common_tls_context: { ...own, alpn_protocols: ['h2', 'http/1.1'] },
          },
        },
        filters: [
          httpFilter({
            route_config: { name: 'in', virtual_hosts: [virtualHost([{ match: { prefix: '/' }, route: { cluster: 'inbound|80||' } }])] },
            forward_client_cert_details: 'APPEND_FORWARD',
            set_current_client_cert_details: { uri: true },
          }),
        ],
      },
    ],
  };
  const server = await startProxy(
    { clusters: [staticCluster('inbound|80||', [app.port])], listeners: [inbound] },
    { identity: identities.server, mux: false },
  );
  const client = await startProxy(
    { clusters: [tlsCluster(server.port(), { ...own, alpn_protocols: ['istio'] })], listeners: [httpListener(toServer)] },
    { identity: identities.client, mux: false },
  );
  cleanups.push(client.stop, server.stop, app.stop);
  const call = async (): Promise<{ hash: string; uri: string }> => {
    const { body } = await request(client.port());

    return { hash: /Hash=(\w+)/.exec(body)?.[1] ?? '', uri: /URI=(spiffe:[^;]+)$/.exec(body)?.[1] ?? '' };
  };
  return { client, call, identities, issue };
}

describe('a sidecar', () => {
  it('is greeted again by its session, and knows its caller all the same', async () => {
    const { client, call } = await mesh();
    const first = await call();
    expect(first).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), uri: 'spiffe://cluster.local/ns/default/sa/client' });
    expect(await call()).toEqual(first);
    expect(handshakes(client)).toEqual([2, 1]);
  });

  it('shows a new certificate in a new handshake, whoever of the two has one', async () => {
    const { client, call, identities, issue } = await mesh();
    const first = await call();
    await call();
    expect(handshakes(client)).toEqual([2, 1]);
    identities.client.rotate(issue('renamed'));
    // Connections are renewed with the proxy's next sweep; none of the old identity may be resumed whenever that is.
    const second = await call();
    expect(second.uri).toBe('spiffe://cluster.local/ns/default/sa/renamed');
    expect(second.hash).not.toBe(first.hash);
    expect(handshakes(client)).toEqual([3, 1]);
    identities.server.rotate(issue('server'));
    await call();
    expect(handshakes(client)).toEqual([4, 1]);
    await call();
    expect(handshakes(client)).toEqual([5, 2]);
  });
});

describe('sessions', () => {
  /** A peer as `verify` sees it. */
  const peer = {
    getPeerCertificate: () => ({ valid_to: 'Jan  1 00:00:00 2100 GMT', fingerprint256: 'AA' }),
    getProtocol: () => 'TLSv1.3',
    isSessionReused: () => false,
  } as unknown as TLSSocket;

  const dialer = () => {
    const authority = createAuthority();
    const identity = identitySource(authority.issue({ uri: 'spiffe://a' }));
    const tls = new UpstreamTls({ common_tls_context: own }, new SecretStore(new StaticSource(), identity));
    const dial = (server: string, name = 'a') => {
      const found = tls.dial('http1', name, server);
      if (found === undefined) throw new Error('no certificates');
      return found;
    };
    const connect = (server: string) => {
      const made = dial(server);
      made.verify(peer);
      return made;
    };
    return { dial, connect, rotate: () => identity.rotate(authority.issue({ uri: 'spiffe://b' })) };
  };

  it('are of one server and one server name, and forgotten on failure', () => {
    const { dial, connect } = dialer();
    connect('1').keepSession(Buffer.from('one'));
    expect([dial('1').session?.toString(), dial('2').session, dial('1', 'b').session]).toEqual(['one', undefined, undefined]);
    dial('1').keepSession(undefined);
    expect(dial('1').session).toBeUndefined();
  });

  it('are kept once it is known who the server is', () => {
    const { dial } = dialer();
    const early = dial('1');
    early.keepSession(Buffer.from('early'));
    expect(dial('1').session).toBeUndefined();
    early.verify(peer);
    expect(dial('1').session?.toString()).toBe('early');
  });

  it('of earlier certificates are not taken any more', () => {
    const { dial, connect, rotate } = dialer();
    const old = connect('1');
    old.keepSession(Buffer.from('one'));
    rotate();
    expect(dial('1').session).toBeUndefined();
    old.keepSession(Buffer.from('late'));
    expect(dial('1').session).toBeUndefined();
  });

  it('are kept for so many servers', () => {
    const { dial, connect } = dialer();
    for (let count = 0; count < 300; count++) connect(String(count)).keepSession(Buffer.from('x'));
    expect([dial('0').session, dial('299').session?.toString()]).toEqual([undefined, 'x']);
  });
});
