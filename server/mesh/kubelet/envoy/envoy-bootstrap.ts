import type { PodAddresses } from '@/lib/model';
import { proxyPorts } from '@/lib/model';
import type { NodeIdentity } from '../pods/sidecar-bootstrap';
import { controlPlaneName } from './request-certificate';

export interface EnvoyBootstrapOptions {
  node: NodeIdentity;
  addresses: PodAddresses;
  /** TLS door of the control plane, `host:port`. */
  discoveryAddress: string;
  rootCertPath: string;
  token: string;
  zipkinAddress: string;
  otlpAddress: string;
}

const statsCluster = 'prometheus_stats';

function staticCluster(name: string, address: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const colon = address.lastIndexOf(':');
  const socketAddress = { address: address.slice(0, colon), port_value: Number(address.slice(colon + 1)) };
  const lbEndpoints = [{ endpoint: { address: { socket_address: socketAddress } } }];
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: lbEndpoints }] },
    ...more,
  };
}

/** A listener that passes one path of ours to the admin pages, as Istio's agent does for scrapers and probes. */
function adminListener(name: string, address: string, port: number, routes: { path: string; to: string }[]): Record<string, unknown> {
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: name,
    route_config: {
      virtual_hosts: [
        {
          name,
          domains: ['*'],
          routes: routes.map((route) => ({ match: { path: route.path }, route: { cluster: statsCluster, prefix_rewrite: route.to } })),
        },
      ],
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  return {
    name,
    address: { socket_address: { address, port_value: port } },
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }],
  };
}

/** The bootstrap (JSON) with which a stock Envoy is the proxy of a pod (CONTRACTS §2). */
export function envoyBootstrap(options: EnvoyBootstrapOptions): Record<string, unknown> {
  const { addresses } = options;
  const ads = { ads: {}, resource_api_version: 'V3' };
  const http2 = {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: '20s', timeout: '10s' } } },
    },
  };
  const tls = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      sni: controlPlaneName,
      common_tls_context: {
        alpn_protocols: ['h2'],
        validation_context: {
          trusted_ca: { filename: options.rootCertPath },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: controlPlaneName } }],
        },
      },
    },
  };
  const metrics = { path: '/stats/prometheus', to: '/stats/prometheus' };
  return {
    node: options.node,
    admin: { address: { socket_address: { address: addresses.podIp, port_value: proxyPorts.admin } } },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [
          {
            envoy_grpc: { cluster_name: 'xds-grpc', authority: controlPlaneName },
            initial_metadata: [{ key: 'authorization', value: `Bearer ${options.token}` }],
          },
        ],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        staticCluster('xds-grpc', options.discoveryAddress, { typed_extension_protocol_options: http2, transport_socket: tls }),
        staticCluster(statsCluster, `${addresses.podIp}:${proxyPorts.admin}`),
        staticCluster('zipkin', options.zipkinAddress),
        staticCluster('opentelemetry-collector', options.otlpAddress),
      ],
      listeners: [
        adminListener('readiness', addresses.podIp, proxyPorts.readiness, [{ path: '/healthz/ready', to: '/ready' }]),
        adminListener('merged-metrics', addresses.podIp, proxyPorts.mergedMetrics, [metrics]),
        adminListener('metrics', addresses.podIp, proxyPorts.metrics, [metrics]),
      ],
    },
  };
}
