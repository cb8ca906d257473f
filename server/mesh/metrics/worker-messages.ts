import type { ScrapeTarget } from './scrape-target';

/** What the owner tells the worker. */
export type MetricsOrder = { kind: 'targets'; targets: readonly ScrapeTarget[] } | { kind: 'stop' };

/** What the worker tells its owner. */
export type MetricsReport = { kind: 'ready'; url: string } | { kind: 'failed'; message: string } | { kind: 'problem'; message: string };
