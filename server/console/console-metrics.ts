import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The console's own metrics (`/metrics`). */
export interface ConsoleMetrics {
  registry: Registry;
  observe(endpoint: string, status: number, seconds: number): void;
}

export function createConsoleMetrics(): ConsoleMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'heddle_api_request_duration_seconds',
    help: 'Time to answer a request of the API.',
    labelNames: ['endpoint', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'heddle_api_failures_total',
    help: 'Requests of the API that failed on the side of the console or a source.',
    labelNames: ['endpoint'],
    registers: [registry],
  });
  return {
    registry,
    observe(endpoint, status, seconds) {
      duration.observe({ endpoint, status: String(status) }, seconds);
      if (status >= 500) failures.inc({ endpoint });
    },
  };
}
