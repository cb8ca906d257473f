import { filterNames, typeUrls } from '@/lib/xds';
import { parseDuration } from './duration';
import type { NetworkFilter, TcpProxy } from '@/lib/xds';
import type { EffectivePolicy } from './resolve-traffic-policy';
import type { TelemetrySettings } from './resolve-telemetry';

export interface TcpTarget {
  cluster: string;
  weight: number;
}

/** A TCP proxy to one cluster, or to several by weight, per connection. */
export function tcpProxy(
  statPrefix: string,
  targets: readonly TcpTarget[],
  telemetry: Pick<TelemetrySettings, 'accessLogs'>,
  policy: EffectivePolicy = {},
): NetworkFilter {
  const weighted = targets.filter((target) => target.weight > 0);
  const only = targets.length === 1 ? targets[0] : undefined;
  const idle = parseDuration(policy.connectionPool?.tcp?.idleTimeout);
  const longest = parseDuration(policy.connectionPool?.tcp?.maxConnectionDuration);
  const proxy: TcpProxy = {
    stat_prefix: statPrefix,
    ...(only === undefined
      ? { weighted_clusters: { clusters: weighted.map(({ cluster, weight }) => ({ name: cluster, weight })) } }
      : { cluster: only.cluster }),
    ...(idle === undefined ? {} : { idle_timeout: idle }),
    ...(longest === undefined ? {} : { max_downstream_connection_duration: longest }),
    ...(policy.loadBalancer?.consistentHash?.useSourceIp === true ? { hash_policy: [{ source_ip: {} }] } : {}),
    ...(telemetry.accessLogs.length === 0 ? {} : { access_log: [...telemetry.accessLogs] }),
  };
  return { name: filterNames.tcpProxy, typed_config: { '@type': typeUrls.tcpProxy, ...proxy } };
}
