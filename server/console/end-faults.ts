import type { StopFaultsResponse } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import { sayWords } from '@/lib/i18n';
import { carryOut } from './apply-change';
import { ConflictError } from './change-conflict';
import type { Console } from './console-state';
import { cleanObject } from './draft-object';
import { findFaultRule, withoutFaults } from './fault-entries';
import { writableKind } from './known-kinds';
import { hostOf, ownFaults } from './live-faults';
import type { OwnFault } from './live-faults';
import { readCurrent } from './preview-change';

type Ending = 'fault_ended' | 'fault_stopped';

/** Ends every fault set in Heddle, or just those named. */
export async function stopFaults(console: Console, ids: readonly string[] | undefined): Promise<StopFaultsResponse> {
  console.cluster();
  const wanted = ownFaults(console).filter((one) => ids === undefined || ids.includes(one.entry.id));
  return endFaults(console, wanted, 'fault_stopped');
}

/** Takes faults out of their objects, each object in one write, and leaves everything else in them as it is. */
async function endFaults(console: Console, faults: readonly OwnFault[], why: Ending): Promise<StopFaultsResponse> {
  const response: StopFaultsResponse = { stopped: 0, changes: [], failed: [] };
  for (const group of Map.groupBy(faults, (one) => `${one.ref.namespace}/${one.ref.name}`).values()) {
    try {
      const change = await endOnObject(console, group, why);
      response.stopped += group.length;
      if (change !== null) response.changes.push(change);
    } catch (error) {
      if (!isHeddleError(error) && !(error instanceof ConflictError)) throw error;
      const { message } = error;
      response.failed.push(...group.map((one) => ({ id: one.entry.id, message })));
    }
  }
  return response;
}

async function endOnObject(
  console: Console,
  group: readonly OwnFault[],
  why: Ending,
): Promise<StopFaultsResponse['changes'][number] | null> {
  const [first] = group;
  if (first === undefined) return null;
  const cluster = console.cluster();
  const kind = writableKind(first.object);
  const current = await readCurrent(cluster, kind.group, kind.kind, first.object.metadata);
  if (current === null) return null;
  const object = cleanObject(current);
  const live = group.map((one) => one.entry).filter((entry) => findFaultRule(object, entry) >= 0);
  if (live.length === 0) return null;
  const after = withoutFaults(object, live);
  const step = { kind, before: current, after, expected: current.metadata.resourceVersion };
  const { change } = await carryOut(console, cluster, [step], { sentences: [sayWords(why, { host: hostOf(first.object) })] }, []);
  return change;
}

const usualLookMs = 1000;

/** Ends faults whose time is over, for as long as the console runs; those that ended while it did not run end at once. */
export function keepFaultEnds(console: Console, lookMs = usualLookMs): { stop(): void } {
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy || console.clusterOrNull()?.informer.hasSynced() !== true || !console.leadership.leads()) return;
    busy = true;
    try {
      const now = console.now();
      const over = ownFaults(console).filter((one) => Date.parse(one.entry.expiresAt) <= now);
      if (over.length === 0) return;
      const { failed } = await endFaults(console, over, 'fault_ended');
      for (const { id, message } of failed) console.log.warn({ fault: id, reason: message }, 'a fault could not be ended yet');
    } catch (error) {
      console.log.error({ error: error instanceof Error ? error.message : String(error) }, 'faults could not be looked at');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
