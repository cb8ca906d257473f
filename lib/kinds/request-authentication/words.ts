import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { RequestAuthentication } from './schema';

const say = wordsOf({
  token_rule: 'Tokens of {issuer} are verified in requests to {who}; a bad one is refused with 401.',
  token_free: 'A request without a token passes, unless an AuthorizationPolicy asks for one.',
});

/** What a RequestAuthentication does, in sentences. */
export function describeRequestAuthentication(object: RequestAuthentication): Words[] {
  const who = sayWho(object);
  const rules = (object.spec.jwtRules ?? []).map((rule) => say('token_rule', { who, issuer: rule.issuer ?? '*' }));
  return rules.length === 0 ? [] : [...rules, say('token_free')];
}
