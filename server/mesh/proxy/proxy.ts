import type { Cluster } from '@/lib/xds';
import { typeUrls } from '@/lib/xds';
import { ClusterStore } from './config/cluster-store';
import { ConfigApplier } from './config/apply-config';
import { RouteStore } from './config/route-store';
import type { Peer } from './config/workload-store';
import { WorkloadStore } from './config/workload-store';
import type { ConfigSource, IdentitySource } from './config-source';
import { selfTestAccept } from './io/accept-socket';
import { ListenerManager } from './listener/listener-manager';
import type { ProxyContext, ProxyNode } from './proxy-context';
import { LogSink } from './telemetry/access-log';
import { IstioMetrics } from './telemetry/istio-metrics';
import { SpanExporter } from './telemetry/span-exporter';
import { SecretStore } from './tls/secret-store';

export interface ProxyOptions {
  readonly node: ProxyNode;
  readonly config: ConfigSource;
  /** Null for a proxy without mutual TLS of its own. */
  readonly identity: IdentitySource | null;
  /** Takes access log lines. */
  readonly log: (text: string) => void;
  /** Told of listeners that cannot be bound, and the like. */
  readonly onProblem: (message: string) => void;
  /** Envoy clusters of the bootstrap: name → `host:port`. */
  readonly staticClusters?: Readonly<Record<string, string>>;
  /** Offer and accept the multiplexed hop between our own proxies; true unless set. */
  readonly mux?: boolean;
}

/** A STATIC cluster of one address. */
function staticCluster(name: string, address: string): Cluster {
  const at = address.lastIndexOf(':');
  const socket_address = { address: address.slice(0, at), port_value: Number(address.slice(at + 1)) };
  return {
    name,
    type: 'STATIC',
    connect_timeout: { seconds: 1 },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address } } }] }] },
  };
}

const SWEEP_MS = 1000;

/** The data plane: configuration in, traffic through, telemetry out. */
export class Proxy {
  readonly context: ProxyContext;
  readonly listeners: ListenerManager;
  readonly routes: RouteStore;
  readonly applier: ConfigApplier;
  readonly startedAt = Date.now();
  private readonly config: ConfigSource;
  private readonly sweeper: NodeJS.Timeout;
  private readonly waitingForReady: (() => void)[] = [];
  private wasReady = false;

  constructor(options: ProxyOptions) {
    const { node, config, identity } = options;
    this.config = config;
    const secrets = new SecretStore(config, identity);
    const clusters = new ClusterStore(config, secrets, node.podIp);
    for (const [name, address] of Object.entries(options.staticClusters ?? {}))
      clusters.applyCluster(staticCluster(name, address), 'bootstrap');
    const workloads = new WorkloadStore();
    const self = selfPeer(node);
    this.routes = new RouteStore(config);
    this.context = {
      node,
      clusters,
      secrets,
      workloads,
      metrics: new IstioMetrics(self, workloads),
      spans: new SpanExporter(clusters, workloads, self, node.id, readText(node.metadata['MESH_ID'], 'cluster.local')),
      logSink: new LogSink(options.log),
      muxEnabled: options.mux ?? true,
      draining: false,
      activeFaults: 0,
    };
    this.listeners = new ListenerManager(this.context, this.routes, (listener, message) =>
      options.onProblem(`listener ${listener}: ${message}`),
    );
    this.applier = new ConfigApplier({ clusters, listeners: this.listeners, routes: this.routes, secrets, workloads }, () =>
      this.checkReady(),
    );
    this.sweeper = setInterval(() => {
      clusters.sweep(performance.now());
      this.checkReady();
    }, SWEEP_MS);
  }

  /** Tries the sockets of this Node and asks for configuration. */
  async start(): Promise<void> {
    await selfTestAccept();
    this.config.start(this.applier);
  }

  /** The first round of CDS and LDS is in place, and listeners listen with their routes. */
  get ready(): boolean {
    if (this.context.draining) return false;
    if (this.wasReady) return true;
    return this.applier.seen(typeUrls.cluster) && this.applier.seen(typeUrls.listener) && this.listeners.warm;
  }

  /** Resolves when the proxy is ready. */
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      if (this.ready) resolve();
      else {
        this.waitingForReady.push(resolve);
        setTimeout(() => this.checkReady(), 20);
      }
    });
  }

  private checkReady(): void {
    if (!this.ready) {
      // Sockets begin to listen a moment after LDS.
      if (this.waitingForReady.length > 0 && this.applier.seen(typeUrls.listener)) setTimeout(() => this.checkReady(), 20).unref();
      return;
    }
    this.wasReady = true;
    for (const resolve of this.waitingForReady.splice(0)) resolve();
  }

  /** Readiness off, no new connections, requests under way finish; resolves when none are left or the time is over. */
  async drain(graceMs: number): Promise<void> {
    this.context.draining = true;
    this.listeners.drain();
    const until = performance.now() + graceMs;
    while (this.listeners.active > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Closes everything. */
  stop(): void {
    this.context.draining = true;
    clearInterval(this.sweeper);
    this.config.stop();
    this.listeners.stop();
    this.context.clusters.stop();
    this.context.spans.stop();
    this.context.logSink.flush();
  }
}

function readText(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}

/** This proxy's own workload, from its node metadata. */
function selfPeer(node: ProxyNode): Peer {
  const { metadata } = node;
  const labels = (typeof metadata['LABELS'] === 'object' && metadata['LABELS'] !== null ? metadata['LABELS'] : {}) as Record<
    string,
    unknown
  >;
  const workload = readText(metadata['WORKLOAD_NAME'], readText(metadata['NAME'], 'unknown'));
  const app = readText(labels['app'], readText(labels['app.kubernetes.io/name'], 'unknown'));
  const version = readText(labels['version'], readText(labels['app.kubernetes.io/version'], 'unknown'));
  return {
    workload,
    namespace: readText(metadata['NAMESPACE'], 'unknown'),
    app,
    version,
    cluster: readText(metadata['CLUSTER_ID'], 'Kubernetes'),
    canonicalName: readText(labels['service.istio.io/canonical-name'], app === 'unknown' ? workload : app),
    canonicalRevision: readText(labels['service.istio.io/canonical-revision'], version === 'unknown' ? 'latest' : version),
    serviceAccount: readText(metadata['SERVICE_ACCOUNT'], ''),
  };
}
