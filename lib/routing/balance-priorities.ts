import type { LbHost } from './balance-hosts';
import { isHealthy } from './balance-hosts';

/** One priority with its share of the traffic. */
export interface PriorityLoad {
  readonly hosts: readonly LbHost[];
  readonly healthy: readonly LbHost[];
  /** 0 to 100; the shares of all priorities add up to 100, or to 0 when nothing may be used. */
  readonly percent: number;
  /** Too few healthy hosts: health is ignored. */
  readonly panic: boolean;
}

/**
 * Spreads traffic over priorities as Envoy does: each priority is "as healthy" as its share of healthy hosts times the overprovisioning
 * factor (at most 100 %), the first takes up to that, the next the rest, and so on; when the sum stays under 100 % it is scaled up,
 * and priorities under the panic threshold use all their hosts.
 */
export function spreadOverPriorities(hosts: readonly LbHost[], overprovisioning: number, panicThreshold: number): PriorityLoad[] {
  const count = hosts.reduce((highest, host) => Math.max(highest, host.priority + 1), 0);
  const levels = Array.from({ length: count }, (_, priority) => {
    const own = hosts.filter((host) => host.priority === priority);
    return { hosts: own, healthy: own.filter(isHealthy) };
  });
  const health = levels.map((level) => {
    if (level.hosts.length === 0) return 0;
    return Math.min(100, Math.floor((100 * overprovisioning * level.healthy.length) / level.hosts.length + 1e-9));
  });
  const total = Math.min(
    100,
    health.reduce((sum, one) => sum + one, 0),
  );
  const panics = levels.map(
    (level) => total < 100 && panicThreshold > 0 && (100 * level.healthy.length) / Math.max(1, level.hosts.length) < panicThreshold,
  );
  const percents =
    panics.length > 0 && panics.every(Boolean) ? shareByCount(levels.map((level) => level.hosts.length)) : shareByHealth(health, total);
  return levels.map((level, at) => ({ ...level, percent: percents[at] ?? 0, panic: panics[at] ?? false }));
}

function shareByHealth(health: readonly number[], total: number): number[] {
  if (total === 0) return health.map(() => 0);
  let left = 100;
  const percents = health.map((one) => {
    const share = Math.min(left, Math.floor((one * 100) / total));
    left -= share;
    return share;
  });
  // What rounding left over goes to the first priority that has any.
  const first = percents.findIndex((share) => share > 0);
  if (first !== -1) percents[first] = (percents[first] ?? 0) + left;
  return percents;
}

function shareByCount(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map(() => 0);
  const percents = counts.map((count) => Math.floor((count * 100) / total));
  const first = percents.findIndex((share) => share > 0);
  percents[first] = (percents[first] ?? 0) + 100 - percents.reduce((sum, share) => sum + share, 0);
  return percents;
}

/** A locality of one priority with its effective weight: its weight, lowered with its health. */
export interface LocalityShare {
  readonly hosts: readonly LbHost[];
  readonly weight: number;
}

/** Localities with weights, for clusters with locality-weighted balancing. Those without weight or healthy hosts get nothing. */
export function weighLocalities(level: PriorityLoad, overprovisioning: number): LocalityShare[] {
  const byName = Map.groupBy(level.hosts, (host) => host.locality);
  return [...byName.values()].flatMap((hosts) => {
    const usable = level.panic ? hosts : hosts.filter(isHealthy);
    const weight = (hosts[0]?.localityWeight ?? 0) * Math.min(1, (overprovisioning * usable.length) / hosts.length);
    return weight > 0 ? [{ hosts: usable, weight }] : [];
  });
}
