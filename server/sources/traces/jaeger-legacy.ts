import { z } from 'zod';
import { HeddleError } from '@/lib/errors';
import { decodeJaegerTrace } from '@/lib/traces';
import type { JaegerTrace, Span } from '@/lib/traces';
import { askJson, mustAnswer } from './ask-json';
import { summarizeSpans } from './present-spans';
import type { TraceSearch, TraceStore } from './trace-store';

const names = z.object({ data: z.array(z.string()).nullish() });
const tag = z.looseObject({ key: z.string(), type: z.string().default('string') });
const traces = z.object({
  data: z
    .array(
      z.looseObject({
        traceID: z.string(),
        spans: z.array(
          z.looseObject({
            traceID: z.string(),
            spanID: z.string(),
            operationName: z.string(),
            startTime: z.number(),
            duration: z.number(),
            tags: z.array(tag).optional(),
          }),
        ),
        processes: z.record(z.string(), z.looseObject({ serviceName: z.string(), tags: z.array(tag).optional() })),
      }),
    )
    .nullish(),
});

function spansOf(body: unknown): Span[] {
  return (traces.parse(body).data ?? []).flatMap((trace) => decodeJaegerTrace(trace as unknown as JaegerTrace).spans);
}

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
      return summarizeSpans(await findSpans(base, search, signal)).slice(0, search.limit);
    },
    spans: (search, signal) => findSpans(base, search, signal),
    async trace(id, signal) {
      const { status, body } = await askJson(base, `/api/traces/${encodeURIComponent(id)}`, null, signal);
      if (status === 404) return [];
      if (status >= 400) throw new HeddleError('source_failed', `Jaeger answered with status ${status}.`);
      return spansOf(body);
    },
  };
}

async function findSpans(base: string, search: TraceSearch, signal?: AbortSignal): Promise<Span[]> {
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
  return spansOf(await mustAnswer(base, '/api/traces', query, signal));
}
