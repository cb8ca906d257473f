import type { AnyObject } from '@/lib/contract';
import type { AuthorizationPolicy } from '@/lib/kinds';
import { type PolicyRule, operationFields, sourceFields } from '@/lib/kinds/authorization-policy/edit-rules';

type Say = (key: 'anyone' | 'anything' | 'always' | 'wholeMesh') => string;

/** An object of the server as the policy it is: what is stored has been validated. */
export const asPolicy = (object: AnyObject): AuthorizationPolicy => object as unknown as AuthorizationPolicy;
export const asObject = (object: object): AnyObject => object as AnyObject;

/** `cluster.local/ns/default/sa/web` reads as `default/web`. */
function shortPrincipal(principal: string): string {
  const match = /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(principal);
  return match ? `${match[1]}/${match[2]}` : principal;
}

function partWords(part: Record<string, unknown>, fields: readonly string[]): string {
  return fields
    .flatMap((field) => {
      const values = part[field];
      if (!Array.isArray(values) || values.length === 0) return [];
      const text = values.map((value) => shortPrincipal(String(value))).join(', ');
      const name = field.replace(/^not/, '').toLowerCase();
      const plain = ['principals', 'methods', 'paths', 'serviceaccounts'].includes(name) ? '' : `${name} `;
      return [`${field.startsWith('not') ? '≠ ' : ''}${plain}${text}`];
    })
    .join(' · ');
}

/** Who, what and when of a rule, in a line each. */
export function ruleWords(rule: PolicyRule, say: Say): { who: string; what: string; when: string } {
  const sources = (rule.from ?? []).map(({ source }) => partWords({ ...source }, sourceFields)).filter(Boolean);
  const operations = (rule.to ?? []).map(({ operation }) => partWords({ ...operation }, operationFields)).filter(Boolean);
  const conditions = (rule.when ?? []).map(
    ({ key, values, notValues }) => `${key} ${values ? `= ${values.join(', ')}` : ''}${notValues ? ` ≠ ${notValues.join(', ')}` : ''}`,
  );
  return {
    who: sources.length === 0 ? say('anyone') : sources.join(' | '),
    what: operations.length === 0 ? say('anything') : operations.join(' | '),
    when: conditions.length === 0 ? say('always') : conditions.join(' & '),
  };
}

/** What a policy applies to: its selector, its targets, its namespace or the whole mesh. */
export function targetWords(object: AnyObject, rootNamespace: string, all: (namespace: string) => string, mesh: string): string {
  const spec = (object['spec'] ?? {}) as {
    selector?: { matchLabels?: Record<string, string> };
    targetRef?: { kind: string; name: string };
    targetRefs?: { kind: string; name: string }[];
  };
  const targets = [...(spec.targetRefs ?? []), ...(spec.targetRef === undefined ? [] : [spec.targetRef])];
  if (targets.length > 0) return targets.map((one) => `${one.kind} ${one.name}`).join(', ');
  const labels = Object.entries(spec.selector?.matchLabels ?? {});
  if (labels.length > 0) return labels.map(([key, value]) => `${key}=${value}`).join(', ');
  const namespace = object.metadata.namespace ?? '';
  return namespace === rootNamespace ? mesh : all(namespace);
}
