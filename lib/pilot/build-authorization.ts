import { meshLabels } from '@/lib/model';
import { filterNames, typeUrls } from '@/lib/xds';
import { objectLabel, sourceOf } from './provenance';
import { permissionOf, principalOf } from './translate-authorization-rule';
import { authorizationPoliciesFor } from './select-policies';
import type { AuthorizationPolicy } from '@/lib/kinds';
import type { HttpFilter, NetworkFilter, Rbac, RbacPolicy } from '@/lib/xds';
import type { RuleContext } from './translate-authorization-rule';
import type { MeshState } from './mesh-state';
import type { ProxyNode } from './types';

interface RuleSet {
  action: 'ALLOW' | 'DENY' | 'LOG';
  enforced: Rbac | undefined;
  shadow: Rbac | undefined;
}

const nothing: RbacPolicy = { permissions: [{ not_rule: { any: true } }], principals: [{ not_id: { any: true } }] };

const noFilters: readonly never[] = [];

/** The HTTP filters of the policies of a proxy, in the order they are asked: AUDIT, DENY, ALLOW (istio.md §1.8). */
export function httpAuthorization(state: MeshState, proxy: ProxyNode): readonly HttpFilter[] {
  return filtersOf(state, proxy, 'http', (set) => ({
    name: filterNames.httpRbac,
    typed_config: {
      '@type': typeUrls.httpRbac,
      ...(set.enforced === undefined ? {} : { rules: set.enforced }),
      ...(set.shadow === undefined ? {} : { shadow_rules: set.shadow, shadow_rules_stat_prefix: shadowPrefix(set) }),
    },
  }));
}

/** The same for connections: what only HTTP can tell is left out of DENY rules, and makes ALLOW rules fall away. */
export function tcpAuthorization(state: MeshState, proxy: ProxyNode): readonly NetworkFilter[] {
  return filtersOf(state, proxy, 'tcp', (set) => ({
    name: filterNames.networkRbac,
    typed_config: {
      '@type': typeUrls.networkRbac,
      stat_prefix: 'tcp.',
      ...(set.enforced === undefined ? {} : { rules: set.enforced }),
      ...(set.shadow === undefined ? {} : { shadow_rules: set.shadow, shadow_rules_stat_prefix: shadowPrefix(set) }),
    },
  }));
}

function shadowPrefix(set: RuleSet): string {
  return set.action === 'DENY' ? 'istio_dry_run_deny_' : 'istio_dry_run_allow_';
}

/** Filters in one list per set of policies, so that equal policies mean the same list. */
function filtersOf<T>(state: MeshState, proxy: ProxyNode, kind: 'http' | 'tcp', make: (set: RuleSet) => T): readonly T[] {
  const policies = authorizationPoliciesFor(state, proxy);
  if (policies.length === 0) return noFilters;
  const key = `authorization|${kind}|${policies.map((policy) => `${policy.metadata.namespace}/${policy.metadata.name}`).join()}`;
  return state.cache.memo(key, [state.mesh, ...policies], () => compiled(state, policies, kind === 'tcp').map(make));
}

function compiled(state: MeshState, policies: readonly AuthorizationPolicy[], forTcp: boolean): readonly RuleSet[] {
  const sets: RuleSet[] = [];
  for (const [wanted, action] of [
    ['AUDIT', 'LOG'],
    ['DENY', 'DENY'],
    ['ALLOW', 'ALLOW'],
  ] as const) {
    const chosen = policies.filter((policy) => (policy.spec?.action ?? 'ALLOW') === wanted);
    const context = { mesh: state.mesh, forTcp, action: wanted };
    const enforced = rbacOf(
      state,
      chosen.filter((policy) => !isDryRun(policy)),
      action,
      context,
    );
    const shadow = rbacOf(state, chosen.filter(isDryRun), action, context);
    if (enforced !== undefined || shadow !== undefined) sets.push({ action, enforced, shadow });
  }
  return sets;
}

function isDryRun(policy: AuthorizationPolicy): boolean {
  return policy.metadata.annotations?.[meshLabels.dryRun] === 'true';
}

function rbacOf(
  state: MeshState,
  policies: readonly AuthorizationPolicy[],
  action: RuleSet['action'],
  shared: Omit<RuleContext, 'namespace'>,
): Rbac | undefined {
  if (policies.length === 0) return undefined;
  const built: Record<string, RbacPolicy> = {};
  for (const policy of policies) {
    const source = sourceOf(policy);
    const context: RuleContext = { ...shared, namespace: source.namespace };
    const prefix = `ns[${source.namespace}]-policy[${source.name}]`;
    const rules = policy.spec?.rules ?? [];
    // An ALLOW policy without rules matches nothing, and by being there denies everything.
    if (rules.length === 0 && context.action === 'ALLOW') built[`${prefix}-rule[0]`] = nothing;
    for (const [index, rule] of rules.entries()) {
      try {
        built[`${prefix}-rule[${index}]`] = { permissions: permissionOf(rule, context), principals: principalOf(rule, context) };
      } catch (error) {
        // Left out of ALLOW the rule denies more; out of DENY it would open a hole, so there it denies everything.
        if (context.action === 'DENY') built[`${prefix}-rule[${index}]`] = { permissions: [{ any: true }], principals: [{ any: true }] };
        if (context.forTcp) continue;
        state.cache.note({
          code: 'not_compiled',
          severity: 'error',
          object: { kind: source.kind, namespace: source.namespace, name: source.name },
          path: `spec.rules[${index}]`,
          message: `The rule of ${objectLabel(source)} cannot be compiled${context.action === 'DENY' ? ' and denies every request' : ' and is left out'}: ${error instanceof Error ? error.message : String(error)}`,
        });
      }
    }
  }
  return { action, policies: built };
}
