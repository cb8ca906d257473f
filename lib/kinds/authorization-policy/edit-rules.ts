import type { AuthorizationPolicy, AuthorizationPolicySpec } from './schema';

export type PolicyRule = NonNullable<AuthorizationPolicySpec['rules']>[number];
export type PolicySource = NonNullable<NonNullable<PolicyRule['from']>[number]['source']>;
export type PolicyOperation = NonNullable<NonNullable<PolicyRule['to']>[number]['operation']>;
export type PolicyAction = NonNullable<AuthorizationPolicySpec['action']>;

/** What a source can say, in the order people think of it. */
export const sourceFields = [
  'principals',
  'notPrincipals',
  'serviceAccounts',
  'notServiceAccounts',
  'namespaces',
  'notNamespaces',
  'requestPrincipals',
  'notRequestPrincipals',
  'ipBlocks',
  'notIpBlocks',
  'remoteIpBlocks',
  'notRemoteIpBlocks',
  'trustDomains',
  'notTrustDomains',
] as const satisfies readonly (keyof PolicySource)[];

export const operationFields = [
  'methods',
  'notMethods',
  'paths',
  'notPaths',
  'ports',
  'notPorts',
  'hosts',
  'notHosts',
] as const satisfies readonly (keyof PolicyOperation)[];

/** A method and a path that a rule names, made concrete: one request to ask about. */
export interface Operation {
  method: string;
  path: string;
}

const mostOperations = 12;

function methodsOf({ operation }: { operation?: PolicyOperation | undefined }): string[] {
  return [...(operation?.methods ?? []), ...(operation?.notMethods ?? [])].filter((method) => method !== '*');
}

/** Replaces the wildcards of a path pattern by something they match. */
function concretePath(pattern: string): string {
  const filled = pattern
    .replaceAll('{**}', 'any/path')
    .replaceAll('{*}', 'any')
    .replace(/^\*/, '/any')
    .replace(/\*$/, pattern.length > 1 ? 'any' : '/any');
  return filled.startsWith('/') ? filled : `/${filled}`;
}

/** Requests that tell the rules of policies apart: one per method and path they name, and one that none of them names. */
export function listOperations(policies: readonly AuthorizationPolicy[]): Operation[] {
  const found = new Map<string, Operation>();
  const put = (operation: Operation) => found.set(`${operation.method} ${operation.path}`, operation);
  const named = new Set(policies.flatMap(({ spec }) => (spec?.rules ?? []).flatMap((rule) => (rule.to ?? []).flatMap(methodsOf))));
  put({ method: 'GET', path: '/' });
  // Where a rule is about GET, what it says of other methods is the question.
  const other = named.has('GET') ? ['POST', 'PUT', 'DELETE', 'PATCH'].find((method) => !named.has(method)) : undefined;
  if (other !== undefined) put({ method: other, path: '/' });
  for (const { spec } of policies) {
    for (const { operation } of (spec?.rules ?? []).flatMap((rule) => rule.to ?? [])) {
      const paths = [...(operation?.paths ?? []), ...(operation?.notPaths ?? [])];
      const methods = methodsOf({ operation });
      for (const path of paths.length === 0 ? ['/'] : paths)
        for (const method of methods.length === 0 ? ['GET'] : methods) put({ method, path: concretePath(path) });
    }
  }
  return [...found.values()].slice(0, mostOperations);
}

/** The principal of a service account, as rules write it. */
export function principalOfAccount(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** The rule that lets (or forbids) a caller to do everything with what the policy applies to. */
export function ruleForCaller(principal: string, operations: readonly PolicyOperation[] = []): PolicyRule {
  return {
    from: [{ source: { principals: [principal] } }],
    ...(operations.length === 0 ? {} : { to: operations.map((operation) => ({ operation })) }),
  };
}

/** A policy with a rule more; an ALLOW policy without rules, which refuses everything, begins its list with it. */
export function addRule(policy: AuthorizationPolicy, rule: PolicyRule): AuthorizationPolicy {
  return { ...policy, spec: { ...policy.spec, rules: [...(policy.spec?.rules ?? []), rule] } };
}

/** A list field of a source or an operation set; an empty list takes the field away. */
export function setList<Part extends object>(part: Part, field: keyof Part, values: readonly string[]): Part {
  const next = { ...part };
  if (values.length === 0) delete next[field];
  else Reflect.set(next, field, [...values]);
  return next;
}
