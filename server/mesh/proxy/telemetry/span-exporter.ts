import { http } from '../io/node-http';
import type { ExchangeRecord, TraceContext } from '../exchange/exchange-record';
import { flagsText } from '../exchange/response-flags';
import type { Peer, WorkloadStore } from '../config/workload-store';
import type { ClusterStore } from '../config/cluster-store';
import type { TracingSettings } from '../exchange/http-chain';

const FLUSH_MS = 500;
/** Spans that are encoded at one go: about a millisecond's work. */
const SLICE = 64;
const MAX_QUEUED = 4096;
const SPAN_SERVER = 2;
const SPAN_CLIENT = 3;

type Attribute = { key: string; value: { stringValue: string } | { intValue: string } | { boolValue: boolean } };

interface Span {
  readonly settings: TracingSettings;
  readonly body: unknown;
}

/** Sends spans as OTLP/HTTP JSON to the collector that xDS names, in slices, so that traffic never waits for a batch. */
export class SpanExporter {
  private readonly clusters: ClusterStore;
  private readonly workloads: WorkloadStore;
  private readonly self: Peer;
  private readonly nodeId: string;
  private readonly meshId: string;
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  private queue: Span[] = [];
  private timer: NodeJS.Timeout | null = null;
  dropped = 0;
  sent = 0;

  constructor(clusters: ClusterStore, workloads: WorkloadStore, self: Peer, nodeId: string, meshId: string) {
    this.clusters = clusters;
    this.workloads = workloads;
    this.self = self;
    this.nodeId = nodeId;
    this.meshId = meshId;
  }

  record(record: ExchangeRecord, trace: TraceContext): void {
    const settings = record.chain.tracing;
    if (settings === null) return;
    if (this.queue.length >= MAX_QUEUED) {
      this.dropped++;
      return;
    }
    this.queue.push({ settings, body: this.describe(record, trace, settings) });
    this.timer ??= setTimeout(this.flush, FLUSH_MS);
  }

  readonly flush = (): void => {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const [first] = this.queue;
    if (first === undefined) return;
    const slice = this.queue.filter((span) => span.settings.collectorCluster === first.settings.collectorCluster).slice(0, SLICE);
    this.queue = this.queue.filter((span) => !slice.includes(span));
    this.send(first.settings, slice);
    if (this.queue.length > 0) this.timer = setTimeout(this.flush, 10);
  };

  /** Sends what is left and closes the connection. */
  stop(): void {
    while (this.queue.length > 0) this.flush();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    setTimeout(() => this.agent.destroy(), 1000).unref();
  }

  private send(settings: TracingSettings, spans: readonly Span[]): void {
    const endpoint = this.clusters.get(settings.collectorCluster)?.choose(null, [], 1);
    if (endpoint == null) {
      this.dropped += spans.length;
      return;
    }
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: {
            attributes: [
              text('service.name', settings.serviceName),
              text('k8s.namespace.name', this.self.namespace),
              text('service.instance.id', this.nodeId),
            ],
          },
          scopeSpans: [{ scope: { name: 'heddle-proxy' }, spans: spans.map((span) => span.body) }],
        },
      ],
    });
    const request = http.request(
      {
        host: endpoint.address,
        port: endpoint.port,
        path: settings.collectorPath,
        method: 'POST',
        agent: this.agent,
        headers: { host: settings.collectorHost, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: 5000,
      },
      (response) => {
        if (response.statusCode !== undefined && response.statusCode < 300) this.sent += spans.length;
        else this.dropped += spans.length;
        response.resume();
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      this.dropped += spans.length;
    });
    request.end(body);
  }

  private describe(record: ExchangeRecord, trace: TraceContext, settings: TracingSettings): unknown {
    const inbound = record.chain.direction === 'inbound';
    const { downstream, endpoint, cluster, decision } = record;
    const source = inbound ? this.workloads.find(downstream.remoteAddress) : this.self;
    const destination = inbound ? this.self : endpoint === null ? null : this.workloads.find(endpoint.address);
    const startNs = BigInt(Math.round(trace.startEpochMs * 1000)) * 1000n;
    const endNs = startNs + BigInt(Math.round(record.durationMs * 1000)) * 1000n;
    const failed = record.status === 0 || record.status >= 500 || record.grpcStatus > 0;
    const attributes: Attribute[] = [
      text('component', 'proxy'),
      text('node_id', this.nodeId),
      text('guid:x-request-id', record.requestId),
      text('http.url', `http://${record.authority}${record.path}`),
      text('http.method', record.method),
      text('http.protocol', record.protocol),
      number('http.status_code', record.status),
      text('user_agent', record.userAgent === '' ? '-' : record.userAgent),
      number('request_size', record.bytesReceived),
      number('response_size', record.bytesSent),
      text('downstream_cluster', '-'),
      text('upstream_cluster', cluster?.name ?? '-'),
      text('upstream_cluster.name', cluster?.name ?? '-'),
      text('response_flags', flagsText(record.flags)),
      text('peer.address', downstream.remoteAddress),
      text('istio.canonical_service', this.self.canonicalName),
      text('istio.canonical_revision', this.self.canonicalRevision),
      text('istio.mesh_id', this.meshId),
      text('istio.namespace', this.self.namespace),
      text('istio.cluster_id', this.self.cluster),
      text('istio.source_workload', source.workload),
      text('istio.source_namespace', source.namespace),
      text('istio.source_canonical_service', source.canonicalName),
      text('istio.source_canonical_revision', source.canonicalRevision),
    ];
    if (destination !== null) {
      attributes.push(
        text('istio.destination_workload', destination.workload),
        text('istio.destination_namespace', destination.namespace),
        text('istio.destination_canonical_service', destination.canonicalName),
        text('istio.destination_canonical_revision', destination.canonicalRevision),
      );
    }
    if (endpoint !== null) attributes.push(text('upstream_address', endpoint.key));
    if (record.grpcStatus >= 0) attributes.push(text('grpc.status_code', String(record.grpcStatus)));
    if (record.attempts > 1) attributes.push(number('retry.attempts', record.attempts - 1));
    if (failed) attributes.push({ key: 'error', value: { boolValue: true } });
    for (const tag of settings.tags) {
      if (tag.literal !== undefined) attributes.push(text(tag.tag, tag.literal.value));
      else if (tag.environment !== undefined)
        attributes.push(text(tag.tag, process.env[tag.environment.name] ?? tag.environment.default_value ?? ''));
    }
    return {
      traceId: trace.traceId,
      spanId: trace.spanId,
      ...(trace.parentSpanId === '' ? {} : { parentSpanId: trace.parentSpanId }),
      name: decision?.route?.source.decorator?.operation ?? `${record.authority}/*`,
      kind: inbound ? SPAN_SERVER : SPAN_CLIENT,
      startTimeUnixNano: String(startNs),
      endTimeUnixNano: String(endNs),
      attributes,
      status: failed ? { code: 2 } : {},
    };
  }
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

function number(key: string, value: number): Attribute {
  return { key, value: { intValue: String(value) } };
}
