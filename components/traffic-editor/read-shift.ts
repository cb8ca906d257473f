import type { ObjectRef } from '@/lib/contract';
import { sameJson } from '@/lib/kinds/shared/json';
import { mainRule, readSplit } from '@/lib/traffic';
import type { TrafficDraft } from './use-traffic-draft';

/** A draft that does nothing but move weights of the rule that ordinary requests reach: it can be made in steps, too. */
export interface DraftedShift {
  service: { namespace: string; name: string };
  /** What the weights shall be, as the rule names its destinations. */
  weights: { host: string; subset: string | null; weight: number }[];
  /** The objects the draft was made from. */
  sources: { ref: ObjectRef; resourceVersion: string }[];
  /** Call it when the shift is begun: the draft is then done with. */
  onStarted: () => void;
}

/** The shift a draft is; `null` when it is more than that, or nothing. */
export function readShift(draft: TrafficDraft): Omit<DraftedShift, 'onStarted'> | null {
  const { base, route, inForce, change, chosen } = draft;
  const main = mainRule(route);
  if (change === undefined || main === undefined || main.from === null || ruleEditorOf(route.object).kind !== 'VirtualService') return null;
  if (!sameJson(draft.destinationRule, inForce.destinationRule)) return null;
  const rest = (rules: typeof route.rules) => rules.map(({ rule, from }) => (from === main.from ? { ...rule, route: null } : rule));
  if (!sameJson(rest(route.rules), rest(inForce.route.rules))) return null;
  const { rows } = readSplit(route.object, main.rule, draft.context);
  return {
    service: { namespace: base.namespace, name: base.name },
    weights: rows.map(({ destination: { host, subset, weight } }) => ({ host, subset, weight })),
    sources: chosen === undefined ? [] : [{ ref: chosen.ref, resourceVersion: chosen.object.metadata.resourceVersion ?? '' }],
  };
}
