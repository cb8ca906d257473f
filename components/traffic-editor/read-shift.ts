import type { ObjectRef } from '@/lib/contract';
import { sameJson } from '@/lib/kinds/shared/json';
import { readSplit } from '@/lib/traffic';
import type { DraftRule } from '@/lib/traffic';
import type { TrafficDraft } from './use-traffic-draft';

/** A draft that does nothing but move the weights of one rule: it can be made in steps, too. */
export interface DraftedShift {
  service: { namespace: string; name: string };
  /** The object whose rule it is; absent: it does not exist yet. */
  route: ObjectRef | undefined;
  /** Position of the rule in it. */
  rule: number;
  /** Destinations with the weights in force and those of the draft. */
  rows: { key: string; label: string; from: number; to: number }[];
  /** The objects the draft was made from. */
  sources: { ref: ObjectRef; resourceVersion: string }[];
  /** Call it when the shift is begun: the draft is then done with. */
  onStarted: () => void;
}

/** A rule without what says where its requests go. */
function withoutDestinations({ rule }: DraftRule): unknown {
  return { ...rule, route: null, backendRefs: null };
}

/** The shift a draft is; `null` when it is more than that, or nothing. */
export function readShift(draft: TrafficDraft): Omit<DraftedShift, 'onStarted'> | null {
  const { base, route, inForce, change, chosen } = draft;
  if (change === undefined || !sameJson(draft.destinationRule, inForce.destinationRule)) return null;
  const before = inForce.route.rules;
  if (route.rules.length !== before.length || route.rules.some((one, index) => one.from !== before[index]?.from)) return null;
  const changed = route.rules.flatMap((one, index) => {
    const old = before[index];
    return old === undefined || sameJson(old.rule, one.rule) ? [] : [{ one, old }];
  });
  const [only, ...others] = changed;
  if (only === undefined || others.length > 0 || only.one.from === null) return null;
  if (!sameJson(withoutDestinations(only.one), withoutDestinations(only.old))) return null;
  const old = readSplit(route.object, only.old.rule, draft.context).rows;
  const now = readSplit(route.object, only.one.rule, draft.context).rows;
  return {
    service: { namespace: base.namespace, name: base.name },
    route: chosen?.ref,
    rule: only.one.from,
    rows: now.map(({ key, label, destination }) => ({
      key,
      label,
      from: old.find((one) => one.key === key)?.destination.weight ?? 0,
      to: destination.weight,
    })),
    sources: chosen === undefined ? [] : [{ ref: chosen.ref, resourceVersion: chosen.object.metadata.resourceVersion ?? '' }],
  };
}
