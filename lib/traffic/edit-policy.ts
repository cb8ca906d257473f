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

/** What settings are of: the service (`subset` is `null`) or one subset, and of that all ports (`port` is `null`) or one. */
export interface PolicyScope {
  subset: string | null;
  port: number | null;
}

type Policy = Partial<Record<string, unknown>>;
type PortSettings = NonNullable<TrafficPolicy['portLevelSettings']>[number];

function outerPolicy(rule: DestinationRule, subset: string | null): TrafficPolicy | undefined {
  return subset === null ? rule.spec.trafficPolicy : rule.spec.subsets?.find((one) => one.name === subset)?.trafficPolicy;
}

function policyOf(rule: DestinationRule, { subset, port }: PolicyScope): Policy | undefined {
  const outer = outerPolicy(rule, subset);
  return port === null ? outer : outer?.portLevelSettings?.find((one) => one.port?.number === port);
}

function withOuterPolicy(rule: DestinationRule, subset: string | null, policy: Policy): DestinationRule {
  const set = <Holder extends { trafficPolicy?: TrafficPolicy | undefined }>(holder: Holder): Holder => {
    const { trafficPolicy: _before, ...rest } = holder;
    return (Object.keys(policy).length === 0 ? rest : { ...holder, trafficPolicy: policy }) as Holder;
  };
  if (subset === null) return { ...rule, spec: set(rule.spec) };
  return { ...rule, spec: { ...rule.spec, subsets: (rule.spec.subsets ?? []).map((one) => (one.name === subset ? set(one) : one)) } };
}

/** The rule with other settings in a scope; `undefined`: with none there. */
function withPolicy(rule: DestinationRule, { subset, port }: PolicyScope, policy: Policy | undefined): DestinationRule {
  if (port === null) return withOuterPolicy(rule, subset, policy ?? {});
  const { portLevelSettings: before = [], ...outer } = outerPolicy(rule, subset) ?? {};
  const isHere = (one: PortSettings): boolean => one.port?.number === port;
  const next = policy === undefined ? [] : [{ ...policy, port: { number: port } } as PortSettings];
  const at = before.findIndex(isHere);
  const list = at < 0 ? [...before, ...next] : [...before.slice(0, at), ...next, ...before.slice(at + 1)];
  return withOuterPolicy(rule, subset, list.length === 0 ? outer : { ...outer, portLevelSettings: list });
}

/** Ports that have settings of their own, of the service or of one subset. */
export function portsWithPolicy(rule: DestinationRule | null, subset: string | null): number[] {
  const settings = rule === null ? [] : (outerPolicy(rule, subset)?.portLevelSettings ?? []);
  return settings.flatMap(({ port }) => port?.number ?? []);
}

/** Gives a port settings of its own, which begin as those that hold for it now: a port that has some takes nothing from the others. */
export function withPortPolicy(rule: DestinationRule, subset: string | null, port: number): DestinationRule {
  const own = subset === null ? undefined : outerPolicy(rule, subset);
  // A subset's blocks stand over those of the service's port, and those over the service's.
  const service = (subset === null ? undefined : policyOf(rule, { subset: null, port })) ?? outerPolicy(rule, null);
  const blocks = policyBlocks.flatMap((block) => {
    const value = own?.[block] ?? service?.[block];
    return value === undefined ? [] : [[block, value] as const];
  });
  return withPolicy(rule, { subset, port }, Object.fromEntries(blocks));
}

/** Takes a port's own settings away: those of the service or the subset hold for it again. */
export function withoutPortPolicy(rule: DestinationRule, subset: string | null, port: number): DestinationRule {
  return withPolicy(rule, { subset, port }, undefined);
}

/** The value of a field; `undefined` when it is not set. */
export function readPolicyField(rule: DestinationRule | null, scope: PolicyScope, path: readonly string[]): unknown {
  if (rule === null) return undefined;
  let value: unknown = policyOf(rule, scope);
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
export function withPolicyField(rule: DestinationRule, scope: PolicyScope, path: PolicyPath, next: unknown): DestinationRule {
  if (sameJson(readPolicyField(rule, scope, path), next)) return rule;
  return withPolicy(rule, scope, setAt(policyOf(rule, scope) ?? {}, path, next));
}

/** Sets a block, or takes it away: then the service's one (for a subset) or the mesh's default is in force again. */
export function withPolicyBlock(rule: DestinationRule, scope: PolicyScope, block: PolicyBlock, value: object | undefined): DestinationRule {
  return withPolicyField(rule, scope, [block], value);
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
