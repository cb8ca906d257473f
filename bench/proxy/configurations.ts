import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ports of the benchmark: away from what a demo uses. */
export const ports = {
  upstream: 19_000,
  upstreamHttp2: 19_001,
  nginx: 19_100,
  nginxGrpc: 19_101,
  nginxOuter: 19_102,
  nginxInner: 19_103,
  haproxy: 19_110,
  haproxyGrpc: 19_111,
  haproxyOuter: 19_112,
  haproxyInner: 19_113,
  heddle: 19_120,
  heddleGrpc: 19_121,
  heddleOuter: 19_122,
  heddleInner: 19_123,
  heddlePlainOuter: 19_124,
  heddlePlainInner: 19_125,
  envoy: 19_130,
  envoyGrpc: 19_131,
  envoyOuter: 19_132,
  envoyInner: 19_133,
} as const;

const any = (name: string): string => `type.googleapis.com/${name}`;
const HCM = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager');
const ROUTER = any('envoy.extensions.filters.http.router.v3.Router');
const UPSTREAM_TLS = any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext');
const DOWNSTREAM_TLS = any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext');
const HTTP_OPTIONS = any('envoy.extensions.upstreams.http.v3.HttpProtocolOptions');

export interface Certificates {
  readonly dir: string;
}

/** 49 routes that do not match, and the one that does: what a route table costs is part of every figure. */
function routes(cluster: string): object[] {
  const others = Array.from({ length: 49 }, (_, at) => {
    const match =
      at % 3 === 0
        ? { prefix: `/svc${at}/` }
        : at % 3 === 1
          ? { path: `/exact/${at}` }
          : { prefix: '/api/', headers: [{ name: 'x-tenant', string_match: { exact: `tenant-${at}` } }] };
    return { name: `route-${at}`, match, route: { cluster } };
  });
  const retry = { retry_on: 'connect-failure,refused-stream,unavailable,cancelled', num_retries: { value: 2 } };
  return [...others, { name: 'default', match: { prefix: '/' }, route: { cluster, timeout: { seconds: 15 }, retry_policy: retry } }];
}

function listener(name: string, port: number, cluster: string, direction: string, tls?: object): object {
  return {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    traffic_direction: direction,
    filter_chains: [
      {
        ...(tls === undefined ? {} : { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: tls } }),
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': HCM,
              stat_prefix: name,
              codec_type: 'AUTO',
              generate_request_id: { value: true },
              http2_protocol_options: { max_concurrent_streams: { value: 1024 } },
              route_config: {
                name: 'routes',
                virtual_hosts: [{ name: 'all', domains: ['*'], include_request_attempt_count: true, routes: routes(cluster) }],
              },
              http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
            },
          },
        ],
      },
    ],
  };
}

function cluster(name: string, port: number, http2: boolean, tls?: object): object {
  return {
    name,
    type: 'STATIC',
    connect_timeout: { seconds: 5 },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }] }],
    },
    circuit_breakers: {
      thresholds: [{ max_connections: { value: 4096 }, max_pending_requests: { value: 4096 }, max_requests: { value: 4096 } }],
    },
    ...(http2
      ? {
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': HTTP_OPTIONS,
              explicit_http_config: { http2_protocol_options: { max_concurrent_streams: { value: 1024 } } },
            },
          },
        }
      : {}),
    ...(tls === undefined ? {} : { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: tls } }),
  };
}

const tlsParams = { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' };

/** Writes the fixed configurations of our proxy; returns their paths. */
export function writeHeddle(
  dir: string,
  certificates: Certificates,
): Record<'single' | 'grpc' | 'outer' | 'inner' | 'plainOuter' | 'plainInner', string> {
  const sds = { tls_certificate_sds_secret_configs: [{ name: 'default' }], validation_context_sds_secret_config: { name: 'ROOTCA' } };
  const up = {
    '@type': UPSTREAM_TLS,
    sni: 'inner.default',
    common_tls_context: { ...sds, alpn_protocols: ['istio-peer-exchange', 'istio'] },
  };
  const down = {
    '@type': DOWNSTREAM_TLS,
    require_client_certificate: { value: true },
    common_tls_context: { ...sds, alpn_protocols: ['h2', 'http/1.1'] },
  };
  const identity = (name: string): object => ({
    identity: {
      certPath: join(certificates.dir, `${name}.crt`),
      keyPath: join(certificates.dir, `${name}.key`),
      rootsPath: join(certificates.dir, 'ca.crt'),
    },
  });
  const write = (name: string, content: object): string => {
    const path = join(dir, `heddle-${name}.json`);
    writeFileSync(path, JSON.stringify({ name, mux: true, ...content }));
    return path;
  };
  const out = 'OUTBOUND';
  return {
    single: write('single', {
      clusters: [cluster('outbound|80||app.default.svc.cluster.local', ports.upstream, false)],
      listeners: [listener('single', ports.heddle, 'outbound|80||app.default.svc.cluster.local', out)],
    }),
    grpc: write('grpc', {
      clusters: [cluster('up', ports.upstreamHttp2, true)],
      listeners: [listener('grpc', ports.heddleGrpc, 'up', out)],
    }),
    outer: write('outer', {
      ...identity('a'),
      clusters: [cluster('inner', ports.heddleInner, false, up)],
      listeners: [listener('outer', ports.heddleOuter, 'inner', out)],
    }),
    inner: write('inner', {
      ...identity('b'),
      clusters: [cluster('up', ports.upstream, false)],
      listeners: [listener('inner', ports.heddleInner, 'up', 'INBOUND', down)],
    }),
    plainOuter: write('plainOuter', {
      ...identity('a'),
      mux: false,
      clusters: [cluster('inner', ports.heddlePlainInner, false, up)],
      listeners: [listener('outer', ports.heddlePlainOuter, 'inner', out)],
    }),
    plainInner: write('plainInner', {
      ...identity('b'),
      mux: false,
      clusters: [cluster('up', ports.upstream, false)],
      listeners: [listener('inner', ports.heddlePlainInner, 'up', 'INBOUND', down)],
    }),
  };
}

/** Writes bootstraps of a stock Envoy with the same listeners; returns their paths. */
export function writeEnvoy(dir: string, certificates: Certificates): Record<'single' | 'grpc' | 'outer' | 'inner', string> {
  const files = (name: string): object => ({
    tls_params: tlsParams,
    tls_certificates: [
      {
        certificate_chain: { filename: join(certificates.dir, `${name}.crt`) },
        private_key: { filename: join(certificates.dir, `${name}.key`) },
      },
    ],
    validation_context: { trusted_ca: { filename: join(certificates.dir, 'ca.crt') } },
  });
  const up = { '@type': UPSTREAM_TLS, sni: 'inner.default', common_tls_context: { ...files('a'), alpn_protocols: ['http/1.1'] } };
  const down = {
    '@type': DOWNSTREAM_TLS,
    require_client_certificate: true,
    common_tls_context: { ...files('b'), alpn_protocols: ['http/1.1'] },
  };
  const write = (name: string, oneListener: object, oneCluster: object): string => {
    const path = join(dir, `envoy-${name}.json`);
    const bootstrap = { node: { id: name, cluster: name }, static_resources: { listeners: [oneListener], clusters: [oneCluster] } };
    writeFileSync(path, JSON.stringify(plainValues(bootstrap)));
    return path;
  };
  return {
    single: write('single', listener('single', ports.envoy, 'up', 'OUTBOUND'), cluster('up', ports.upstream, false)),
    grpc: write('grpc', listener('grpc', ports.envoyGrpc, 'up', 'OUTBOUND'), cluster('up', ports.upstreamHttp2, true)),
    outer: write('outer', listener('outer', ports.envoyOuter, 'inner', 'OUTBOUND'), cluster('inner', ports.envoyInner, false, up)),
    inner: write('inner', listener('inner', ports.envoyInner, 'up', 'INBOUND', down), cluster('up', ports.upstream, false)),
  };
}

/** Wrappers and durations as Envoy's JSON has them. */
function plainValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValues);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'value') return entries[0][1];
  if (entries.length === 1 && entries[0]?.[0] === 'seconds') return `${entries[0][1]}s`;
  return Object.fromEntries(entries.map(([key, inner]) => [key, plainValues(inner)]));
}
