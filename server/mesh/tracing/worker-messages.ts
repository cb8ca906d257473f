import type { TracingUrls } from './run-tracing';

/** What the owner tells the worker. */
export type TracingOrder = { kind: 'stop' };

/** What the worker tells its owner. */
export type TracingReport =
  | { kind: 'ready'; urls: TracingUrls }
  | { kind: 'failed'; message: string }
  | { kind: 'problem'; message: string };
