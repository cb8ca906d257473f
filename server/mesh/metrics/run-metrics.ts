import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { DurableStore } from './durable-store';
import { createPrometheusServer } from './prometheus-server';
import { rememberBuckets } from './remember-buckets';
import { ScrapeManager } from './scrape-manager';
import type { ScrapeTarget } from './scrape-target';

/** Settings of the store, all of them plain data, so that they can be handed to a worker thread. */
export interface MetricsConfig {
  host: string;
  port: number;
  directory: string | undefined;
  scrapeIntervalMs: number;
  retentionMs: number;
  windowMs: number;
  queryTimeoutMs: number;
  maxSamples: number;
  lookbackMs: number;
  version: string;
}

export interface RunningMetrics {
  url: string;
  setTargets(targets: readonly ScrapeTarget[]): void;
  stop(): Promise<void>;
}

const EXPIRE_EVERY_MS = 60_000;

/** Runs store, scraper and HTTP API in the calling thread. @throws when the port is taken */
export async function runMetrics(settings: MetricsConfig, onProblem: (message: string) => void): Promise<RunningMetrics> {
  const store = new DurableStore({
    directory: settings.directory,
    windowMs: settings.windowMs,
    retentionMs: settings.retentionMs,
    onProblem,
  });
  store.expire(Date.now());
  const timeoutMs = Math.min(10_000, settings.scrapeIntervalMs);
  const scraper = new ScrapeManager(store, { intervalMs: settings.scrapeIntervalMs, timeoutMs });
  const server = createPrometheusServer({
    store,
    scraper,
    limits: { timeoutMs: settings.queryTimeoutMs, maxSamples: settings.maxSamples, lookbackMs: settings.lookbackMs },
    retentionMs: settings.retentionMs,
    startedMs: Date.now(),
    memo: rememberBuckets(),
    registry: ownMetrics(store, scraper),
    version: settings.version,
  });
  try {
    await listen(server, settings.host, settings.port);
  } catch (error) {
    store.close();
    throw error;
  }
  const expiry = setInterval(() => store.expire(Date.now()), EXPIRE_EVERY_MS);
  expiry.unref();
  return {
    url: `http://${settings.host}:${(server.address() as AddressInfo).port}`,
    setTargets: (targets) => scraper.setTargets(targets),
    async stop() {
      clearInterval(expiry);
      await scraper.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}

/** Listens; `port` 0 takes a free one. */
function listen(server: http.Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function ownMetrics(store: DurableStore, scraper: ScrapeManager): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: () => number): void => {
    void new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('prometheus_tsdb_head_series', 'Series in the store.', () => store.samples.index.size);
  gauge('prometheus_tsdb_head_samples', 'Samples in the store.', () =>
    store.samples.windows.reduce((sum, window) => sum + window.samples, 0),
  );
  gauge('prometheus_tsdb_out_of_order_samples', 'Samples refused because their series had a newer one.', () => store.samples.outOfOrder);
  gauge('prometheus_sd_discovered_targets', 'Targets that are scraped.', () => scraper.loops.length);
  return registry;
}
