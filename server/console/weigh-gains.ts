import type { BehaviourChange, DestinationShare, GainingDestination } from '@/lib/contract';
import type { DestinationRule } from '@/lib/kinds';
import { fullHost } from '@/lib/kinds/virtual-service';
import type { ObjectChanges } from '@/lib/pilot';
import { versionsOf } from './describe-service';
import type { TrafficSample } from './sample-traffic';
import type { Cluster } from './watch-cluster';

type Pool = NonNullable<NonNullable<DestinationRule['spec']['trafficPolicy']>['connectionPool']>;

/** A rate is called more only from here on: rates of a minute differ a little by chance. */
const noticeable = 1.01;
const tolerated = 1.25;

/** Destinations that carry more than now, most first; of those whose requests the draft moves. And whether their endpoints can take it. */
export function weighGains(
  cluster: Cluster,
  traffic: TrafficSample,
  changes: readonly BehaviourChange[],
  draft: ObjectChanges,
): GainingDestination[] {
  const moved = new Map<string, Moved>();
  for (const change of changes) {
    for (const part of change.before) add(moved, change, part, 'rpsBefore');
    for (const part of change.after) add(moved, change, part, 'rpsAfter');
  }
  return [...moved.values()]
    .filter((one) => one.rpsAfter > one.rpsBefore * noticeable)
    .toSorted((left, right) => right.rpsAfter - right.rpsBefore - (left.rpsAfter - left.rpsBefore))
    .map((one) => weigh(cluster, traffic, one, draft));
}

interface Moved {
  to: string;
  host: string;
  destination: string;
  /** As the routing sees them. */
  endpoints: number;
  rpsBefore: number;
  rpsAfter: number;
}

function add(moved: Map<string, Moved>, change: BehaviourChange, part: DestinationShare, side: 'rpsBefore' | 'rpsAfter'): void {
  if (part.failed !== undefined || part.endpoints === undefined) return;
  const key = `${change.to} ${part.destination}`;
  const { to, host } = change;
  const known = moved.get(key) ?? { to, host, destination: part.destination, endpoints: 0, rpsBefore: 0, rpsAfter: 0 };
  known[side] += part.share * (change.rps ?? 0);
  known.endpoints = Math.max(known.endpoints, part.endpoints);
  moved.set(key, known);
}

function weigh(cluster: Cluster, traffic: TrafficSample, one: Moved, draft: ObjectChanges): GainingDestination {
  const service = cluster.services().find(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}` === one.to);
  const versions = service === undefined ? [] : versionsOf(service, cluster);
  const ready = (version: string): number | undefined => versions.find((known) => known.version === version)?.readyEndpoints;
  const readyEndpoints = ready(one.destination) ?? one.endpoints;
  const carried = traffic.carried.filter(({ host }) => host === one.host);
  const own = carried.find(({ version }) => version === one.destination);
  const added = one.rpsAfter - one.rpsBefore;
  const perEndpoint = (rate: number) => (readyEndpoints > 0 ? rate / readyEndpoints : null);
  const each = {
    now: own === undefined ? null : perEndpoint(own.rps),
    after: carried.length === 0 ? null : perEndpoint((own?.rps ?? 0) + added),
    most: carried.reduce<number | null>((most, { version, rps }) => {
      const count = ready(version) ?? 0;
      return count === 0 ? most : Math.max(most ?? 0, rps / count);
    }, null),
  };
  const total = carried.reduce((sum, { rps }) => sum + rps, 0);
  const meanMs = own?.meanMs ?? (total > 0 ? carried.reduce((sum, { rps, meanMs: mean }) => sum + rps * (mean ?? 0), 0) / total : null);
  const limit = limitOf(cluster, one, draft, meanMs === null ? null : (((own?.rps ?? 0) + added) * meanMs) / 1000);
  const { to, destination, rpsBefore, rpsAfter } = one;
  return { to, destination, readyEndpoints, rpsBefore, rpsAfter, each, limit, verdict: verdictOf(readyEndpoints, each, limit) };
}

function verdictOf(ready: number, each: GainingDestination['each'], limit: GainingDestination['limit']): GainingDestination['verdict'] {
  if (ready === 0) return 'none';
  if (limit !== null && limit.expected !== null && limit.expected > limit.value) return 'over_limit';
  if (each.after === null || each.most === null) return 'unknown';
  return each.after > each.most * tolerated ? 'beyond' : 'can';
}

/**
 * The tightest limit of the connection pool towards a destination, as the draft has it: the subset's policy beats the rule's. The number of
 * requests at a time follows from rate and mean duration (Little 1961); a limit holds per calling proxy, so this errs on the safe side.
 */
function limitOf(cluster: Cluster, one: Moved, draft: ObjectChanges, expected: number | null): GainingDestination['limit'] {
  const drafted = (draft.applied ?? []).filter((object): object is DestinationRule => object.kind === 'DestinationRule');
  const names = new Set(drafted.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`));
  const rules = [
    ...drafted,
    ...cluster.destinationRules().filter(({ metadata }) => !names.has(`${metadata.namespace ?? ''}/${metadata.name}`)),
  ];
  const rule = rules.find(({ spec, metadata }) => fullHost(spec.host, metadata.namespace ?? 'default') === one.host);
  const subset = rule?.spec.subsets?.find(({ labels }) => labels?.['version'] === one.destination);
  const pool: Pool | undefined = subset?.trafficPolicy?.connectionPool ?? rule?.spec.trafficPolicy?.connectionPool;
  const limits: [setting: string, value: number | undefined][] = [
    ['tcp.maxConnections', pool?.tcp?.maxConnections],
    ['http.http2MaxRequests', pool?.http?.http2MaxRequests],
  ];
  return limits.reduce<GainingDestination['limit']>(
    (least, [setting, value]) =>
      value !== undefined && value > 0 && value < (least?.value ?? Number.POSITIVE_INFINITY) ? { setting, value, expected } : least,
    null,
  );
}
