import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { TrafficExtension } from './schema';

/** What a TrafficExtension does, in sentences. */
export function describeTrafficExtension(object: TrafficExtension): Words[] {
  const { wasm, phase = 'UNSPECIFIED' } = object.spec;
  return [sayWords('extension', { what: wasm?.url ?? 'Lua', who: sayWho(object), phase })];
}
