import type { Cluster as ClusterConfig, ClusterLoadAssignment } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import type { ConfigSource } from '../config-source';
import type { SecretStore } from '../tls/secret-store';
import { Cluster } from '../upstream/cluster';
import { DnsRefresher, needsDns } from '../upstream/resolve-dns';

/** Clusters of CDS with their endpoints of EDS. `generation` grows when a name points at another cluster: bound decisions look anew. */
export class ClusterStore {
  generation = 1;
  private readonly byName = new Map<string, Cluster>();
  private readonly assignments = new Map<string, ClusterLoadAssignment>();
  private readonly source: ConfigSource;
  private readonly secrets: SecretStore;
  private readonly bindAddress: string;
  private readonly dns = new DnsRefresher();
  private knownSecrets: number;

  constructor(source: ConfigSource, secrets: SecretStore, bindAddress: string) {
    this.source = source;
    this.secrets = secrets;
    this.knownSecrets = secrets.generation;
    this.bindAddress = bindAddress;
  }

  get(name: string): Cluster | undefined {
    return this.byName.get(name);
  }

  all(): Cluster[] {
    return [...this.byName.values()];
  }

  applyCluster(config: ClusterConfig, version: string): void {
    const before = this.byName.get(config.name);
    if (before !== undefined && before.version === version && version !== '') return;
    const cluster = new Cluster(config, version, this.secrets, this.bindAddress);
    this.byName.set(config.name, cluster);
    this.generation++;
    const type = config.type ?? 'STATIC';
    if (type === 'EDS') {
      const service = serviceName(config);
      const known = this.assignments.get(service);
      if (known !== undefined) cluster.assign(known);
      if (before === undefined || serviceName(before.config) !== service) this.source.subscribe(typeUrls.clusterLoadAssignment, [service]);
    } else if (config.load_assignment !== undefined) {
      if (needsDns(config)) this.dns.watch(cluster);
      else cluster.assign(config.load_assignment);
    }
    if (before !== undefined) {
      this.dns.forget(before);
      before.retire();
    }
  }

  removeCluster(name: string): void {
    const cluster = this.byName.get(name);
    if (cluster === undefined) return;
    this.byName.delete(name);
    this.generation++;
    this.dns.forget(cluster);
    cluster.retire();
    if (cluster.config.type === 'EDS') {
      const service = serviceName(cluster.config);
      if (![...this.byName.values()].some((other) => other.config.type === 'EDS' && serviceName(other.config) === service)) {
        this.assignments.delete(service);
        this.source.unsubscribe(typeUrls.clusterLoadAssignment, [service]);
      }
    }
  }

  applyAssignment(assignment: ClusterLoadAssignment): void {
    this.assignments.set(assignment.cluster_name, assignment);
    for (const cluster of this.byName.values()) {
      if (cluster.config.type === 'EDS' && serviceName(cluster.config) === assignment.cluster_name) cluster.assign(assignment);
    }
  }

  /** All EDS clusters have heard of their endpoints. */
  get warm(): boolean {
    return [...this.byName.values()].every((cluster) => cluster.config.type !== 'EDS' || cluster.assignment !== null);
  }

  /** Work of every second: idle connections end, and after a rotation the old ones are replaced. */
  sweep(now: number): void {
    const rotated = this.knownSecrets !== this.secrets.generation;
    this.knownSecrets = this.secrets.generation;
    for (const cluster of this.byName.values()) {
      cluster.sweep(now);
      if (rotated) for (const endpoint of cluster.endpoints) if (endpoint.tls !== null) endpoint.renewConnections();
    }
  }

  stop(): void {
    this.dns.stop();
    for (const cluster of this.byName.values()) cluster.retire();
  }
}

function serviceName(config: ClusterConfig): string {
  const name = config.eds_cluster_config?.service_name ?? '';
  return name === '' ? config.name : name;
}
