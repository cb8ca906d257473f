import { randomUUID } from 'node:crypto';
import type { ObjectRef, RolloutResponse, RolloutsResponse, StartRolloutRequest, RolloutActionName } from '@/lib/contract';
import { rolloutAction } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { fullHost } from '@/lib/kinds/virtual-service';
import { serviceHost } from '@/lib/model';
import { hasEnded, planSteps, sideOf, startRollout as beginRollout } from '@/lib/rollout';
import type { RolloutPlan } from '@/lib/rollout';
import type { SplitRow } from '@/lib/traffic';
import { conflictError } from './apply-change';
import type { Console } from './console-state';
import { versionsOf } from './describe-service';
import { cleanObject, otherOwners, refOfObject, sameRef } from './draft-object';
import { findActingRoutes } from './find-acting-routes';
import { findController } from './find-controller';
import { measureSides } from './measure-rollout';
import { isRefused, previewChange } from './preview-change';
import { draftWeights, openSplit, readRoute } from './route-split';
import type { RouteObjects, SplitPlace } from './route-split';
import { missingShift, publicRollout } from './rollout-store';
import type { StoredRollout } from './rollout-store';
import { findService } from './show-services';
import type { Cluster } from './watch-cluster';
import { newNames } from './show-traffic';

/** The old version is measured over so long before the first step. */
const baselineSeconds = 300;

/** Shifts, newest first. */
export function listRollouts(console: Console, limit: number): RolloutsResponse {
  return {
    at: new Date(console.now()).toISOString(),
    rollouts: console.rollouts.list().slice(0, limit).map(publicRollout),
    notices: console.clusterOrNull()?.notices() ?? [],
  };
}

export function showRollout(console: Console, id: string): RolloutResponse {
  const rollout = console.rollouts.get(id);
  if (rollout === undefined) throw missingShift(id);
  return { rollout: publicRollout(rollout) };
}

/** Pause, resume, next, promote, abort. */
export async function actOnRollout(console: Console, id: string, action: string): Promise<RolloutResponse> {
  const known = rolloutAction.safeParse(action);
  if (!known.success)
    throw new HeddleError('not_found', `There is no action ${action}.`, { hint: `Known ones: ${rolloutAction.options.join(', ')}.` });
  refuseElsewhere(console);
  const name: RolloutActionName = known.data;
  return { rollout: publicRollout(await console.rollouts.act(id, name, await console.cluster().user())) };
}

/** Only the replica that holds the Lease goes on with shifts. */
function refuseElsewhere(console: Console): void {
  const leader = console.leadership.leader();
  if (leader !== null)
    throw new HeddleError('conflict', `Another replica of the console (${leader}) holds the shifts.`, { hint: 'Ask that one.' });
}

/** Begins a shift in steps, after the same guards as any change: nobody else owns the route, the metrics answer, the end is previewed. */
export async function startRollout(console: Console, request: StartRolloutRequest): Promise<RolloutResponse> {
  refuseElsewhere(console);
  const cluster = console.cluster();
  const service = { namespace: request.namespace, name: request.name };
  const known = versionsOf(findService(cluster, service.namespace, service.name), cluster);
  const place = placeOf(cluster, request);
  const now = await readRoute(cluster, place);
  refuseStale(request, now);
  const controller = await findController(cluster.client, service, now.route);
  if (controller !== null) {
    const state = controller.state === null ? '' : ` (${controller.state})`;
    throw new HeddleError(
      'conflict',
      `${controller.name}${state} moves the weights of ${service.name}: Heddle does not write against it.`,
      {
        hint: 'Let that controller make the shift, or take the route away from it first.',
      },
    );
  }
  const { rule, rows } = openSplit(cluster, place, now);
  const plan = planOf(request, rows);
  for (const { side, version, label } of plan.destinations) {
    if (side === 'neither') continue;
    if (version === null)
      throw new HeddleError('bad_request', `Metrics cannot tell the requests to ${label} apart: it has no version.`, { path: 'weights' });
    if (side === 'new' && (known.find((one) => one.version === version)?.readyEndpoints ?? 0) === 0)
      throw new HeddleError('bad_request', `No endpoint of ${version} is ready.`, { path: 'weights', hint: 'Start it first.' });
  }
  const last = draftWeights(cluster, { ...place, rule: rule.from }, now, plan, plan.steps.at(-1)?.weights ?? []);
  await guard(console, request, last, now);
  const before = await baseline(console, service, plan);
  // All of the above took time: nobody else may have begun meanwhile, nor does anything come between this and the store.
  const running = console.rollouts
    .list()
    .find((one) => !hasEnded(one.state) && one.service.namespace === service.namespace && one.service.name === service.name);
  if (running !== undefined)
    throw new HeddleError('conflict', `A shift of ${service.name} is under way already.`, { hint: 'Abort or promote it first.' });
  const by = await cluster.user();
  const rollout = recordOf(console, { request, place: { ...place, rule: rule.from ?? 0 }, plan, now, by, before });
  console.rollouts.add(rollout);
  return { rollout: publicRollout(rollout) };
}

interface Begun {
  request: StartRolloutRequest;
  place: SplitPlace & { rule: number };
  plan: RolloutPlan;
  now: RouteObjects;
  by: string;
  before: Parameters<typeof beginRollout>[0];
}

function recordOf(console: Console, { request, place, plan, now, by, before }: Begun): StoredRollout {
  const objects = {
    route: now.route === null ? null : cleanObject(now.route),
    destinationRule: now.destinationRule === null ? null : cleanObject(now.destinationRule),
  };
  const at = console.now();
  return {
    id: randomUUID(),
    at: new Date(at).toISOString(),
    by,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...place,
    plan,
    state: beginRollout(before, by, at),
    original: objects,
    written: { ...objects, routeVersion: now.route?.metadata.resourceVersion ?? null },
    rebased: false,
    changes: [],
  };
}

/** The object and rule whose split is moved: the named ones, else those that act; a service without a route gets a VirtualService. */
function placeOf(cluster: Cluster, request: StartRolloutRequest): SplitPlace {
  const service = { namespace: request.namespace, name: request.name };
  const acting = findActingRoutes(cluster, service, undefined);
  const names = newNames(cluster, service);
  const host = serviceHost(service.name, service.namespace);
  // Without a caller in the mesh no proxy tells which rule acts; a second one for the same host would be wrong all the same.
  const rule =
    acting.destinationRule ??
    cluster
      .destinationRules()
      .find((one) => fullHost(one.spec.host, one.metadata.namespace ?? 'default') === host && one.spec.workloadSelector === undefined);
  const fresh: ObjectRef = {
    group: 'networking.istio.io',
    version: 'v1',
    kind: 'VirtualService',
    namespace: service.namespace,
    name: names.virtualService,
  };
  return {
    service,
    route: request.route ?? acting.routes[0]?.ref ?? fresh,
    destinationRule: {
      namespace: rule?.metadata.namespace ?? service.namespace,
      name: rule?.metadata.name ?? names.destinationRule,
    },
    rule: request.rule ?? null,
  };
}

function refuseStale({ sources }: StartRolloutRequest, now: RouteObjects): void {
  for (const { ref, resourceVersion } of sources) {
    const current = [now.route, now.destinationRule].find((one) => one !== null && sameRef(refOfObject(one), ref));
    if (current?.metadata.resourceVersion !== resourceVersion)
      throw new HeddleError('conflict', `${ref.kind} ${ref.namespace}/${ref.name} was changed meanwhile.`, {
        hint: 'Look at what is in force now and start again.',
      });
  }
}

function planOf(request: StartRolloutRequest, rows: readonly SplitRow[]): RolloutPlan {
  const { weights } = request;
  const unknown = Object.keys(weights).find((name) => !rows.some((row) => row.key === name || row.label === name));
  if (unknown !== undefined)
    throw new HeddleError('bad_request', `The rule has no destination ${unknown}.`, {
      path: `weights.${unknown}`,
      hint: `Known ones: ${rows.map((row) => row.label).join(', ')}.`,
    });
  const wanted = rows.map((row) => weights[row.key] ?? weights[row.label] ?? 0);
  const from = rows.map((row) => row.destination.weight);
  if (wanted.reduce((sum, one) => sum + one, 0) !== 100)
    throw new HeddleError('bad_request', 'The weights of the destinations do not sum to 100.', { path: 'weights' });
  const steps = planSteps(from, wanted, request.steps);
  if (steps.length === 0) throw new HeddleError('bad_request', 'The route has these weights already.', { path: 'weights' });
  return {
    destinations: rows.map((row, index) => ({
      key: row.key,
      label: row.label,
      version: row.version,
      // Subsets are counted for their service, backends of the Gateway API for themselves.
      service: row.destination.subset === null && row.version !== null ? row.destination.host : request.name,
      weight: row.destination.weight,
      side: sideOf(row.destination.weight, wanted[index] ?? 0),
    })),
    steps,
    intervalSeconds: request.intervalSeconds,
    patienceSeconds: request.patienceSeconds ?? request.intervalSeconds * 5,
    warmUpSeconds: request.warmUpSeconds,
    watch: request.watch,
    leastRequests: request.leastRequests,
    errorTolerance: request.errorTolerance,
    slowTolerance: request.slowTolerance,
  };
}

/** Owners are asked first, the API server's refusal is passed on, and what needs a reason gets one: as with a change made at once. */
async function guard(
  console: Console,
  request: StartRolloutRequest,
  objects: Parameters<typeof previewChange>[1]['objects'],
  now: RouteObjects,
): Promise<void> {
  const current = [now.route, now.destinationRule].filter((one) => one !== null);
  const owners = request.takeOver
    ? []
    : objects.flatMap((object) => {
        const before = current.find((one) => sameRef(refOfObject(one), refOfObject(object)));
        return before === undefined ? [] : otherOwners(before, object);
      });
  if (owners.length > 0) {
    const names = [...new Set(owners.map((one) => one.manager))].join(', ');
    throw conflictError(`Fields of this shift belong to ${names}.`, [], owners, 'Send it again with takeOver to take them over.');
  }
  const { guards, findings } = await previewChange(console, { objects, deletes: [] });
  if (isRefused(findings)) throw new HeddleError('invalid_object', findings.map((one) => one.message).join(' '));
  if ((request.reason ?? '').trim() === '' && guards.reasonNeeded.length > 0) {
    throw new HeddleError('precondition_required', guards.reasonNeeded.map((one) => one.text).join(' '), {
      path: 'reason',
      hint: 'Send it again with a reason, which the history keeps.',
    });
  }
}

/** The question is asked once before anything is written: metrics that do not answer cannot guard. */
async function baseline(console: Console, service: { namespace: string; name: string }, plan: RolloutPlan) {
  const { old, notices } = await measureSides(console, service, plan, baselineSeconds, console.now());
  if (old === null && (plan.watch.errors || plan.watch.latency)) {
    throw new HeddleError('source_unavailable', `The metrics that guard a shift cannot be asked: ${notices[0]?.message ?? 'no answer'}`, {
      hint: 'Apply at once instead, or name a Prometheus that answers.',
    });
  }
  return old;
}
