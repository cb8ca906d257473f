import type { Mutator, Validator } from './admission/admission';
import type { KindRegistry, ServedKind } from './served-kinds';
import type { ObjectStore } from './storage/object-store';
import type { StoredObject } from './storage/stored-object';

/** What every part of the server works with. */
export interface ApiCore {
  store: ObjectStore;
  kinds: KindRegistry;
  mutators: readonly Mutator[];
  validators: readonly Validator[];
  now: () => Date;
  /** Random UUID for new objects. */
  newUid: () => string;
  /** 0 ≤ x < 1. */
  random: () => number;
}

/** Who asks. */
export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Record<string, string[]>;
}

/** RFC 3339 with seconds, as metadata.creationTimestamp. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The stored form of an object in the version and view that a request asks for. */
export function viewOf(object: StoredObject, kind: ServedKind, apiVersion: string): StoredObject {
  const view = kind.conversion === undefined ? object : kind.conversion.fromStorage(object);
  return view.apiVersion === apiVersion ? view : { ...view, apiVersion };
}
