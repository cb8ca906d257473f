import type { PolicyRule, Role, RoleBinding } from '@/lib/kinds';
import type { ApiCore, User } from '../core';

/** What somebody wants to do: with an object of the API, or with another URL. */
export interface AccessAttributes {
  verb: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Set for URLs outside the resource API. */
  nonResourcePath?: string | undefined;
}

export interface AccessVerdict {
  allowed: boolean;
  reason: string;
}

interface BoundRule {
  rule: PolicyRule;
  reason: string;
}

/** Kubernetes' RBAC over the roles and bindings in the store. `system:masters` may do everything. */
export function authorize(core: ApiCore, user: User, attributes: AccessAttributes): AccessVerdict {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  for (const { rule, reason } of rulesOf(core, user, attributes.namespace)) {
    if (covers(rule, attributes)) return { allowed: true, reason };
  }
  return { allowed: false, reason: '' };
}

/** All rules that hold for a user in a namespace (and cluster-wide). */
export function rulesOf(core: ApiCore, user: User, namespace: string): BoundRule[] {
  const rules: BoundRule[] = [];
  const collect = (bindings: readonly RoleBinding[], bindingNamespace: string): void => {
    for (const binding of bindings) {
      if (binding.subjects?.some((subject) => isSubject(subject, user, bindingNamespace)) !== true) continue;
      const { kind, name } = binding.roleRef;
      const role = (
        kind === 'ClusterRole' ? core.store.get(`${rbac}/clusterroles`, '', name) : core.store.get(`${rbac}/roles`, bindingNamespace, name)
      ) as Role | undefined;
      const place = bindingNamespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
      const reason = `RBAC: allowed by ${place} "${binding.metadata.name}${bindingNamespace === '' ? '' : `/${bindingNamespace}`}" of ${kind} "${name}"`;
      rules.push(...(role?.rules ?? []).map((rule) => ({ rule, reason })));
    }
  };
  collect(core.store.list(`${rbac}/clusterrolebindings`) as unknown as RoleBinding[], '');
  if (namespace !== '') collect(core.store.list(`${rbac}/rolebindings`, namespace) as unknown as RoleBinding[], namespace);
  return rules;
}

const rbac = 'rbac.authorization.k8s.io';

function isSubject(subject: NonNullable<RoleBinding['subjects']>[number], user: User, bindingNamespace: string): boolean {
  if (subject.kind === 'User') return subject.name === user.name;
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  return user.name === `system:serviceaccount:${subject.namespace ?? bindingNamespace}:${subject.name}`;
}

function covers(rule: PolicyRule, wanted: AccessAttributes): boolean {
  const among = (values: readonly string[] | undefined, value: string) => values?.some((one) => one === '*' || one === value) === true;
  if (!among(rule.verbs, wanted.verb)) return false;
  if (wanted.nonResourcePath !== undefined) return coversPath(rule, wanted.nonResourcePath);
  const resource = wanted.subresource === '' ? wanted.resource : `${wanted.resource}/${wanted.subresource}`;
  const resourceMatches =
    among(rule.resources, resource) || (wanted.subresource !== '' && rule.resources?.includes(`*/${wanted.subresource}`) === true);
  const namesMatch = rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(wanted.name);
  return among(rule.apiGroups, wanted.group) && resourceMatches && namesMatch;
}

function coversPath(rule: PolicyRule, path: string): boolean {
  return (
    rule.nonResourceURLs?.some((url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)))) === true
  );
}
