import { isHeddleError } from '@/lib/errors';
import type { AnyKubeObject } from '@/server/kube';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { cleanObject, refOfObject } from './draft-object';
import { findKind, splitApiVersion } from './known-kinds';
import { same } from './merge-three-way';
import { readCurrent } from './preview-change';
import { record, restore } from './record-change';
import type { Cluster } from './watch-cluster';

type Side = StoredChange['undo'][number];

interface Seen {
  side: Side;
  current: AnyKubeObject | null;
  state: 'old' | 'new' | 'other';
}

/**
 * Finds out what became of a change whose writing broke off: by a crash of the console, or by an API server that went away before it
 * answered. All of it there: applied. A part: that is put back. Whatever is found, the history says it; `null`: it cannot be read now,
 * and is looked at again later.
 */
export async function settleChange(
  console: Console,
  cluster: Cluster,
  change: StoredChange,
  why: string,
  /** So many of its objects, the first ones, may have been written. */
  maybe = change.undo.length,
): Promise<StoredChange | null> {
  try {
    const looked = await Promise.all(change.undo.map((side) => lookAt(cluster, side)));
    const seen = looked.map((one, index): Seen => (index < maybe ? one : { ...one, state: 'old' }));
    if (seen.every((one) => one.state === 'new'))
      return settle(console, { ...change, status: 'applied', objects: versionsOf(change, seen) });
    const whole = await putBack(cluster, seen);
    if (whole && seen.every((one) => one.state !== 'other')) return settle(console, { ...change, status: 'put_back', error: why });
    return settle(console, {
      ...change,
      status: 'failed',
      error: `${why} Some of its objects are neither what they were nor what was meant.`,
    });
  } catch (error) {
    if (isHeddleError(error)) return null;
    throw error;
  }
}

function settle(console: Console, change: StoredChange): StoredChange {
  record(console, change);
  markUndone(console, change);
  return change;
}

/** The change that a change took back says so, also when a crash came between the two. */
function markUndone(console: Console, change: StoredChange): void {
  const undone = change.status === 'applied' && change.undoes !== undefined ? console.changes.get(change.undoes) : undefined;
  if (undone?.status === 'applied') record(console, { ...undone, status: 'undone', undoneBy: change.id });
}

async function lookAt(cluster: Cluster, side: Side): Promise<Seen> {
  const { before, after } = side;
  const known = after ?? before;
  if (known === null) return { side, current: null, state: 'other' };
  const current = await readCurrent(cluster, splitApiVersion(known.apiVersion).group, known.kind, known.metadata);
  const spec = current === null ? null : cleanObject(current)['spec'];
  if (same(spec, after === null ? null : after['spec'])) return { side, current, state: 'new' };
  if (same(spec, before === null ? null : before['spec'])) return { side, current, state: 'old' };
  return { side, current, state: 'other' };
}

/** Puts back the part that was written, the last one first; `false` when that is refused. */
async function putBack(cluster: Cluster, seen: readonly Seen[]): Promise<boolean> {
  let whole = true;
  for (const { side, current, state } of seen.toReversed()) {
    const known = side.after ?? side.before;
    if (state !== 'new' || known === null) continue;
    const { group, kind } = refOfObject(known);
    try {
      await restore(cluster, findKind(group, kind), side.before as AnyKubeObject | null, current);
    } catch (error) {
      // Away again: the rest is put back when it is there. Refused, or changed by others in this moment: it stays, and the history says so.
      if (!isHeddleError(error) || error.code === 'source_unavailable' || error.code === 'timeout') throw error;
      whole = false;
    }
  }
  return whole;
}

function versionsOf(change: StoredChange, seen: readonly Seen[]): StoredChange['objects'] {
  return change.objects.map((one, index) => ({ ...one, resourceVersion: seen[index]?.current?.metadata.resourceVersion ?? null }));
}

const usualLookMs = 1000;

/** Settles, for as long as the console runs, what a crash or a lost answer left open. */
export function keepSettled(console: Console, lookMs = usualLookMs): { stop(): void } {
  let busy = false;
  let first = true;
  const look = async (): Promise<void> => {
    const cluster = console.clusterOrNull();
    if (busy || cluster?.informer.hasSynced() !== true || !console.leadership.leads()) return;
    busy = true;
    try {
      const changes = console.changes.list(1000);
      if (first) for (const change of changes) markUndone(console, change);
      first = false;
      for (const change of changes) {
        if (change.status !== 'applying' || console.writing.has(change.id)) continue;
        await settleChange(console, cluster, change, 'It broke off before all of it was written.');
      }
    } catch (error) {
      console.log.error({ error: String(error) }, 'interrupted changes could not be looked at');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
