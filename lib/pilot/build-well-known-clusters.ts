import { standInFor, standInPorts } from './external-hosts';
import { BLACKHOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from './names';
import { circuitBreakers } from './apply-traffic-policy';
import type { Cluster } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { ProxyScope } from './scope-proxy';
import type { ProxyNode } from './types';

/** Clusters every proxy has: where unknown destinations go, or do not (istio.md §3.3). */
export function wellKnownClusters(state: MeshState, scope: ProxyScope, proxy: ProxyNode): readonly Cluster[] {
  const key = `well-known|${scope.isGateway ? 'router' : 'sidecar'}|${proxy.interceptionMode}|${proxy.proxy}|${String(scope.allowAny)}`;
  return state.cache.memo(key, [state.mesh, state.externalHosts], () => {
    const blackHole: Cluster = { name: BLACKHOLE_CLUSTER, type: 'STATIC', connect_timeout: state.mesh.connectTimeout };
    if (scope.isGateway) return [blackHole];
    const clusters = [blackHole, passthrough(state, proxy)];
    if (proxy.interceptionMode === 'REDIRECT') {
      clusters.push({
        ...passthrough(state, proxy),
        name: INBOUND_PASSTHROUGH_CLUSTER,
        // The source address by which the capture rules tell the proxy's own connections to the application.
        upstream_bind_config: { source_address: { address: '127.0.0.6', port_value: 0 } },
      });
      return clusters;
    }
    if (scope.allowAny) clusters.push(...standIns(state));
    return clusters;
  });
}

/**
 * In mode NONE a stock Envoy has no destination to go by but its own listener's: passing through would send it to itself for ever,
 * so there the cluster is empty (503 UH). Heddle's proxy goes to the host that the request names.
 */
function passthrough(state: MeshState, proxy: ProxyNode): Cluster {
  const loops = proxy.interceptionMode === 'NONE' && proxy.proxy === 'envoy';
  return {
    name: PASSTHROUGH_CLUSTER,
    ...(loops ? { type: 'STATIC' } : { type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' }),
    connect_timeout: state.mesh.connectTimeout,
    circuit_breakers: circuitBreakers(undefined, undefined) ?? {},
  };
}

function standIns(state: MeshState): Cluster[] {
  return Object.keys(state.externalHosts).flatMap((host) =>
    standInPorts(state, host).flatMap((port): Cluster[] => {
      const target = standInFor(state, host, port);
      if (target === undefined) return [];
      const name = `${PASSTHROUGH_CLUSTER}|${host}:${port}`;
      return [
        {
          name,
          type: 'STATIC',
          connect_timeout: state.mesh.connectTimeout,
          circuit_breakers: circuitBreakers(undefined, undefined) ?? {},
          load_assignment: {
            cluster_name: name,
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: target.address, port_value: target.port } }, hostname: host } },
                ],
              },
            ],
          },
          metadata: {
            filter_metadata: { istio: { services: [{ host: PASSTHROUGH_CLUSTER, name: PASSTHROUGH_CLUSTER, namespace: 'unknown' }] } },
          },
        },
      ];
    }),
  );
}
