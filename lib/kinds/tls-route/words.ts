import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayBackends, sayParents } from '../shared/say-route';
import type { TLSRoute } from './schema';

/** What a TLSRoute does, in sentences. */
export function describeTLSRoute(object: TLSRoute): Words[] {
  const match = sayWords('connections_all').text;
  return [...sayParents(object.spec), ...object.spec.rules.flatMap((rule) => sayBackends(match, rule.backendRefs))];
}
