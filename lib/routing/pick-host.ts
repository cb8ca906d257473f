import type { BalancerSettings } from './compile-cluster';
import type { LbHost } from './balance-hosts';
import { buildMaglev, buildRing } from './pick-by-hash';
import type { Random } from './routing-request';

/** Picks among a fixed set of hosts. `attempt` counts repeated choices for one request (0 is the first). */
export type HostPicker = (random: Random, hash: bigint | null, attempt: number) => LbHost | null;

/** The picker of a policy over hosts that may be used. */
export function createPicker(settings: BalancerSettings, hosts: readonly LbHost[], random: Random): HostPicker {
  const [only] = hosts;
  if (only === undefined) return () => null;
  if (hosts.length === 1) return () => only;
  const isWeighted = hosts.some((host) => host.weight !== only.weight);
  switch (settings.policy) {
    case 'random':
      return (draw) => hosts[Math.floor(draw() * hosts.length)] ?? only;
    case 'least_request':
      return isWeighted ? weightedPicker(hosts, (host) => leastRequestWeight(host, settings)) : leastOfSome(hosts, settings.choiceCount);
    case 'ring_hash':
      return buildRing(hosts, settings);
    case 'maglev':
      return buildMaglev(hosts, settings);
    case 'round_robin':
    case 'provided':
      return isWeighted ? weightedPicker(hosts, (host) => host.weight) : roundRobin(hosts, random);
  }
}

/** Starts anywhere, so that many proxies that start together do not all begin with the same host. */
function roundRobin(hosts: readonly LbHost[], random: Random): HostPicker {
  let next = Math.floor(random() * hosts.length);
  return () => {
    if (next >= hosts.length) next = 0;
    return hosts[next++] ?? null;
  };
}

/** Power of N choices: of a few hosts drawn, the one with the fewest requests on their way. */
function leastOfSome(hosts: readonly LbHost[], choices: number): HostPicker {
  return (random) => {
    let best: LbHost | null = null;
    for (let drawn = 0; drawn < choices; drawn++) {
      const host = hosts[Math.floor(random() * hosts.length)] ?? null;
      if (best === null || (host !== null && host.activeRequests < best.activeRequests)) best = host;
    }
    return best;
  };
}

function leastRequestWeight(host: LbHost, settings: BalancerSettings): number {
  return host.weight / (host.activeRequests + 1) ** settings.activeRequestBias;
}

interface Turn {
  readonly host: LbHost;
  deadline: number;
  /** Breaks ties first come, first served. */
  order: number;
}

/** Earliest deadline first: a host is due again after 1 / weight. Weights are read anew at each turn. */
function weightedPicker(hosts: readonly LbHost[], weightOf: (host: LbHost) => number): HostPicker {
  let order = 0;
  const heap: Turn[] = hosts.map((host) => ({ host, deadline: 1 / Math.max(1e-9, weightOf(host)), order: order++ }));
  heap.sort(compareTurns);
  return () => {
    const turn = heap[0];
    if (turn === undefined) return null;
    turn.deadline += 1 / Math.max(1e-9, weightOf(turn.host));
    turn.order = order++;
    siftDown(heap);
    return turn.host;
  };
}

function compareTurns(a: Turn, b: Turn): number {
  return a.deadline - b.deadline || a.order - b.order;
}

/** Restores the heap after its first element has grown. */
function siftDown(heap: Turn[]): void {
  const moved = heap[0];
  if (moved === undefined) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    if (left === undefined) break;
    const right = heap[2 * at + 2];
    const isRight = right !== undefined && compareTurns(right, left) < 0;
    const child = isRight ? right : left;
    if (compareTurns(moved, child) <= 0) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = moved;
}
