import { join } from 'node:path';
import pino from 'pino';
import type { Logger } from 'pino';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { loadConfig } from '@/server/config';
import type { Config } from '@/server/config';
import { createKubeClient, loadKubeConfig } from '@/server/kube';
import { createMesh } from '@/server/sources';
import type { Mesh } from '@/server/sources';
import { createPrometheus } from '@/server/sources';
import type { Prometheus } from '@/server/sources';
import { detectTraceStore } from '@/server/sources';
import type { TraceStore } from '@/server/sources';
import { noteConvergence } from './check-convergence';
import { openChangeLog } from './change-log';
import type { ChangeLog } from './change-log';
import { createConsoleMetrics } from './console-metrics';
import type { ConsoleMetrics } from './console-metrics';
import { keepFaultEnds } from './end-faults';
import { createGraphHub } from './graph-hub';
import type { GraphHub } from './graph-hub';
import { createLiveFindings } from './live-findings';
import type { LiveFindings } from './live-findings';
import { createTrafficSampler } from './sample-traffic';
import type { TrafficSampler } from './sample-traffic';
import { holdLease } from './lead-by-lease';
import type { Leadership } from './lead-by-lease';
import { holdRollouts } from './hold-rollouts';
import type { Rollouts } from './hold-rollouts';
import { readDeploymentRollouts } from './read-deployment-rollouts';
import type { DeploymentRollouts } from './read-deployment-rollouts';
import { openRolloutLog } from './rollout-store';
import { keepInCluster } from './keep-in-cluster';
import { observeChanges } from './observe-changes';
import { keepSettled } from './settle-changes';
import { watchCluster } from './watch-cluster';
import type { Cluster } from './watch-cluster';
import { watchRemotes } from './watch-remotes';

/** Everything long-lived of the console. */
export interface Console {
  readonly config: Config;
  readonly log: Logger;
  readonly metrics: ConsoleMetrics;
  readonly prometheus: Prometheus | null;
  readonly changes: ChangeLog;
  readonly graphs: GraphHub;
  /** Ids of changes that this process is writing at the moment. */
  readonly writing: Set<string>;
  /** Which replica acts by itself. */
  readonly leadership: Leadership;
  readonly rollouts: Rollouts;
  /** Rollouts of Deployments, by whoever. */
  readonly deploymentRollouts: DeploymentRollouts;
  /** What validation says about the live configuration. */
  readonly findings: LiveFindings;
  /** What the mesh did in the last hour. */
  readonly traffic: TrafficSampler;
  now(): number;
  /** Resolves when the cluster is read, or has not been for as long as a first page may wait for it. Never fails. */
  ready(): Promise<void>;
  /** The watched cluster; fails with `source_unavailable` (or what is wrong with the kubeconfig) while there is none. */
  cluster(): Cluster;
  /** The same, `null` while there is none. */
  clusterOrNull(): Cluster | null;
  clusterError(): HeddleError | null;
  mesh(): Mesh;
  /** The trace store; what it speaks is asked once, and again after it was away. */
  traces(): Promise<TraceStore>;
  forgetTraces(): void;
  stop(): void;
}

const firstWaitMs = 3000;

/** How often the console looks for what it has to do; each look has a pace of its own where this says nothing. */
export interface Pace {
  settleMs?: number;
  lookMs?: number;
}

/** Opens what the configuration names. Sources that do not answer yet are tried again; nothing here waits for them. */
export function createConsole(config: Config, now: () => number = Date.now, pace: Pace = {}): Console {
  const log = pino({ level: config.logLevel, base: { process: 'console' } }, pino.destination(2));
  const prometheus = config.prometheusUrl === null ? null : createPrometheus({ url: config.prometheusUrl });
  let cluster: Cluster | null = null;
  let clusterError: HeddleError | null = new HeddleError('source_unavailable', 'The Kubernetes API is being connected.');
  let retry: NodeJS.Timeout | undefined;
  let traces: Promise<TraceStore> | null = null;
  let stopped = false;
  let observed: { stop(): void } | null = null;
  const read = Promise.withResolvers<void>();
  // A source that is away must not hold up the first page: it says what is missing, and the next refresh has it.
  const firstWait = setTimeout(() => read.resolve(), firstWaitMs);
  firstWait.unref();

  async function connect(): Promise<void> {
    try {
      const connection = await loadKubeConfig({ file: config.kubeconfig ?? undefined, context: config.kubeContext ?? undefined });
      if (stopped) return;
      cluster = watchCluster(createKubeClient(connection), config.clusterName, watchRemotes(config.remotes));
      clusterError = null;
      graphs.follow(cluster);
      observed = observeChanges(state, cluster, pace.settleMs);
      cluster.informer.synced.then(
        () => read.resolve(),
        (error: unknown) => log.error({ error: String(error) }, 'the cluster could not be read'),
      );
    } catch (error) {
      clusterError = isHeddleError(error)
        ? error
        : new HeddleError('source_unavailable', 'The kubeconfig cannot be used.', { cause: error });
      log.warn({ code: clusterError.code, reason: clusterError.message }, 'no Kubernetes API yet');
      // The file may be written later (the bundled mesh is still starting).
      retry = setTimeout(() => void connect(), 2000);
      retry.unref();
    }
  }

  const state: Console = {
    config,
    log,
    metrics: createConsoleMetrics(),
    prometheus,
    changes: openChangeLog(join(config.dataDir, 'console')),
    graphs: createGraphHub(() => state),
    writing: new Set(),
    // Both need the console themselves, so they are made after it.
    get leadership() {
      return leadership;
    },
    get rollouts() {
      return rollouts;
    },
    deploymentRollouts: readDeploymentRollouts(now),
    findings: createLiveFindings(),
    traffic: createTrafficSampler({ prometheus, traces: () => state.traces(), now }),
    now,
    ready: () => read.promise,
    cluster() {
      if (cluster === null) throw clusterError ?? new HeddleError('source_unavailable', 'There is no Kubernetes API.');
      return cluster;
    },
    clusterOrNull: () => cluster,
    clusterError: () => clusterError,
    mesh() {
      const current = state.cluster();
      return createMesh(current.client, () => current.pods().filter((pod) => pod.metadata.labels?.['app'] === 'istiod'));
    },
    traces() {
      if (config.tracesUrl === null) return Promise.reject(new HeddleError('source_unavailable', 'No trace store is configured.'));
      traces ??= detectTraceStore(config.tracesUrl).catch((error: unknown) => {
        traces = null;
        throw error;
      });
      return traces;
    },
    forgetTraces() {
      traces = null;
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      clearTimeout(firstWait);
      graphs.stop();
      leadership.stop();
      rollouts.stop();
      faults.stop();
      settling.stop();
      convergence.stop();
      kept.stop();
      observed?.stop();
      cluster?.stop();
      state.changes.close();
      rolloutLog.close();
    },
  };
  const { graphs } = state;
  const rolloutLog = openRolloutLog(config.dataDir);
  const rollouts = holdRollouts(state, rolloutLog, pace.lookMs);
  const leadership = holdLease(state, () => {
    // Another replica may have written to a store that both share.
    state.changes.reload();
    rollouts.takeOver();
  });
  const settling = keepSettled(state, pace.lookMs);
  const faults = keepFaultEnds(state, pace.lookMs);
  const convergence = noteConvergence(state);
  const kept = keepInCluster(state, pace.lookMs);
  void connect();
  return state;
}

const holder = Symbol.for('heddle.console');
type Holder = typeof globalThis & { [holder]?: Console };

/** The one console of this process. Modules may be loaded several times (Next does), so it lives on the global object. */
export function getConsole(): Console {
  const place = globalThis as Holder;
  place[holder] ??= createConsole(loadConfig(process.env, process.cwd()));
  return place[holder];
}

/** Puts a console in place (tests), or takes it away. */
export function setConsole(state: Console | null): void {
  const place = globalThis as Holder;
  if (state === null) delete place[holder];
  else place[holder] = state;
}
