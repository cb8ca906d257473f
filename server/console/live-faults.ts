import type { AnyObject, FaultsResponse, LiveFault, ObjectRef, Words } from '@/lib/contract';
import { sayWords } from '@/lib/i18n';
import type { VirtualService } from '@/lib/kinds';
import type { HttpRule } from '@/lib/kinds/virtual-service';
import type { Console } from './console-state';
import { refOfObject, sameRef } from './draft-object';
import { findFaultRule, readFaultEntries } from './fault-entries';
import type { FaultEntry } from './fault-entries';

/** How far back the history is looked through for faults: they last a week at most. */
const mostChanges = 1000;

/** Faults set in Heddle on an object, from its own note and from the history. Not all of them need still be there. */
export function knownFaults(console: Pick<Console, 'changes'>, object: AnyObject | VirtualService): FaultEntry[] {
  const ref = refOfObject(object);
  const noted = readFaultEntries(object);
  const history = console.changes.list(mostChanges);
  // A change that was put back, or that a crash cut off, took nothing away.
  const done = history.filter((change) => change.status === 'applied' || change.status === 'undone');
  const ended = new Set(done.flatMap((change) => change.endedFaults ?? []));
  const remembered = history.flatMap(({ faultEntries = [] }) => faultEntries.filter((one) => sameRef(one.ref, ref)));
  const others = remembered.map((one) => one.entry).filter((entry) => !ended.has(entry.id) && !noted.some((one) => one.id === entry.id));
  return [...noted, ...others];
}

/** Those of them that the object still has, and that it has no more after a change. */
export function endedFaults(
  console: Pick<Console, 'changes'>,
  before: AnyObject | null,
  after: AnyObject | null,
): { live: FaultEntry[]; ended: string[] } {
  if (before === null || before.kind !== 'VirtualService') return { live: [], ended: [] };
  const live = knownFaults(console, before).filter((entry) => findFaultRule(before, entry) >= 0);
  return { live, ended: live.filter((entry) => findFaultRule(after, entry) < 0).map((entry) => entry.id) };
}

/** A fault set in Heddle that a rule still injects. */
export interface OwnFault {
  ref: ObjectRef;
  object: VirtualService;
  entry: FaultEntry;
  ruleIndex: number;
}

/** All of them, as the watched copy has them. */
export function ownFaults(console: Console): OwnFault[] {
  const cluster = console.clusterOrNull();
  if (cluster === null) return [];
  return cluster.virtualServices().flatMap((object): OwnFault[] => {
    if (!(object.spec.http ?? []).some((rule) => rule.fault !== undefined)) return [];
    const claimed = new Set<number>();
    return knownFaults(console, object)
      .toSorted((left, right) => (left.expiresAt < right.expiresAt ? 1 : -1))
      .flatMap((entry): OwnFault[] => {
        const ruleIndex = findFaultRule(object, entry);
        // Set again with a later end: the later one counts.
        if (ruleIndex < 0 || claimed.has(ruleIndex)) return [];
        claimed.add(ruleIndex);
        return [{ ref: refOfObject(object), object, entry, ruleIndex }];
      });
  });
}

/** Every fault that is live, with its end when it was set in Heddle. */
export function listFaults(console: Console): FaultsResponse {
  const cluster = console.cluster();
  const own = ownFaults(console);
  const faults = cluster.virtualServices().flatMap((object) =>
    (object.spec.http ?? []).flatMap((rule, index): LiveFault[] => {
      const sentences = describeFault(object, rule);
      if (sentences.length === 0) return [];
      const ref = refOfObject(object);
      const mine = own.find((one) => sameRef(one.ref, ref) && one.ruleIndex === index);
      return [
        {
          id: mine?.entry.id ?? `${ref.namespace}/${ref.name}/${index}`,
          ref,
          path: `spec.http[${index}]`,
          host: hostOf(object),
          sentences,
          own: mine !== undefined,
          expiresAt: mine?.entry.expiresAt ?? null,
        },
      ];
    }),
  );
  const order = (one: LiveFault) => one.expiresAt ?? '9999';
  return {
    at: new Date(console.now()).toISOString(),
    faults: faults.toSorted((left, right) => (order(left) < order(right) ? -1 : order(left) > order(right) ? 1 : 0)),
    notices: cluster.notices('virtualservices'),
  };
}

/** The host a VirtualService is about, as people call it. */
export function hostOf(object: VirtualService): string {
  return object.spec.hosts?.[0] ?? object.metadata.name;
}

function describeFault(object: VirtualService, rule: HttpRule): Words[] {
  const { delay, abort } = rule.fault ?? {};
  const host = hostOf(object);
  const headers = (rule.match ?? []).flatMap((one) => Object.entries(one.headers ?? {}));
  const named = headers.map(([name, value]) => `${name}${value.exact === undefined ? '' : ` ${value.exact}`}`);
  const who = named.length === 0 ? '' : ` with ${[...new Set(named)].join(', ')}`;
  const sentences: Words[] = [];
  if (delay !== undefined) {
    const percent = delay.percentage?.value ?? delay.percent ?? 100;
    if (percent > 0)
      sentences.push(sayWords('fault_live_delay', { host, who, percent, delay: delay.fixedDelay ?? delay.exponentialDelay ?? '' }));
  }
  if (abort !== undefined) {
    const percent = abort.percentage?.value ?? 100;
    const status = abort.httpStatus ?? abort.grpcStatus ?? '';
    if (percent > 0) sentences.push(sayWords('fault_live_abort', { host, who, percent, status: String(status) }));
  }
  return sentences;
}
