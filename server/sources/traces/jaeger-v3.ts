import { z } from 'zod';
import type { TraceSummary } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { decodeOtlpJson } from '@/lib/traces';
import type { Span } from '@/lib/traces';
import { askJson, mustAnswer } from './ask-json';
import { newestFirst, summarizeSpans } from './present-spans';
import type { TraceSearch, TraceStore } from './trace-store';

const servicesAnswer = z.object({ services: z.array(z.string()).nullish() });
const operationsAnswer = z.object({ operations: z.array(z.looseObject({ name: z.string() })).nullish() });
const result = z.object({ result: z.object({ resourceSpans: z.unknown().optional() }) });
const nanos = z.union([z.string(), z.number()]).default('0');
const summariesAnswer = z.object({
  summaries: z
    .array(
      z.looseObject({
        traceId: z.string(),
        rootServiceName: z.string().default(''),
        rootOperationName: z.string().default(''),
        minStartTimeUnixNano: nanos,
        maxEndTimeUnixNano: nanos,
        spanCount: z.number().default(0),
        errorSpanCount: z.number().default(0),
        services: z
          .array(z.looseObject({ name: z.string(), spanCount: z.number().default(0), errorSpanCount: z.number().default(0) }))
          .nullish(),
      }),
    )
    .nullish(),
});

/** Jaeger's stable query API, `/api/v3`. */
export function createJaegerV3(base: string): TraceStore {
  return {
    kind: 'jaeger-v3',
    async services(signal) {
      return (servicesAnswer.parse(await mustAnswer(base, '/api/v3/services', null, signal)).services ?? []).toSorted();
    },
    async operations(service, signal) {
      const body = await mustAnswer(base, '/api/v3/operations', new URLSearchParams({ service }), signal);
      return [...new Set((operationsAnswer.parse(body).operations ?? []).map((one) => one.name))].toSorted();
    },
    async search(search, signal) {
      const query = queryOf(search);
      // Summaries are younger than the rest of the API: without them the whole traces are asked for.
      const summaries = await askJson(base, '/api/v3/trace-summaries', query, signal);
      const parsed = summariesAnswer.safeParse(summaries.body);
      if (summaries.status === 200 && parsed.success)
        return newestFirst((parsed.data.summaries ?? []).map(readSummary)).slice(0, search.limit);
      return summarizeSpans(await findSpans(base, query, signal)).slice(0, search.limit);
    },
    spans: (search, signal) => findSpans(base, queryOf(search), signal),
    async trace(id, signal) {
      const { status, body } = await askJson(base, `/api/v3/traces/${encodeURIComponent(id)}`, null, signal);
      if (status === 404) return [];
      if (status >= 400) throw new HeddleError('source_failed', `Jaeger answered with status ${status}.`);
      return spansOf(body);
    },
  };
}

async function findSpans(base: string, query: URLSearchParams, signal?: AbortSignal): Promise<Span[]> {
  const { status, body } = await askJson(base, '/api/v3/traces', query, signal);
  if (status === 404) return [];
  if (status >= 400) throw new HeddleError('source_failed', `Jaeger answered the search with status ${status}.`);
  return spansOf(body);
}

function queryOf(search: TraceSearch): URLSearchParams {
  const query = new URLSearchParams({
    'query.serviceName': search.service,
    'query.startTimeMin': new Date(search.startMs).toISOString(),
    'query.startTimeMax': new Date(search.endMs).toISOString(),
    'query.searchDepth': String(search.limit),
  });
  if (search.operation !== null) query.set('query.operationName', search.operation);
  if (search.minDurationMs !== null) query.set('query.durationMin', `${search.minDurationMs}ms`);
  if (search.maxDurationMs !== null) query.set('query.durationMax', `${search.maxDurationMs}ms`);
  if (Object.keys(search.tags).length > 0) query.set('query.attributes', JSON.stringify(search.tags));
  return query;
}

function spansOf(body: unknown): Span[] {
  const parsed = result.safeParse(body);
  return parsed.success ? decodeOtlpJson(parsed.data.result).spans : [];
}

function readSummary(one: NonNullable<z.infer<typeof summariesAnswer>['summaries']>[number]): TraceSummary {
  const startUs = Number(BigInt(one.minStartTimeUnixNano) / 1000n);
  return {
    traceId: one.traceId.toLowerCase(),
    rootService: one.rootServiceName,
    rootOperation: one.rootOperationName,
    startUs,
    durationUs: Number(BigInt(one.maxEndTimeUnixNano) / 1000n) - startUs,
    spanCount: one.spanCount,
    errorCount: one.errorSpanCount,
    services: (one.services ?? []).map(({ name, spanCount, errorSpanCount }) => ({ name, spanCount, errorCount: errorSpanCount })),
  };
}
