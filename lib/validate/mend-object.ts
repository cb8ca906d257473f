import jsonPatch from 'fast-json-patch';
import type { PatchStep } from './finding';

/** A copy of the object with the fix of a finding made; the object itself when the fix does not fit it any more. */
export function mendObject<T extends object>(object: T, fix: readonly PatchStep[]): T {
  try {
    return jsonPatch.applyPatch(object, [...fix], false, false).newDocument;
  } catch {
    return object;
  }
}
