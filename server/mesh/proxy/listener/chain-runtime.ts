import { evaluateRbac } from '@/lib/routing';
import type { CompiledFilterChain } from '@/lib/routing';
import type { Listener } from '@/lib/xds';
import type { RouteStore, RouteTableRef } from '../config/route-store';
import { DownstreamContext } from '../exchange/downstream-context';
import { compileHttpChain } from '../exchange/http-chain';
import type { Direction, HttpChain } from '../exchange/http-chain';
import type { Http1ServerConnection } from '../http1/server-connection';
import { readClock } from '../io/clock';
import type { Connection } from '../io/connection';
import type { ProxyContext } from '../proxy-context';
import { TcpSession } from '../tcp/tcp-session';
import { compileAccessLogs } from '../telemetry/access-log';
import type { AccessLogger } from '../telemetry/access-log';
import { DownstreamTls } from '../tls/downstream-tls';
import type { ListenerStats } from './listener-stats';
import { serveHttp } from './serve-http';
import type { Drainable, HttpServing } from './serve-http';

/** What a chain needs of the listeners around it. */
export interface ChainSurroundings {
  readonly context: ProxyContext;
  readonly routes: RouteStore;
  readonly stats: ListenerStats;
  onConnect(server: Http1ServerConnection, authority: string, downstream: DownstreamContext, chain: HttpChain): void;
}

/** A filter chain at work: its TLS, its connections, what they are served by. */
export class ChainRuntime implements HttpServing {
  readonly compiled: CompiledFilterChain;
  readonly direction: Direction;
  readonly http: HttpChain | null;
  readonly tls: DownstreamTls | null;
  private readonly routeRef: RouteTableRef | null;
  private readonly around: ChainSurroundings;
  private readonly accessLogs: readonly AccessLogger[];
  private readonly connections = new Set<Drainable>();
  private readonly tcpSessions = new Set<TcpSession>();

  constructor(compiled: CompiledFilterChain, listener: Listener, around: ChainSurroundings) {
    this.compiled = compiled;
    this.around = around;
    this.direction = listener.traffic_direction === 'INBOUND' ? 'inbound' : 'outbound';
    const manager = compiled.http;
    if (manager === null) this.routeRef = null;
    else if (manager.routeName !== null) this.routeRef = around.routes.use(manager.routeName);
    else this.routeRef = around.routes.inline(manager.config.route_config ?? { name: '' });
    this.http =
      manager === null || this.routeRef === null ? null : compileHttpChain(around.context, manager, this.direction, this.routeRef);
    this.accessLogs = compileAccessLogs(compiled.tcp?.config.access_log ?? [], around.context.logSink);
    this.tls =
      compiled.tls === null
        ? null
        : new DownstreamTls(compiled.tls, around.context.secrets, manager !== null && around.context.muxEnabled, {
            onSecured: (connection) => this.serve(connection),
            onRefused: () => this.around.stats.tlsErrors++,
          });
  }

  /** The chain's routes and certificates are there. */
  get warm(): boolean {
    return (this.routeRef === null || this.routeRef.table !== null) && (this.tls === null || this.tls.ready);
  }

  get active(): number {
    return this.connections.size + this.tcpSessions.size;
  }

  /** Takes a connection, after TLS. */
  serve(connection: Connection): void {
    readClock();
    const downstream = new DownstreamContext(connection);
    for (const filter of this.compiled.rbac) {
      if (filter.rules === null) continue;
      const verdict = evaluateRbac(filter.rules, null, downstream);
      this.around.context.metrics.countRbac('tcp.', verdict.allowed ? 'allowed' : 'denied');
      if (!verdict.allowed) {
        connection.close();
        return;
      }
    }
    this.around.stats.connections++;
    if (this.http !== null) serveHttp(connection, downstream, this.http, this);
    else if (this.compiled.tcp !== null) {
      this.tcpSessions.add(
        new TcpSession(
          connection,
          downstream,
          {
            context: this.around.context,
            direction: this.direction,
            proxy: this.compiled.tcp,
            accessLogs: this.accessLogs,
            clusterName: null,
            destination: null,
            greeting: null,
          },
          (session) => this.tcpSessions.delete(session),
        ),
      );
    } else {
      connection.close();
      return;
    }
    connection.resume();
  }

  onOpen(connection: Drainable): void {
    this.connections.add(connection);
  }

  onClosed(connection: Drainable): void {
    this.connections.delete(connection);
  }

  onConnect(server: Http1ServerConnection, authority: string, downstream: DownstreamContext): void {
    if (this.http !== null) this.around.onConnect(server, authority, downstream, this.http);
  }

  onProtocolError(): void {
    this.around.stats.protocolErrors++;
  }

  /** A newer form of the same chain serves the requests that still come on this chain's connections. */
  replaceBy(successor: ChainRuntime): void {
    if (this.http !== null && successor.http !== null) this.http.successor = successor.http;
    for (const connection of this.connections) successor.connections.add(connection);
    for (const session of this.tcpSessions) successor.tcpSessions.add(session);
    this.release();
  }

  /** Ends connections after what they are doing now. */
  drain(): void {
    for (const connection of this.connections) connection.drain();
  }

  /** Ends everything. */
  close(): void {
    this.drain();
    for (const session of this.tcpSessions) session.finish(false);
  }

  /** Gives up the subscription to routes. */
  release(): void {
    if (this.routeRef !== null && this.compiled.http?.routeName != null) this.around.routes.release(this.routeRef);
  }
}
