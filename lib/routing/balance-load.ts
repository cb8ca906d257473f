import type { BalancerSettings } from './compile-cluster';
import type { HostSet, LbHost } from './balance-hosts';
import type { LocalityShare, PriorityLoad } from './balance-priorities';
import { spreadOverPriorities, weighLocalities } from './balance-priorities';
import type { HostPicker } from './pick-host';
import { createPicker } from './pick-host';
import type { Random } from './routing-request';

/** What a choice may depend on beside chance. */
export interface PickContext {
  /** Null: none of the hash policies found a value. */
  readonly hash: bigint | null;
  /** Hosts to leave out if another can be found within `attempts` choices (retry predicate `previous_hosts`). */
  readonly avoid: readonly LbHost[];
  readonly attempts: number;
}

/** A load balancer over a fixed set of hosts. Make a new one when hosts come, go, or change their health. */
export interface Balancer {
  /** Null: no host may be used (503, flag UH). */
  readonly pick: (random: Random, context?: PickContext) => LbHost | null;
  readonly levels: readonly PriorityLoad[];
}

export const anyHost: PickContext = { hash: null, avoid: [], attempts: 1 };

interface Level {
  readonly percent: number;
  readonly pickers: readonly { readonly weight: number; readonly pick: HostPicker }[];
  readonly totalWeight: number;
}

/** Builds a balancer: priority by health, then locality by weight where the cluster wants it, then the policy. */
export function createBalancer(settings: BalancerSettings, set: HostSet, random: Random): Balancer {
  const levels = spreadOverPriorities(set.hosts, set.overprovisioning, settings.panicThreshold);
  const used = levels.map((level) => createLevel(level, settings, set.overprovisioning, random)).filter((level) => level.percent > 0);
  return { levels, pick: (draw, context = anyHost) => pickFrom(used, draw, context) };
}

function createLevel(level: PriorityLoad, settings: BalancerSettings, overprovisioning: number, random: Random): Level {
  if (level.percent === 0) return { percent: 0, pickers: [], totalWeight: 0 };
  const weighed = settings.localityWeighted ? weighLocalities(level, overprovisioning) : [];
  const shares: LocalityShare[] = weighed.length > 0 ? weighed : [{ hosts: level.panic ? level.hosts : level.healthy, weight: 1 }];
  return {
    percent: level.percent,
    pickers: shares.map((share) => ({ weight: share.weight, pick: createPicker(settings, share.hosts, random) })),
    totalWeight: shares.reduce((sum, share) => sum + share.weight, 0),
  };
}

function pickFrom(levels: readonly Level[], random: Random, context: PickContext): LbHost | null {
  let host: LbHost | null = null;
  for (let attempt = 0; attempt < context.attempts; attempt++) {
    const level = levels.length > 1 ? drawLevel(levels, random) : levels[0];
    if (level === undefined) return null;
    host = drawPicker(level, random)(random, context.hash, attempt);
    if (host === null || !context.avoid.includes(host)) return host;
  }
  return host;
}

function drawLevel(levels: readonly Level[], random: Random): Level | undefined {
  let point = random() * 100;
  for (const level of levels) {
    point -= level.percent;
    if (point < 0) return level;
  }
  return levels.at(-1);
}

function drawPicker(level: Level, random: Random): HostPicker {
  const [first] = level.pickers;
  if (first === undefined) return () => null;
  if (level.pickers.length === 1) return first.pick;
  let point = random() * level.totalWeight;
  for (const { weight, pick } of level.pickers) {
    point -= weight;
    if (point < 0) return pick;
  }
  return first.pick;
}
