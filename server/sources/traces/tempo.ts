import { z } from 'zod';
import type { TraceSummary } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import { newestFirst } from './present-spans';
import { askJson, mustAnswer } from './ask-json';
import { hexId, readTempo } from './read-tempo';
import type { TraceSearch, TraceStore } from './trace-store';

const tagValues = z.object({ tagValues: z.array(z.looseObject({ value: z.string() })).nullish() });
const searchAnswer = z.object({
  traces: z
    .array(
      z.looseObject({
        traceID: z.string(),
        rootServiceName: z.string().default(''),
        rootTraceName: z.string().default(''),
        startTimeUnixNano: z.string().default('0'),
        durationMs: z.number().default(0),
        serviceStats: z
          .record(z.string(), z.looseObject({ spanCount: z.number().default(0), errorCount: z.number().default(0) }))
          .nullish(),
      }),
    )
    .nullish(),
});
const traceAnswer = z.looseObject({
  trace: z.looseObject({ resourceSpans: z.unknown().optional() }).nullish(),
  batches: z.unknown().optional(),
  resourceSpans: z.unknown().optional(),
});

const mostFetched = 20;

/** Grafana Tempo: search by TraceQL. */
export function createTempo(base: string): TraceStore {
  const values = async (tag: string, query: URLSearchParams | null, signal?: AbortSignal) => {
    const body = await mustAnswer(base, `/api/v2/search/tag/${tag}/values`, query, signal);
    return [...new Set((tagValues.parse(body).tagValues ?? []).map((one) => one.value))].toSorted();
  };
  const store: TraceStore = {
    kind: 'tempo',
    services: (signal) => values('resource.service.name', null, signal),
    operations: (service, signal) => values('name', new URLSearchParams({ q: `{ resource.service.name = ${quote(service)} }` }), signal),
    async search(search, signal) {
      const query = new URLSearchParams({
        q: `${traceQl(search)} with (most_recent=true)`,
        start: String(Math.floor(search.startMs / 1000)),
        end: String(Math.ceil(search.endMs / 1000)),
        limit: String(search.limit),
      });
      let answer = await askJson(base, '/api/search', query, signal);
      if (answer.status === 400) {
        // Older versions do not know the hint and give the first they find.
        query.set('q', traceQl(search));
        answer = await askJson(base, '/api/search', query, signal);
      }
      if (answer.status >= 400) throw new HeddleError('source_failed', `Tempo answered the search with status ${answer.status}.`);
      return newestFirst((searchAnswer.parse(answer.body).traces ?? []).map(readSummary));
    },
    async spans(search, signal) {
      // A search tells of traces; each has to be fetched.
      const found = await store.search({ ...search, limit: Math.min(search.limit, mostFetched) }, signal);
      return (await Promise.all(found.map((one) => store.trace(one.traceId, signal)))).flat();
    },
    async trace(id, signal) {
      for (const path of [`/api/v2/traces/${encodeURIComponent(id)}`, `/api/traces/${encodeURIComponent(id)}`]) {
        const { status, body } = await askJson(base, path, null, signal);
        if (status === 404) continue;
        if (status >= 400) throw new HeddleError('source_failed', `Tempo answered with status ${status}.`);
        const parsed = traceAnswer.parse(body);
        const spans = readTempo(parsed.trace?.resourceSpans ?? parsed.batches ?? parsed.resourceSpans ?? []);
        if (spans.length > 0) return spans;
      }
      return [];
    },
  };
  return store;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function traceQl(search: TraceSearch): string {
  const conditions = [`resource.service.name = ${quote(search.service)}`];
  if (search.operation !== null) conditions.push(`name = ${quote(search.operation)}`);
  if (search.minDurationMs !== null) conditions.push(`duration >= ${search.minDurationMs}ms`);
  if (search.maxDurationMs !== null) conditions.push(`duration <= ${search.maxDurationMs}ms`);
  for (const [key, value] of Object.entries(search.tags)) {
    const attribute = /^[\w.\-/]+$/.test(key) ? `.${key}` : `.${quote(key)}`;
    // A number or truth value is stored as such, but someone may have stored it as text.
    const typed = /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? ` || ${attribute} = ${value}` : '';
    conditions.push(`(${attribute} = ${quote(value)}${typed})`);
  }
  return `{ ${conditions.join(' && ')} }`;
}

function readSummary(one: NonNullable<z.infer<typeof searchAnswer>['traces']>[number]): TraceSummary {
  const services = Object.entries(one.serviceStats ?? {}).map(([name, stats]) => ({
    name,
    spanCount: stats.spanCount,
    errorCount: stats.errorCount,
  }));
  return {
    traceId: hexId(one.traceID, 16),
    rootService: one.rootServiceName,
    rootOperation: one.rootTraceName,
    startUs: Number(BigInt(one.startTimeUnixNano) / 1000n),
    durationUs: one.durationMs * 1000,
    spanCount: services.reduce((sum, service) => sum + service.spanCount, 0),
    errorCount: services.reduce((sum, service) => sum + service.errorCount, 0),
    services,
  };
}
