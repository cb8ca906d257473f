import type { ClusterLoadAssignment, HealthStatus, LbEndpoint, Locality, LocalityLbEndpoints, Metadata } from '@/lib/xds';

/** An endpoint with what the balancer keeps about it. The object lives on over endpoint updates as long as its address does. */
export interface LbHost {
  /** `ip:port`, or the path of a pipe. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  hostname: string;
  weight: number;
  priority: number;
  /** `region/zone/subzone`. */
  locality: string;
  localityWeight: number;
  metadata: Metadata | null;
  health: HealthStatus;
  /** Set by outlier detection. */
  ejected: boolean;
  /** Requests (or TCP connections) on their way; counted by the owner. */
  activeRequests: number;
}

export interface HostSet {
  readonly hosts: readonly LbHost[];
  /** 1.4: a priority (or locality) with 1/1.4 of its hosts healthy still takes its full share. */
  readonly overprovisioning: number;
}

/** Reads an assignment, taking over the state of hosts that were there before. */
export function readHosts(assignment: ClusterLoadAssignment, previous: readonly LbHost[] = []): HostSet {
  const known = new Map(previous.map((host) => [host.key, host]));
  const hosts = (assignment.endpoints ?? []).flatMap((group) =>
    (group.lb_endpoints ?? []).flatMap((endpoint) => {
      const host = readHost(endpoint, group, known);
      return host === null ? [] : [host];
    }),
  );
  return { hosts, overprovisioning: (assignment.policy?.overprovisioning_factor?.value ?? 140) / 100 };
}

function readHost(endpoint: LbEndpoint, group: LocalityLbEndpoints, known: ReadonlyMap<string, LbHost>): LbHost | null {
  const address = endpoint.endpoint?.address;
  const socket = address?.socket_address;
  const host = socket?.address ?? address?.pipe?.path;
  if (host === undefined) return null;
  const port = socket?.port_value ?? 0;
  const key = socket === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const current = {
    hostname: endpoint.endpoint?.hostname ?? '',
    weight: endpoint.load_balancing_weight?.value ?? 1,
    priority: group.priority ?? 0,
    locality: localityName(group.locality),
    localityWeight: group.load_balancing_weight?.value ?? 0,
    metadata: endpoint.metadata ?? null,
    health: endpoint.health_status ?? 'UNKNOWN',
  };
  const before = known.get(key);
  return before === undefined
    ? { key, address: host, port, ...current, ejected: false, activeRequests: 0 }
    : Object.assign(before, current);
}

/** `region/zone/subzone`, without empty parts at the end. */
export function localityName(locality: Locality | undefined): string {
  return [locality?.region ?? '', locality?.zone ?? '', locality?.sub_zone ?? ''].join('/').replace(/\/+$/, '');
}

/** Whether a host takes part when health counts. */
export function isHealthy(host: LbHost): boolean {
  return !host.ejected && (host.health === 'UNKNOWN' || host.health === 'HEALTHY' || host.health === 'DEGRADED');
}
