import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HeddleError } from '@/lib/errors';
import { runTracing, type TracingConfig, type TracingUrls } from './run-tracing';
import type { TracingOrder, TracingReport } from './worker-messages';

export interface TracingOptions {
  /** Folder for the traces. */
  directory: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Jaeger query API, default 16686; OTLP/HTTP, default 4318; Zipkin, default 9411. 0 takes a free one. */
  jaegerPort?: number;
  otlpPort?: number;
  zipkinPort?: number;
  /** How long traces are kept. Default 24 h. */
  maxAgeMs?: number;
  /** How many spans are kept. Default 2 million. */
  maxSpans?: number;
  /**
   * The bundled worker (`tracing-worker.mjs`), so that searches and writing block nothing else of the process. Default: the
   * file of that name beside the running one, if there is one; `false`, or none there: all runs in the calling thread.
   */
  worker?: string | false;
  /** Told of what went wrong but was survived. */
  onProblem?: (message: string) => void;
}

export interface Tracing extends TracingUrls {
  stop(): Promise<void>;
}

/**
 * Starts the trace store: takes in OTLP and Zipkin spans and serves Jaeger's query API.
 * @throws HeddleError `source_unavailable` when it cannot start (port taken, folder not writable)
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const config: TracingConfig = {
    directory: options.directory,
    host: options.host ?? '127.0.0.1',
    jaegerPort: options.jaegerPort ?? 16_686,
    otlpPort: options.otlpPort ?? 4318,
    zipkinPort: options.zipkinPort ?? 9411,
    maxAgeMs: options.maxAgeMs ?? 24 * 3_600_000,
    maxSpans: options.maxSpans ?? 2_000_000,
  };
  const onProblem = options.onProblem ?? (() => {});
  const worker = options.worker ?? bundledWorker('tracing-worker.mjs');
  try {
    return worker === false ? await runTracing(config, onProblem) : await runInWorker(worker, config, onProblem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HeddleError('source_unavailable', `The trace store cannot start: ${reason}`, { cause: error });
  }
}

/** The worker's bundle beside the running one, or a folder up: the running code may lie in a folder of shared chunks. */
function bundledWorker(name: string): string | false {
  const places = [new URL(name, import.meta.url), new URL(`../${name}`, import.meta.url)].map((url) => fileURLToPath(url));
  return places.find((file) => existsSync(file)) ?? false;
}

const RESTART_AFTER_MS = 500;

/** Runs the store in a worker thread; one that dies is replaced, on the same ports. */
async function runInWorker(file: string, config: TracingConfig, onProblem: (message: string) => void): Promise<Tracing> {
  let stopping = false;
  let current: { worker: Worker; urls: TracingUrls } | undefined;
  current = await spawn(config);
  const { urls } = current;
  const fixed: TracingConfig = {
    ...config,
    jaegerPort: portOf(urls.jaegerUrl),
    otlpPort: portOf(urls.otlpUrl),
    zipkinPort: portOf(urls.zipkinUrl),
  };

  async function spawn(settings: TracingConfig): Promise<{ worker: Worker; urls: TracingUrls }> {
    const worker = new Worker(file, { workerData: settings });
    const started = Promise.withResolvers<TracingUrls>();
    worker.on('message', (report: TracingReport) => {
      if (report.kind === 'ready') started.resolve(report.urls);
      else if (report.kind === 'problem') onProblem(report.message);
      else started.reject(new Error(report.message));
    });
    worker.on('error', (error) => {
      started.reject(error);
      onProblem(`the tracing worker failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    worker.on('exit', () => {
      started.reject(new Error('the tracing worker ended'));
      if (!stopping && current?.worker === worker) restart();
    });
    return { worker, urls: await started.promise };
  }

  function restart(): void {
    setTimeout(() => {
      if (stopping) return;
      spawn(fixed).then(
        (next) => {
          current = next;
          if (stopping) next.worker.postMessage({ kind: 'stop' } satisfies TracingOrder);
        },
        (error: unknown) => {
          onProblem(`the tracing worker cannot restart: ${error instanceof Error ? error.message : String(error)}`);
          restart();
        },
      );
    }, RESTART_AFTER_MS).unref();
  }

  return {
    ...urls,
    async stop() {
      stopping = true;
      const worker = current?.worker;
      // A worker that has ended has no thread any more.
      if (worker === undefined || worker.threadId === -1) return;
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage({ kind: 'stop' } satisfies TracingOrder);
      await exited;
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
