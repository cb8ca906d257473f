import { z } from 'zod';
import { HeddleError } from '@/lib/errors';
import { summarizeTraces } from './arrange-trace';
import { askJson, mustAnswer } from './ask-json';
import { readJaeger } from './read-jaeger';
import type { TraceStore } from './trace-store';

const names = z.object({ data: z.array(z.string()).nullish() });
const traces = z.object({ data: z.unknown() });

/** Jaeger's older query API, `/api`, which its own page used. */
export function createJaegerLegacy(base: string): TraceStore {
  return {
    kind: 'jaeger-legacy',
    async services(signal) {
      return (names.parse(await mustAnswer(base, '/api/services', null, signal)).data ?? []).toSorted();
    },
    async operations(service, signal) {
      const body = await mustAnswer(base, `/api/services/${encodeURIComponent(service)}/operations`, null, signal);
      return [...new Set(names.parse(body).data ?? [])].toSorted();
    },
    async search(search, signal) {
      const query = new URLSearchParams({
        service: search.service,
        start: String(search.startMs * 1000),
        end: String(search.endMs * 1000),
        limit: String(search.limit),
      });
      if (search.operation !== null) query.set('operation', search.operation);
      if (search.minDurationMs !== null) query.set('minDuration', `${search.minDurationMs}ms`);
      if (search.maxDurationMs !== null) query.set('maxDuration', `${search.maxDurationMs}ms`);
      if (Object.keys(search.tags).length > 0) query.set('tags', JSON.stringify(search.tags));
      const body = traces.parse(await mustAnswer(base, '/api/traces', query, signal));
      return summarizeTraces(readJaeger(body.data)).slice(0, search.limit);
    },
    async trace(id, signal) {
      const { status, body } = await askJson(base, `/api/traces/${encodeURIComponent(id)}`, null, signal);
      if (status === 404) return [];
      if (status >= 400) throw new HeddleError('source_failed', `Jaeger answered with status ${status}.`);
      return readJaeger(traces.parse(body).data)[0] ?? [];
    },
  };
}
