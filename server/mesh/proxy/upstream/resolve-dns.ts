import dns from 'node:dns';
import net from 'node:net';
import type { Cluster as ClusterConfig, ClusterLoadAssignment, LbEndpoint } from '@/lib/xds';
import { durationMs } from '@/lib/routing';
import type { Cluster } from './cluster';

/** Whether the cluster's endpoints are names (STRICT_DNS, LOGICAL_DNS) rather than addresses. */
export function needsDns(config: ClusterConfig): boolean {
  if (config.type !== 'STRICT_DNS' && config.type !== 'LOGICAL_DNS') return false;
  return (config.load_assignment?.endpoints ?? []).some((group) =>
    (group.lb_endpoints ?? []).some((one) => net.isIP(one.endpoint?.address?.socket_address?.address ?? '') === 0),
  );
}

/** Resolves the names of DNS clusters again and again. */
export class DnsRefresher {
  private readonly timers = new Map<Cluster, NodeJS.Timeout>();

  watch(cluster: Cluster): void {
    this.timers.set(
      cluster,
      setTimeout(() => {}, 0),
    );
    void this.refresh(cluster);
  }

  forget(cluster: Cluster): void {
    clearTimeout(this.timers.get(cluster));
    this.timers.delete(cluster);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private async refresh(cluster: Cluster): Promise<void> {
    const assignment = await resolveAssignment(cluster.config);
    if (!this.timers.has(cluster)) return;
    // A failed lookup keeps the addresses that are known.
    if (assignment !== null) cluster.assign(assignment);
    const every = durationMs(cluster.config.dns_refresh_rate, 5000);
    this.timers.set(
      cluster,
      setTimeout(() => void this.refresh(cluster), every),
    );
  }
}

async function resolveAssignment(config: ClusterConfig): Promise<ClusterLoadAssignment | null> {
  const source = config.load_assignment;
  if (source === undefined) return null;
  let failed = false;
  const endpoints = await Promise.all(
    (source.endpoints ?? []).map(async (group) => ({
      ...group,
      lb_endpoints: (
        await Promise.all(
          (group.lb_endpoints ?? []).map(async (one) => {
            const addresses = await resolveEndpoint(one);
            failed ||= addresses === null;
            return (addresses ?? []).slice(0, config.type === 'LOGICAL_DNS' ? 1 : undefined).map((address) => withAddress(one, address));
          }),
        )
      ).flat(),
    })),
  );
  return failed ? null : { ...source, endpoints };
}

async function resolveEndpoint(one: LbEndpoint): Promise<string[] | null> {
  const host = one.endpoint?.address?.socket_address?.address ?? '';
  return net.isIP(host) === 0 ? lookupHost(host) : [host];
}

/** Addresses of a name by the system's resolver, IPv4 first; null when it has none. */
export async function lookupHost(host: string): Promise<string[] | null> {
  try {
    const found = await dns.promises.lookup(host, { all: true, order: 'ipv4first' });
    return found.map(({ address }) => address);
  } catch {
    return null;
  }
}

function withAddress(one: LbEndpoint, address: string): LbEndpoint {
  const endpoint = one.endpoint ?? {};
  const socket = endpoint.address?.socket_address;
  return {
    ...one,
    endpoint: {
      ...endpoint,
      hostname: endpoint.hostname ?? socket?.address ?? '',
      address: { socket_address: { ...socket, address } },
    },
  };
}
