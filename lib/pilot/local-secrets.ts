import { ROOT_CERTIFICATE, WORKLOAD_CERTIFICATE } from './build-tls-context';

const rewritten = new WeakMap<object, Map<string, object>>();

/**
 * A resource in which the workload's own certificate and the mesh's root come from files `NAME.json` of a directory. A stock Envoy gets
 * its key that way: no secret crosses ADS for it (CONTRACTS §2). Without a directory the resource stays as it is.
 */
export function withLocalSecrets<T extends object>(resource: T, directory: string): T {
  if (directory === '') return resource;
  const known = rewritten.get(resource) ?? new Map<string, object>();
  rewritten.set(resource, known);
  const existing = known.get(directory);
  if (existing !== undefined) return existing as T;
  const built = rewrite(resource, directory) as T;
  known.set(directory, built);
  return built;
}

function rewrite(value: unknown, directory: string): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, directory));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value);
  const isSecret = 'sds_config' in value && 'name' in value && (value.name === WORKLOAD_CERTIFICATE || value.name === ROOT_CERTIFICATE);
  if (isSecret) {
    return {
      name: value.name,
      sds_config: { path_config_source: { path: `${directory}/${String(value.name)}.json` }, resource_api_version: 'V3' },
    };
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, rewrite(item, directory)]));
}
