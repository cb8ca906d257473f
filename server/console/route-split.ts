import type { AnyObject, ObjectRef } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import type { DestinationRule } from '@/lib/kinds';
import { changedObjects, editRule, mainRule, newVirtualService, openRoute, readSplit, writeSplit } from '@/lib/traffic';
import type { DraftRule, RouteDraft, RouteObject, SplitRow } from '@/lib/traffic';
import type { RolloutPlan } from '@/lib/rollout';
import type { AnyKubeObject } from '@/server/kube';
import { versionsOf } from './describe-service';
import { cleanObject } from './draft-object';
import { readCurrent } from './preview-change';
import { findService } from './show-services';
import { backendsOf } from './show-traffic';
import type { Cluster } from './watch-cluster';

/** The objects that decide about the service's traffic, as the API server has them now. */
export interface RouteObjects {
  route: AnyKubeObject | null;
  destinationRule: AnyKubeObject | null;
}

/** Where the split is that a shift moves. */
export interface SplitPlace {
  service: { namespace: string; name: string };
  route: ObjectRef;
  destinationRule: { namespace: string; name: string };
  /** Position of the rule; `null`: the one that requests without special marks reach. */
  rule: number | null;
}

/** A write needs the version of this moment: the objects are asked for, not taken from the watch. */
export async function readRoute(cluster: Cluster, { route, destinationRule }: SplitPlace): Promise<RouteObjects> {
  const [found, rule] = await Promise.all([
    readCurrent(cluster, route.group, route.kind, route),
    readCurrent(cluster, 'networking.istio.io', 'DestinationRule', destinationRule),
  ]);
  return { route: found, destinationRule: rule };
}

export interface OpenSplit {
  draft: RouteDraft;
  rule: DraftRule;
  rows: SplitRow[];
}

/** The split of the rule; fails with `conflict` when the object has no such rule (any more). */
export function openSplit(cluster: Cluster, place: SplitPlace, now: RouteObjects): OpenSplit {
  const service = findService(cluster, place.service.namespace, place.service.name);
  // The API server has validated what it stores: the shape goes with the kind.
  const object = now.route === null ? newVirtualService(place.service, place.route.name) : (versioned(now.route) as unknown as RouteObject);
  const draft = openRoute(object);
  const rule = place.rule === null ? mainRule(draft) : draft.rules.find((one) => one.from === place.rule);
  if (rule === undefined) throw new HeddleError('conflict', `${object.kind} ${object.metadata.name} no longer has the rule of this shift.`);
  const subsets = ((now.destinationRule as unknown as DestinationRule | null)?.spec.subsets ?? []).map((one) => ({
    name: one.name,
    version: one.labels?.['version'] ?? null,
  }));
  const { rows } = readSplit(object, rule.rule, {
    service: place.service,
    subsets,
    versions: versionsOf(service, cluster).map((one) => one.version),
    backends: backendsOf(service, cluster),
  });
  return { draft, rule, rows };
}

function versioned(object: AnyKubeObject): AnyObject {
  const clean = cleanObject(object);
  return { ...clean, metadata: { ...clean.metadata, resourceVersion: object.metadata.resourceVersion } };
}

/** The objects that give the plan's destinations these weights; those that have them already are left out. */
export function draftWeights(
  cluster: Cluster,
  place: SplitPlace,
  now: RouteObjects,
  plan: RolloutPlan,
  weights: readonly number[],
): AnyObject[] {
  const { draft, rule, rows } = openSplit(cluster, place, now);
  const wanted = rows.map((row) => {
    const index = plan.destinations.findIndex((one) => one.key === row.key);
    return index < 0 ? 0 : (weights[index] ?? 0);
  });
  if (wanted.reduce((sum, one) => sum + one, 0) !== 100)
    throw new HeddleError('conflict', 'The rule no longer has the destinations that this shift moves requests between.');
  const destinationRule = now.destinationRule === null ? null : (versioned(now.destinationRule) as unknown as DestinationRule);
  return changedObjects({
    service: place.service,
    route: editRule(draft, rule.key, 'destinations', writeSplit(rows, wanted)),
    destinationRule,
    destinationRuleBase: destinationRule,
    newName: place.destinationRule.name,
  }).map((object) => ({ ...object, metadata: { ...object.metadata } }));
}

/** Weights that the rule gives the plan's destinations now. */
export function weightsNow(cluster: Cluster, place: SplitPlace, now: RouteObjects, plan: RolloutPlan): number[] {
  const { rows } = openSplit(cluster, place, now);
  return plan.destinations.map((one) => rows.find((row) => row.key === one.key)?.destination.weight ?? 0);
}
