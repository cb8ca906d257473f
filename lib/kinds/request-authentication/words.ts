import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { RequestAuthentication } from './schema';

/** What a RequestAuthentication does, in sentences. */
export function describeRequestAuthentication(object: RequestAuthentication): Words[] {
  const who = sayWho(object);
  const rules = (object.spec.jwtRules ?? []).map((rule) => sayWords('token_rule', { who, issuer: rule.issuer ?? '*' }));
  return rules.length === 0 ? [] : [...rules, sayWords('token_free')];
}
