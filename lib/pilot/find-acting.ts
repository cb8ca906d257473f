import { provenanceKey } from '@/lib/xds';
import type { Metadata, Route } from '@/lib/xds';
import { parseOutboundCluster } from './names';
import type { CompiledProxy } from './types';

/** What decides over one proxy's requests to a host: objects as `Kind namespace/name`, in the order they come up. */
export interface ActingObjects {
  /** Objects its routes to the host are made from. */
  routes: readonly string[];
  /** The DestinationRules its Envoy clusters of the host are made from, the one of the service as a whole first. */
  policies: readonly string[];
}

/**
 * Finds them in what the proxy is served, so that they are what it really uses. A sidecar asks by host; a gateway has hosts of its own,
 * of which those count that send to the host.
 */
export function findActing(proxy: CompiledProxy, host: string, isGateway: boolean): ActingObjects {
  const routes = new Set<string>();
  for (const { resource } of proxy.routes) {
    for (const virtualHost of resource.virtual_hosts ?? []) {
      const own = virtualHost.name.slice(0, virtualHost.name.lastIndexOf(':')) === host;
      if (!own && !isGateway) continue;
      for (const route of virtualHost.routes ?? []) {
        const object = objectOf(route.metadata);
        if (object !== undefined && !object.startsWith('Service ') && (!isGateway || sendsTo(route, host))) routes.add(object);
      }
    }
  }
  const policies = new Set<string>();
  const clusters = proxy.clusters.filter(({ name }) => parseOutboundCluster(name)?.host === host);
  for (const { resource } of clusters.toSorted((left, right) => subsetOf(left.name).length - subsetOf(right.name).length)) {
    const object = objectOf(resource.metadata);
    if (object?.startsWith('DestinationRule ') === true) policies.add(object);
  }
  return { routes: [...routes], policies: [...policies] };
}

function subsetOf(cluster: string): string {
  return parseOutboundCluster(cluster)?.subset ?? '';
}

function objectOf(metadata: Metadata | undefined): string | undefined {
  const object = metadata?.filter_metadata?.[provenanceKey]?.['object'];
  return typeof object === 'string' ? object : undefined;
}

function sendsTo(route: Route, host: string): boolean {
  const { cluster, weighted_clusters: weighted } = route.route ?? {};
  const names = [...(cluster === undefined ? [] : [cluster]), ...(weighted?.clusters ?? []).map((one) => one.name ?? '')];
  return names.some((name) => parseOutboundCluster(name)?.host === host);
}
