import jsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { badRequest, statusError } from '../status-errors';

const limit = 10_000;

/**
 * JSON Patch (RFC 6902). The target is not changed.
 * @throws HeddleError `bad_request` when it is not a patch, `invalid_object` when an operation does not fit the object (a failed `test` too).
 */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is an array of operations');
  if (patch.length > limit) throw badRequest(`the patch has ${patch.length} operations; ${limit} are allowed`);
  try {
    return jsonPatch.applyPatch(structuredClone(target), patch as Operation[], true, true, true).newDocument;
  } catch (cause) {
    const text = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it does not fit the object';
    throw statusError('invalid_object', 422, 'Invalid', `the server rejected our request due to an error in our request: ${text}`);
  }
}
