import type { BalancerSettings } from './compile-cluster';
import type { LbHost } from './balance-hosts';
import type { Random } from './routing-request';
import { xxHash64 } from './xxhash64';

type HashPicker = (random: Random, hash: bigint | null, attempt: number) => LbHost | null;

function hostName(host: LbHost, settings: BalancerSettings): string {
  return settings.hashByHostname && host.hostname !== '' ? host.hostname : host.key;
}

/** Ketama ring as Envoy builds it: xxHash64 of `address_i`, as many points as the weight asks for. A repeated choice moves on clockwise. */
export function buildRing(hosts: readonly LbHost[], settings: BalancerSettings): HashPicker {
  const total = hosts.reduce((sum, host) => sum + host.weight, 0);
  const smallest = Math.min(...hosts.map((host) => host.weight)) / total;
  const scale = Math.min(Math.ceil(smallest * settings.minRingSize) / smallest, settings.maxRingSize);
  const points: { hash: bigint; host: LbHost }[] = [];
  let target = 0;
  for (const host of hosts) {
    target += (scale * host.weight) / total;
    for (let index = 0; points.length < target - 1e-9; index++) {
      points.push({ hash: xxHash64(`${hostName(host, settings)}_${index}`), host });
    }
  }
  points.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  const hashes = BigUint64Array.from(points, (point) => point.hash);
  return (random, hash, attempt) => {
    const at = hash === null ? Math.floor(random() * points.length) : findFirst(hashes, hash);
    return points[(at + attempt) % points.length]?.host ?? null;
  };
}

/** Index of the first value that is not less than the hash; 0 after the last. */
function findFirst(hashes: BigUint64Array, hash: bigint): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] ?? 0n) < hash) low = middle + 1;
    else high = middle;
  }
  return low === hashes.length ? 0 : low;
}

/** Maglev table as Envoy builds it. A repeated choice hashes on from the first. */
export function buildMaglev(hosts: readonly LbHost[], settings: BalancerSettings): HashPicker {
  const size = settings.tableSize;
  const largest = Math.max(...hosts.map((host) => host.weight));
  const entries = hosts.map((host) => ({
    offset: Number(xxHash64(hostName(host, settings)) % BigInt(size)),
    skip: Number(xxHash64(hostName(host, settings), 1n) % BigInt(size - 1)) + 1,
    weight: host.weight,
    next: 0,
    target: 0,
  }));
  const table = new Int32Array(size).fill(-1);
  let filled = 0;
  for (let round = 1; filled < size; round++) {
    for (const [index, entry] of entries.entries()) {
      if (filled === size) break;
      // A host with a third of the largest weight gets a slot in every third round.
      if (round * entry.weight < entry.target) continue;
      entry.target += largest;
      let slot = (entry.offset + entry.skip * entry.next) % size;
      while (table[slot] !== -1) slot = (entry.offset + entry.skip * ++entry.next) % size;
      table[slot] = index;
      entry.next++;
      filled++;
    }
  }
  return (random, hash, attempt) => {
    if (hash === null) return hosts[table[Math.floor(random() * size)] ?? 0] ?? null;
    const rehashed = attempt === 0 ? hash : hash ^ BigInt.asUintN(64, -BigInt(attempt));
    return hosts[table[Number(rehashed % BigInt(size))] ?? 0] ?? null;
  };
}
