import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { AuthorizationPolicy } from './schema';

/** What a AuthorizationPolicy does, in sentences. */
export function describeAuthorizationPolicy(object: AuthorizationPolicy): Words[] {
  const who = sayWho(object);
  const { action = 'ALLOW', rules = [], provider } = object.spec ?? {};
  if (rules.length === 0) return [sayWords('policy_nothing', { action, who })];
  const sentences = rules.map((rule) => {
    const found = conditionsOf(rule);
    const conditions = found === '' ? sayWords('policy_any').text : sayWords('policy_when', { conditions: found }).text;
    return sayWords('policy_rule', { action, who, conditions, provider: provider?.name ?? 'CUSTOM' });
  });
  return action === 'ALLOW' ? [...sentences, sayWords('policy_rest')] : sentences;
}

type Rule = NonNullable<AuthorizationPolicy['spec']['rules']>[number];

/** `principals` a, b: the parts of a source or operation, joined. */
function partsOf(parts: Readonly<Record<string, readonly string[] | undefined>> | undefined): string {
  return Object.entries(parts ?? {})
    .map(([name, values]) => `${name.replace(/^not(?=[A-Z])/, 'not ')} ${(values ?? []).join(' | ')}`)
    .join(' & ');
}

function conditionsOf(rule: Rule): string {
  const from = (rule.from ?? []).map((one) => partsOf(one.source)).filter((text) => text !== '');
  const to = (rule.to ?? []).map((one) => partsOf(one.operation)).filter((text) => text !== '');
  const when = (rule.when ?? []).map(({ key, values, notValues }) =>
    values === undefined ? `${key} ≠ ${(notValues ?? []).join(' | ')}` : `${key} = ${values.join(' | ')}`,
  );
  return [from.join(' / '), to.join(' / '), ...when].filter((text) => text !== '').join('; ');
}
