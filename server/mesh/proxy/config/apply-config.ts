import type { Cluster, ClusterLoadAssignment, Listener, RouteConfiguration, Secret, Workload } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { isHeddleError } from '@/lib/errors';
import type { ConfigHandler, DeliveredResource } from '../config-source';
import type { ListenerManager } from '../listener/listener-manager';
import type { SecretStore } from '../tls/secret-store';
import type { ClusterStore } from './cluster-store';
import type { RouteStore } from './route-store';
import type { WorkloadStore } from './workload-store';

export interface ConfigStores {
  readonly clusters: ClusterStore;
  readonly listeners: ListenerManager;
  readonly routes: RouteStore;
  readonly secrets: SecretStore;
  readonly workloads: WorkloadStore;
}

/** Counters of what came over xDS, per type. */
export interface UpdateCount {
  updates: number;
  rejects: number;
  lastUpdated: string;
  versions: Map<string, string>;
}

/**
 * Puts delivered resources into the stores. Of a delivery with a bad resource the good ones take effect, and the text of the refusal names
 * the bad ones (NACK), as Envoy does for CDS and LDS.
 */
export class ConfigApplier implements ConfigHandler {
  private readonly stores: ConfigStores;
  private readonly onRound: () => void;
  private readonly counts = new Map<string, UpdateCount>();

  constructor(stores: ConfigStores, onRound: () => void) {
    this.stores = stores;
    this.onRound = onRound;
  }

  onResources(typeUrl: string, added: readonly DeliveredResource[], removed: readonly string[]): string | undefined {
    const count = this.countOf(typeUrl);
    const problems: string[] = [];
    for (const { name, version, resource } of added) {
      try {
        this.apply(typeUrl, version, resource);
        count.versions.set(name, version);
      } catch (error) {
        problems.push(
          `${name}: ${error instanceof Error ? error.message : String(error)}${isHeddleError(error) && error.hint !== undefined ? ` ${error.hint}` : ''}`,
        );
      }
    }
    for (const name of removed) {
      this.remove(typeUrl, name);
      count.versions.delete(name);
    }
    if (problems.length > 0) count.rejects++;
    else count.updates++;
    count.lastUpdated = new Date().toISOString();
    this.onRound();
    return problems.length === 0 ? undefined : problems.join('; ');
  }

  /** Whether a type has been delivered at all. */
  seen(typeUrl: string): boolean {
    return this.counts.has(typeUrl);
  }

  countOf(typeUrl: string): UpdateCount {
    let count = this.counts.get(typeUrl);
    if (count === undefined) {
      count = { updates: 0, rejects: 0, lastUpdated: '', versions: new Map() };
      this.counts.set(typeUrl, count);
    }
    return count;
  }

  private apply(typeUrl: string, version: string, resource: unknown): void {
    const { clusters, listeners, routes, secrets, workloads } = this.stores;
    switch (typeUrl) {
      case typeUrls.cluster:
        clusters.applyCluster(resource as Cluster, version);
        return;
      case typeUrls.clusterLoadAssignment:
        clusters.applyAssignment(resource as ClusterLoadAssignment);
        return;
      case typeUrls.listener:
        listeners.apply(resource as Listener, version);
        return;
      case typeUrls.routeConfiguration:
        routes.apply(resource as RouteConfiguration, version);
        return;
      case typeUrls.secret:
        secrets.apply(resource as Secret);
        return;
      case typeUrls.workload:
        workloads.apply(resource as Workload);
        return;
      default:
        return;
    }
  }

  private remove(typeUrl: string, name: string): void {
    const { clusters, listeners, routes, secrets, workloads } = this.stores;
    if (typeUrl === typeUrls.cluster) clusters.removeCluster(name);
    else if (typeUrl === typeUrls.listener) listeners.remove(name);
    else if (typeUrl === typeUrls.routeConfiguration) routes.remove(name);
    else if (typeUrl === typeUrls.secret) secrets.remove(name);
    else if (typeUrl === typeUrls.workload) workloads.remove(name);
  }
}
