import { proxyPorts } from './addresses';
import { detectProtocol, isTcp } from './protocol';
import type { Service } from './kubernetes';

/** One TCP port of a service, as the rule for announced addresses sees it. */
export interface TcpServicePort {
  namespace: string;
  name: string;
  port: number;
  /** RFC 3339; objects that have none (manifests on disk) count as the oldest. */
  creationTimestamp?: string | undefined;
}

/** The ports announced for TCP services; the key is `tcpPortKey`. */
export type AnnouncedTcpPorts = ReadonlyMap<string, number>;

const firstUnprivileged = 1024;
const derivedFirst = 20_000;
const derivedCount = 10_000;

/** The key of one service port: `namespace/name:port`. */
export function tcpPortKey(service: { namespace: string; name: string; port: number }): string {
  return `${service.namespace}/${service.name}:${service.port}`;
}

/**
 * Which port of a pod's outbound address stands for which TCP service port. All services of the mesh share one address, so the
 * oldest service (creationTimestamp, then namespace/name) gets the port it names and the others one between 20000 and 29999 that
 * follows from their name: a restart or another proxy comes to the same answer. The address is the pod's `outboundIp`.
 * Ports below 1024 always get one of those: nobody here is root, so nobody could listen on them.
 * `later` are ports that must not move any of `ports` (ServiceEntries, which the kubelet does not see).
 */
export function announcedTcpAddress(ports: readonly TcpServicePort[], later: readonly TcpServicePort[] = []): AnnouncedTcpPorts {
  const announced = new Map<string, number>();
  const taken = new Set<number>([proxyPorts.outboundHttpProxy]);
  for (const group of [ports, later]) {
    const ordered = [...group].sort(compareAge);
    const displaced: TcpServicePort[] = [];
    for (const entry of ordered) {
      if (announced.has(tcpPortKey(entry))) continue;
      if (entry.port < firstUnprivileged || taken.has(entry.port)) {
        displaced.push(entry);
      } else {
        taken.add(entry.port);
        announced.set(tcpPortKey(entry), entry.port);
      }
    }
    for (const entry of displaced) {
      if (announced.has(tcpPortKey(entry))) continue;
      const port = freePort(tcpPortKey(entry), taken);
      taken.add(port);
      announced.set(tcpPortKey(entry), port);
    }
  }
  return announced;
}

function compareAge(left: TcpServicePort, right: TcpServicePort): number {
  const byTime = (left.creationTimestamp ?? '').localeCompare(right.creationTimestamp ?? '');
  if (byTime !== 0) return byTime;
  const leftKey = `${left.namespace}/${left.name}`;
  const rightKey = `${right.namespace}/${right.name}`;
  if (leftKey !== rightKey) return leftKey < rightKey ? -1 : 1;
  return left.port - right.port;
}

function freePort(key: string, taken: ReadonlySet<number>): number {
  // FNV-1a: any stable spread will do, and probing keeps two names with one hash apart.
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  for (let step = 0; step < derivedCount; step += 1) {
    const port = derivedFirst + ((hash + step) % derivedCount);
    if (!taken.has(port)) return port;
  }
  return derivedFirst + (hash % derivedCount);
}

/**
 * The ports of Kubernetes Services that the rule above covers: every port that is not known to be HTTP or UDP (an undeclared one may be
 * TCP, so it gets an address too). ExternalName services have no address of their own.
 */
export function tcpPortsOfServices(services: readonly Service[]): TcpServicePort[] {
  const entries: TcpServicePort[] = [];
  for (const service of services) {
    if (service.spec.type === 'ExternalName') continue;
    for (const port of service.spec.ports ?? []) {
      const protocol = detectProtocol(port);
      if (!isTcp(protocol) && protocol !== 'Unsupported') continue;
      entries.push({
        namespace: service.metadata.namespace ?? 'default',
        name: service.metadata.name,
        port: port.port,
        creationTimestamp: service.metadata.creationTimestamp,
      });
    }
  }
  return entries;
}
