import type { ExchangeRecord } from '../exchange/exchange-record';
import { flagsText } from '../exchange/response-flags';
import type { Peer, WorkloadStore } from '../config/workload-store';
import { unknownPeer } from '../config/workload-store';
import type { ServiceName } from '../upstream/cluster';
import { serviceOfCluster, serviceOfHost } from '../upstream/cluster';
import { splitAuthority } from '../upstream/original-destination';
import { labelText, labelsOf } from './labels';
import { SeriesTable } from './series';
import type { MessageSeries, RequestSeries, TcpSeries } from './series';

/** What the telemetry of one TCP connection is told. */
export interface TcpRecord {
  readonly direction: 'inbound' | 'outbound';
  readonly remoteAddress: string;
  readonly peerAddress: string;
  readonly principal: string;
  readonly localPrincipal: string;
  readonly service: ServiceName | null;
  readonly clusterName: string;
  readonly flags: number;
}

/** Series bound to a connection or an endpoint, good until workloads change. */
interface Bound {
  readonly generation: number;
  readonly prefix: string;
  /** By `status * 4 + (grpc ? 1 : 0)` and flags: the common ones found without a string. */
  readonly leaves: Map<number, RequestSeries>;
  messages: MessageSeries | null;
}

/** Istio's standard metrics. Labels are put together once per peer and outcome; a request costs a lookup by numbers and some additions. */
export class IstioMetrics {
  readonly table = new SeriesTable();
  private readonly self: Peer;
  private readonly workloads: WorkloadStore;
  private readonly unbound = new Map<string, Bound>();
  private readonly rbac = new Map<string, number>();

  constructor(self: Peer, workloads: WorkloadStore) {
    this.self = self;
    this.workloads = workloads;
  }

  recordRequest(record: ExchangeRecord): void {
    const series = this.find(record);
    series.observe(record.durationMs, record.bytesReceived, record.bytesSent);
    if (record.grpcMessages !== null) this.recordMessages(record);
  }

  /** Adds what a gRPC call has carried since it was told last; how the call ends is not known yet and no label. */
  recordMessages(record: ExchangeRecord): void {
    const { grpcMessages } = record;
    if (grpcMessages === null) return;
    const requests = grpcMessages.requests.take();
    const responses = grpcMessages.responses.take();
    if (requests + responses === 0) return;
    const bound = this.bind(record);
    bound.messages ??= this.table.message(`${bound.prefix},request_protocol="grpc"`);
    bound.messages.requests += requests;
    bound.messages.responses += responses;
  }

  private find(record: ExchangeRecord): RequestSeries {
    const bound = this.bind(record);
    // Flags fit in 21 bits, the status in 10, gRPC status and kind in 6: one number names the outcome.
    const key = (record.flags * 1024 + record.status) * 64 + (record.isGrpc ? 2 + record.grpcStatus : 0);
    const known = bound.leaves.get(key);
    if (known !== undefined) return known;
    const outcome = labelText([
      ['request_protocol', record.isGrpc ? 'grpc' : 'http'],
      ['response_code', String(record.status)],
      ...(record.isGrpc ? ([['grpc_response_status', record.grpcStatus < 0 ? '' : String(record.grpcStatus)]] as const) : []),
      ['response_flags', flagsText(record.flags)],
    ]);
    const series = this.table.request(`${bound.prefix},${outcome}`);
    bound.leaves.set(key, series);
    return series;
  }

  private bind(record: ExchangeRecord): Bound {
    const { generation } = this.workloads;
    if (record.chain.direction === 'inbound') {
      const known = record.downstream.telemetry as Bound | null;
      if (known !== null && known.generation === generation && record.cluster !== null) return known;
      const bound = this.makeBound(this.inboundLabels(record));
      if (record.cluster !== null) record.downstream.telemetry = bound;
      return bound;
    }
    const { endpoint } = record;
    // Principals are known once a connection stands; a request that failed before must not name the endpoint for the others.
    if (endpoint !== null && record.cluster?.service != null && (endpoint.tls === null || record.upstreamTls !== null)) {
      const known = endpoint.telemetry as Bound | null;
      if (known !== null && known.generation === generation) return known;
      const bound = this.makeBound(this.outboundLabels(record));
      endpoint.telemetry = bound;
      return bound;
    }
    const key = `${clusterName(record)} ${endpoint?.key ?? ''} ${record.authority} ${record.upstreamTls?.digest ?? ''}`;
    let bound = this.unbound.get(key);
    if (bound === undefined || bound.generation !== generation) {
      // Hosts that nobody knows are named by clients: bounded.
      if (this.unbound.size > 1000) this.unbound.clear();
      bound = this.makeBound(this.outboundLabels(record));
      this.unbound.set(key, bound);
    }
    return bound;
  }

  private makeBound(prefix: string): Bound {
    return { generation: this.workloads.generation, prefix, leaves: new Map(), messages: null };
  }

  private inboundLabels(record: ExchangeRecord): string {
    const { downstream, cluster } = record;
    const service = cluster?.service ??
      meshService(record.authority) ?? { host: 'unknown', name: 'unknown', namespace: this.self.namespace };
    return labelsOf({
      reporter: 'destination',
      source: this.workloads.find(downstream.remoteAddress),
      sourcePrincipal: downstream.principal,
      destination: this.self,
      destinationPrincipal: downstream.peerNames === null ? '' : (downstream.tls?.localUri ?? ''),
      service,
      security: downstream.peerNames === null ? 'none' : 'mutual_tls',
    });
  }

  private outboundLabels(record: ExchangeRecord): string {
    const { cluster, endpoint, upstreamTls } = record;
    return labelsOf({
      reporter: 'source',
      source: this.self,
      sourcePrincipal: upstreamTls?.localUri ?? '',
      destination: endpoint === null ? unknownPeer : this.workloads.find(endpoint.address),
      destinationPrincipal: upstreamTls?.uris[0] ?? '',
      service: cluster?.service ?? serviceOfCluster(clusterName(record)) ?? fallbackService(clusterName(record), record.authority),
      security: 'unknown',
    });
  }

  tcpOpened(record: TcpRecord): TcpSeries {
    const inbound = record.direction === 'inbound';
    const peer = this.workloads.find(inbound ? record.remoteAddress : record.peerAddress);
    const series = this.table.tcp(
      `${labelsOf({
        reporter: inbound ? 'destination' : 'source',
        source: inbound ? peer : this.self,
        sourcePrincipal: inbound ? record.principal : record.localPrincipal,
        destination: inbound ? this.self : peer,
        destinationPrincipal: inbound ? record.localPrincipal : record.principal,
        service: record.service ?? fallbackService(record.clusterName, record.peerAddress),
        security: inbound ? (record.principal === '' ? 'none' : 'mutual_tls') : 'unknown',
      })},${labelText([
        ['request_protocol', 'tcp'],
        ['response_flags', flagsText(record.flags)],
      ])}`,
    );
    series.opened++;
    return series;
  }

  countRbac(prefix: string, outcome: string): void {
    const name = `${prefix}${outcome}`;
    this.rbac.set(name, (this.rbac.get(name) ?? 0) + 1);
  }

  /** Counters of the RBAC filter, as `allowed`, `denied`, `PREFIXshadow_denied`. */
  rbacCounters(): ReadonlyMap<string, number> {
    return this.rbac;
  }
}

function meshService(authority: string): ServiceName | null {
  const { host } = splitAuthority(authority, 'http');
  return host.split('.')[2] === 'svc' ? serviceOfHost(host) : null;
}

/** The Envoy cluster a request was meant for, also when it never got there: a fault answers before the cluster is chosen. */
function clusterName(record: ExchangeRecord): string {
  return record.cluster?.name ?? record.decision?.cluster ?? '';
}

/** Traffic that belongs to no service is counted under its cluster's name, as Istio does. */
function fallbackService(cluster: string, authority: string): ServiceName {
  const { host } = splitAuthority(authority, 'http');
  return { host: host === '' ? 'unknown' : host, name: cluster === '' ? (host === '' ? 'unknown' : host) : cluster, namespace: 'unknown' };
}
