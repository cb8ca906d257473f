import net from 'node:net';
import type { Listener } from '@/lib/xds';
import { HeddleError } from '@/lib/errors';
import type { RouteStore } from '../config/route-store';
import type { ProxyContext } from '../proxy-context';
import { openTunnel } from './connect-tunnel';
import { ListenerRuntime } from './listener-runtime';
import { ListenerStats } from './listener-stats';

interface Bound {
  readonly server: net.Server;
  runtime: ListenerRuntime;
  listening: boolean;
}

const BACKLOG = 4096;
/** Per listener. Node's own limit does not know of sockets whose handle was moved (`accept-socket.ts`). */
const MAX_CONNECTIONS = 20_000;

/** Listeners of LDS: binds their addresses, and changes what stands behind them without closing a connection. */
export class ListenerManager {
  private readonly context: ProxyContext;
  private readonly routes: RouteStore;
  private readonly runtimes = new Map<string, ListenerRuntime>();
  private readonly bound = new Map<string, Bound>();
  private readonly stats = new Map<string, ListenerStats>();
  private readonly onBindError: (listener: string, message: string) => void;

  constructor(context: ProxyContext, routes: RouteStore, onBindError: (listener: string, message: string) => void) {
    this.context = context;
    this.routes = routes;
    this.onBindError = onBindError;
  }

  /** Throws `invalid_config` when the listener cannot be used; the one before stays. */
  apply(config: Listener, version: string): void {
    const before = this.runtimes.get(config.name);
    if (before !== undefined && before.version === version && version !== '') return;
    if (config.address === undefined)
      throw new HeddleError('invalid_config', `Listener ${config.name} has no address.`, { path: 'address' });
    const stats = this.stats.get(config.name) ?? new ListenerStats();
    this.stats.set(config.name, stats);
    const runtime = new ListenerRuntime(config, version, {
      context: this.context,
      routes: this.routes,
      stats,
      onConnect: (server, authority, downstream, chain) => openTunnel(server, authority, downstream, chain),
    });
    this.runtimes.set(config.name, runtime);
    const wanted = new Set<string>();
    if (config.bind_to_port?.value !== false) {
      for (const { host, port } of runtime.addresses) {
        const key = `${host}:${port}`;
        wanted.add(key);
        const existing = this.bound.get(key);
        if (existing === undefined) this.bind(key, host, port, runtime);
        else existing.runtime = runtime;
      }
    }
    if (before === undefined) return;
    for (const { host, port } of before.addresses) {
      const key = `${host}:${port}`;
      if (!wanted.has(key)) this.unbind(key, before);
    }
    before.replaceBy(runtime);
  }

  remove(name: string): void {
    const runtime = this.runtimes.get(name);
    if (runtime === undefined) return;
    this.runtimes.delete(name);
    this.stats.delete(name);
    for (const { host, port } of runtime.addresses) this.unbind(`${host}:${port}`, runtime);
    runtime.remove();
  }

  private bind(key: string, host: string, port: number, runtime: ListenerRuntime): void {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
    const bound: Bound = { server, runtime, listening: false };
    server.on('connection', (socket) => {
      if (bound.runtime.active < MAX_CONNECTIONS) bound.runtime.accept(socket);
      else socket.destroy();
    });
    server.on('error', (error) => {
      if (!bound.listening) this.bound.delete(key);
      this.onBindError(bound.runtime.config.name, error.message);
    });
    server.listen({ host, port, backlog: BACKLOG }, () => (bound.listening = true));
    this.bound.set(key, bound);
  }

  private unbind(key: string, owner: ListenerRuntime): void {
    const bound = this.bound.get(key);
    if (bound === undefined || bound.runtime !== owner) return;
    this.bound.delete(key);
    bound.server.close();
  }

  all(): ListenerRuntime[] {
    return [...this.runtimes.values()];
  }

  statsOf(name: string): ListenerStats | undefined {
    return this.stats.get(name);
  }

  /** All listeners have their routes, and listen. */
  get warm(): boolean {
    return [...this.runtimes.values()].every((runtime) => runtime.warm) && [...this.bound.values()].every((bound) => bound.listening);
  }

  /** Ports by listener name, for listeners on port 0. */
  boundPort(name: string): number | undefined {
    for (const bound of this.bound.values()) {
      const address = bound.server.address();
      if (bound.runtime.config.name === name && address !== null && typeof address !== 'string') return address.port;
    }
    return undefined;
  }

  get active(): number {
    let count = 0;
    for (const runtime of this.runtimes.values()) count += runtime.active;
    return count;
  }

  /** No new connections; those that live end after what they are doing. */
  drain(): void {
    for (const bound of this.bound.values()) bound.server.close();
    this.bound.clear();
    for (const runtime of this.runtimes.values()) runtime.drain();
  }

  stop(): void {
    this.drain();
    for (const runtime of this.runtimes.values()) runtime.remove();
    this.runtimes.clear();
  }
}
