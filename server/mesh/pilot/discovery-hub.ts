import type { Logger } from 'pino';
import type { CompiledProxy, ObjectChanges, ProxyNode } from '@/lib/pilot';
import type { PilotMetrics } from './pilot-metrics';
import type { ProxySession, Rejection, SessionEvents } from './proxy-session';
import { createDebouncer, defaultDebounce, systemClock } from './schedule-pushes';
import type { DebounceOptions, PushClock } from './schedule-pushes';
import { DeltaSession } from './serve-delta';
import { ResponseCache } from './share-responses';
import { SotwSession } from './serve-sotw';
import type { Revision } from './track-acks';
import { shortTypeName, viewOf } from './view-resources';
import type { AnyResource, ResourceView } from './view-resources';

/** Mesh state and compiler, as the hub needs them. */
export interface MeshCompiler {
  update(changes: ObjectChanges): void;
  /** Throws when the compiler fails for this proxy: it keeps what it has. */
  compile(node: ProxyNode): CompiledProxy;
  /** The SDS resource of a name that the proxy's configuration refers to, if it may have it. */
  secret(node: ProxyNode, name: string): AnyResource | undefined;
}

/** Objects that changed together. */
export interface ChangeBatch extends ObjectChanges {
  /** `group/Kind` → newest resourceVersion seen, deletions included. */
  versions: ReadonlyMap<string, string>;
}

/** One connected proxy. */
export interface Connection {
  readonly session: ProxySession;
  /** False on plaintext: no secrets. */
  readonly trusted: boolean;
  /** It may have the Secrets that its configuration names: a gateway, or a sidecar whose account may read them. */
  readsSecrets: boolean;
  /** The API server is being asked whether it may. */
  asking: boolean;
  readonly connectedAt: Date;
  readonly proxyVersion: string;
  /** What it is served; the last good when a later compilation failed. */
  compiled: CompiledProxy;
  compileError: string | undefined;
  /** Revisions that could not be compiled for it yet. */
  carried: Map<string, string>;
}

export interface HubOptions {
  compiler: MeshCompiler;
  metrics: PilotMetrics;
  logger: Logger;
  debounce?: DebounceOptions;
  clock?: PushClock;
  /** Whether a sidecar's account may read the Secrets of its namespace; without it sidecars get none. */
  mayReadSecrets?: (node: ProxyNode) => Promise<boolean>;
  /** Called after each push, when every proxy has been sent what concerns it. */
  onPushed?: () => void;
}

export interface ConnectOptions {
  kind: 'delta' | 'sotw';
  trusted: boolean;
  proxyVersion: string;
  lazy: boolean;
  send: (bytes: Uint8Array) => void;
}

/** The mesh's own certificates are named without a place. */
function isKubernetesSecret(name: string): boolean {
  return name.includes('://');
}

/** After this long the loop gets its turn: what the first proxies are sent leaves while the others are still compiled for. */
const sliceMs = 4;

/** Turns changes of objects into pushes: collects what changes together, compiles each connected proxy, sends what differs. */
export class DiscoveryHub {
  readonly connections = new Set<Connection>();
  private readonly options: HubOptions;
  private readonly clock: PushClock;
  private readonly debouncer: ReturnType<typeof createDebouncer>;
  private readonly responses = new ResponseCache();
  private waiting: ChangeBatch[] = [];
  private waitingSince = 0;
  /** Proxies that the push under way has not come to yet; `undefined` when none is. */
  private due: Set<Connection> | undefined;
  private stopped = false;
  private seq = 0;
  private versions = new Map<string, string>();
  /** When the changes of a revision arrived, for as long as a proxy may still acknowledge it. */
  private readonly arrivals = new Map<number, number>();

  constructor(options: HubOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.debouncer = createDebouncer(() => this.push(), options.debounce ?? defaultDebounce, this.clock);
  }

  /** The number of the newest revision. */
  get revision(): number {
    return this.seq;
  }

  /** Takes a change; it is pushed when changes pause. */
  apply(batch: ChangeBatch): void {
    if (this.waiting.length === 0) this.waitingSince = this.clock.now();
    this.waiting.push(batch);
    this.options.metrics.inboundUpdates.inc({ type: 'config' });
    this.debouncer.trigger();
  }

  /** Serves a new stream. The caller has read and, where it must, checked the node. */
  connect(node: ProxyNode, options: ConnectOptions): Connection {
    const compiled = this.options.compiler.compile(node);
    const readsSecrets = options.trusted && node.type === 'router';
    const view = this.viewFor(node, compiled, readsSecrets);
    const revision: Revision = { seq: this.seq, changes: new Map(this.versions) };
    const events = this.eventsOf(node, options.send);
    const session =
      options.kind === 'delta'
        ? new DeltaSession(node, view, revision, events, { lazy: options.lazy, responses: this.responses })
        : new SotwSession(node, view, revision, events, { lazy: options.lazy });
    const connection: Connection = {
      session,
      trusted: options.trusted,
      readsSecrets,
      asking: false,
      connectedAt: new Date(),
      proxyVersion: options.proxyVersion,
      compiled,
      compileError: undefined,
      carried: new Map(),
    };
    this.connections.add(connection);
    this.askForSecrets(connection);
    this.options.metrics.connected.inc({ version: options.proxyVersion });
    return connection;
  }

  disconnect(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    this.due?.delete(connection);
    this.options.metrics.connected.dec({ version: connection.proxyVersion });
  }

  /** Pushes what waits, at once. */
  flush(): void {
    this.debouncer.stop();
    this.push();
  }

  stop(): void {
    this.stopped = true;
    this.debouncer.stop();
  }

  private push(): void {
    const batches = this.waiting;
    // What comes while a push is under way follows when it is done.
    if (batches.length === 0 || this.due !== undefined) return;
    this.waiting = [];
    const changes = new Map<string, string>();
    for (const batch of batches) {
      for (const [kind, version] of batch.versions) changes.set(kind, version);
      this.updateCompiler(batch);
    }
    this.seq += 1;
    for (const [kind, version] of changes) this.versions.set(kind, version);
    this.arrivals.set(this.seq, this.waitingSince);
    this.arrivals.delete(this.seq - 1000);
    this.options.metrics.triggers.inc({ type: 'config' });
    this.options.metrics.queueTime.observe((this.clock.now() - this.waitingSince) / 1000);
    this.due = new Set(this.connections);
    this.pushSlice(this.due, changes);
  }

  private pushSlice(due: Set<Connection>, changes: ReadonlyMap<string, string>): void {
    const until = this.clock.now() + sliceMs;
    for (const connection of due) {
      due.delete(connection);
      this.pushTo(connection, changes);
      if (due.size === 0 || this.clock.now() < until) continue;
      setImmediate(() => {
        if (!this.stopped) this.pushSlice(due, changes);
      });
      return;
    }
    this.due = undefined;
    this.options.onPushed?.();
    if (this.waiting.length > 0) this.debouncer.trigger();
  }

  private updateCompiler(batch: ChangeBatch): void {
    try {
      this.options.compiler.update(batch);
    } catch (error) {
      this.options.metrics.internalErrors.inc();
      this.options.logger.error({ err: error }, 'a change could not be taken in; the last good configuration is served');
    }
  }

  private pushTo(connection: Connection, changes: ReadonlyMap<string, string>): void {
    const { session } = connection;
    const started = this.clock.now();
    for (const [kind, version] of changes) connection.carried.set(kind, version);
    try {
      connection.compiled = this.options.compiler.compile(session.node);
      connection.compileError = undefined;
    } catch (error) {
      connection.compileError = error instanceof Error ? error.message : String(error);
      this.options.metrics.internalErrors.inc();
      this.options.logger.error({ err: error, proxy: session.node.id }, 'compilation failed; the proxy keeps its last good configuration');
      return;
    }
    const revision: Revision = { seq: this.seq, changes: connection.carried };
    connection.carried = new Map();
    session.push(this.viewFor(session.node, connection.compiled, connection.readsSecrets), revision);
    this.askForSecrets(connection);
    this.options.metrics.pushTime.observe({ type: 'all' }, (this.clock.now() - started) / 1000);
  }

  /** Asks for a sidecar whose configuration names Secrets, and again with later pushes until it may have them. */
  private askForSecrets(connection: Connection): void {
    const { mayReadSecrets, logger } = this.options;
    const { trusted, readsSecrets, asking, compiled, session } = connection;
    if (mayReadSecrets === undefined || !trusted || readsSecrets || asking || !compiled.secrets.some(isKubernetesSecret)) return;
    connection.asking = true;
    mayReadSecrets(session.node)
      .then((allowed) => {
        connection.asking = false;
        if (!allowed || !this.connections.has(connection)) return;
        connection.readsSecrets = true;
        this.pushTo(connection, new Map());
      })
      .catch((error: unknown) => {
        connection.asking = false;
        logger.warn({ err: error, proxy: session.node.id }, 'whether the proxy may read Secrets could not be found out');
      });
  }

  private viewFor(node: ProxyNode, compiled: CompiledProxy, readsSecrets: boolean): ResourceView {
    // Secrets go to those that proved who they are and may have them.
    if (!readsSecrets) return viewOf(compiled);
    const secrets = new Map<string, AnyResource>();
    for (const name of compiled.secrets) {
      const secret = this.options.compiler.secret(node, name);
      if (secret !== undefined) secrets.set(name, secret);
    }
    return viewOf(compiled, secrets);
  }

  private eventsOf(node: ProxyNode, send: (bytes: Uint8Array) => void): SessionEvents {
    const { metrics, logger } = this.options;
    return {
      send,
      now: () => new Date(),
      onPush: ({ typeUrl, bytes }) => {
        metrics.pushes.inc({ type: shortTypeName(typeUrl) });
        metrics.pushBytes.observe({ type: typeUrl }, bytes);
      },
      onReject: (rejection: Rejection) => {
        metrics.rejects.inc({ type: shortTypeName(rejection.typeUrl) });
        logger.warn({ proxy: node.id, type: rejection.typeUrl, resources: rejection.resources.slice(0, 10) }, `NACK: ${rejection.message}`);
      },
      onSettled: (seq) => {
        const arrived = this.arrivals.get(seq);
        if (arrived !== undefined) metrics.convergence.observe((this.clock.now() - arrived) / 1000);
      },
    };
  }
}
