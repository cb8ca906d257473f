import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import { sayWho } from '../shared/say-who';
import type { WasmPlugin } from './schema';

/** What a WasmPlugin does, in sentences. */
export function describeWasmPlugin(object: WasmPlugin): Words[] {
  const { url, phase = 'UNSPECIFIED_PHASE' } = object.spec;
  return [sayWords('extension', { what: url, who: sayWho(object), phase })];
}
