import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HeddleError } from '@/lib/errors';
import { runMetrics, type MetricsConfig, type RunningMetrics } from './run-metrics';
import type { ScrapeTarget, TargetSource } from './scrape-target';
import type { MetricsReport, MetricsOrder } from './worker-messages';

export interface MetricsOptions {
  targets: TargetSource;
  /** Folder for the samples; absent: memory only. */
  directory?: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 9090; 0 takes a free one. */
  port?: number;
  /** Default 15 s. */
  scrapeIntervalMs?: number;
  /** How long samples are kept. Default 24 h. */
  retentionMs?: number;
  /** Length of the stretches in which samples are stored and dropped. Default 30 min. */
  windowMs?: number;
  queryTimeoutMs?: number;
  maxSamples?: number;
  lookbackMs?: number;
  /** Version of the product, for `buildinfo`. */
  version?: string;
  /**
   * The bundled worker (`metrics-worker.mjs`), so that queries block nothing else of the process. Default: the file of
   * that name beside the running one, if there is one; `false`, or none there: all runs in the calling thread.
   */
  worker?: string | false;
  /** Told of what went wrong but was survived. */
  onProblem?: (message: string) => void;
}

export interface Metrics {
  /** Base address of the Prometheus API. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the metrics store: scrapes the targets and serves the Prometheus HTTP API.
 * @throws HeddleError `source_unavailable` when it cannot start (port taken, folder not writable)
 */
export async function startMetrics(options: MetricsOptions): Promise<Metrics> {
  const settings: MetricsConfig = {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 9090,
    directory: options.directory,
    scrapeIntervalMs: options.scrapeIntervalMs ?? 15_000,
    retentionMs: options.retentionMs ?? 24 * 3_600_000,
    windowMs: options.windowMs ?? 30 * 60_000,
    queryTimeoutMs: options.queryTimeoutMs ?? 120_000,
    maxSamples: options.maxSamples ?? 50_000_000,
    lookbackMs: options.lookbackMs ?? 300_000,
    version: options.version ?? '0.0.0',
  };
  const onProblem = options.onProblem ?? (() => {});
  const worker = options.worker ?? bundledWorker('metrics-worker.mjs');
  let running: RunningMetrics;
  try {
    running = worker === false ? await runMetrics(settings, onProblem) : await runInWorker(worker, settings, onProblem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HeddleError('source_unavailable', `The metrics store cannot start: ${reason}`, { cause: error });
  }
  const unwatch = options.targets.watch((targets) => running.setTargets(targets));
  return {
    url: running.url,
    async stop() {
      unwatch();
      await running.stop();
    },
  };
}

/** The worker's bundle beside the running one, or a folder up: the running code may lie in a folder of shared chunks. */
function bundledWorker(name: string): string | false {
  const places = [new URL(name, import.meta.url), new URL(`../${name}`, import.meta.url)].map((url) => fileURLToPath(url));
  return places.find((file) => existsSync(file)) ?? false;
}

const RESTART_AFTER_MS = 500;

/** Runs the store in a worker thread; one that dies is replaced and gets the targets again. */
async function runInWorker(file: string, settings: MetricsConfig, onProblem: (message: string) => void): Promise<RunningMetrics> {
  let targets: readonly ScrapeTarget[] = [];
  let stopping = false;
  let current: { worker: Worker; url: string } | undefined;
  current = await spawn(settings);
  const { url } = current;
  const port = Number(new URL(url).port);

  async function spawn(config: MetricsConfig): Promise<{ worker: Worker; url: string }> {
    const worker = new Worker(file, { workerData: config });
    const started = Promise.withResolvers<string>();
    worker.on('message', (report: MetricsReport) => {
      if (report.kind === 'ready') started.resolve(report.url);
      else if (report.kind === 'problem') onProblem(report.message);
      else started.reject(new Error(report.message));
    });
    worker.on('error', (error) => {
      started.reject(error);
      onProblem(`the metrics worker failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    worker.on('exit', () => {
      started.reject(new Error('the metrics worker ended'));
      if (!stopping && current?.worker === worker) restart();
    });
    return { worker, url: await started.promise };
  }

  function restart(): void {
    setTimeout(() => {
      if (stopping) return;
      spawn({ ...settings, port }).then(
        (next) => {
          current = next;
          send({ kind: 'targets', targets });
          if (stopping) send({ kind: 'stop' });
        },
        (error: unknown) => {
          onProblem(`the metrics worker cannot restart: ${error instanceof Error ? error.message : String(error)}`);
          restart();
        },
      );
    }, RESTART_AFTER_MS).unref();
  }

  function send(order: MetricsOrder): void {
    current?.worker.postMessage(order);
  }

  return {
    url,
    setTargets(next) {
      targets = next;
      send({ kind: 'targets', targets });
    },
    async stop() {
      stopping = true;
      const worker = current?.worker;
      // A worker that has ended has no thread any more.
      if (worker === undefined || worker.threadId === -1) return;
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      send({ kind: 'stop' });
      await exited;
    },
  };
}
