import type { ObjectRef } from '@/lib/contract';

/** Where the page of an object is. */
export function objectPath(ref: ObjectRef): string {
  const part = encodeURIComponent;
  return `/config/${part(ref.group === '' ? 'core' : ref.group)}/${part(ref.kind)}/${part(ref.namespace === '' ? '-' : ref.namespace)}/${part(ref.name)}`;
}
