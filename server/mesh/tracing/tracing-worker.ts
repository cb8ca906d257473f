/** Entry of the worker thread; bundled as a file of its own (`tracing-worker.mjs`). */
import { parentPort, workerData } from 'node:worker_threads';
import { runTracing, type TracingConfig } from './run-tracing';
import type { TracingReport } from './worker-messages';

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread.');
const report = (message: TracingReport): void => port.postMessage(message);

try {
  const { stop, ...urls } = await runTracing(workerData as TracingConfig, (message) => report({ kind: 'problem', message }));
  port.on('message', () => void stop().finally(() => port.close()));
  report({ kind: 'ready', urls });
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
