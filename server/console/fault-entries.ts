import { randomUUID } from 'node:crypto';
import type { AnyObject } from '@/lib/contract';
import { sameJson } from '@/lib/kinds/virtual-service';
import type { HttpRule, VirtualService } from '@/lib/kinds/virtual-service';
import { z } from 'zod';

/** Where an object says which of its faults were set in Heddle, and until when. */
export const faultsAnnotation = 'heddle.dev/faults';

/** Name of rules that exist only to hold a fault for requests with one header. */
const faultRuleName = 'heddle-fault';

const json = z.record(z.string(), z.unknown());
const faultEntry = z.object({
  id: z.string(),
  expiresAt: z.iso.datetime(),
  /** How the rule was told from others when the fault was set. */
  rule: z.object({ name: z.string().optional(), match: z.unknown().optional() }),
  delay: json.optional(),
  abort: json.optional(),
  /** The object was made for this fault. */
  created: z.boolean().optional(),
});
/** A fault set in Heddle: what was set, where, and when it ends. Kept on the object and in the history. */
export type FaultEntry = z.infer<typeof faultEntry>;

type AnyVirtualService = VirtualService | AnyObject;

/** Faults that a VirtualService says were set in Heddle. What someone made unreadable is nothing. */
export function readFaultEntries(object: { metadata: { annotations?: Record<string, string> | undefined } } | null): FaultEntry[] {
  const text = object?.metadata.annotations?.[faultsAnnotation];
  if (text === undefined) return [];
  try {
    return z.array(faultEntry).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

function rulesOf(object: AnyVirtualService | null): HttpRule[] {
  const spec = (object as { spec?: VirtualService['spec'] } | null)?.spec;
  return spec?.http ?? [];
}

function keyOf(rule: HttpRule): FaultEntry['rule'] {
  return { ...(rule.name === undefined ? {} : { name: rule.name }), ...(rule.match === undefined ? {} : { match: rule.match }) };
}

/** Whether a rule injects what an entry says, or part of it. */
function holds(rule: HttpRule, entry: FaultEntry): boolean {
  const { delay, abort } = rule.fault ?? {};
  return (
    (entry.delay !== undefined && delay !== undefined && sameJson(delay, entry.delay)) ||
    (entry.abort !== undefined && abort !== undefined && sameJson(abort, entry.abort))
  );
}

/** The rule that holds an entry's fault, wherever it has moved; -1 when it is gone or someone has made another fault of it. */
export function findFaultRule(object: AnyVirtualService | null, entry: FaultEntry): number {
  const rules = rulesOf(object);
  const own = rules.findIndex((rule) => holds(rule, entry) && sameJson(keyOf(rule), entry.rule));
  if (own >= 0) return own;
  const others = rules.flatMap((rule, index) => (holds(rule, entry) ? [index] : []));
  return others.length === 1 ? (others[0] ?? -1) : -1;
}

/**
 * The draft with its annotation: faults that it adds get an end, those that stay keep theirs, and those that others set before get none.
 */
export function withFaultEnds(
  before: AnyObject | null,
  after: AnyObject,
  known: readonly FaultEntry[],
  expiresAt: string,
): { object: AnyObject; added: FaultEntry[] } {
  if (after.kind !== 'VirtualService') return { object: after, added: [] };
  const entries: FaultEntry[] = [];
  const added: FaultEntry[] = [];
  for (const [index, rule] of rulesOf(after).entries()) {
    const { delay, abort } = rule.fault ?? {};
    if (delay === undefined && abort === undefined) continue;
    const old = known.filter((entry) => findFaultRule(after, entry) === index);
    entries.push(...old);
    const twin = rulesOf(before).find((one) => sameJson(keyOf(one), keyOf(rule)));
    const isNew = (part: 'delay' | 'abort', value: unknown) =>
      value !== undefined && !sameJson(twin?.fault?.[part], value) && !old.some((entry) => sameJson(entry[part], value));
    const entry: FaultEntry = {
      id: randomUUID(),
      expiresAt,
      rule: keyOf(rule),
      ...(isNew('delay', delay) ? { delay } : {}),
      ...(isNew('abort', abort) ? { abort } : {}),
      ...(before === null ? { created: true } : {}),
    };
    if (entry.delay === undefined && entry.abort === undefined) continue;
    entries.push(entry);
    added.push(entry);
  }
  const { [faultsAnnotation]: _old, ...annotations } = after.metadata.annotations ?? {};
  if (entries.length > 0) annotations[faultsAnnotation] = JSON.stringify(entries);
  const { annotations: _all, ...metadata } = after.metadata;
  return { object: { ...after, metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } }, added };
}

/** The object without the entries' faults, and with everything else as it is; `null`: nothing but them made it, so it goes. */
export function withoutFaults(object: AnyObject, entries: readonly FaultEntry[]): AnyObject | null {
  const copy = JSON.parse(JSON.stringify(object)) as AnyObject;
  const rules = rulesOf(copy);
  for (const entry of entries) {
    const index = findFaultRule(copy, entry);
    const rule = rules[index];
    if (rule === undefined) continue;
    if (rule.name === faultRuleName) {
      rules.splice(index, 1);
      continue;
    }
    const { delay, abort, ...rest } = rule.fault ?? {};
    const kept = {
      ...rest,
      ...(delay === undefined || sameJson(delay, entry.delay) ? {} : { delay }),
      ...(abort === undefined || sameJson(abort, entry.abort) ? {} : { abort }),
    };
    if (Object.keys(kept).length === 0) delete rule.fault;
    else rule.fault = kept;
  }
  return entries.some((entry) => entry.created === true) && saysNothing(copy) ? null : copy;
}

/** Whether a VirtualService only sends a host's requests to that host. */
function saysNothing(object: AnyObject): boolean {
  const { hosts, http, ...others } = (object['spec'] ?? {}) as VirtualService['spec'];
  const [rule, ...more] = http ?? [];
  const [route, ...routes] = rule?.route ?? [];
  if (Object.keys(others).length > 0 || more.length > 0 || routes.length > 0 || rule === undefined || route === undefined) return false;
  return sameJson(Object.keys(rule), ['route']) && sameJson(route.destination, { host: hosts?.[0] });
}
