import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { EnvoyFilter } from './schema';

/** What a EnvoyFilter does, in sentences. */
export function describeEnvoyFilter(object: EnvoyFilter): Words[] {
  const patches = object.spec.configPatches ?? [];
  const parts = [...new Set(patches.map((one) => `${one.patch?.operation ?? 'MERGE'} ${one.applyTo ?? ''}`.trim()))].join(', ');
  return [sayWords('envoy_patches', { count: patches.length, who: sayWho(object), parts })];
}
