import type { Proxy } from '../proxy';
import type { Endpoint } from '../upstream/endpoint';

/** `/clusters` in Envoy's text form. */
export function renderClusters(proxy: Proxy): string {
  const lines: string[] = [];
  for (const cluster of proxy.context.clusters.all()) {
    const { name } = cluster;
    const { limits } = cluster.settings;
    lines.push(
      `${name}::observability_name::${name}`,
      `${name}::default_priority::max_connections::${limits.maxConnections}`,
      `${name}::default_priority::max_pending_requests::${limits.maxPendingRequests}`,
      `${name}::default_priority::max_requests::${limits.maxRequests}`,
      `${name}::default_priority::max_retries::${limits.maxRetries}`,
      `${name}::added_via_api::true`,
    );
    for (const endpoint of cluster.endpoints) {
      const [region = '', zone = '', subZone = ''] = endpoint.host.locality.split('/');
      const prefix = `${name}::${endpoint.key}`;
      lines.push(
        `${prefix}::cx_active::${endpoint.connections}`,
        `${prefix}::cx_connect_fail::${endpoint.connectFailures}`,
        `${prefix}::rq_active::${endpoint.host.activeRequests}`,
        `${prefix}::rq_error::${endpoint.requestsFailed}`,
        `${prefix}::rq_success::${Math.max(0, endpoint.requestsTotal - endpoint.requestsFailed)}`,
        `${prefix}::rq_total::${endpoint.requestsTotal}`,
        `${prefix}::hostname::${endpoint.hostname}`,
        `${prefix}::health_flags::${healthFlags(endpoint)}`,
        `${prefix}::weight::${endpoint.host.weight}`,
        `${prefix}::region::${region}`,
        `${prefix}::zone::${zone}`,
        `${prefix}::sub_zone::${subZone}`,
        `${prefix}::priority::${endpoint.host.priority}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function healthFlags(endpoint: Endpoint): string {
  const flags = [...(isServing(endpoint) ? [] : ['/failed_eds_health']), ...(endpoint.host.ejected ? ['/failed_outlier_check'] : [])];
  return flags.length === 0 ? 'healthy' : flags.join('');
}

function isServing(endpoint: Endpoint): boolean {
  const { health } = endpoint.host;
  return health === 'UNKNOWN' || health === 'HEALTHY' || health === 'DEGRADED';
}

function localityOf(endpoint: Endpoint): unknown {
  const [region = '', zone = '', sub_zone = ''] = endpoint.host.locality.split('/');
  return { region, zone, sub_zone };
}

/** `/clusters?format=json`. */
export function renderClustersJson(proxy: Proxy): unknown {
  return {
    cluster_statuses: proxy.context.clusters.all().map((cluster) => ({
      name: cluster.name,
      added_via_api: true,
      host_statuses: [...cluster.endpoints].map((endpoint) => ({
        address: { socket_address: { address: endpoint.address, port_value: endpoint.port } },
        stats: [
          { name: 'cx_active', type: 'GAUGE', value: String(endpoint.connections) },
          { name: 'rq_active', type: 'GAUGE', value: String(endpoint.host.activeRequests) },
          { name: 'rq_error', value: String(endpoint.requestsFailed) },
          { name: 'rq_total', value: String(endpoint.requestsTotal) },
        ],
        health_status: {
          eds_health_status: isServing(endpoint) ? 'HEALTHY' : 'UNHEALTHY',
          ...(endpoint.host.ejected ? { failed_outlier_check: true } : {}),
        },
        weight: endpoint.host.weight,
        priority: endpoint.host.priority,
        locality: localityOf(endpoint),
      })),
      observability_name: cluster.name,
    })),
  };
}
