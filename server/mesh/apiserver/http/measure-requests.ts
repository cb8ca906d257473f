import type { IncomingMessage, ServerResponse } from 'node:http';
import { Gauge, Counter, Histogram, Registry } from 'prom-client';
import type { ObjectStore } from '../storage/object-store';
import { parseResourcePath, verbOf } from './parse-path';

export interface ApiMetrics {
  observe(message: IncomingMessage, response: ServerResponse): void;
  text(): Promise<{ body: string; contentType: string }>;
}

/** `/metrics`, with the names that dashboards for kube-apiserver use. A registry of its own: several servers may share a process. */
export function createApiMetrics(store: ObjectStore): ApiMetrics {
  const registry = new Registry();
  const requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and code.',
    labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'code'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Time to answer, without watches.',
    labelNames: ['verb', 'group', 'resource'],
    buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const watches = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Open watches and logs.',
    labelNames: ['verb', 'resource'],
    registers: [registry],
  });
  const objects = new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Stored objects by resource.',
    labelNames: ['resource'],
    registers: [registry],
    collect() {
      for (const collection of store.collections()) {
        const [group = '', plural = ''] = collection.split('/');
        this.set({ resource: group === '' ? plural : `${plural}.${group}` }, store.count(collection));
      }
    },
  });
  objects.set({ resource: 'namespaces' }, store.count('/namespaces'));

  return {
    observe(message, response) {
      const [path = '', query = ''] = (message.url ?? '').split('?', 2);
      const place = parseResourcePath(path);
      if (place === undefined) return;
      const watching = /(^|&)watch=(true|1)(&|$)/.test(query);
      const verb = (watching ? 'watch' : verbOf(message.method ?? 'GET', place, false)).toUpperCase();
      const { group, version, plural: resource, subresource } = place;
      const long = watching || subresource === 'log';
      const started = performance.now();
      if (long) watches.inc({ verb, resource });
      response.on('close', () => {
        if (long) watches.dec({ verb, resource });
        // A path of nobody's kind must not make a new series.
        if (response.statusCode === 404) return;
        requests.inc({ verb, group, version, resource, subresource, code: String(response.statusCode) });
        if (!long) durations.observe({ verb, group, resource }, (performance.now() - started) / 1000);
      });
    },
    text: async () => ({ body: await registry.metrics(), contentType: registry.contentType }),
  };
}
