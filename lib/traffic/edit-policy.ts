import type { DestinationRule } from '@/lib/kinds/destination-rule';
import { sameJson } from '@/lib/kinds/shared/json';
import type { TrafficPolicy } from '@/lib/kinds/shared/traffic-policy';
import { fullHost } from '@/lib/kinds/virtual-service';
import { ruleEditorOf } from './edit-rules';
import type { RouteDraft } from './edit-rules';

/** The blocks of a policy. A subset's block replaces the whole block of its service, it adds nothing to it. */
export const policyBlocks = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'] as const;
export type PolicyBlock = (typeof policyBlocks)[number];

/** A field in a policy, such as `['connectionPool', 'http', 'maxRetries']`. */
export type PolicyPath = readonly [PolicyBlock, ...string[]];

/** The policy of the service (`subset` is `null`) or of one subset. */
function policyOf(rule: DestinationRule, subset: string | null): TrafficPolicy | undefined {
  return subset === null ? rule.spec.trafficPolicy : rule.spec.subsets?.find((one) => one.name === subset)?.trafficPolicy;
}

function withPolicy(rule: DestinationRule, subset: string | null, policy: TrafficPolicy | undefined): DestinationRule {
  const set = <Holder extends { trafficPolicy?: TrafficPolicy | undefined }>(holder: Holder): Holder => {
    const { trafficPolicy: _before, ...rest } = holder;
    return (policy === undefined || Object.keys(policy).length === 0 ? rest : { ...holder, trafficPolicy: policy }) as Holder;
  };
  if (subset === null) return { ...rule, spec: set(rule.spec) };
  return { ...rule, spec: { ...rule.spec, subsets: (rule.spec.subsets ?? []).map((one) => (one.name === subset ? set(one) : one)) } };
}

/** The value of a field; `undefined` when it is not set. */
export function readPolicyField(rule: DestinationRule | null, subset: string | null, path: readonly string[]): unknown {
  if (rule === null) return undefined;
  let value: unknown = policyOf(rule, subset);
  for (const step of path) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

function setAt(value: Record<string, unknown>, path: readonly string[], next: unknown): Record<string, unknown> {
  const [step = '', ...rest] = path;
  const { [step]: before, ...others } = value;
  const inner =
    rest.length === 0 ? next : setAt(typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {}, rest, next);
  const gone = inner === undefined || (rest.length > 0 && typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0);
  return gone ? others : { ...value, [step]: inner };
}

/** Sets or (`undefined`) clears a field; blocks that become empty go. */
export function withPolicyField(rule: DestinationRule, subset: string | null, path: PolicyPath, next: unknown): DestinationRule {
  if (sameJson(readPolicyField(rule, subset, path), next)) return rule;
  return withPolicy(rule, subset, setAt(policyOf(rule, subset) ?? {}, path, next));
}

/** Sets a block, or takes it away: then the service's one (for a subset) or the mesh's default is in force again. */
export function withPolicyBlock(
  rule: DestinationRule,
  subset: string | null,
  block: PolicyBlock,
  value: object | undefined,
): DestinationRule {
  return withPolicyField(rule, subset, [block], value);
}

/** Rules of a draft that send to a subset of the service, by key of the rule. */
export function subsetsInUse(
  draft: RouteDraft | null,
  service: { namespace: string; name: string },
): ReadonlyMap<string, readonly string[]> {
  const used = new Map<string, string[]>();
  if (draft?.object.kind !== 'VirtualService') return used;
  const editor = ruleEditorOf(draft.object);
  const host = fullHost(service.name, service.namespace);
  for (const { key, rule } of draft.rules) {
    const targets = [...editor.read(rule, 'destinations'), ...editor.read(rule, 'mirrors')];
    for (const { subset, host: name } of targets) {
      if (subset === null || fullHost(name, draft.object.metadata.namespace ?? 'default') !== host) continue;
      used.set(subset, [...(used.get(subset) ?? []), key]);
    }
  }
  return used;
}

/** The rule without a subset. */
export function withoutSubset(rule: DestinationRule, subset: string): DestinationRule {
  return { ...rule, spec: { ...rule.spec, subsets: (rule.spec.subsets ?? []).filter((one) => one.name !== subset) } };
}
