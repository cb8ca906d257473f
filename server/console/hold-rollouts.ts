import { HeddleError, isHeddleError } from '@/lib/errors';
import type { RolloutActionName } from '@/lib/contract';
import { advanceRollout, hasEnded, nextAction } from '@/lib/rollout';
import type { RolloutEvent } from '@/lib/rollout';
import { versionsOf } from './describe-service';
import { ConflictError } from './change-conflict';
import type { Console } from './console-state';
import { cleanObject, sameRef } from './draft-object';
import { findKind, resourceFor } from './known-kinds';
import { measureSides } from './measure-rollout';
import { same } from './merge-three-way';
import type { RecordLog } from './record-log';
import { readRoute } from './route-split';
import { missingShift } from './rollout-store';
import type { StoredRollout } from './rollout-store';
import { findService } from './show-services';
import type { Cluster } from './watch-cluster';
import { ChangedByOthers, foreign, writeBack, writeStep, writtenBy } from './write-rollout';

/** The one place where shifts in steps go on. */
export interface Rollouts {
  get(id: string): StoredRollout | undefined;
  /** Newest first. */
  list(): StoredRollout[];
  add(rollout: StoredRollout): void;
  /** What a person asks for. Takes effect at once, whatever is being written or measured. */
  act(id: string, action: RolloutActionName, by: string): Promise<StoredRollout>;
  /** This replica has become the one that acts: what others wrote is read, and interrupted shifts go on. */
  takeOver(): void;
  stop(): void;
}

const usualLookMs = 500;
/** A stored state is written again for its evidence at most this often; every decision is written at once. */
const keepLookMs = 10_000;
const shortestLookMs = 1000;
const longestLookMs = 10_000;

/** Keeps shifts going for as long as the console runs. All they know is on disk: a console that is started again goes on where it was. */
export function holdRollouts(console: Console, log: RecordLog<StoredRollout>, lookMs = usualLookMs): Rollouts {
  /** States newer than on disk: evidence that is asked for again after a crash. */
  const fresh = new Map<string, StoredRollout>();
  const lookedAt = new Map<string, number>();
  const keptAt = new Map<string, number>();
  let busy = false;

  /** Those that another process, or this one before it crashed, had begun. */
  const interrupted = new Set(log.all().flatMap((one) => (hasEnded(one.state) ? [] : [one.id])));

  const get = (id: string) => fresh.get(id) ?? log.get(id);
  const list = () =>
    log
      .all()
      .map((one) => fresh.get(one.id) ?? one)
      .toSorted((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0));

  function put(rollout: StoredRollout): void {
    fresh.delete(rollout.id);
    keptAt.set(rollout.id, console.now());
    log.put(rollout);
    console.graphs.announce({ id: rollout.id, status: rollout.state.phase });
  }

  /** The state after an event, read and written in one go: what a person decides meanwhile is never overwritten. */
  function happen(id: string, event: RolloutEvent, change: Partial<StoredRollout> = {}): StoredRollout | undefined {
    const before = get(id);
    if (before === undefined) return undefined;
    const state = advanceRollout(before.plan, before.state, event, console.now());
    const after = { ...before, ...change, state };
    const decided =
      state.log.length !== before.state.log.length || state.phase !== before.state.phase || state.pause !== before.state.pause;
    const due = console.now() - (keptAt.get(id) ?? 0) > keepLookMs;
    if (decided || Object.keys(change).length > 0 || (due && state !== before.state)) put(after);
    else fresh.set(id, after);
    return after;
  }

  /** Changes of the shift that the history has and the shift does not know yet: a crash came between the two. */
  function reconcile(rollout: StoredRollout): 'waits' | 'settled' {
    const own = console.changes
      .list(200)
      .filter((one) => one.rollout?.id === rollout.id && !rollout.changes.includes(one.id))
      .toReversed();
    if (own.some((one) => one.status === 'applying')) return 'waits';
    for (const change of own) {
      if (change.status !== 'applied' && change.status !== 'undone') continue;
      const known = get(rollout.id) ?? rollout;
      const more = { changes: [...known.changes, change.id], written: writtenBy(known, change) };
      happen(rollout.id, { type: 'written', step: change.rollout?.step == null ? null : change.rollout.step - 1 }, more);
    }
    return 'settled';
  }

  async function write(rollout: StoredRollout, step: number | null): Promise<void> {
    try {
      const change = step === null ? await writeBack(console, rollout) : await writeStep(console, rollout, step);
      // Without a change the objects were as they shall be already.
      if (change === null) happen(rollout.id, { type: 'written', step });
      else reconcile(rollout);
    } catch (error) {
      if (error instanceof ChangedByOthers) happen(rollout.id, changedBy(error));
      // The next look finds out who wrote at the same moment.
      else if (error instanceof ConflictError) happen(rollout.id, { type: 'write_failed', message: error.message, hopeless: false });
      else if (isHeddleError(error)) happen(rollout.id, { type: 'write_failed', message: error.message, hopeless: isRefusal(error) });
      else throw error;
    }
  }

  /** Whether others changed the route since, by the watched copy; faults that Heddle itself ended there are no reason to wait. */
  function checkRoute(cluster: Cluster, rollout: StoredRollout): void {
    const { route, written } = rollout;
    const current = cluster.informer.get(resourceFor(findKind(route.group, route.kind)), route.name, route.namespace);
    const behind = Number(current?.metadata.resourceVersion ?? 0) < Number(written.routeVersion ?? 0);
    const spec = current === undefined ? null : cleanObject(current)['spec'];
    if (same(spec, written.route?.['spec'] ?? null) || (behind && current !== undefined)) return;
    if (current === undefined && written.routeVersion !== null && cluster.notices().length > 0) return;
    const ending = console.changes
      .list(20)
      .find((one) => one.rollout === undefined && one.origin !== 'observed' && one.endedFaults !== undefined && one.status === 'applied');
    const index = ending?.objects.findIndex((one) => sameRef(one.ref, route)) ?? -1;
    const after = index < 0 ? undefined : ending?.undo[index]?.after;
    if (after !== undefined && after !== null && same(after['spec'], spec)) {
      const version = ending?.objects[index]?.resourceVersion ?? null;
      happen(rollout.id, { type: 'tick' }, { rebased: true, written: { ...written, route: after, routeVersion: version } });
      return;
    }
    happen(rollout.id, changedBy(foreign(current ?? null)));
  }

  async function look(cluster: Cluster, rollout: StoredRollout, from: number): Promise<void> {
    const now = console.now();
    const pace = Math.min(longestLookMs, Math.max(shortestLookMs, (rollout.plan.intervalSeconds * 1000) / 8));
    if (now - (lookedAt.get(rollout.id) ?? 0) < pace) return;
    lookedAt.set(rollout.id, now);
    const { old, fresh: news } = await measureSides(console, rollout.service, rollout.plan, (now - from) / 1000, now);
    happen(rollout.id, { type: 'evidence', from, old, fresh: news, readyFresh: readyEndpoints(cluster, rollout) });
  }

  async function goOn(cluster: Cluster, id: string): Promise<void> {
    const rollout = get(id);
    if (rollout === undefined || reconcile(rollout) === 'waits') return;
    let known = get(id) ?? rollout;
    if (known.state.phase === 'watching') {
      checkRoute(cluster, known);
      known = get(id) ?? known;
    }
    const action = nextAction(known.state, console.now());
    if (action?.do === 'write') await write(known, action.step);
    else if (action?.do === 'put_back') await write(known, null);
    else if (action?.do === 'look') await look(cluster, known, action.from);
    happen(id, { type: 'tick' });
  }

  async function tick(): Promise<void> {
    const cluster = console.clusterOrNull();
    if (busy || cluster?.informer.hasSynced() !== true || !console.leadership.leads()) return;
    busy = true;
    try {
      for (const rollout of list()) {
        if (hasEnded(rollout.state)) continue;
        try {
          await goOn(cluster, rollout.id);
        } catch (error) {
          console.log.error(
            { rollout: rollout.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
            'a shift cannot go on',
          );
        }
      }
    } finally {
      busy = false;
    }
  }

  const timer = setInterval(() => void tick(), lookMs);
  timer.unref();

  return {
    get,
    list,
    add(rollout) {
      put(rollout);
      void tick();
    },
    async act(id, action, by) {
      const rollout = get(id);
      if (rollout === undefined) throw missingShift(id);
      if (hasEnded(rollout.state)) throw new HeddleError('conflict', 'This shift has ended.');
      if (action === 'resume') await rebase(console, rollout, by, happen);
      else happen(id, { type: action, by });
      void tick();
      return get(id) ?? rollout;
    },
    takeOver() {
      log.reload();
      fresh.clear();
      for (const rollout of list()) if (interrupted.has(rollout.id) && !hasEnded(rollout.state)) happen(rollout.id, { type: 'restarted' });
      interrupted.clear();
    },
    stop: () => clearInterval(timer),
  };
}

/** Going on after others wrote: what they made is the ground from now on, but for the weights, which the present step sets again. */
async function rebase(
  console: Console,
  rollout: StoredRollout,
  by: string,
  happen: (id: string, event: RolloutEvent, change?: Partial<StoredRollout>) => unknown,
): Promise<void> {
  const why = rollout.state.pause?.why;
  if (why !== 'changed' && why !== 'owned') {
    happen(rollout.id, { type: 'resume', by });
    return;
  }
  const { route, destinationRule } = await readRoute(console.cluster(), rollout);
  const written = {
    route: route === null ? null : cleanObject(route),
    routeVersion: route?.metadata.resourceVersion ?? null,
    destinationRule: destinationRule === null ? null : cleanObject(destinationRule),
  };
  happen(rollout.id, { type: 'resume', by, rewrite: true }, { rebased: true, written });
}

function changedBy(error: ChangedByOthers): RolloutEvent {
  return { type: 'changed', by: error.by, detail: error.message === '' ? null : error.message, owned: error.owned };
}

/** Whether trying again will not help. */
function isRefusal(error: HeddleError): boolean {
  return ['bad_request', 'forbidden', 'unauthorized', 'invalid_object', 'not_found', 'not_supported', 'conflict'].includes(error.code);
}

/** Fewest ready endpoints of a destination that gets more requests; `null` when its version is not known. */
function readyEndpoints(cluster: Cluster, { service, plan }: StoredRollout): number | null {
  try {
    const versions = versionsOf(findService(cluster, service.namespace, service.name), cluster);
    const fresh = plan.destinations.filter((one) => one.side === 'new' && one.version !== null);
    if (fresh.length === 0) return null;
    return Math.min(...fresh.map((one) => versions.find((each) => each.version === one.version)?.readyEndpoints ?? 0));
  } catch (error) {
    if (isHeddleError(error)) return null;
    throw error;
  }
}
