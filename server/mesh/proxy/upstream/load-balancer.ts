import { xxHash64 } from '@/lib/routing';
import { random } from '../exchange/random-bits';
import type { Cluster } from './cluster';
import type { Endpoint } from './endpoint';

/** Hosts that are drawn from together: of one priority, or one locality of it. */
interface HostSet {
  readonly hosts: readonly Endpoint[];
  /** Share of the draws among its siblings. */
  readonly weight: number;
  readonly equalWeights: boolean;
  readonly cumulative: readonly number[];
  turn: number;
}

interface Level {
  /** 0 to 100, of the requests. */
  readonly load: number;
  readonly sets: readonly HostSet[];
  readonly totalWeight: number;
  readonly ring: Ring | null;
}

interface Ring {
  readonly hashes: BigUint64Array;
  readonly owners: readonly Endpoint[];
}

const DEFAULT_PANIC_PERCENT = 50;
const DEFAULT_OVERPROVISIONING = 140;
const MAGLEV_SIZE = 65537;

/**
 * Chooses endpoints of a cluster as Envoy does: priorities by health with overprovisioning, localities by weight, then the policy.
 * What can be worked out beforehand is, once per change of endpoints, health or ejections.
 */
export class LoadBalancer {
  private readonly cluster: Cluster;
  private built = -1;
  private levels: readonly Level[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** @param hash of the request for hashing policies; null: draw. `avoid`: endpoints tried already. */
  choose(hash: bigint | null, avoid: ReadonlySet<Endpoint> | null, attempts: number): Endpoint | null {
    const { cluster } = this;
    if (this.built !== cluster.generation) this.rebuild();
    let chosen: Endpoint | null = null;
    for (let attempt = 0; attempt < attempts; attempt++) {
      chosen = this.chooseOnce(hash, attempt);
      if (chosen === null || avoid === null || !avoid.has(chosen)) return chosen;
    }
    return chosen;
  }

  private chooseOnce(hash: bigint | null, attempt: number): Endpoint | null {
    const level = this.drawLevel(hash);
    if (level === null) return null;
    if (level.ring !== null) return pickFromRing(level.ring, hash ?? BigInt(Math.floor(random() * 2 ** 53)) * 2048n, attempt);
    const set = drawSet(level);
    if (set === null || set.hosts.length === 0) return null;
    if (set.hosts.length === 1) return set.hosts[0] as Endpoint;
    switch (this.cluster.config.lb_policy ?? 'ROUND_ROBIN') {
      case 'LEAST_REQUEST':
        return this.leastRequest(set);
      case 'RANDOM':
        return set.equalWeights ? (set.hosts[Math.floor(random() * set.hosts.length)] as Endpoint) : drawWeighted(set);
      default:
        return roundRobin(set);
    }
  }

  private leastRequest(set: HostSet): Endpoint {
    const { hosts } = set;
    if (!set.equalWeights) {
      let best = hosts[0] as Endpoint;
      for (const host of hosts) if (host.weight / (host.active + 1) > best.weight / (best.active + 1)) best = host;
      return random() < 0.5 ? best : drawWeighted(set);
    }
    const choices = this.cluster.config.least_request_lb_config?.choice_count?.value ?? 2;
    let best = hosts[Math.floor(random() * hosts.length)] as Endpoint;
    for (let draw = 1; draw < choices; draw++) {
      const other = hosts[Math.floor(random() * hosts.length)] as Endpoint;
      if (other.active < best.active) best = other;
    }
    return best;
  }

  private drawLevel(hash: bigint | null): Level | null {
    const { levels } = this;
    if (levels.length === 0) return null;
    if (levels.length === 1) return levels[0] as Level;
    let point = hash === null ? random() * 100 : Number(hash % 10000n) / 100;
    for (const level of levels) {
      point -= level.load;
      if (point < 0) return level;
    }
    return levels.findLast((level) => level.load > 0) ?? null;
  }

  private rebuild(): void {
    const { cluster } = this;
    this.built = cluster.generation;
    const { config } = cluster;
    const factor = cluster.assignment?.policy?.overprovisioning_factor?.value ?? DEFAULT_OVERPROVISIONING;
    const panic = config.common_lb_config?.healthy_panic_threshold?.value ?? DEFAULT_PANIC_PERCENT;
    const priorities = new Map<number, Endpoint[]>();
    for (const endpoint of cluster.endpoints) {
      const list = priorities.get(endpoint.priority);
      if (list === undefined) priorities.set(endpoint.priority, [endpoint]);
      else list.push(endpoint);
    }
    const groups = [...priorities.entries()].sort(([left], [right]) => left - right).map(([, all]) => {
      const usable = all.filter((endpoint) => endpoint.usable);
      return { all, usable, health: Math.min(100, (factor * usable.length) / all.length) };
    });
    const total = groups.reduce((sum, group) => sum + group.health, 0);
    let left = 100;
    const levels: Level[] = [];
    for (const group of groups) {
      const share = total === 0 ? (levels.length === 0 ? 100 : 0) : total >= 100 ? Math.min(left, group.health) : (group.health * 100) / total;
      left -= share;
      // Panic: so few are healthy that all are asked.
      const inPanic = total < 100 && (100 * group.usable.length) / group.all.length < panic;
      if (inPanic) cluster.stats.lb_healthy_panic++;
      levels.push(buildLevel(cluster, inPanic ? group.all : group.usable, group.all, share));
    }
    this.levels = levels.filter((level) => level.load > 0 && level.sets.some((set) => set.hosts.length > 0));
  }
}

function buildLevel(cluster: Cluster, hosts: readonly Endpoint[], all: readonly Endpoint[], load: number): Level {
  const policy = cluster.config.lb_policy ?? 'ROUND_ROBIN';
  const byLocality = cluster.config.common_lb_config?.locality_weighted_lb_config !== undefined;
  const sets: HostSet[] = [];
  if (byLocality) {
    for (const [key, members] of groupByLocality(all)) {
      const usable = hosts.filter((host) => localityKey(host) === key);
      const health = members.length === 0 ? 0 : Math.min(1, (1.4 * usable.length) / members.length);
      const weight = (members[0]?.localityWeight ?? 0) * health;
      if (weight > 0) sets.push(makeSet(usable, weight));
    }
  } else sets.push(makeSet(hosts, 1));
  const ring = policy === 'RING_HASH' ? buildRing(cluster, hosts) : policy === 'MAGLEV' ? buildMaglev(cluster, hosts) : null;
  return { load, sets, totalWeight: sets.reduce((sum, set) => sum + set.weight, 0), ring };
}

function makeSet(hosts: readonly Endpoint[], weight: number): HostSet {
  let sum = 0;
  return {
    hosts,
    weight,
    equalWeights: hosts.every((host) => host.weight === hosts[0]?.weight),
    cumulative: hosts.map((host) => (sum += host.weight)),
    turn: Math.floor(random() * Math.max(1, hosts.length)),
  };
}

function localityKey(host: Endpoint): string {
  return `${host.locality.region ?? ''}/${host.locality.zone ?? ''}/${host.locality.sub_zone ?? ''}`;
}

function groupByLocality(hosts: readonly Endpoint[]): Map<string, Endpoint[]> {
  const groups = new Map<string, Endpoint[]>();
  for (const host of hosts) {
    const key = localityKey(host);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return groups;
}

function drawSet(level: Level): HostSet | null {
  if (level.sets.length === 1) return level.sets[0] as HostSet;
  let point = random() * level.totalWeight;
  for (const set of level.sets) {
    point -= set.weight;
    if (point < 0) return set;
  }
  return level.sets.at(-1) ?? null;
}

function roundRobin(set: HostSet): Endpoint {
  if (!set.equalWeights) return drawWeighted(set);
  set.turn = (set.turn + 1) % set.hosts.length;
  return set.hosts[set.turn] as Endpoint;
}

function drawWeighted(set: HostSet): Endpoint {
  const point = random() * (set.cumulative.at(-1) ?? 0);
  const at = set.cumulative.findIndex((sum) => point < sum);
  return set.hosts[Math.max(at, 0)] as Endpoint;
}

/** Ring of hashes (ketama): each host stands on it in proportion to its weight. */
function buildRing(cluster: Cluster, hosts: readonly Endpoint[]): Ring | null {
  if (hosts.length === 0) return null;
  const minimum = cluster.config.ring_hash_lb_config?.minimum_ring_size?.value ?? 1024;
  const maximum = cluster.config.ring_hash_lb_config?.maximum_ring_size?.value ?? 8 * 1024 * 1024;
  const total = hosts.reduce((sum, host) => sum + host.weight, 0);
  const lightest = Math.min(...hosts.map((host) => host.weight)) / total;
  const scale = Math.min(Math.ceil(lightest * minimum) / lightest, maximum);
  const entries: { hash: bigint; owner: Endpoint }[] = [];
  let target = 0;
  let placed = 0;
  for (const host of hosts) {
    target += (scale * host.weight) / total;
    for (let index = 0; placed < target; index++, placed++) entries.push({ hash: xxHash64(`${host.key}_${index}`), owner: host });
  }
  entries.sort((left, right) => (left.hash < right.hash ? -1 : 1));
  return { hashes: BigUint64Array.from(entries.map((entry) => entry.hash)), owners: entries.map((entry) => entry.owner) };
}

/** Maglev's table: every host fills free slots in an order of its own, taking turns. */
function buildMaglev(cluster: Cluster, hosts: readonly Endpoint[]): Ring | null {
  if (hosts.length === 0) return null;
  const size = cluster.config.maglev_lb_config?.table_size?.value ?? MAGLEV_SIZE;
  const owners = new Array<Endpoint | undefined>(size);
  const order = hosts.map((host) => ({ host, at: Number(xxHash64(host.key) % BigInt(size)), skip: Number(xxHash64(host.key, 1n) % BigInt(size - 1)) + 1, credit: 0 }));
  const heaviest = Math.max(...hosts.map((host) => host.weight));
  for (let filled = 0; filled < size; ) {
    for (const entry of order) {
      entry.credit += entry.host.weight;
      if (entry.credit < heaviest) continue;
      entry.credit -= heaviest;
      while (owners[entry.at] !== undefined) entry.at = (entry.at + entry.skip) % size;
      owners[entry.at] = entry.host;
      if (++filled === size) break;
    }
  }
  return { hashes: new BigUint64Array(0), owners: owners as Endpoint[] };
}

function pickFromRing(ring: Ring, hash: bigint, attempt: number): Endpoint | null {
  const { hashes, owners } = ring;
  if (owners.length === 0) return null;
  if (hashes.length === 0) return owners[Number((hash + BigInt(attempt)) % BigInt(owners.length))] as Endpoint;
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] as bigint) < hash) low = middle + 1;
    else high = middle;
  }
  return owners[(low + attempt) % owners.length] as Endpoint;
}
