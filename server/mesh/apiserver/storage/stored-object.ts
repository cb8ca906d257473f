import type { ObjectMeta } from '@/lib/kinds';

/** An object as it is stored and shown to watchers. Never changed in place: every write makes a new one. */
export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

const jsonTails = new WeakMap<StoredObject, string>();

/** The JSON of an object under the given apiVersion. The part after apiVersion is made once per object, however many read it. */
export function objectJson(object: StoredObject, apiVersion: string): string {
  let tail = jsonTails.get(object);
  if (tail === undefined) {
    const { apiVersion: _left, ...rest } = object;
    tail = JSON.stringify(rest).slice(1);
    jsonTails.set(object, tail);
  }
  return `{"apiVersion":${JSON.stringify(apiVersion)},${tail}`;
}
