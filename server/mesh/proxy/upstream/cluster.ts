import type { Cluster as ClusterConfig, ClusterLoadAssignment, LbEndpoint, Struct, TransportSocketMatch, UpstreamTransportSocket } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { durationMs } from '@/lib/routing';
import type { SecretStore } from '../tls/secret-store';
import { UpstreamTls } from '../tls/upstream-tls';
import { ClusterStats } from './cluster-stats';
import { Endpoint } from './endpoint';
import { LoadBalancer } from './load-balancer';
import { OutlierDetector } from './outlier-detector';
import type { Http2Options } from '../http2/options';
import { readHttp2Options } from '../http2/options';

/** Circuit breaker limits of the default priority. */
export interface ClusterLimits {
  readonly maxConnections: number;
  readonly maxPending: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Share of active requests that may be retries, 0 to 1; null: `maxRetries` counts. */
  readonly retryBudget: { readonly share: number; readonly atLeast: number } | null;
}

/** The mesh service behind a cluster, for telemetry. */
export interface ServiceName {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
}

export type UpstreamProtocol = 'http1' | 'http2' | 'downstream';

/** One Envoy cluster: settings, endpoints with their connections, counters. */
export class Cluster {
  readonly name: string;
  readonly config: ClusterConfig;
  readonly version: string;
  readonly stats = new ClusterStats();
  readonly limits: ClusterLimits;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxRequestsPerConnection: number;
  readonly bindAddress: string;
  readonly protocol: UpstreamProtocol;
  readonly http2Options: Http2Options;
  readonly service: ServiceName | null;
  readonly usesOriginalDestination: boolean;
  /** The request's host is the server name of TLS. */
  readonly autoSni: boolean;
  readonly balancer: LoadBalancer;
  readonly outliers: OutlierDetector | null;
  endpoints: readonly Endpoint[] = [];
  assignment: ClusterLoadAssignment | null = null;
  /** Retries under way. */
  activeRetries = 0;
  /** Grows when endpoints, health or ejections change: balancers rebuild what they keep. */
  generation = 0;
  private readonly secrets: SecretStore;
  private readonly plainTls: UpstreamTls | null;
  private readonly matches: { match: Struct; tls: UpstreamTls | null }[];

  constructor(config: ClusterConfig, version: string, secrets: SecretStore, defaultBindAddress: string) {
    this.name = config.name;
    this.config = config;
    this.version = version;
    this.secrets = secrets;
    this.limits = readLimits(config);
    this.connectTimeoutMs = durationMs(config.connect_timeout, 5000);
    const options = readHttpOptions(config);
    this.idleTimeoutMs = durationMs(options?.common_http_protocol_options?.idle_timeout, 3_600_000);
    this.maxRequestsPerConnection = options?.common_http_protocol_options?.max_requests_per_connection?.value ?? config.max_requests_per_connection?.value ?? 0;
    this.bindAddress = config.upstream_bind_config?.source_address?.address ?? (config.name.startsWith('inbound|') ? '' : defaultBindAddress);
    this.protocol =
      options?.use_downstream_protocol_config !== undefined ? 'downstream' : options?.explicit_http_config?.http2_protocol_options !== undefined ? 'http2' : 'http1';
    this.autoSni = options?.upstream_http_protocol_options?.auto_sni ?? false;
    this.http2Options = readHttp2Options(
      options?.explicit_http_config?.http2_protocol_options ?? options?.use_downstream_protocol_config?.http2_protocol_options,
    );
    this.service = readService(config);
    this.usesOriginalDestination = config.type === 'ORIGINAL_DST';
    this.balancer = new LoadBalancer(this);
    this.outliers = config.outlier_detection === undefined ? null : new OutlierDetector(this, config.outlier_detection);
    this.plainTls = this.compileTls(config.transport_socket);
    this.matches = (config.transport_socket_matches ?? []).map((entry: TransportSocketMatch) => ({
      match: entry.match ?? {},
      tls: this.compileTls(entry.transport_socket),
    }));
  }

  /** Subset named in an outbound cluster's name. */
  get subset(): string {
    return this.name.startsWith('outbound|') ? (this.name.split('|')[2] ?? '') : '';
  }

  /** Puts new endpoints in place; those that stay keep their connections. */
  assign(assignment: ClusterLoadAssignment): void {
    this.assignment = assignment;
    const before = new Map(this.endpoints.map((endpoint) => [endpoint.key, endpoint]));
    const next: Endpoint[] = [];
    for (const group of assignment.endpoints ?? []) {
      for (const config of group.lb_endpoints ?? []) {
        const address = config.endpoint?.address?.socket_address;
        if (address === undefined) continue;
        const endpoint = this.takeEndpoint(before, address.address, address.port_value ?? 0, config);
        endpoint.config = config;
        endpoint.weight = config.load_balancing_weight?.value ?? 1;
        endpoint.priority = group.priority ?? 0;
        endpoint.locality = group.locality ?? {};
        endpoint.localityWeight = group.load_balancing_weight?.value ?? 0;
        endpoint.healthy = isHealthy(config);
        endpoint.degraded = config.health_status === 'DEGRADED';
        next.push(endpoint);
      }
    }
    for (const gone of before.values()) gone.retire();
    this.endpoints = next;
    this.generation++;
    this.stats.membership_change++;
  }

  private takeEndpoint(before: Map<string, Endpoint>, address: string, port: number, config: LbEndpoint): Endpoint {
    const tls = this.tlsFor(config);
    const known = before.get(`${address}:${port}`);
    if (known !== undefined && known.tls === tls) {
      before.delete(known.key);
      return known;
    }
    return new Endpoint(this, address, port, config, tls);
  }

  /** An endpoint outside of the assignment, for clusters that go where the client wanted to. */
  addEndpoint(address: string, port: number): Endpoint {
    const known = this.endpoints.find((endpoint) => endpoint.address === address && endpoint.port === port);
    if (known !== undefined) return known;
    const endpoint = new Endpoint(this, address, port, {}, this.plainTls);
    // Bounded: destinations come from clients.
    this.endpoints = [...this.endpoints.slice(-255), endpoint];
    this.generation++;
    return endpoint;
  }

  private tlsFor(config: LbEndpoint): UpstreamTls | null {
    const metadata = config.metadata?.filter_metadata?.['envoy.transport_socket_match'] ?? {};
    for (const { match, tls } of this.matches) {
      if (Object.entries(match).every(([key, value]) => metadata[key] === value)) return tls;
    }
    return this.plainTls;
  }

  private compileTls(socket: UpstreamTransportSocket | undefined): UpstreamTls | null {
    const config = socket?.typed_config;
    return config?.['@type'] === typeUrls.upstreamTls ? new UpstreamTls(config, this.secrets) : null;
  }

  retire(): void {
    for (const endpoint of this.endpoints) endpoint.retire();
  }
}

function isHealthy(config: LbEndpoint): boolean {
  const status = config.health_status ?? 'UNKNOWN';
  return status === 'UNKNOWN' || status === 'HEALTHY' || status === 'DEGRADED';
}

function readHttpOptions(config: ClusterConfig): import('@/lib/xds').HttpProtocolOptions | undefined {
  const options = config.typed_extension_protocol_options?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'];
  return options?.['@type'] === typeUrls.httpProtocolOptions ? options : undefined;
}

function readLimits(config: ClusterConfig): ClusterLimits {
  const found = (config.circuit_breakers?.thresholds ?? []).find((entry) => (entry.priority ?? 'DEFAULT') === 'DEFAULT');
  const budget = found?.retry_budget;
  return {
    maxConnections: found?.max_connections?.value ?? 1024,
    maxPending: found?.max_pending_requests?.value ?? 1024,
    maxRequests: found?.max_requests?.value ?? 1024,
    maxRetries: found?.max_retries?.value ?? 3,
    retryBudget:
      budget === undefined ? null : { share: (budget.budget_percent?.value ?? 20) / 100, atLeast: budget.min_retry_concurrency?.value ?? 3 },
  };
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
  const [direction, , , host] = config.name.split('|');
  return direction === 'outbound' && host !== undefined && host !== '' ? serviceOfHost(host) : null;
}

/** `reviews.default.svc.cluster.local` → reviews in default; any other host names itself. */
export function serviceOfHost(host: string): ServiceName {
  const parts = host.split('.');
  if (parts[2] === 'svc') return { host, name: parts[0] ?? host, namespace: parts[1] ?? 'unknown' };
  return { host, name: host, namespace: 'unknown' };
}
