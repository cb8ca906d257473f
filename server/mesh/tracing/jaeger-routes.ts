import type http from 'node:http';
import { HeddleError, errorStatus, isHeddleError } from '@/lib/errors';
import {
  decodeOtlpJson,
  encodeJaegerTrace,
  encodeOtlpJson,
  groupByTrace,
  normalTraceId,
  summarizeTrace,
  type Span,
  type TraceSummary,
} from '@/lib/traces';
import { parseJson, readBody, type HttpReply } from './http-server';
import { integerParam, legacySearch, searchV3, timeParam } from './search-params';
import type { TraceStore } from './trace-store';

const MAX_UPLOAD_BYTES = 256 << 20;
const DAY_MS = 86_400_000;

/** The envelope of Jaeger's older API. */
function enveloped(data: readonly unknown[], params: URLSearchParams, total = 0): HttpReply {
  const pretty = params.get('prettyPrint') ?? '';
  const indent = pretty !== '' && pretty !== 'false' ? 4 : 0;
  return { body: JSON.stringify({ data, total, limit: 0, offset: 0, errors: null }, undefined, indent) };
}

/** Answers `/api/…` (Jaeger's older API) and `/api/v3/…`. */
export async function answerJaeger(request: http.IncomingMessage, url: URL, store: TraceStore): Promise<HttpReply> {
  const params = url.searchParams;
  const [root, ...segments] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (request.method === 'POST' && url.pathname === '/api/transform') return transform(request, params);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HeddleError('method_not_allowed', `${request.method} is not allowed here`);
  if (root === '' && segments.length === 0) return { body: '{"status":"Server available"}' };
  if (root !== 'api') throw notFound(url);
  return segments[0] === 'v3' ? answerV3(segments.slice(1), url, store) : answerLegacy(segments, url, params, store);
}

function notFound(url: URL): HeddleError {
  return new HeddleError('not_found', `no such endpoint: ${url.pathname}`);
}

function serviceNames(store: TraceStore): string[] {
  return [...new Set(store.operations().map(([service]) => service))];
}

function answerLegacy(segments: readonly string[], url: URL, params: URLSearchParams, store: TraceStore): HttpReply {
  const [first, second, third] = segments;
  switch (first) {
    case 'services': {
      if (segments.length === 1) {
        const services = serviceNames(store);
        return enveloped(services, params, services.length);
      }
      if (segments.length !== 3 || third !== 'operations') throw notFound(url);
      const names = [...new Set(store.operations().flatMap(([service, name]) => (service === second ? [name] : [])))];
      return enveloped(names, params, names.length);
    }
    case 'operations': {
      const service = params.get('service') ?? '';
      if (service === '') throw new HeddleError('bad_request', "parameter 'service' is required", { path: 'service' });
      const rows = operationsOf(store, service, params.get('spanKind') ?? '');
      return enveloped(rows, params, rows.length);
    }
    case 'traces':
      return segments.length === 1 ? findTraces(params, store) : oneTrace(second ?? '', params, store);
    case 'dependencies': {
      const endMs = integerParam(params, 'endTs', Date.now());
      const service = params.get('service') ?? '';
      const calls = store.dependencies(endMs - integerParam(params, 'lookback', DAY_MS), endMs);
      return enveloped(
        calls.filter((call) => service === '' || call.parent === service || call.child === service),
        params,
      );
    }
    case 'metrics':
      throw new HeddleError('not_supported', 'no metrics store is connected to the trace store');
    default:
      throw notFound(url);
  }
}

function operationsOf(store: TraceStore, service: string, kind: string): { name: string; spanKind: string }[] {
  return store
    .operations()
    .filter(([of, , ofKind]) => of === service && (kind === '' || ofKind === kind))
    .map(([, name, ofKind]) => ({ name, spanKind: ofKind === 'unspecified' ? 'internal' : ofKind }));
}

function findTraces(params: URLSearchParams, store: TraceStore): HttpReply {
  const wanted = params.getAll('traceID');
  if (wanted.length === 0) return enveloped(store.search(legacySearch(params, Date.now())).map(encodeJaegerTrace), params);
  const traces = wanted.map((id) => ({ traceId: id, spans: store.spansOf(traceIdParam(id)) })).filter((trace) => trace.spans.length > 0);
  return enveloped(
    traces.map((trace) => encodeJaegerTrace({ ...trace, traceId: trace.spans[0]?.traceId ?? '' })),
    params,
  );
}

function traceIdParam(text: string): string {
  const id = normalTraceId(text);
  if (id === undefined) throw new HeddleError('bad_request', `cannot parse trace id ${JSON.stringify(text)}`, { path: 'traceID' });
  return id;
}

function spansOf(text: string, store: TraceStore): Span[] {
  const spans = store.spansOf(traceIdParam(text));
  if (spans.length === 0) throw new HeddleError('not_found', 'trace not found');
  return spans;
}

function oneTrace(id: string, params: URLSearchParams, store: TraceStore): HttpReply {
  return enveloped([encodeJaegerTrace({ traceId: traceIdParam(id), spans: spansOf(id, store) })], params);
}

/** OTLP JSON in, Jaeger's form out. */
async function transform(request: http.IncomingMessage, params: URLSearchParams): Promise<HttpReply> {
  const batch = decodeOtlpJson(parseJson(await readBody(request, MAX_UPLOAD_BYTES)));
  return enveloped(groupByTrace(batch.spans).map(encodeJaegerTrace), params);
}

function answerV3(segments: readonly string[], url: URL, store: TraceStore): HttpReply {
  const params = url.searchParams;
  const [first, id] = segments;
  const json = (value: unknown): HttpReply => ({ body: JSON.stringify(value) });
  switch (first) {
    case 'services':
      return json({ services: serviceNames(store) });
    case 'operations': {
      const service = params.get('service') ?? '';
      if (service === '') throw new HeddleError('bad_request', "parameter 'service' is required", { path: 'service' });
      return json({ operations: operationsOf(store, service, params.get('spanKind') ?? params.get('span_kind') ?? '') });
    }
    case 'traces': {
      if (id !== undefined) return json({ result: { resourceSpans: encodeOtlpJson(spansOf(id, store)) } });
      const traces = store.search(searchV3(params));
      if (traces.length === 0) throw new HeddleError('not_found', 'No traces found');
      return json({ result: { resourceSpans: traces.flatMap((trace) => encodeOtlpJson(trace.spans)) } });
    }
    case 'trace-summaries':
      return json({ summaries: store.search(searchV3(params)).map((trace) => summaryJson(summarizeTrace(trace))) });
    case 'dependencies': {
      const startMs = timeParam(params, ['startTime', 'start_time']) / 1000;
      return json({ dependencies: store.dependencies(startMs, timeParam(params, ['endTime', 'end_time']) / 1000) });
    }
    default:
      throw notFound(url);
  }
}

/** A summary without its zeros. */
function summaryJson(summary: TraceSummary): object {
  const counts = (spanCount: number, errorSpanCount: number): object => ({
    spanCount,
    ...(errorSpanCount === 0 ? {} : { errorSpanCount }),
  });
  return {
    traceId: summary.traceId,
    rootServiceName: summary.rootService,
    rootOperationName: summary.rootOperation,
    minStartTimeUnixNano: `${summary.startUs}000`,
    maxEndTimeUnixNano: `${summary.startUs + summary.durationUs}000`,
    ...counts(summary.spanCount, summary.errorCount),
    ...(summary.orphanCount === 0 ? {} : { orphanSpanCount: summary.orphanCount }),
    services: summary.services.map((service) => ({ name: service.name, ...counts(service.spanCount, service.errorCount) })),
  };
}

/** Errors in the words of the API that was asked. */
export function jaegerError(error: unknown, request: http.IncomingMessage): HttpReply {
  const status = isHeddleError(error) ? errorStatus(error.code) : error instanceof URIError ? 400 : 500;
  const message = error instanceof Error && status !== 500 ? error.message : 'the trace store failed to answer';
  if (request.url?.startsWith('/api/v3/') === true) return { status, body: JSON.stringify({ error: { httpCode: status, message } }) };
  return { status, body: JSON.stringify({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code: status, msg: message }] }) };
}
