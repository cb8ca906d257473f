import { anyHost, chooseUpstreamSocket, compileCluster, createBalancer, createOutlierDetector, emptyLoad, readHosts } from '@/lib/routing';
import type { Balancer, CircuitLoad, ClusterSettings, LbHost, LocalFailure, OutlierDetector, UpstreamSocket } from '@/lib/routing';
import type { Cluster as ClusterConfig, ClusterLoadAssignment } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { random } from '../exchange/random-bits';
import { readHttp2Options } from '../http2/options';
import type { Http2Options } from '../http2/options';
import type { SecretStore } from '../tls/secret-store';
import { UpstreamTls } from '../tls/upstream-tls';
import { ClusterStats } from './cluster-stats';
import { Endpoint } from './endpoint';

/** The mesh service behind a cluster, for telemetry. */
export interface ServiceName {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
}

/** Endpoints that a client named itself are kept up to this many per cluster. */
const MAX_NAMED_ENDPOINTS = 256;

/** One Envoy cluster: settings, endpoints with their connections, balancing, ejection, counters. */
export class Cluster {
  readonly name: string;
  readonly version: string;
  readonly settings: ClusterSettings;
  readonly stats = new ClusterStats();
  readonly load: CircuitLoad = emptyLoad();
  readonly http2Options: Http2Options;
  readonly service: ServiceName | null;
  readonly bindAddress: string;
  assignment: ClusterLoadAssignment | null = null;
  private readonly secrets: SecretStore;
  private readonly byHost = new Map<LbHost, Endpoint>();
  private readonly tlsBySocket = new Map<UpstreamSocket, UpstreamTls | null>();
  private hosts: readonly LbHost[] = [];
  private overprovisioning = 1.4;
  private balancer: Balancer | null = null;
  private readonly outliers: OutlierDetector | null;
  private nextOutlierSweep = 0;

  constructor(config: ClusterConfig, version: string, secrets: SecretStore, defaultBindAddress: string) {
    this.name = config.name;
    this.version = version;
    this.secrets = secrets;
    this.settings = compileCluster(config);
    this.service = readService(config);
    // The application is on this machine's loopback; everything else is dialled from the pod's address, so that peers see the pod.
    this.bindAddress = this.settings.bindAddress ?? (config.name.startsWith('inbound|') ? '' : defaultBindAddress);
    this.http2Options = readHttp2Options(readHttp2(config));
    this.outliers = this.settings.outlier === null ? null : createOutlierDetector(this.settings.outlier, []);
    for (const socket of [this.settings.defaultSocket, ...this.settings.socketMatches.map((one) => one.socket)]) this.tlsOf(socket);
  }

  get config(): ClusterConfig {
    return this.settings.source;
  }

  get endpoints(): Iterable<Endpoint> {
    return this.byHost.values();
  }

  get usesOriginalDestination(): boolean {
    return this.settings.type === 'ORIGINAL_DST';
  }

  /** An endpoint for a request; null when none may be used. */
  choose(hash: bigint | null, avoid: readonly Endpoint[], attempts: number): Endpoint | null {
    this.balancer ??= createBalancer(this.settings.balancer, { hosts: this.hosts, overprovisioning: this.overprovisioning }, random);
    const context = hash === null && avoid.length === 0 ? anyHost : { hash, avoid: avoid.map((endpoint) => endpoint.host), attempts };
    const host = this.balancer.pick(random, context);
    return host === null ? null : (this.byHost.get(host) ?? null);
  }

  /** Puts new endpoints in place; those that stay keep their connections. */
  assign(assignment: ClusterLoadAssignment): void {
    this.assignment = assignment;
    const set = readHosts(assignment, this.hosts);
    const kept = new Set(set.hosts);
    for (const [host, endpoint] of this.byHost) {
      // Another transport means other connections.
      if (kept.has(host) && endpoint.tls === this.tlsFor(host)) continue;
      this.byHost.delete(host);
      endpoint.retire();
    }
    for (const host of set.hosts) if (!this.byHost.has(host)) this.byHost.set(host, new Endpoint(this, host, this.tlsFor(host)));
    this.overprovisioning = set.overprovisioning;
    this.setHosts(set.hosts);
    this.stats.membership_change++;
  }

  /** An endpoint outside of any assignment, for clusters that go where the client wanted to. */
  addEndpoint(address: string, port: number): Endpoint {
    const known = this.hosts.find((host) => host.address === address && host.port === port);
    const found = known === undefined ? undefined : this.byHost.get(known);
    if (found !== undefined) return found;
    const set = readHosts({
      cluster_name: this.name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value: port } } } }] }],
    });
    const [host] = set.hosts as [LbHost];
    const endpoint = new Endpoint(this, host, this.tlsFor(host));
    this.byHost.set(host, endpoint);
    const hosts = [...this.hosts, host];
    for (const old of hosts.splice(0, Math.max(0, hosts.length - MAX_NAMED_ENDPOINTS))) {
      this.byHost.get(old)?.retire();
      this.byHost.delete(old);
    }
    this.setHosts(hosts);
    return endpoint;
  }

  private setHosts(hosts: readonly LbHost[]): void {
    this.hosts = hosts;
    this.balancer = null;
    this.outliers?.replaceHosts(hosts);
    this.countEjected();
  }

  /** A response came. `grpc`: the HTTP status that a gRPC failure in its head stands for. */
  recordResponse(endpoint: Endpoint, status: number, grpc: number | undefined, now: number): void {
    const { isError } = this.settings;
    const outcome = isError === null ? (grpc ?? status) : isError(status) ? 500 : 200;
    if (this.outliers?.recordResponse(endpoint.host, outcome, now, random) === true) this.noteEjection();
  }

  /** No response came: the connection could not be made, broke, or took too long. */
  recordFailure(endpoint: Endpoint, failure: LocalFailure, now: number): void {
    if (this.outliers?.recordLocalFailure(endpoint.host, failure, now, random) === true) this.noteEjection();
  }

  private noteEjection(): void {
    this.balancer = null;
    this.stats.outlier_detection_ejections_enforced_total++;
    this.countEjected();
  }

  private countEjected(): void {
    let ejected = 0;
    for (const host of this.hosts) if (host.ejected) ejected++;
    this.stats.outlier_detection_ejections_active = ejected;
  }

  /** Work of every second: ejected hosts come back, idle connections end. */
  sweep(now: number): void {
    const { outlier, idleTimeoutMs } = this.settings;
    if (this.outliers !== null && outlier !== null && now >= this.nextOutlierSweep) {
      this.nextOutlierSweep = now + outlier.intervalMs;
      if (this.outliers.sweep(now).length > 0) {
        this.balancer = null;
        this.countEjected();
      }
    }
    if (idleTimeoutMs > 0) for (const endpoint of this.byHost.values()) endpoint.closeIdle(now - idleTimeoutMs);
  }

  private tlsFor(host: LbHost): UpstreamTls | null {
    return this.tlsOf(chooseUpstreamSocket(this.settings, host.metadata).socket);
  }

  private tlsOf(socket: UpstreamSocket): UpstreamTls | null {
    let compiled = this.tlsBySocket.get(socket);
    if (compiled === undefined) {
      compiled = socket.tls === null ? null : new UpstreamTls(socket.tls, this.secrets);
      this.tlsBySocket.set(socket, compiled);
    }
    return compiled;
  }

  retire(): void {
    for (const endpoint of this.byHost.values()) endpoint.retire();
  }
}

function readHttp2(config: ClusterConfig): Parameters<typeof readHttp2Options>[0] {
  const options = config.typed_extension_protocol_options?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'];
  if (options?.['@type'] !== typeUrls.httpProtocolOptions) return undefined;
  return options.explicit_http_config?.http2_protocol_options ?? options.use_downstream_protocol_config?.http2_protocol_options;
}

/** Istio names the service in `metadata.istio.services`; the cluster's own name says the host too. */
function readService(config: ClusterConfig): ServiceName | null {
  const services = config.metadata?.filter_metadata?.['istio']?.['services'];
  const first: unknown = Array.isArray(services) ? services[0] : undefined;
  if (typeof first === 'object' && first !== null) {
    const { host, name, namespace } = first as Record<string, unknown>;
    if (typeof host === 'string') {
      return { host, name: typeof name === 'string' ? name : host, namespace: typeof namespace === 'string' ? namespace : 'unknown' };
    }
  }
  return serviceOfCluster(config.name);
}

/** `outbound|9080|v1|reviews.default.svc.cluster.local` → reviews in default; null for clusters that belong to no service. */
export function serviceOfCluster(name: string): ServiceName | null {
  const [direction, , , host] = name.split('|');
  return direction === 'outbound' && host !== undefined && host !== '' ? serviceOfHost(host) : null;
}

/** `reviews.default.svc.cluster.local` → reviews in default; any other host names itself. */
export function serviceOfHost(host: string): ServiceName {
  const parts = host.split('.');
  if (parts[2] === 'svc') return { host, name: parts[0] ?? host, namespace: parts[1] ?? 'unknown' };
  return { host, name: host, namespace: 'unknown' };
}
