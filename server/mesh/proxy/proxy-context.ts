import type { ClusterStore } from './config/cluster-store';
import type { WorkloadStore } from './config/workload-store';
import type { IstioMetrics } from './telemetry/istio-metrics';
import type { LogSink } from './telemetry/access-log';
import type { SpanExporter } from './telemetry/span-exporter';
import type { SecretStore } from './tls/secret-store';

/** Who this proxy is (bootstrap `node`). */
export interface ProxyNode {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string };
  readonly podIp: string;
  readonly appIp: string;
  readonly outboundIp: string;
  readonly trustDomain: string;
}

/** What all parts of one proxy share. */
export interface ProxyContext {
  readonly node: ProxyNode;
  readonly clusters: ClusterStore;
  readonly secrets: SecretStore;
  readonly workloads: WorkloadStore;
  readonly metrics: IstioMetrics;
  readonly spans: SpanExporter;
  readonly logSink: LogSink;
  /** Whether the multiplexed hop is offered and accepted. */
  readonly muxEnabled: boolean;
  /** Set on shutdown: responses end their connections. */
  draining: boolean;
  /** Faults being injected right now. */
  activeFaults: number;
}
