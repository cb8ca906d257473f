import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster, Listener, UpstreamTlsContext } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { createAuthority, identitySource } from './testdata/certificates';
import { httpFilter, httpListener, raw, request, startHttp, startProxy, staticCluster, virtualHost } from './testdata/harness';
import type { TestProxy } from './testdata/harness';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const istioAlpn = ['istio-peer-exchange', 'istio'];

function inboundListener(mode: 'STRICT' | 'PERMISSIVE'): Listener {
  const filters = [
    httpFilter({
      route_config: { name: 'inbound', virtual_hosts: [virtualHost([{ match: { prefix: '/' }, route: { cluster: 'inbound|9080||' } }])] },
      forward_client_cert_details: 'APPEND_FORWARD',
      set_current_client_cert_details: { subject: { value: true }, dns: true, uri: true },
      server_name: 'istio-envoy',
    }),
  ];
  const transport_socket = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': typeUrls.downstreamTls,
      require_client_certificate: { value: true },
      common_tls_context: {
        alpn_protocols: ['h2', 'http/1.1'],
        tls_certificate_sds_secret_configs: [{ name: 'default' }],
        combined_validation_context: {
          default_validation_context: {
            match_typed_subject_alt_names: [{ san_type: 'URI' as const, matcher: { prefix: 'spiffe://cluster.local/' } }],
          },
          validation_context_sds_secret_config: { name: 'ROOTCA' },
        },
      },
    },
  };
  return {
    name: 'test',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    traffic_direction: 'INBOUND',
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': typeUrls.tlsInspector } }],
    filter_chains: [
      {
        name: 'tls',
        filter_chain_match: {
          transport_protocol: 'tls',
          application_protocols: ['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'],
        },
        filters,
        transport_socket,
      },
      ...(mode === 'PERMISSIVE' ? [{ name: 'plain', filter_chain_match: { transport_protocol: 'raw_buffer' }, filters }] : []),
    ],
  };
}

function meshCluster(port: number, san = 'spiffe://cluster.local/ns/default/sa/server'): Cluster {
  const context: UpstreamTlsContext = {
    sni: 'outbound_.9080_._.server.default.svc.cluster.local',
    common_tls_context: {
      alpn_protocols: istioAlpn,
      tls_certificate_sds_secret_configs: [{ name: 'default' }],
      combined_validation_context: {
        default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: san } }] },
        validation_context_sds_secret_config: { name: 'ROOTCA' },
      },
    },
  };
  return staticCluster('outbound|9080||server.default.svc.cluster.local', [port], {
    transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: { '@type': typeUrls.upstreamTls, ...context } },
  });
}

async function pair(options: {
  mux: boolean;
  mode?: 'STRICT' | 'PERMISSIVE';
  san?: string;
}): Promise<{ client: TestProxy; server: TestProxy; app: number }> {
  const authority = createAuthority();
  const app = await startHttp((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers, size: Buffer.concat(chunks).length })),
    );
  });
  const server = await startProxy(
    { clusters: [staticCluster('inbound|9080||', [app.port])], listeners: [inboundListener(options.mode ?? 'STRICT')] },
    { identity: identitySource(authority.issue({ uri: 'spiffe://cluster.local/ns/default/sa/server' })), mux: options.mux },
  );
  const client = await startProxy(
    {
      clusters: [meshCluster(server.port(), options.san)],
      listeners: [httpListener([{ match: { prefix: '/' }, route: { cluster: 'outbound|9080||server.default.svc.cluster.local' } }])],
    },
    { identity: identitySource(authority.issue({ uri: 'spiffe://cluster.local/ns/default/sa/client' })), mux: options.mux },
  );
  cleanups.push(app.stop, client.stop, server.stop);
  return { client, server, app: app.port };
}

for (const mux of [true, false]) {
  describe(mux ? 'two sidecars over the multiplexed hop' : 'two sidecars over one TLS connection per request', () => {
    it('names the client to the application', async () => {
      const { client } = await pair({ mux });
      const reply = await request(client.port(), { path: '/x' });
      expect(reply.status).toBe(200);
      const seen = JSON.parse(reply.body) as { headers: Record<string, string> };
      expect(seen.headers['x-forwarded-client-cert']).toMatch(
        /^By=spiffe:\/\/cluster\.local\/ns\/default\/sa\/server;Hash=[0-9a-f]{64};Subject="";URI=spiffe:\/\/cluster\.local\/ns\/default\/sa\/client$/,
      );
    });

    it('carries large bodies both ways', async () => {
      const { client } = await pair({ mux });
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => request(client.port(), { method: 'POST', body: 'x'.repeat(700_000) })),
      );
      expect(replies.map((reply) => (JSON.parse(reply.body) as { size: number }).size)).toEqual(Array.from({ length: 8 }, () => 700_000));
    });

    it('counts with principals on both sides', async () => {
      const { client, server } = await pair({ mux });
      await request(client.port());
      const lines: string[] = [];
      server.proxy.context.metrics.table.render(lines);
      client.proxy.context.metrics.table.render(lines);
      const totals = lines.filter((line) => line.startsWith('istio_requests_total'));
      expect(totals).toHaveLength(2);
      expect(totals[0]).toContain('reporter="destination"');
      expect(totals[0]).toContain('source_principal="spiffe://cluster.local/ns/default/sa/client"');
      expect(totals[0]).toContain('connection_security_policy="mutual_tls"');
      expect(totals[1]).toContain('reporter="source"');
      expect(totals[1]).toContain('destination_principal="spiffe://cluster.local/ns/default/sa/server"');
      expect(totals[1]).toContain('destination_service="server.default.svc.cluster.local"');
    });
  });
}

describe('who may talk', () => {
  it('refuses a server with another identity', async () => {
    const { client } = await pair({ mux: true, san: 'spiffe://cluster.local/ns/default/sa/other' });
    const reply = await request(client.port());
    expect(reply.status).toBe(503);
    expect(reply.body).toContain('SAN matcher');
  });

  it('refuses plaintext on a STRICT port, takes it on a PERMISSIVE one', async () => {
    const strict = await pair({ mux: true });
    expect(await raw(strict.server.port(), 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('');
    const permissive = await pair({ mux: true, mode: 'PERMISSIVE' });
    expect((await request(permissive.server.port())).status).toBe(200);
    expect((await request(permissive.client.port())).status).toBe(200);
  });
});
