import type { Notice, TraceNamesResponse, TraceResponse, TracesResponse } from '@/lib/contract';
import { HeddleError, isHeddleError } from '@/lib/errors';
import { ZodError } from 'zod';
import { arrangeTrace } from '@/server/sources';
import type { TraceStore } from '@/server/sources';
import type { Console } from './console-state';

export interface TracesQuery {
  service: string;
  operation?: string | undefined;
  minDurationMs?: number | undefined;
  maxDurationMs?: number | undefined;
  tags?: string | undefined;
  start?: string | undefined;
  end?: string | undefined;
  limit: number;
}

const defaultLookBackMs = 3_600_000;

/** Asks the store. A store that was away, or that turns out to speak otherwise, is looked at anew the next time. */
async function ask<Result>(console: Console, use: (store: TraceStore) => Promise<Result>): Promise<Result> {
  try {
    return await use(await console.traces());
  } catch (error) {
    console.forgetTraces();
    if (error instanceof ZodError) throw new HeddleError('source_failed', 'The trace store answered in an unknown form.', { cause: error });
    throw error;
  }
}

/** A failed store is a notice in a list, so that the page around it stands. */
async function orNotice<Result>(asking: Promise<Result>): Promise<{ result: Result | null; notices: Notice[] }> {
  try {
    return { result: await asking, notices: [] };
  } catch (error) {
    if (!isHeddleError(error) || error.code === 'bad_request') throw error;
    return { result: null, notices: [{ source: 'traces', code: error.code, message: error.message }] };
  }
}

export async function searchTraces(console: Console, query: TracesQuery): Promise<TracesResponse> {
  const tags = readTags(query.tags ?? '');
  const endMs = query.end === undefined ? console.now() : Date.parse(query.end);
  const startMs = query.start === undefined ? endMs - defaultLookBackMs : Date.parse(query.start);
  if (startMs >= endMs) throw new HeddleError('bad_request', 'The start must be before the end.', { path: 'start' });
  const search = {
    service: query.service,
    operation: query.operation ?? null,
    minDurationMs: query.minDurationMs ?? null,
    maxDurationMs: query.maxDurationMs ?? null,
    tags,
    startMs,
    endMs,
    limit: query.limit,
  };
  const { result, notices } = await orNotice(ask(console, async (store) => ({ store: store.kind, traces: await store.search(search) })));
  return { store: result?.store ?? null, traces: result?.traces ?? [], notices };
}

export async function showTrace(console: Console, id: string): Promise<TraceResponse> {
  if (!/^[0-9a-fA-F]{1,32}$/.test(id)) throw new HeddleError('bad_request', 'A trace id is up to 32 hexadecimal digits.', { path: 'id' });
  const { kind, raw } = await ask(console, async (store) => ({ kind: store.kind, raw: await store.trace(id) }));
  const spans = arrangeTrace(raw);
  if (spans.length === 0) throw new HeddleError('not_found', `There is no trace ${id}.`, { hint: 'It may be too old, or not stored yet.' });
  const startUs = spans.reduce((first, span) => Math.min(first, span.startUs), Number.POSITIVE_INFINITY);
  const endUs = spans.reduce((last, span) => Math.max(last, span.startUs + span.durationUs), startUs);
  return {
    store: kind,
    traceId: id.toLowerCase(),
    startUs,
    durationUs: endUs - startUs,
    services: [...new Set(spans.map((span) => span.service))].toSorted((left, right) => left.localeCompare(right, 'en')),
    spans,
    notices: [],
  };
}

export async function traceServices(console: Console): Promise<TraceNamesResponse> {
  const { result, notices } = await orNotice(ask(console, async (store) => ({ store: store.kind, names: await store.services() })));
  return { store: result?.store ?? null, names: result?.names ?? [], notices };
}

export async function traceOperations(console: Console, service: string): Promise<TraceNamesResponse> {
  const { result, notices } = await orNotice(
    ask(console, async (store) => ({ store: store.kind, names: await store.operations(service) })),
  );
  return { store: result?.store ?? null, names: result?.names ?? [], notices };
}

/** `key=value` pairs joined by blanks; a value with blanks stands in double quotes, in which `\"` and `\\` are escapes. */
export function readTags(text: string): Record<string, string> {
  const tags: Record<string, string> = {};
  const pair = /\s*([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|((?!")\S*))(?=\s|$)/gy;
  let end = 0;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    const [, key = '', quoted, plain = ''] = match;
    tags[key] = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1');
    end = pair.lastIndex;
  }
  if (text.slice(end).trim() !== '') {
    throw new HeddleError('bad_request', `Tags are key=value pairs; "${text.slice(end).trim()}" is none.`, { path: 'tags' });
  }
  return tags;
}
