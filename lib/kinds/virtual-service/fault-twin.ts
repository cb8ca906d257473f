import { faultRuleName } from './choose-traffic-objects';
import { extraHeader, withHeader } from './read-traffic';
import type { HttpRule } from './read-traffic';

/**
 * A fault for requests with one header sits on a rule of its own right before the rule it is for: equal but for one header more and
 * the fault. The two are edited as one. Both are rules of a VirtualService that the API server has taken.
 */
type Rule = Record<string, unknown>;

const typed = (rule: Rule) => rule as unknown as HttpRule;

/** The header of the requests that such a companion of `rule` takes; `null`: it is none. */
export function headerOfTwin(candidate: Rule, rule: Rule): { name: string; value: string } | null {
  return typed(candidate).name === faultRuleName ? extraHeader(typed(candidate), typed(rule)) : null;
}

/** The companion of a rule that holds a fault. */
export function makeFaultTwin(rule: Rule, header: { name: string; value: string }, fault: unknown): Rule {
  const { fault: _fault, name: _name, match: _match, ...same } = rule;
  return { ...same, name: faultRuleName, match: withHeader(typed(rule), header), ...(fault === undefined ? {} : { fault }) };
}
