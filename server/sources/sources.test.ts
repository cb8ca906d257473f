import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isHeddleError } from '@/lib/errors';
import { arrangeTrace, createPrometheus, detectTraceStore, readSyncz } from '.';
import type { TraceSearch } from '.';

interface Page {
  status?: number;
  body: unknown;
}
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that answers what the function gives for a request; anything else is 404. Notes what it was asked. */
async function serve(
  answer: (url: URL, form: URLSearchParams) => Page | undefined,
): Promise<{ url: string; asked: URL[]; headers: IncomingHttpHeaders[] }> {
  const asked: URL[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://fake');
      asked.push(url);
      headers.push(request.headers);
      const page = answer(url, new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      response.statusCode = page === undefined ? 404 : (page.status ?? 200);
      response.end(page === undefined ? 'not found' : typeof page.body === 'string' ? page.body : JSON.stringify(page.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, headers };
}

async function codeOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
  } catch (error) {
    return isHeddleError(error) ? error.code : String(error);
  }
  return 'no error';
}

describe('prometheus', () => {
  it('reads vectors and matrices, special values included', async () => {
    const { url } = await serve((path) => {
      if (path.pathname === '/api/v1/query') {
        const result = [
          { metric: { a: '1' }, value: [1, '2.5'] },
          { metric: {}, value: [1, 'NaN'] },
          { metric: {}, value: [1, '+Inf'] },
        ];
        return { body: { status: 'success', data: { resultType: 'vector', result } } };
      }
      return {
        body: {
          status: 'success',
          data: {
            resultType: 'matrix',
            result: [
              {
                metric: {},
                values: [
                  [10, '1'],
                  [20, '2'],
                ],
              },
            ],
          },
        },
      };
    });
    const prometheus = createPrometheus({ url });
    expect(await prometheus.instant('up', 1000)).toEqual([
      { labels: { a: '1' }, value: 2.5 },
      { labels: {}, value: Number.NaN },
      { labels: {}, value: Number.POSITIVE_INFINITY },
    ]);
    expect(await prometheus.range('up', { startMs: 0, endMs: 20_000, stepSeconds: 10 })).toEqual([
      {
        labels: {},
        points: [
          [10, 1],
          [20, 2],
        ],
      },
    ]);
  });

  it('reads the values of a label, and does not have what is near be packed', async () => {
    const { url, asked, headers } = await serve(() => ({ body: { status: 'success', data: ['1', '+Inf'] } }));
    const prometheus = createPrometheus({ url });
    expect(await prometheus.labelValues('le', 'x_bucket', { startMs: 1_000, endMs: 2_500 })).toEqual(['1', '+Inf']);
    expect(asked.map(({ pathname, search }) => `${pathname}${search}`)).toEqual([
      '/api/v1/label/le/values?match%5B%5D=x_bucket&start=1&end=2.5',
    ]);
    expect(headers[0]?.['accept-encoding']).toBe('identity');
    const rows = await serve(() => ({ body: { status: 'success', data: { resultType: 'vector', result: [] } } }));
    expect(await codeOf(createPrometheus({ url: rows.url }).labelValues('le', 'x', { startMs: 0, endMs: 1 }))).toBe('source_failed');
  });

  it('tells apart what may go wrong', async () => {
    const refusing = await serve(() => ({ status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error' } }));
    await expect(createPrometheus({ url: refusing.url }).instant('up(', 0)).rejects.toThrow(/parse error/);
    const other = await serve(() => ({ body: 'hello' }));
    expect(await codeOf(createPrometheus({ url: other.url }).instant('up', 0))).toBe('source_failed');
    expect(await codeOf(createPrometheus({ url: 'http://127.0.0.1:1' }).instant('up', 0))).toBe('source_unavailable');
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    expect(await codeOf(createPrometheus({ url: `http://127.0.0.1:${port}`, timeoutMs: 50 }).instant('up', 0))).toBe('timeout');
    const patient = createPrometheus({ url: `http://127.0.0.1:${port}` });
    expect(await codeOf(patient.version({ signal: AbortSignal.timeout(50) }))).toBe('timeout');
    expect(await codeOf(patient.version({ signal: AbortSignal.abort() }))).toMatch(/AbortError/);
  });

  it('asks no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const server = createServer((_, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }));
      }, 5);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const prometheus = createPrometheus({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, concurrency: 3 });
    await Promise.all(Array.from({ length: 12 }, () => prometheus.instant('up', 0)));
    expect(most).toBe(3);
  });
});

const search: TraceSearch = {
  service: 'reviews.default',
  operation: 'get "x"',
  minDurationMs: 5,
  maxDurationMs: 1000.5,
  tags: { 'http.status_code': '500', note: 'a b' },
  startMs: 1_700_000_000_000,
  endMs: 1_700_000_060_000,
  limit: 7,
};
const traceId = '0af7651916cd43dd8448eb211c80319c';
const startUs = 1_700_000_000_123_456;
const otlpSpan = (spanId: string, parentSpanId: string, kind: unknown, code: unknown) => ({
  traceId,
  spanId,
  parentSpanId,
  name: 'reviews:9080/*',
  kind,
  startTimeUnixNano: `${startUs}789`,
  endTimeUnixNano: `${startUs + 2000}789`,
  attributes: [{ key: 'http.status_code', value: { intValue: '500' } }],
  status: { code },
});
const otlp = (spans: unknown[]) => [
  { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'reviews.default' } }] }, scopeSpans: [{ spans }] },
];
const toBase64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');

describe('trace stores', () => {
  it('Jaeger v3: found first, searched with its parameters, read from OTLP', async () => {
    const { url, asked } = await serve(({ pathname }) => {
      if (pathname === '/api/v3/services') return { body: { services: ['b', 'a'] } };
      if (pathname === '/api/v3/operations')
        return {
          body: {
            operations: [
              { name: 'x', spanKind: 'server' },
              { name: 'x', spanKind: 'client' },
            ],
          },
        };
      const spans = otlp([otlpSpan('b7ad6b7169203331', '', 2, 2), otlpSpan('b7ad6b7169203332', 'b7ad6b7169203331', 3, 0)]);
      if (pathname === '/api/v3/traces' || pathname === `/api/v3/traces/${traceId}`) return { body: { result: { resourceSpans: spans } } };
      return undefined;
    });
    const store = await detectTraceStore(url);
    expect(store.kind).toBe('jaeger-v3');
    expect(await store.services()).toEqual(['a', 'b']);
    expect(await store.operations('a')).toEqual(['x']);
    expect(await store.search(search)).toEqual([
      expect.objectContaining({ traceId, rootService: 'reviews.default', spanCount: 2, errorCount: 1, startUs, durationUs: 2000 }),
    ]);
    const query = asked.at(-1)?.searchParams;
    expect(query?.get('query.serviceName')).toBe('reviews.default');
    expect(query?.get('query.startTimeMin')).toBe('2023-11-14T22:13:20.000Z');
    expect(query?.get('query.durationMin')).toBe('5ms');
    expect(query?.get('query.durationMax')).toBe('1000.5ms');
    expect(query?.get('query.attributes')).toBe(JSON.stringify(search.tags));
    expect(arrangeTrace(await store.trace(traceId)).map((span) => [span.spanId, span.parentId, span.depth, span.kind, span.error])).toEqual(
      [
        ['b7ad6b7169203331', null, 0, 'server', true],
        ['b7ad6b7169203332', 'b7ad6b7169203331', 1, 'client', false],
      ],
    );
    expect(await store.trace('00000000000000000000000000000001')).toEqual([]);
  });

  it('Jaeger v3: uses summaries where they exist, and takes 404 for nothing found', async () => {
    const summary = {
      traceId,
      rootServiceName: 'a',
      rootOperationName: 'op',
      minStartTimeUnixNano: '1700000000000001000',
      maxEndTimeUnixNano: '1700000000000003000',
      spanCount: 4,
    };
    const newer = await serve(({ pathname }) => {
      if (pathname === '/api/v3/services') return { body: { services: [] } };
      return pathname === '/api/v3/trace-summaries' ? { body: { summaries: [summary] } } : undefined;
    });
    expect(await (await detectTraceStore(newer.url)).search(search)).toEqual([
      {
        traceId,
        rootService: 'a',
        rootOperation: 'op',
        startUs: 1_700_000_000_000_001,
        durationUs: 2,
        spanCount: 4,
        errorCount: 0,
        services: [],
      },
    ]);
    const empty = await serve(({ pathname }) => (pathname === '/api/v3/services' ? { body: { services: [] } } : undefined));
    expect(await (await detectTraceStore(empty.url)).search(search)).toEqual([]);
  });

  it('older Jaegers', async () => {
    const span = {
      traceID: traceId,
      spanID: 'b7ad6b7169203331',
      operationName: 'op',
      startTime: startUs,
      duration: 2000,
      processID: 'p1',
      tags: [{ key: 'error', type: 'bool', value: true }],
      references: [],
    };
    const trace = { traceID: traceId, spans: [span], processes: { p1: { serviceName: 'reviews.default', tags: [] } } };
    const { url, asked } = await serve(({ pathname }) => {
      if (pathname === '/api/services') return { body: { data: ['reviews.default'] } };
      if (pathname === '/api/services/a%2Fb/operations') return { body: { data: ['op'] } };
      if (pathname === '/api/traces' || pathname === `/api/traces/${traceId}`) return { body: { data: [trace] } };
      return undefined;
    });
    const store = await detectTraceStore(url);
    expect(store.kind).toBe('jaeger-legacy');
    expect(await store.operations('a/b')).toEqual(['op']);
    expect(await store.search(search)).toEqual([expect.objectContaining({ traceId, errorCount: 1, durationUs: 2000 })]);
    const query = asked.at(-1)?.searchParams;
    expect([query?.get('start'), query?.get('end'), query?.get('minDuration')]).toEqual(['1700000000000000', '1700000060000000', '5ms']);
    expect(await store.trace(traceId)).toHaveLength(1);
  });

  it('Tempo: TraceQL, ids in base64, enums by name', async () => {
    const found = {
      traceID: traceId.slice(1),
      rootServiceName: 'a',
      rootTraceName: 'op',
      startTimeUnixNano: '1700000000000001000',
      durationMs: 12,
      serviceStats: { a: { spanCount: 3, errorCount: 1 } },
    };
    const tempoSpan = {
      ...otlpSpan('', '', 'SPAN_KIND_SERVER', 'STATUS_CODE_ERROR'),
      traceId: toBase64(traceId),
      spanId: toBase64('b7ad6b7169203331'),
    };
    const { url, asked } = await serve(({ pathname, searchParams }) => {
      if (pathname === '/api/echo') return { body: 'echo' };
      if (pathname === '/api/v2/search/tag/resource.service.name/values') return { body: { tagValues: [{ type: 'string', value: 'a' }] } };
      if (pathname === '/api/search')
        return searchParams.get('q')?.includes('most_recent') === true
          ? { status: 400, body: 'unknown hint' }
          : { body: { traces: [found] } };
      if (pathname === `/api/traces/${traceId}`) return { body: { batches: otlp([tempoSpan]) } };
      return undefined;
    });
    const store = await detectTraceStore(url);
    expect(store.kind).toBe('tempo');
    expect(await store.services()).toEqual(['a']);
    expect(await store.search(search)).toEqual([
      {
        traceId,
        rootService: 'a',
        rootOperation: 'op',
        startUs: 1_700_000_000_000_001,
        durationUs: 12_000,
        spanCount: 3,
        errorCount: 1,
        services: [{ name: 'a', spanCount: 3, errorCount: 1 }],
      },
    ]);
    expect(asked.at(-1)?.searchParams.get('q')).toBe(
      '{ resource.service.name = "reviews.default" && name = "get \\"x\\"" && duration >= 5ms && duration <= 1000.5ms && (.http.status_code = "500" || .http.status_code = 500) && (.note = "a b") }',
    );
    const [span] = arrangeTrace(await store.trace(traceId));
    expect(span).toMatchObject({ spanId: 'b7ad6b7169203331', kind: 'server', error: true, service: 'reviews.default' });
  });

  it('Zipkin: both halves of a call may share an id', async () => {
    const half = (kind: string, serviceName: string, shared: boolean) => ({
      traceId,
      id: 'b7ad6b7169203331',
      name: 'get',
      kind,
      timestamp: startUs,
      duration: 1000,
      localEndpoint: { serviceName },
      shared,
    });
    const child = { ...half('CLIENT', 'b', false), id: 'b7ad6b7169203332', parentId: 'b7ad6b7169203331' };
    const { url, asked } = await serve(({ pathname }) => {
      if (pathname === '/zipkin/api/v2/services') return { body: ['b', 'a'] };
      if (pathname === '/zipkin/api/v2/traces') return { body: [[half('CLIENT', 'a', false)]] };
      if (pathname === `/zipkin/api/v2/trace/${traceId}`) return { body: [half('CLIENT', 'a', false), half('SERVER', 'b', true), child] };
      return undefined;
    });
    const store = await detectTraceStore(url);
    expect(store.kind).toBe('zipkin');
    expect(await store.search(search)).toHaveLength(1);
    const query = asked.at(-1)?.searchParams;
    expect([query?.get('endTs'), query?.get('lookback'), query?.get('minDuration'), query?.get('annotationQuery')]).toEqual([
      '1700000060000',
      '60000',
      '5000',
      'http.status_code=500 and note=a b',
    ]);
    const spans = arrangeTrace(await store.trace(traceId));
    expect(spans.map((span) => [span.service, span.kind, span.depth])).toEqual([
      ['a', 'client', 0],
      ['b', 'server', 1],
      ['b', 'client', 2],
    ]);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(3);
  });

  it('says when nothing answers, and when nothing known does', async () => {
    expect(await codeOf(detectTraceStore('http://127.0.0.1:1'))).toBe('source_unavailable');
    const { url } = await serve(() => ({ body: 'a page' }));
    expect(await codeOf(detectTraceStore(url))).toBe('source_failed');
  });
});

describe('readSyncz', () => {
  it("reads Istio's rows, and the versions the bundled mesh adds", () => {
    const rows = [
      {
        proxy: 'a.default',
        istio_version: '1.30.0',
        cluster_sent: 'n1',
        cluster_acked: 'n1',
        route_sent: 'n3',
        route_acked: 'n2',
        endpoint_sent: '',
      },
      {
        proxy: 'b.default',
        'heddle.dev/acked': { 'networking.istio.io/VirtualService': '812' },
        'heddle.dev/nacks': [
          { type: 't', message: 'mended since', resources: ['9080'], at: '2026-01-01T00:00:00.000Z', standing: false },
          { type: 't', message: 'bad regex', resources: ['9080'], at: '2026-01-01T00:01:00.000Z', standing: true },
        ],
      },
      { not: 'a row' },
    ];
    expect(readSyncz(rows)).toEqual([
      { proxy: 'a.default', synced: { cluster: true, route: false }, acknowledged: null, rejected: [], version: '1.30.0' },
      {
        proxy: 'b.default',
        synced: {},
        acknowledged: { 'networking.istio.io/VirtualService': '812' },
        rejected: [{ message: 'bad regex', resources: ['9080'], at: '2026-01-01T00:01:00.000Z' }],
        version: null,
      },
    ]);
    expect(readSyncz('nonsense')).toEqual([]);
  });
});
