import type { KindRegistry, ServedKind } from '../served-kinds';

/** What a URL of the resource API means. */
export interface ResourcePath {
  group: string;
  version: string;
  plural: string;
  namespace: string;
  name: string;
  subresource: string;
  /** What follows the subresource: the path behind `/proxy/`. */
  rest: string;
}

/**
 * Takes `/api/VERSION/…` and `/apis/GROUP/VERSION/…` apart. `undefined` for any other path, and for the version's own discovery document.
 * `/namespaces/NAME` is an object, `/namespaces/NAME/PLURAL` a place.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').slice(1);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group = '', version = '', ...segments] = core ? ['', ...parts.slice(1)] : parts.slice(1);
  const tail = segments.map(decode);
  if (version === '' || tail.length === 0 || tail[0] === '' || tail.includes(undefined)) return undefined;
  const words = tail as string[];
  let namespace = '';
  let at = 0;
  const ownSubresource = words.length === 3 && (words[2] === 'status' || words[2] === 'finalize');
  if (words[0] === 'namespaces' && words.length >= 3 && !ownSubresource) {
    namespace = words[1] ?? '';
    at = 2;
  }
  const plural = words[at] ?? '';
  const name = words[at + 1] ?? '';
  const subresource = words[at + 2] ?? '';
  // The proxied path is forwarded as it was written, not decoded.
  const rest = segments.slice(at + 3).join('/');
  return { group, version, plural, namespace, name, subresource, rest };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The kind at a path, when it is served in that version. */
export function kindAt(kinds: KindRegistry, path: ResourcePath): ServedKind | undefined {
  const kind = kinds.get(`${path.group}/${path.plural}`);
  return kind?.definition.versions.includes(path.version) === true ? kind : undefined;
}

/** Kubernetes' word for what a request does: the verb that access rules name. */
export function verbOf(method: string, path: ResourcePath, watching: boolean): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (path.name !== '') return 'get';
      return watching ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return path.name === '' ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}
