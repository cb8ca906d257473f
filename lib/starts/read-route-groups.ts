import type { KubernetesResource } from '@/lib/model';

/** One match of an SMI HTTPRouteGroup. Paths and headers are regular expressions there. */
export interface RouteMatch {
  path: string | undefined;
  /** Empty: any. */
  methods: string[];
  headers: Record<string, string>;
}

const parts = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** What a TrafficSplit matches by: the matches of the HTTPRouteGroups it names. Groups that are not there, or match by port, are notes. */
export function readMatches(
  value: unknown,
  objects: readonly KubernetesResource[],
  namespace: string,
  say: (text: string) => void,
): RouteMatch[] {
  return list(value).flatMap((reference) => {
    const { kind, name } = parts(reference);
    if (kind !== undefined && kind !== 'HTTPRouteGroup') {
      say(
        `it matches by ${typeof kind === 'string' ? kind : 'another kind'} ${String(name)}, which splits of HTTP cannot: the match is left out.`,
      );
      return [];
    }
    const group = objects.find(
      (one) => one.kind === 'HTTPRouteGroup' && one.metadata.name === name && (one.metadata.namespace ?? 'default') === namespace,
    );
    if (group === undefined) {
      say(
        `it matches by HTTPRouteGroup ${String(name)}, which is not among the objects: without it the split applies to every request. Paste it too.`,
      );
      return [];
    }
    const spec = parts((group as { spec?: unknown }).spec);
    // Before v1alpha3 the matches stood at the top of the object.
    return list(spec['matches'] ?? (group as { matches?: unknown }).matches).flatMap((match) => readMatch(match, String(name), say));
  });
}

function readMatch(value: unknown, group: string, say: (text: string) => void): RouteMatch[] {
  const match = parts(value);
  const methods = list(match['methods']).filter((one): one is string => typeof one === 'string' && one !== '*');
  const path = typeof match['pathRegex'] === 'string' && match['pathRegex'] !== '' ? match['pathRegex'] : undefined;
  const headers = headersOf(match['headers']);
  if (methods.length === 0 && path === undefined && Object.keys(headers).length === 0) {
    say(`match ${String(match['name'])} of HTTPRouteGroup ${group} says nothing: it is left out.`);
    return [];
  }
  if (path !== undefined) {
    say(
      `the path ${path} of HTTPRouteGroup ${group} must match the whole path without its query here; in SMI a part was enough in some meshes. Look at it.`,
    );
  }
  return [{ path, methods, headers }];
}

/** Headers are a map, or in older versions a list of maps. */
function headersOf(value: unknown): Record<string, string> {
  const maps = Array.isArray(value) ? value.map(parts) : [parts(value)];
  const pairs = maps.flatMap((map) => Object.entries(map)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(pairs.map(([key, regex]) => [key.toLowerCase(), regex]));
}
