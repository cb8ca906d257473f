import type { BehaviourChange, DestinationShare, FieldOwner, Finding, GainingDestination, Guards, Words } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { Behaviour } from './compare-behaviour';
import { versionsOf } from './describe-service';
import type { TrafficSample } from './sample-traffic';
import type { Cluster } from './watch-cluster';

/** How far a draft reaches and what speaks against it: callers, rates, endpoints of what gains, owners of its fields, reasons to ask why. */
export function guardDraft(
  cluster: Cluster,
  traffic: TrafficSample,
  behaviour: Behaviour,
  findings: readonly Finding[],
  owners: FieldOwner[],
): Guards {
  const total = traffic.edges.reduce((sum, edge) => sum + (edge.rps ?? 0), 0);
  const rps = behaviour.changes.reduce((sum, one) => sum + (one.rps ?? 0), 0);
  return {
    callers: [...new Set(behaviour.changes.map((one) => one.from))].toSorted(),
    rps,
    share: total > 0 ? Math.min(1, rps / total) : null,
    gains: gainsOf(cluster, behaviour.changes),
    owners,
    reasonNeeded: reasonsFor(behaviour.changes, findings),
  };
}

/** Destinations that carry more than now, most first; of those whose requests the draft moves. */
function gainsOf(cluster: Cluster, changes: readonly BehaviourChange[]): GainingDestination[] {
  const rates = new Map<string, GainingDestination>();
  const add = (change: BehaviourChange, part: DestinationShare, side: 'rpsBefore' | 'rpsAfter') => {
    if (part.failed !== undefined || part.endpoints === undefined) return;
    const key = `${change.to} ${part.destination}`;
    const known = rates.get(key) ?? { to: change.to, destination: part.destination, readyEndpoints: 0, rpsBefore: 0, rpsAfter: 0 };
    known[side] += part.share * (change.rps ?? 0);
    known.readyEndpoints = Math.max(known.readyEndpoints, readyOf(cluster, change.to, part));
    rates.set(key, known);
  };
  for (const change of changes) {
    for (const part of change.before) add(change, part, 'rpsBefore');
    for (const part of change.after) add(change, part, 'rpsAfter');
  }
  return [...rates.values()]
    .filter((one) => one.rpsAfter > one.rpsBefore * 1.01)
    .toSorted((left, right) => right.rpsAfter - right.rpsBefore - (left.rpsAfter - left.rpsBefore));
}

/** Ready pods of a version, by Kubernetes' word; what no version names, by the routing's. */
function readyOf(cluster: Cluster, to: string, part: DestinationShare): number {
  const service = cluster.services().find((one) => `${one.metadata.namespace ?? 'default'}/${one.metadata.name}` === to);
  const version = service === undefined ? undefined : versionsOf(service, cluster).find((one) => one.version === part.destination);
  return version?.readyEndpoints ?? part.endpoints ?? 0;
}

/** Share that fails although nobody asked for it by a fault. */
function unwanted(parts: readonly DestinationShare[]): number {
  return parts.reduce((sum, one) => sum + (one.failed !== undefined && one.reason !== 'fault' ? one.share : 0), 0);
}

function reasonsFor(changes: readonly BehaviourChange[], findings: readonly Finding[]): Words[] {
  const errors = findings.filter((one) => one.severity === 'error').map((one) => sayWords('reason_finding', { message: one.message }));
  const broken = changes
    .filter((one) => one.breaks && unwanted(one.after) > unwanted(one.before) + 1e-9)
    .map((one) => sayWords('reason_breaks', { what: one.method === null ? one.to : `${one.method} ${one.path ?? ''}`, from: one.from }));
  return [...errors, ...broken].slice(0, 10);
}
