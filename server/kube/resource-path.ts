import type { ObjectName, ResourceRef } from './types';

/**
 * The URL path of a collection or of one object: `/api/v1/…` for the core group, `/apis/GROUP/VERSION/…` for the others.
 * Every part is percent-encoded, so that a name never becomes a path.
 */
export function resourcePath(resource: ResourceRef, at: Partial<ObjectName> & { subresource?: string | undefined } = {}): string {
  const parts = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version];
  if (at.namespace !== undefined && at.namespace !== '') parts.push('namespaces', at.namespace);
  parts.push(resource.plural);
  if (at.name !== undefined) parts.push(at.name);
  if (at.subresource !== undefined) parts.push(at.subresource);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** Appends the parameters that have a value. */
export function withQuery(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
