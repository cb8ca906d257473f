import { wordsOf } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { EnvoyFilter } from './schema';

const say = wordsOf({
  envoy_patches: 'It makes {count, plural, one {# raw change} other {# raw changes}} to Envoys of {who}: {parts}.',
});

/** What a EnvoyFilter does, in sentences. */
export function describeEnvoyFilter(object: EnvoyFilter): Words[] {
  const patches = object.spec.configPatches ?? [];
  const parts = [...new Set(patches.map((one) => `${one.patch?.operation ?? 'MERGE'} ${one.applyTo ?? ''}`.trim()))].join(', ');
  return [say('envoy_patches', { count: patches.length, who: sayWho(object), parts })];
}
