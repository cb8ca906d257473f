import type { VirtualService } from '@/lib/kinds';
import { fullHost } from '@/lib/kinds/virtual-service';

/** What a dump says of an object's routes: all of them as written; others of the same object; none at all (out of scope, or not there yet). */
export type InDump = 'as_written' | 'others' | 'none';

/**
 * Whether an Istio control plane's `/debug/config_dump` of a proxy holds the routes of a VirtualService: istiod names the object in each
 * route's metadata (`filter_metadata.istio.config`), without its version, so destinations and shares are compared. `null` spec: it is
 * deleted, and its routes must be gone. What a rule does besides (faults, timeouts) is not looked at.
 */
export function findInDump(dump: unknown, object: { namespace: string; name: string; spec: VirtualService['spec'] | null }): InDump {
  const suffix = `/namespaces/${object.namespace}/virtual-service/${object.name}`;
  const found = new Set(routesOf(dump, suffix));
  if (object.spec === null) return found.size === 0 ? 'as_written' : 'others';
  if (found.size === 0) return 'none';
  const wanted = (object.spec.http ?? []).flatMap((rule) => {
    const targets = (rule.route ?? []).map(({ destination, weight }) => ({
      key: `${destination.subset ?? ''}|${fullHost(destination.host, object.namespace)}`,
      weight: weight ?? 0,
    }));
    return targets.length === 0 ? [] : [signature(targets)];
  });
  return wanted.every((one) => found.has(one)) ? 'as_written' : 'others';
}

/** Destinations with their shares in thousandths, in an order of their own; one destination carries everything whatever its weight. */
function signature(targets: readonly { key: string; weight: number }[]): string {
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  const shares = new Map<string, number>();
  for (const { key, weight } of targets) {
    const share = targets.length === 1 ? 1 : sum === 0 ? 0 : weight / sum;
    if (share > 0) shares.set(key, (shares.get(key) ?? 0) + share);
  }
  return [...shares]
    .map(([key, share]) => `${key}=${Math.round(share * 1000)}`)
    .toSorted()
    .join(' ');
}

/** `outbound|9080|v1|reviews.default.svc.cluster.local` → `v1|reviews.default.svc.cluster.local`. */
function clusterKey(name: unknown): string {
  return typeof name === 'string' ? name.split('|').slice(2).join('|') : '';
}

function routesOf(value: unknown, suffix: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => routesOf(one, suffix));
  if (typeof value !== 'object' || value === null) return [];
  const config = at(value, 'metadata', 'filter_metadata', 'istio', 'config');
  if (typeof config === 'string' && config.endsWith(suffix) && at(value, 'route') !== undefined) {
    const weighted = at(value, 'route', 'weighted_clusters', 'clusters');
    const targets = Array.isArray(weighted)
      ? weighted.map((one: unknown) => ({ key: clusterKey(at(one, 'name')), weight: Number(at(one, 'weight') ?? 0) }))
      : [{ key: clusterKey(at(value, 'route', 'cluster')), weight: 1 }];
    return [signature(targets)];
  }
  return Object.values(value).flatMap((one) => routesOf(one, suffix));
}

/** A field by its protobuf names: istiod prints lowerCamelCase, Envoy snake_case. */
function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    const fields: Record<string, unknown> = { ...here };
    here = fields[name] ?? fields[name.replace(/_[a-z]/g, (pair) => pair.slice(1).toUpperCase())];
  }
  return here;
}
