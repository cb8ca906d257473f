import type { AnyObject, Change } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { AnyKubeObject } from '@/server/kube';
import { carryOut, stepOf } from './apply-change';
import type { Step } from './apply-change';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { describeDraft, draftedServices } from './draft-behaviour';
import { cleanObject, refOfObject, sameRef } from './draft-object';
import { findController } from './find-controller';
import { writableKind } from './known-kinds';
import { same } from './merge-three-way';
import { draftWeights, readRoute, weightsNow } from './route-split';
import type { RouteObjects } from './route-split';
import type { StoredRollout } from './rollout-store';
import type { Cluster } from './watch-cluster';

/** The route is not what the shift made of it: someone else wrote it. */
export class ChangedByOthers extends Error {
  readonly by: string;
  readonly owned: boolean;

  constructor(by: string, what: string, owned = false) {
    super(what);
    this.name = 'ChangedByOthers';
    this.by = by;
    this.owned = owned;
  }
}

/** Fails with ChangedByOthers when the route is not what the shift left, or a controller has taken it. */
export async function refuseForeign(cluster: Cluster, rollout: StoredRollout, now: RouteObjects): Promise<void> {
  if (!same(specOf(now.route), specOf(rollout.written.route))) throw foreign(now.route);
  const controller = await findController(cluster.client, rollout.service, now.route);
  if (controller !== null) throw new ChangedByOthers(controller.name, controller.state ?? '', true);
}

export function foreign(route: AnyKubeObject | null): ChangedByOthers {
  const newest = (route?.metadata.managedFields ?? []).toSorted((left, right) => ((left.time ?? '') < (right.time ?? '') ? 1 : -1))[0];
  return new ChangedByOthers(route === null ? '' : (newest?.manager ?? ''), route === null ? 'deleted' : '');
}

function specOf(object: AnyObject | AnyKubeObject | null): unknown {
  return object === null ? null : object['spec'];
}

/** Writes a step: the weights alone, everything else in the objects as it is. `null`: they are there already. */
export async function writeStep(console: Console, rollout: StoredRollout, step: number): Promise<Change | null> {
  const cluster = console.cluster();
  const now = await readRoute(cluster, rollout);
  await refuseForeign(cluster, rollout, now);
  const objects = draftWeights(cluster, rollout, now, rollout.plan, rollout.plan.steps[step]?.weights ?? []);
  if (objects.length === 0) return null;
  const steps = await Promise.all(objects.map((object) => stepOf(cluster, object)));
  return carry(console, cluster, rollout, steps, step + 1);
}

/**
 * Goes back to the weights before the first step. Where nobody else wrote, the objects become exactly what they were (one that the shift
 * made goes); else the weights alone go back, and what others made of the rest stays. `null`: there is nothing to take back.
 */
export async function writeBack(console: Console, rollout: StoredRollout): Promise<Change | null> {
  const cluster = console.cluster();
  const now = await readRoute(cluster, rollout);
  const { original, written, plan } = rollout;
  if (same(specOf(now.route), specOf(original.route)) && rollout.changes.length === 0) return null;
  const untouched = same(specOf(now.route), specOf(written.route));
  if (untouched && !rollout.rebased) {
    const steps = [exactStep(now.route, original.route)];
    // A subset that someone uses by now must stay; nobody is harmed by one too many.
    if (same(specOf(now.destinationRule), specOf(written.destinationRule)))
      steps.push(exactStep(now.destinationRule, original.destinationRule));
    const due = steps.filter((one) => one !== null);
    return due.length === 0 ? null : carry(console, cluster, rollout, due, null);
  }
  const before = plan.destinations.map((one) => one.weight);
  const inForce = weightsNow(cluster, rollout, now, plan);
  if (same(inForce, before)) return null;
  const ours = weightsNow(
    cluster,
    rollout,
    {
      route: written.route as AnyKubeObject | null,
      destinationRule: now.destinationRule,
    },
    plan,
  );
  if (!same(inForce, ours)) throw foreign(now.route);
  const steps = await Promise.all(draftWeights(cluster, rollout, now, plan, before).map((object) => stepOf(cluster, object)));
  return steps.length === 0 ? null : carry(console, cluster, rollout, steps, null);
}

/** The step from what is there to what was; `null` when it is the same. */
function exactStep(current: AnyKubeObject | null, before: AnyObject | null): Step | null {
  const known = before ?? current;
  if (known === null || (current !== null && before !== null && same(specOf(current), specOf(before)))) return null;
  return { kind: writableKind(known), before: current, after: before, expected: current?.metadata.resourceVersion, exact: true };
}

async function carry(console: Console, cluster: Cluster, rollout: StoredRollout, steps: Step[], step: number | null): Promise<Change> {
  const { id, plan, service, reason } = rollout;
  const draft = {
    objects: steps.flatMap((one) => (one.after === null ? [] : [one.after])),
    deletes: steps.flatMap((one) => (one.after === null && one.before !== null ? [refOfObject(one.before)] : [])),
  };
  const effects = describeDraft(
    draftedServices(cluster, draft),
    steps.map(({ before, after }) => ({
      before: before === null ? null : cleanObject(before),
      after: after === null ? null : cleanObject(after),
    })),
  );
  const of = plan.steps.length;
  const what =
    step === null
      ? sayWords('rollout_put_back', { service: service.name })
      : sayWords('rollout_step', { service: service.name, step, steps: of });
  const about = { sentences: [what, ...effects], rollout: { id, step, of }, ...(reason === undefined ? {} : { reason }) };
  return (await carryOut(console, cluster, steps, about, [])).change;
}

/** What a shift knows of the objects after one of its changes. */
export function writtenBy(rollout: StoredRollout, change: StoredChange): StoredRollout['written'] {
  const { written } = rollout;
  const index = change.objects.findIndex((one) => sameRef(one.ref, rollout.route));
  const rule = change.undo.find(({ before, after }) => (after ?? before)?.kind === 'DestinationRule');
  return {
    route: index < 0 ? written.route : (change.undo[index]?.after ?? null),
    routeVersion: index < 0 ? written.routeVersion : (change.objects[index]?.resourceVersion ?? null),
    destinationRule: rule === undefined ? written.destinationRule : rule.after,
  };
}
