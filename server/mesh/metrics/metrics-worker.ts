/** Entry of the worker thread; bundled as a file of its own (`metrics-worker.mjs`). */
import { parentPort, workerData } from 'node:worker_threads';
import { runMetrics, type MetricsConfig } from './run-metrics';
import type { MetricsOrder, MetricsReport } from './worker-messages';

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread.');
const report = (message: MetricsReport): void => port.postMessage(message);

try {
  const running = await runMetrics(workerData as MetricsConfig, (message) => report({ kind: 'problem', message }));
  port.on('message', (order: MetricsOrder) => {
    if (order.kind === 'targets') running.setTargets(order.targets);
    else void running.stop().finally(() => port.close());
  });
  report({ kind: 'ready', url: running.url });
} catch (error) {
  report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
