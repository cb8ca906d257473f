import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayBackends, sayParents } from '../shared/say-route';
import type { TCPRoute } from './schema';

/** What a TCPRoute does, in sentences. */
export function describeTCPRoute(object: TCPRoute): Words[] {
  const match = sayWords('connections_all').text;
  return [...sayParents(object.spec), ...object.spec.rules.flatMap((rule) => sayBackends(match, rule.backendRefs))];
}
