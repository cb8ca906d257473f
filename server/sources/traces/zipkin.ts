import { z } from 'zod';
import { HeddleError } from '@/lib/errors';
import { decodeZipkin } from '@/lib/traces';
import type { Span } from '@/lib/traces';
import { askJson, mustAnswer } from './ask-json';
import { summarizeSpans } from './present-spans';
import type { TraceSearch, TraceStore } from './trace-store';

const names = z.array(z.string());
const traces = z.array(z.unknown());

/** Zipkin's v2 API. Service and span names are in lower case there. */
export function createZipkin(base: string): TraceStore {
  return {
    kind: 'zipkin',
    async services(signal) {
      return names.parse(await mustAnswer(base, '/api/v2/services', null, signal)).toSorted();
    },
    async operations(service, signal) {
      return names.parse(await mustAnswer(base, '/api/v2/spans', new URLSearchParams({ serviceName: service }), signal)).toSorted();
    },
    async search(search, signal) {
      return summarizeSpans(await findSpans(base, search, signal));
    },
    spans: (search, signal) => findSpans(base, search, signal),
    async trace(id, signal) {
      const { status, body } = await askJson(base, `/api/v2/trace/${encodeURIComponent(id)}`, null, signal);
      if (status === 404) return [];
      if (status >= 400) throw new HeddleError('source_failed', `Zipkin answered with status ${status}.`);
      return decodeZipkin(body).spans;
    },
  };
}

async function findSpans(base: string, search: TraceSearch, signal?: AbortSignal): Promise<Span[]> {
  const query = new URLSearchParams({
    serviceName: search.service,
    endTs: String(search.endMs),
    lookback: String(search.endMs - search.startMs),
    limit: String(search.limit),
  });
  if (search.operation !== null) query.set('spanName', search.operation);
  if (search.minDurationMs !== null) query.set('minDuration', String(Math.max(1, Math.round(search.minDurationMs * 1000))));
  if (search.maxDurationMs !== null) query.set('maxDuration', String(Math.round(search.maxDurationMs * 1000)));
  const tags = Object.entries(search.tags).map(([key, value]) => `${key}=${value}`);
  if (tags.length > 0) query.set('annotationQuery', tags.join(' and '));
  const found = traces.parse(await mustAnswer(base, '/api/v2/traces', query, signal));
  return found.flatMap((trace) => decodeZipkin(trace).spans);
}
