import { eventTime } from '../io/clock';
import { chooseTcpCluster, mayConnect, xxHash64 } from '@/lib/routing';
import type { CompiledTcpProxy } from '@/lib/routing';
import type { Connection, ConnectionOwner } from '../io/connection';
import { connectSocket } from '../io/connect-socket';
import { Deadline } from '../io/deadline';
import type { DeadlineOwner } from '../io/deadline';
import { appendOutput, flushOutput } from '../io/output';
import type { DownstreamContext } from '../exchange/downstream-context';
import { random } from '../exchange/random-bits';
import { FLAG } from '../exchange/response-flags';
import type { ProxyContext } from '../proxy-context';
import type { AccessLogger, LogEntry } from '../telemetry/access-log';
import type { TcpSeries } from '../telemetry/series';
import type { Cluster } from '../upstream/cluster';
import type { Endpoint } from '../upstream/endpoint';

/** What a TCP connection is proxied by. */
export interface TcpRoute {
  readonly context: ProxyContext;
  readonly direction: 'inbound' | 'outbound';
  readonly proxy: CompiledTcpProxy | null;
  readonly accessLogs: readonly AccessLogger[];
  /** Cluster to use instead of drawing one (CONNECT). */
  readonly clusterName: string | null;
  /** Endpoint for clusters without endpoints of their own. */
  readonly destination: Endpoint | null;
  /** Written to the client once the upstream stands, or when it cannot be had (CONNECT); null writes nothing. */
  readonly greeting: { readonly ok: Buffer; readonly failed: Buffer } | null;
}

const DEFAULT_IDLE_MS = 3_600_000;
const REPORT_MS = 5000;
const MAX_EARLY_BYTES = 64 * 1024;

/** One proxied TCP connection: two connections joined, with back-pressure, half-close, idle timeout and telemetry. */
export class TcpSession implements ConnectionOwner, DeadlineOwner {
  private readonly route: TcpRoute;
  private readonly client: Connection;
  private readonly downstream: DownstreamContext;
  private upstream: Connection | null = null;
  private cluster: Cluster | null = null;
  private endpoint: Endpoint | null = null;
  private clusterName = '';
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private clientEnded = false;
  private upstreamEnded = false;
  private over = false;
  private connects = 0;
  private giveUp: (() => void) | null = null;
  private readonly startedAt = eventTime();
  private lastActivity = this.startedAt;
  private readonly idleMs: number;
  private readonly idleDeadline = new Deadline(this, 0);
  private readonly reportDeadline = new Deadline(this, 1);
  private series: TcpSeries | null = null;
  private received = 0;
  private sent = 0;
  private reportedReceived = 0;
  private reportedSent = 0;
  private flags = 0;
  private failure = '';
  private readonly onOver: (session: TcpSession) => void;

  constructor(client: Connection, downstream: DownstreamContext, route: TcpRoute, onOver: (session: TcpSession) => void) {
    this.client = client;
    this.downstream = downstream;
    this.route = route;
    this.onOver = onOver;
    this.idleMs = route.proxy?.idleTimeoutMs ?? DEFAULT_IDLE_MS;
    client.owner = this;
    if (this.idleMs > 0) this.idleDeadline.set(this.startedAt + this.idleMs, this.startedAt);
    this.begin();
  }

  private begin(): void {
    const { route } = this;
    this.clusterName = route.clusterName ?? (route.proxy === null ? '' : chooseTcpCluster(route.proxy, random));
    const cluster = route.context.clusters.get(this.clusterName) ?? null;
    this.cluster = cluster;
    if (cluster === null) {
      this.fail(FLAG.noCluster, 'cluster not found');
      return;
    }
    const hash = route.proxy?.hashSourceIp === true ? xxHash64(this.downstream.remoteAddress) : null;
    this.endpoint = route.destination ?? cluster.choose(hash, [], 1);
    if (this.endpoint === null) {
      this.fail(FLAG.noHealthyUpstream, 'no healthy upstream');
      return;
    }
    this.connect(cluster, this.endpoint);
  }

  private connect(cluster: Cluster, endpoint: Endpoint): void {
    const { stats, load, settings } = cluster;
    if (!mayConnect(load, settings.limits)) {
      stats.upstream_cx_overflow++;
      this.fail(FLAG.upstreamOverflow, 'connection limit');
      return;
    }
    const dial = endpoint.tls === null ? null : endpoint.tls.dial('tcp', '', endpoint.key);
    if (dial === undefined) {
      this.fail(FLAG.upstreamConnectionFailure, 'TLS certificates are not there yet');
      return;
    }
    this.connects++;
    stats.upstream_cx_total++;
    load.connections++;
    this.giveUp = connectSocket(
      { host: endpoint.address, port: endpoint.port, from: cluster.bindAddress },
      dial,
      settings.connectTimeoutMs,
      {
        onConnected: (connection) => {
          stats.countHandshake(connection.tls);
          this.join(connection);
        },
        onConnectFailed: (reason, kind) => {
          this.giveUp = null;
          load.connections--;
          stats.upstream_cx_connect_fail++;
          if (kind === 'timeout') stats.upstream_cx_connect_timeout++;
          cluster.recordFailure(endpoint, kind === 'timeout' ? 'timeout' : 'connect', eventTime());
          if (this.over) return;
          if (this.connects < (this.route.proxy?.maxConnectAttempts ?? 1)) this.begin();
          else this.fail(FLAG.upstreamConnectionFailure | FLAG.retryLimit, reason);
        },
      },
    );
  }

  private join(connection: Connection): void {
    this.giveUp = null;
    this.upstream = connection;
    connection.owner = this;
    const { endpoint } = this;
    if (endpoint !== null) {
      endpoint.host.activeRequests++;
      endpoint.requestsTotal++;
    }
    this.open();
    if (this.route.greeting !== null) appendOutput(this.client, this.route.greeting.ok, 0, this.route.greeting.ok.length);
    for (const chunk of this.early) appendOutput(connection, chunk, 0, chunk.length);
    this.early = [];
    if (this.clientEnded) connection.end();
    this.client.resume();
  }

  private open(): void {
    const tls = this.route.direction === 'inbound' ? this.downstream.tls : (this.upstream?.tls ?? null);
    this.series = this.route.context.metrics.tcpOpened({
      direction: this.route.direction,
      remoteAddress: this.downstream.remoteAddress,
      peerAddress: this.endpoint?.address ?? this.downstream.localAddress,
      principal: tls?.uris[0] ?? '',
      localPrincipal: tls?.localUri ?? '',
      service: this.cluster?.service ?? null,
      clusterName: this.clusterName,
      flags: this.flags,
    });
    const now = eventTime();
    this.reportDeadline.set(now + REPORT_MS, now);
  }

  onData(connection: Connection, bytes: Buffer, start: number, end: number): void {
    this.lastActivity = eventTime();
    const { upstream } = this;
    if (connection === this.client) {
      this.received += end - start;
      if (upstream === null) {
        this.early.push(Buffer.from(bytes.subarray(start, end)));
        this.earlyBytes += end - start;
        if (this.earlyBytes > MAX_EARLY_BYTES) connection.pause();
        return;
      }
      this.forward(connection, upstream, bytes, start, end);
    } else {
      this.sent += end - start;
      this.forward(connection, this.client, bytes, start, end);
    }
  }

  private forward(from: Connection, to: Connection, bytes: Buffer, start: number, end: number): void {
    appendOutput(to, bytes, start, end);
    flushOutput();
    if (to.blocked) from.pause();
  }

  onDrain(connection: Connection): void {
    if (connection === this.client) this.upstream?.resume();
    else this.client.resume();
  }

  onPeerEnd(connection: Connection): void {
    if (connection === this.client) {
      this.clientEnded = true;
      this.upstream?.end();
    } else {
      this.upstreamEnded = true;
      this.client.end();
    }
    if (this.clientEnded && (this.upstreamEnded || this.upstream === null)) this.finish(true);
  }

  onClose(connection: Connection, reason: string): void {
    if (this.over) return;
    if (connection === this.client) this.flags |= reason === 'closed' ? 0 : FLAG.downstreamTermination;
    else if (!this.upstreamEnded) this.failure = reason;
    this.finish(true);
  }

  onDeadline(deadline: Deadline, now: number): void {
    if (this.over) return;
    if (deadline.kind === 1) {
      this.report();
      this.reportDeadline.set(now + REPORT_MS, now);
    } else if (now - this.lastActivity < this.idleMs) this.idleDeadline.set(this.lastActivity + this.idleMs, now);
    else {
      this.flags |= FLAG.streamIdleTimeout;
      this.finish(false);
    }
  }

  private fail(flags: number, reason: string): void {
    this.flags |= flags;
    this.failure = reason;
    if (this.series === null) this.open();
    if (this.route.greeting !== null) appendOutput(this.client, this.route.greeting.failed, 0, this.route.greeting.failed.length);
    this.finish(this.route.greeting !== null);
  }

  /** Ends both sides; `gently` lets what is queued leave first. */
  finish(gently: boolean): void {
    if (this.over) return;
    this.over = true;
    flushOutput();
    this.giveUp?.();
    if (this.giveUp !== null && this.cluster !== null) this.cluster.load.connections--;
    this.idleDeadline.clear();
    this.reportDeadline.clear();
    const { upstream, client, cluster, endpoint } = this;
    for (const connection of [client, upstream]) {
      if (connection === null) continue;
      if (gently) connection.closeWhenSent();
      else connection.close();
    }
    if (upstream !== null) {
      if (endpoint !== null) endpoint.host.activeRequests--;
      if (cluster !== null) {
        cluster.load.connections--;
        cluster.stats.upstream_cx_destroy++;
      }
    }
    this.report();
    if (this.series !== null) this.series.closed++;
    for (const log of this.route.accessLogs) log.writeEntry(this.logEntry());
    this.onOver(this);
  }

  private report(): void {
    const { series } = this;
    if (series === null) return;
    // Envoy's view: received from the client, sent to it.
    series.received += this.received - this.reportedReceived;
    series.sent += this.sent - this.reportedSent;
    this.reportedReceived = this.received;
    this.reportedSent = this.sent;
  }

  private logEntry(): LogEntry {
    const { downstream, upstream } = this;
    return {
      startEpochMs: Date.now() - (eventTime() - this.startedAt),
      method: '',
      path: '',
      protocol: '',
      status: 0,
      flags: this.flags,
      details: '',
      termination: '',
      upstreamFailure: this.failure,
      bytesReceived: this.received,
      bytesSent: this.sent,
      durationMs: eventTime() - this.startedAt,
      serviceMs: -1,
      forwardedFor: '',
      userAgent: '',
      requestId: '',
      authority: '',
      upstreamHost: this.endpoint?.key ?? '',
      upstreamCluster: this.clusterName,
      upstreamLocal: upstream === null ? '' : `${upstream.localAddress}:${upstream.localPort}`,
      downstreamLocal: `${downstream.localAddress}:${downstream.localPort}`,
      downstreamRemote: `${downstream.remoteAddress}:${downstream.remotePort}`,
      serverName: downstream.serverName,
      routeName: '',
      grpcStatus: -1,
    };
  }
}
