import { typeUrls } from '@/lib/xds';
import type { CompiledProxy, CompiledResource } from '@/lib/pilot';

/** Any resource with its version; equal versions are the same object. */
export type AnyResource = CompiledResource<object>;

/** What one proxy may be told: type URL → name → resource. */
export type ResourceView = ReadonlyMap<string, ReadonlyMap<string, AnyResource>>;

/** Order of types within one push: who lives where, then make before break (CDS → EDS → LDS → RDS). */
export const pushOrder: readonly string[] = [
  typeUrls.workload,
  typeUrls.cluster,
  typeUrls.clusterLoadAssignment,
  typeUrls.listener,
  typeUrls.routeConfiguration,
  typeUrls.secret,
];

/** Types where a subscription without names means "all of them". */
export const wildcardTypes: ReadonlySet<string> = new Set([typeUrls.workload, typeUrls.cluster, typeUrls.listener]);

const shortNames: Record<string, string> = {
  [typeUrls.workload]: 'wds',
  [typeUrls.cluster]: 'cds',
  [typeUrls.clusterLoadAssignment]: 'eds',
  [typeUrls.listener]: 'lds',
  [typeUrls.routeConfiguration]: 'rds',
  [typeUrls.secret]: 'sds',
};

/** `cds`, `eds` … as Istio's metrics name the types. */
export function shortTypeName(typeUrl: string): string {
  return shortNames[typeUrl] ?? 'other';
}

const byList = new WeakMap<readonly AnyResource[], ReadonlyMap<string, AnyResource>>();

/** The list as a map; proxies of equal scope share the list and so the map. */
function mapOf(list: readonly AnyResource[]): ReadonlyMap<string, AnyResource> {
  let map = byList.get(list);
  if (map === undefined) {
    map = new Map(list.map((resource) => [resource.name, resource]));
    byList.set(list, map);
  }
  return map;
}

const nothing: ReadonlyMap<string, AnyResource> = new Map();

/** The view of a compiled proxy. `secrets` are those that the stream may see: none on plaintext. */
export function viewOf(compiled: CompiledProxy, secrets: ReadonlyMap<string, AnyResource> = nothing): ResourceView {
  return new Map([
    [typeUrls.workload, mapOf(compiled.workloads)],
    [typeUrls.cluster, mapOf(compiled.clusters)],
    [typeUrls.clusterLoadAssignment, mapOf(compiled.endpoints)],
    [typeUrls.listener, mapOf(compiled.listeners)],
    [typeUrls.routeConfiguration, mapOf(compiled.routes)],
    [typeUrls.secret, secrets],
  ]);
}
