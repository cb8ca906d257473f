/** The metrics store of the bundled mesh: scraper, time series, PromQL, Prometheus HTTP API. */
export { startMetrics } from './start-metrics';
export type { Metrics, MetricsOptions } from './start-metrics';
export { combineTargets, staticTargets } from './scrape-target';
export type { ScrapeTarget, TargetSource } from './scrape-target';
export { discoverPods } from './discover-pods';
