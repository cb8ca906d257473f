import type net from 'node:net';
import { chooseFilterChain, compileListener, parseIp } from '@/lib/routing';
import type { CompiledFilterChain, CompiledListener, NewConnection } from '@/lib/routing';
import type { Listener } from '@/lib/xds';
import { acceptSocket } from '../io/accept-socket';
import { flushOutput } from '../io/output';
import { plainAddress } from '../io/socket-connection';
import { ChainRuntime } from './chain-runtime';
import type { ChainSurroundings } from './chain-runtime';
import { inspectSocket } from './inspect-socket';
import type { Inspection } from './inspect-socket';

/** One listener resource at work. The sockets belong to the manager: a new form of the listener takes them over. */
export class ListenerRuntime {
  readonly compiled: CompiledListener;
  readonly config: Listener;
  readonly version: string;
  readonly around: ChainSurroundings;
  readonly chains = new Map<CompiledFilterChain, ChainRuntime>();
  private readonly inspects: boolean;

  /** Throws `invalid_config` when the listener cannot be compiled. */
  constructor(config: Listener, version: string, around: ChainSurroundings) {
    this.config = config;
    this.version = version;
    this.around = around;
    this.compiled = compileListener(config);
    for (const chain of this.allChains()) this.chains.set(chain, new ChainRuntime(chain, config, around));
    this.inspects =
      this.compiled.inspectTls ||
      this.compiled.inspectHttp ||
      this.allChains().some((chain) => chain.match.transportProtocol !== '' || chain.match.serverNames.length > 0);
  }

  /** Addresses to listen on, as `host:port`. */
  get addresses(): { host: string; port: number }[] {
    const all = [this.config.address, ...(this.config.additional_addresses ?? []).map((one) => one.address)];
    return all.flatMap((address) => {
      const socket = address?.socket_address;
      return socket === undefined ? [] : [{ host: socket.address, port: socket.port_value ?? 0 }];
    });
  }

  get warm(): boolean {
    return [...this.chains.values()].every((chain) => chain.warm);
  }

  private allChains(): CompiledFilterChain[] {
    return [...this.compiled.chains, ...(this.compiled.defaultChain === null ? [] : [this.compiled.defaultChain])];
  }

  /** Takes an accepted, paused socket. */
  accept(socket: net.Socket): void {
    if (!this.inspects) {
      this.dispatch(socket, { transport: 'raw_buffer', serverName: '', protocols: [], bytes: NOTHING });
      return;
    }
    const { inspectTimeoutMs, continueOnTimeout } = this.compiled;
    inspectSocket(socket, inspectTimeoutMs, !continueOnTimeout, (found) => {
      if (found === null) {
        socket.on('error', () => {});
        socket.destroy();
      } else this.dispatch(socket, found);
    });
  }

  private dispatch(socket: net.Socket, found: Inspection): void {
    const chain = this.choose(socket, found);
    if (chain === null) {
      this.around.stats.noChain++;
      socket.on('error', () => {});
      // A reset rather than an end: the client must not take it for an empty answer.
      socket.resetAndDestroy();
      return;
    }
    if (chain.tls !== null) {
      if (found.bytes.length > 0) socket.unshift(found.bytes);
      chain.tls.accept(socket);
      return;
    }
    const connection = acceptSocket(socket);
    chain.serve(connection);
    if (found.bytes.length > 0) connection.receive(found.bytes, found.bytes.length);
    flushOutput();
  }

  private choose(socket: net.Socket, found: Inspection): ChainRuntime | null {
    const source = parseIp(plainAddress(socket.remoteAddress));
    const connection: NewConnection = {
      destinationIp: parseIp(plainAddress(socket.localAddress)),
      destinationPort: socket.localPort ?? 0,
      serverName: found.serverName,
      transportProtocol: found.transport,
      applicationProtocols: found.protocols,
      directSourceIp: source,
      sourceIp: source,
      sourcePort: socket.remotePort ?? 0,
    };
    const compiled = chooseFilterChain(this.compiled, connection);
    return compiled === null ? null : (this.chains.get(compiled) ?? null);
  }

  /** Hands connections to the chains of the new form that match alike; those of chains that are gone end after their response. */
  replaceBy(next: ListenerRuntime): void {
    const successors = new Map([...next.chains.values()].map((chain) => [identity(chain), chain]));
    for (const chain of this.chains.values()) {
      const successor = successors.get(identity(chain));
      if (successor === undefined) {
        chain.drain();
        chain.release();
      } else chain.replaceBy(successor);
    }
  }

  drain(): void {
    for (const chain of this.chains.values()) chain.drain();
  }

  remove(): void {
    for (const chain of this.chains.values()) {
      chain.close();
      chain.release();
    }
  }

  get active(): number {
    let count = 0;
    for (const chain of this.chains.values()) count += chain.active;
    return count;
  }
}

const NOTHING = Buffer.alloc(0);

/** Chains that would take the same connections, on the same terms. */
function identity(chain: ChainRuntime): string {
  const { source, rbac } = chain.compiled;
  return JSON.stringify([
    source.filter_chain_match ?? {},
    source.transport_socket ?? null,
    chain.http !== null,
    // Network policies were judged when the connection came: new ones need new connections.
    rbac.length > 0 ? source.filters?.slice(0, -1) : null,
    chain.compiled.tcp?.config ?? null,
  ]);
}
