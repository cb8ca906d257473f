import type { Condition } from '@/lib/kinds/shared/conditions';
import { ruleEditorOf } from './edit-rules';
import type { DraftRule, RouteDraft } from './edit-rules';

/** Who calls: a workload with the labels of its pods. */
export interface Caller {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** Whether it is a gateway rather than a sidecar. */
  gateway: boolean;
}

/** Whether a rule can take requests of a caller: a rule for other callers is not even in its proxy. */
export function concernsCaller(draft: RouteDraft, one: DraftRule, caller: Caller): boolean {
  const matches = ruleEditorOf(draft.object).read(one.rule, 'matches');
  return matches.length === 0 || matches.some((match) => fits(match, caller));
}

function fits(match: readonly Condition[], caller: Caller): boolean {
  const gateways = match.filter((one) => one.subject === 'gateway');
  if (gateways.length > 0 && !gateways.some((one) => (one.value === 'mesh') !== caller.gateway)) return false;
  return match.every(({ subject, name, value }) => {
    if (subject === 'callerNamespace') return value === '' || value === caller.namespace;
    if (subject === 'callerLabel') return caller.labels[name] === value;
    return true;
  });
}
