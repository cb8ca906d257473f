import type { Proxy } from '../proxy';
import type { Endpoint } from '../upstream/endpoint';

/** `/clusters` in Envoy's text form. */
export function renderClusters(proxy: Proxy): string {
  const lines: string[] = [];
  for (const cluster of proxy.context.clusters.all()) {
    const { name, limits } = cluster;
    lines.push(
      `${name}::observability_name::${name}`,
      `${name}::default_priority::max_connections::${limits.maxConnections}`,
      `${name}::default_priority::max_pending_requests::${limits.maxPending}`,
      `${name}::default_priority::max_requests::${limits.maxRequests}`,
      `${name}::default_priority::max_retries::${limits.maxRetries}`,
      `${name}::added_via_api::true`,
    );
    for (const endpoint of cluster.endpoints) {
      const prefix = `${name}::${endpoint.key}`;
      lines.push(
        `${prefix}::cx_active::${endpoint.connections}`,
        `${prefix}::cx_connect_fail::${endpoint.connectFailures}`,
        `${prefix}::rq_active::${endpoint.active}`,
        `${prefix}::rq_error::${endpoint.requestsFailed}`,
        `${prefix}::rq_success::${Math.max(0, endpoint.requestsTotal - endpoint.requestsFailed)}`,
        `${prefix}::rq_total::${endpoint.requestsTotal}`,
        `${prefix}::hostname::${endpoint.hostname}`,
        `${prefix}::health_flags::${healthFlags(endpoint)}`,
        `${prefix}::weight::${endpoint.weight}`,
        `${prefix}::region::${endpoint.locality.region ?? ''}`,
        `${prefix}::zone::${endpoint.locality.zone ?? ''}`,
        `${prefix}::sub_zone::${endpoint.locality.sub_zone ?? ''}`,
        `${prefix}::priority::${endpoint.priority}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function healthFlags(endpoint: Endpoint): string {
  const flags = [...(endpoint.healthy ? [] : ['/failed_eds_health']), ...(endpoint.ejected ? ['/failed_outlier_check'] : [])];
  return flags.length === 0 ? 'healthy' : flags.join('');
}

/** `/clusters?format=json`. */
export function renderClustersJson(proxy: Proxy): unknown {
  return {
    cluster_statuses: proxy.context.clusters.all().map((cluster) => ({
      name: cluster.name,
      added_via_api: true,
      host_statuses: cluster.endpoints.map((endpoint) => ({
        address: { socket_address: { address: endpoint.address, port_value: endpoint.port } },
        stats: [
          { name: 'cx_active', type: 'GAUGE', value: String(endpoint.connections) },
          { name: 'rq_active', type: 'GAUGE', value: String(endpoint.active) },
          { name: 'rq_error', value: String(endpoint.requestsFailed) },
          { name: 'rq_total', value: String(endpoint.requestsTotal) },
        ],
        health_status: {
          eds_health_status: endpoint.healthy ? 'HEALTHY' : 'UNHEALTHY',
          ...(endpoint.ejected ? { failed_outlier_check: true } : {}),
        },
        weight: endpoint.weight,
        priority: endpoint.priority,
        locality: endpoint.locality,
      })),
      observability_name: cluster.name,
    })),
  };
}
