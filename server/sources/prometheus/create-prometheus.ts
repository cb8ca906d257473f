import { loopbackHosts } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import type { Sample } from '@/lib/graph';
import { z } from 'zod';

/** One line of a range query: `[seconds, value]` pairs in order of time; moments without a value are missing. */
export interface Line {
  labels: Readonly<Record<string, string>>;
  points: [number, number][];
}

export interface QueryOptions {
  signal?: AbortSignal | undefined;
}

/**
 * A Prometheus HTTP API. Failures are HeddleErrors: `source_unavailable` (nothing answers), `timeout`, `source_failed` (it refused the
 * query, with its words).
 */
export interface Prometheus {
  readonly url: string;
  /** Value at a moment (ms since 1970). */
  instant(promql: string, atMs: number, options?: QueryOptions): Promise<Sample[]>;
  range(promql: string, range: { startMs: number; endMs: number; stepSeconds: number }, options?: QueryOptions): Promise<Line[]>;
  /** Values of a label of the series that a selector matches in a stretch of time, as they are written. */
  labelValues(label: string, selector: string, range: { startMs: number; endMs: number }, options?: QueryOptions): Promise<string[]>;
  /** Version of the server, `null` when it does not say; fails when it does not answer. */
  version(options?: QueryOptions): Promise<string | null>;
}

const rows = z.array(z.unknown());
const answerOf = <Data extends z.ZodType>(data: Data) =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('success'), data }),
    z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string().optional() }),
  ]);
const rowsAnswer = answerOf(z.object({ resultType: z.enum(['vector', 'matrix', 'scalar', 'string']), result: rows }));
const valuesAnswer = answerOf(z.array(z.string()));
const buildInfo = z.object({ data: z.object({ version: z.string().optional() }).optional() });

type Answer<Data> = { status: 'success'; data: Data } | { status: 'error'; errorType?: string | undefined; error?: string | undefined };

function timedOut(signal: AbortSignal): boolean {
  return signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
}

export interface PrometheusOptions {
  url: string;
  /** Milliseconds for one query; 15 000. */
  timeoutMs?: number;
  /** Queries at a time; more wait their turn. 12. */
  concurrency?: number;
}

export function createPrometheus(options: PrometheusOptions): Prometheus {
  const timeoutMs = options.timeoutMs ?? 15_000;
  const turns = createTurns(options.concurrency ?? 12);

  // What is not far is not packed: that takes both ends longer than it saves.
  const headers: Record<string, string> = loopbackHosts.has(new URL(options.url).hostname) ? { 'accept-encoding': 'identity' } : {};

  async function call(path: string, form: Record<string, string> | null, signal: AbortSignal | undefined): Promise<unknown> {
    const limit = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${options.url}${path}`, {
        // POST: a query of a large mesh may be longer than a URL may be.
        ...(form === null ? {} : { method: 'POST', body: new URLSearchParams({ ...form, timeout: `${Math.ceil(timeoutMs / 1000)}s` }) }),
        headers,
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
        redirect: 'error',
      });
      text = await response.text();
    } catch (cause) {
      // A caller's own limit is a limit too; a caller that went away is none.
      if (signal?.aborted === true)
        throw timedOut(signal) ? new HeddleError('timeout', 'Prometheus did not answer in time.', { cause }) : cause;
      if (limit.aborted) throw new HeddleError('timeout', `Prometheus did not answer within ${timeoutMs} ms.`, { cause });
      throw new HeddleError('source_unavailable', `Prometheus at ${options.url} cannot be reached.`, { cause });
    }
    const body = parseJson(text);
    if (!response.ok && body === undefined) throw new HeddleError('source_failed', `Prometheus answered with status ${response.status}.`);
    return body;
  }

  function read<Data>(schema: z.ZodType<Answer<Data>>, body: unknown): Data {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new HeddleError('source_failed', `${options.url} does not answer like Prometheus.`);
    if (parsed.data.status === 'error') {
      const { errorType, error } = parsed.data;
      throw new HeddleError(errorType === 'timeout' ? 'timeout' : 'source_failed', `Prometheus: ${error ?? errorType ?? 'unknown error'}`);
    }
    return parsed.data.data;
  }

  async function query(path: string, form: Record<string, string>, signal: AbortSignal | undefined) {
    return read(rowsAnswer, await turns(() => call(path, form, signal)));
  }

  return {
    url: options.url,
    async instant(promql, atMs, { signal } = {}) {
      const data = await query('/api/v1/query', { query: promql, time: String(atMs / 1000) }, signal);
      if (data.resultType !== 'vector') throw new HeddleError('source_failed', `The query does not give a vector: ${promql}`);
      return data.result.map(readSample);
    },
    async range(promql, { startMs, endMs, stepSeconds }, { signal } = {}) {
      const form = { query: promql, start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepSeconds) };
      const data = await query('/api/v1/query_range', form, signal);
      if (data.resultType !== 'matrix') throw new HeddleError('source_failed', `The query does not give a matrix: ${promql}`);
      return data.result.map(readLine);
    },
    async labelValues(label, selector, { startMs, endMs }, { signal } = {}) {
      const asked = new URLSearchParams({ 'match[]': selector, start: String(startMs / 1000), end: String(endMs / 1000) });
      return read(
        valuesAnswer,
        await turns(() => call(`/api/v1/label/${encodeURIComponent(label)}/values?${asked.toString()}`, null, signal)),
      );
    },
    async version({ signal } = {}) {
      await query('/api/v1/query', { query: '1' }, signal);
      try {
        const response = await fetch(`${options.url}/api/v1/status/buildinfo`, { signal: signal ?? AbortSignal.timeout(timeoutMs) });
        const parsed = buildInfo.safeParse(parseJson(await response.text()));
        return parsed.success ? (parsed.data.data?.version ?? null) : null;
      } catch {
        // Stores that speak PromQL need not have a build to tell of.
        return null;
      }
    },
  };
}

// A large mesh answers with tens of thousands of rows: they are checked by hand, because a schema takes longer than the query.

function readSample(row: unknown): Sample {
  const { metric, value } = (row ?? {}) as { metric?: unknown; value?: unknown };
  if (!Array.isArray(value)) throw unreadable();
  return { labels: labelsOf(metric), value: numberOf(value[1]) };
}

function readLine(row: unknown): Line {
  const { metric, values } = (row ?? {}) as { metric?: unknown; values?: unknown };
  if (!Array.isArray(values)) throw unreadable();
  return {
    labels: labelsOf(metric),
    points: values.map((point: unknown): [number, number] => {
      if (!Array.isArray(point) || typeof point[0] !== 'number') throw unreadable();
      return [point[0], numberOf(point[1])];
    }),
  };
}

function labelsOf(metric: unknown): Record<string, string> {
  if (typeof metric !== 'object' || metric === null) throw unreadable();
  return metric as Record<string, string>;
}

function unreadable(): HeddleError {
  return new HeddleError('source_failed', 'Prometheus answered with rows that cannot be read.');
}

/** Prometheus writes special values as words. */
function numberOf(text: unknown): number {
  if (typeof text !== 'string') throw unreadable();
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lets `most` jobs run at a time; the others wait in order. */
function createTurns(most: number): <Result>(job: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (job) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
