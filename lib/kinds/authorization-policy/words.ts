import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { AuthorizationPolicy } from './schema';

const say = wordsOf({
  policy_rule:
    '{action, select, DENY {Requests to {who} are refused} AUDIT {Requests to {who} are noted} CUSTOM {{provider} decides on requests to {who}} other {Requests to {who} are allowed}} {conditions}.',
  policy_any: 'whatever they are',
  policy_when: 'when {conditions}',
  policy_nothing: '{action, select, ALLOW {Nothing may call {who}: no rule allows anything.} other {It matches nothing: it has no rules.}}',
  policy_rest: 'What no ALLOW policy allows is refused with 403.',
});

/** What a AuthorizationPolicy does, in sentences. */
export function describeAuthorizationPolicy(object: AuthorizationPolicy): Words[] {
  const who = sayWho(object);
  const { action = 'ALLOW', rules = [], provider } = object.spec ?? {};
  if (rules.length === 0) return [say('policy_nothing', { action, who })];
  const sentences = rules.map((rule) => {
    const found = conditionsOf(rule);
    const conditions = found === '' ? say('policy_any').text : say('policy_when', { conditions: found }).text;
    return say('policy_rule', { action, who, conditions, provider: provider?.name ?? 'CUSTOM' });
  });
  return action === 'ALLOW' ? [...sentences, say('policy_rest')] : sentences;
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
