import { eventTime } from '../io/clock';
import { mayConnect, maySend, mayWait } from '@/lib/routing';
import type { LbHost } from '@/lib/routing';
import type { Connection } from '../io/connection';
import { connectSocket } from '../io/connect-socket';
import { Http1ClientConnection } from '../http1/client-connection';
import type { Http1ClientPool } from '../http1/client-connection';
import { MUX_ALPN } from '../tls/upstream-tls';
import type { UpstreamTls } from '../tls/upstream-tls';
import type { UpstreamStream } from '../exchange/streams';
import { Http2ClientSession } from '../http2/client-session';
import { MuxSession } from '../mux/mux-session';
import type { Cluster } from './cluster';

export type PoolFailure = 'overflow' | 'connect' | 'timeout' | 'tls';

/** Waits for a stream to an endpoint. Exactly one of the two is called, unless the wait is cancelled. */
export interface PoolWaiter {
  onPoolReady(stream: UpstreamStream): void;
  onPoolFailed(kind: PoolFailure, detail: string): void;
}

/** A connection that cannot be had is retried by the next request, so a failed hop costs each waiter one failure. */
const EJECT_FOREVER = Infinity;

/** One address of a cluster, with its connections. */
export class Endpoint implements Http1ClientPool {
  readonly cluster: Cluster;
  /** What the balancer keeps about the endpoint. */
  readonly host: LbHost;
  readonly tls: UpstreamTls | null;
  connections = 0;
  requestsTotal = 0;
  requestsFailed = 0;
  connectFailures = 0;
  /** Handle of telemetry bound to this endpoint. */
  telemetry: unknown = null;
  /** Removed from its cluster: connections end with their requests. */
  private retired = false;
  private readonly idle: Http1ClientConnection[] = [];
  private readonly idleSince: number[] = [];
  private readonly waiting: PoolWaiter[] = [];
  private connecting = 0;
  private muxes: MuxSession[] = [];
  private http2: Http2ClientSession[] = [];
  /** Goes up when certificates change: older connections take no further request. */
  private era = 0;

  constructor(cluster: Cluster, host: LbHost, tls: UpstreamTls | null) {
    this.cluster = cluster;
    this.host = host;
    this.tls = tls;
  }

  get address(): string {
    return this.host.address;
  }

  get port(): number {
    return this.host.port;
  }

  /** `address:port`. */
  get key(): string {
    return this.host.key;
  }

  get hostname(): string {
    return this.host.hostname;
  }

  /** Finds or makes a stream. The waiter may be called before this returns. Returns false when it has to wait. */
  acquire(waiter: PoolWaiter, http2: boolean, sni: string): boolean {
    const { settings, load, stats } = this.cluster;
    if (!maySend(load, settings.limits)) {
      stats.upstream_rq_pending_overflow++;
      waiter.onPoolFailed('overflow', '');
      return true;
    }
    const ready = http2 ? this.readyHttp2() : this.readyHttp1();
    if (ready !== null) {
      waiter.onPoolReady(ready);
      return true;
    }
    if (!mayWait(load, settings.limits)) {
      stats.upstream_rq_pending_overflow++;
      waiter.onPoolFailed('overflow', '');
      return true;
    }
    load.pendingRequests++;
    stats.upstream_rq_pending_total++;
    this.waiting.push(waiter);
    const perConnection = http2 ? 100 : 1;
    if (this.connecting * perConnection < this.waiting.length) {
      if (this.mayOpen()) this.connect(http2, sni);
      else stats.upstream_cx_overflow++;
    }
    return false;
  }

  cancelWait(waiter: PoolWaiter): void {
    const at = this.waiting.indexOf(waiter);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    this.cluster.load.pendingRequests--;
  }

  private readyHttp1(): UpstreamStream | null {
    for (let client = this.idle.pop(); client !== undefined; client = this.idle.pop()) {
      this.idleSince.pop();
      if (!client.connection.closed) return client;
    }
    for (const mux of this.muxes) if (mux.usable && this.mayOpen()) return this.openChannel(mux);
    return null;
  }

  /** A host always may have one connection, whatever the limit says. */
  private mayOpen(): boolean {
    return mayConnect(this.cluster.load, this.cluster.settings.limits) || this.connections === 0;
  }

  /** A channel stands for an HTTP/1.1 connection and counts as one, so that limits mean what they mean between other proxies. */
  private openChannel(mux: MuxSession): Http1ClientConnection {
    this.connections++;
    this.cluster.load.connections++;
    return new Http1ClientConnection(mux.openChannel(), this, this.era);
  }

  private readyHttp2(): UpstreamStream | null {
    for (const session of this.http2) if (session.usable) return session.openStream();
    return null;
  }

  private connect(http2: boolean, sni: string): void {
    const { cluster } = this;
    const dial = this.tls === null ? null : this.tls.dial(http2 ? 'http2' : 'http1', sni, this.key);
    if (dial === undefined) {
      queueMicrotask(() => this.failWaiting('tls', 'TLS certificates are not there yet'));
      return;
    }
    const { era } = this;
    this.connecting++;
    this.connections++;
    cluster.stats.upstream_cx_total++;
    cluster.load.connections++;
    connectSocket({ host: this.address, port: this.port, from: cluster.bindAddress }, dial, cluster.settings.connectTimeoutMs, {
      onConnected: (connection) => {
        this.connecting--;
        cluster.stats.countHandshake(connection.tls);
        this.adopt(connection, http2, era);
      },
      onConnectFailed: (reason, kind) => {
        this.connecting--;
        this.gone();
        this.connectFailures++;
        cluster.stats.upstream_cx_connect_fail++;
        if (kind === 'timeout') cluster.stats.upstream_cx_connect_timeout++;
        this.failWaiting(kind === 'refused' ? 'connect' : kind, reason);
      },
    });
  }

  private adopt(connection: Connection, http2: boolean, era: number): void {
    const { cluster } = this;
    const alpn = connection.tls?.alpn ?? '';
    if (alpn === MUX_ALPN) {
      const mux = new MuxSession(connection, false, null, () => {
        this.muxes = this.muxes.filter((other) => other !== mux);
        cluster.stats.upstream_cx_destroy++;
      });
      this.muxes.push(mux);
      // From here on its channels count, not the connection that carries them.
      this.connections--;
      cluster.load.connections--;
      this.serveThrough(mux);
      if (this.retired) mux.drain();
      return;
    }
    if (http2) {
      const session = new Http2ClientSession(connection, cluster.http2Options, () => {
        this.http2 = this.http2.filter((other) => other !== session);
        this.gone();
      });
      this.http2.push(session);
      while (this.waiting.length > 0 && session.usable) this.serveNext(session.openStream());
      if (this.retired) session.drain();
      return;
    }
    this.onIdle(new Http1ClientConnection(connection, this, era));
  }

  private serveThrough(mux: MuxSession): void {
    while (this.waiting.length > 0 && mux.usable && this.mayOpen()) this.serveNext(this.openChannel(mux));
  }

  private serveNext(stream: UpstreamStream): void {
    const waiter = this.waiting.shift();
    if (waiter === undefined) return;
    this.cluster.load.pendingRequests--;
    waiter.onPoolReady(stream);
  }

  private failWaiting(kind: PoolFailure, reason: string): void {
    const failed = this.waiting.splice(0);
    this.cluster.load.pendingRequests -= failed.length;
    for (const waiter of failed) waiter.onPoolFailed(kind, reason);
  }

  onIdle(client: Http1ClientConnection): void {
    const limit = this.cluster.settings.maxRequestsPerConnection;
    if (this.retired || client.era !== this.era || (limit > 0 && client.uses >= limit)) {
      client.connection.closeWhenSent();
      this.onGone(client, true);
      return;
    }
    if (this.waiting.length > 0) {
      this.serveNext(client);
      return;
    }
    this.idle.push(client);
    this.idleSince.push(eventTime());
  }

  onGone(client: Http1ClientConnection, wasIdle: boolean): void {
    if (wasIdle) {
      const at = this.idle.indexOf(client);
      if (at >= 0) {
        this.idle.splice(at, 1);
        this.idleSince.splice(at, 1);
      }
    }
    this.gone(client);
    // A freed slot lets a waiting request connect.
    for (const mux of this.muxes) this.serveThrough(mux);
    const { load, settings } = this.cluster;
    if (this.waiting.length > this.connecting && mayConnect(load, settings.limits)) this.connect(false, '');
  }

  /** A connection has ended; a channel of a multiplexed hop leaves its socket to the others. */
  private gone(client?: Http1ClientConnection): void {
    this.connections--;
    this.cluster.load.connections--;
    if (client?.ownsSocket !== false) this.cluster.stats.upstream_cx_destroy++;
  }

  /** Closes connections that have been idle since before `before`. */
  closeIdle(before: number): void {
    let count = 0;
    while (count < this.idle.length && (this.idleSince[count] as number) < before) count++;
    for (const client of this.idle.splice(0, count)) {
      client.connection.close();
      this.gone(client);
    }
    this.idleSince.splice(0, count);
  }

  /** Ends all connections that serve nothing, and the others when they are done. */
  retire(): void {
    this.retired = true;
    this.closeIdle(EJECT_FOREVER);
    for (const mux of this.muxes) mux.drain();
    for (const session of this.http2) session.drain();
  }

  /** New connections use new certificates; those under way finish on the old ones. */
  renewConnections(): void {
    this.era++;
    for (const mux of this.muxes) mux.drain();
    for (const session of this.http2) session.drain();
    this.closeIdle(EJECT_FOREVER);
  }
}
