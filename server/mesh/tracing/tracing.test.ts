import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTracing, type Tracing } from './index';

const NOW_US = Date.now() * 1000;
const otlp = (traceId: string, spans: object[]): object => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'reviews.default' } },
          { key: 'host', value: { stringValue: 'h1' } },
        ],
      },
      scopeSpans: [{ scope: { name: 'heddle', version: '1' }, spans: spans.map((span) => ({ traceId, ...span })) }],
    },
  ],
});
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const server = {
  spanId: 'B7AD6B7169203331',
  name: 'GET /reviews',
  kind: 2,
  startTimeUnixNano: `${NOW_US}250`,
  endTimeUnixNano: `${NOW_US + 1500}750`,
  attributes: [
    { key: 'http.status_code', value: { intValue: '503' } },
    { key: 'ratio', value: { doubleValue: 0.5 } },
  ],
  status: { code: 2, message: 'no healthy upstream' },
  events: [{ timeUnixNano: `${NOW_US + 10}000`, name: 'retry', attributes: [{ key: 'attempt', value: { intValue: 2 } }] }],
};
const client = {
  spanId: 'aaaaaaaaaaaaaaaa',
  parentSpanId: 'b7ad6b7169203331',
  name: 'call',
  kind: 3,
  startTimeUnixNano: `${NOW_US + 100}000`,
  endTimeUnixNano: `${NOW_US + 900}000`,
};

interface Enveloped<T> {
  data: T;
  errors: { code: number; msg: string }[] | null;
}

describe('tracing', () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-tracing-'));
  let tracing: Tracing;
  const start = (): Promise<Tracing> => startTracing({ directory, jaegerPort: 0, otlpPort: 0, zipkinPort: 0, worker: false });
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
    headers: Record<string, string> = {},
  ): Promise<Response> => fetch(`${tracing.otlpUrl}/v1/traces`, { method: 'POST', body, headers: { 'content-type': type, ...headers } });
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which form it asks for
  const jaeger = async <T>(request: string): Promise<{ status: number; body: T }> => {
    const reply = await fetch(tracing.jaegerUrl + request);
    return { status: reply.status, body: (await reply.json()) as T };
  };
  beforeAll(async () => {
    tracing = await start();
  });
  afterAll(async () => {
    await tracing.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it('takes in OTLP JSON and answers in Jaeger form', async () => {
    const reply = await post(JSON.stringify(otlp(TRACE, [server, client])));
    expect([reply.status, await reply.text()]).toEqual([200, '{}']);
    const { body } = await jaeger<Enveloped<{ traceID: string; spans: Record<string, unknown>[]; processes: Record<string, unknown> }[]>>(
      `/api/traces/${TRACE}`,
    );
    expect(body.data[0]?.processes).toEqual({
      p1: { serviceName: 'reviews.default', tags: [{ key: 'host', type: 'string', value: 'h1' }] },
    });
    expect(body.data[0]?.spans[0]).toEqual({
      traceID: TRACE,
      spanID: 'b7ad6b7169203331',
      operationName: 'GET /reviews',
      references: [],
      startTime: NOW_US,
      duration: 1500,
      tags: [
        { key: 'http.status_code', type: 'int64', value: 503 },
        { key: 'ratio', type: 'float64', value: 0.5 },
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'error', type: 'bool', value: true },
        { key: 'otel.status_code', type: 'string', value: 'ERROR' },
        { key: 'otel.status_description', type: 'string', value: 'no healthy upstream' },
        { key: 'otel.scope.name', type: 'string', value: 'heddle' },
        { key: 'otel.scope.version', type: 'string', value: '1' },
      ],
      logs: [
        {
          timestamp: NOW_US + 10,
          fields: [
            { key: 'event', type: 'string', value: 'retry' },
            { key: 'attempt', type: 'int64', value: 2 },
          ],
        },
      ],
      processID: 'p1',
      warnings: null,
    });
    expect(body.data[0]?.spans[1]).toMatchObject({ references: [{ refType: 'CHILD_OF', traceID: TRACE, spanID: 'b7ad6b7169203331' }] });
  });

  it('answers API v3 with the same spans', async () => {
    const times = `query.startTimeMin=${new Date(NOW_US / 1000 - 1000).toISOString()}&query.startTimeMax=${new Date(NOW_US / 1000 + 1000).toISOString()}`;
    const one = await jaeger<{ result: { resourceSpans: { scopeSpans: { spans: object[] }[] }[] } }>(`/api/v3/traces/${TRACE}`);
    expect(one.body.result.resourceSpans[0]?.scopeSpans[0]?.spans[0]).toEqual({
      ...server,
      traceId: TRACE,
      spanId: 'b7ad6b7169203331',
      events: [{ ...server.events[0], attributes: [{ key: 'attempt', value: { intValue: '2' } }] }],
    });
    const found = await jaeger(
      `/api/v3/traces?query.serviceName=reviews.default&${times}&query.attributes=${encodeURIComponent('{"http.status_code":"503"}')}`,
    );
    expect(found.body).toEqual(one.body);
    expect((await jaeger(`/api/v3/traces?query.serviceName=nobody&${times}`)).status).toBe(404);
    expect((await jaeger('/api/v3/traces?query.serviceName=reviews.default')).body).toEqual({
      error: { httpCode: 400, message: expect.stringContaining('query.startTimeMin') },
    });
    expect((await jaeger(`/api/v3/trace-summaries?query.serviceName=reviews.default&${times}`)).body).toEqual({
      summaries: [
        {
          traceId: TRACE,
          rootServiceName: 'reviews.default',
          rootOperationName: 'GET /reviews',
          minStartTimeUnixNano: `${NOW_US}000`,
          maxEndTimeUnixNano: `${NOW_US + 1500}000`,
          spanCount: 2,
          errorSpanCount: 1,
          services: [{ name: 'reviews.default', spanCount: 2, errorSpanCount: 1 }],
        },
      ],
    });
    expect((await jaeger('/api/v3/services')).body).toEqual({ services: ['reviews.default'] });
    expect((await jaeger('/api/v3/operations?service=reviews.default')).body).toEqual({
      operations: [
        { name: 'GET /reviews', spanKind: 'server' },
        { name: 'call', spanKind: 'client' },
      ],
    });
  });

  it('takes in OTLP protobuf, packed with gzip', async () => {
    const root = protobuf.parse(
      `syntax = "proto3";
       message Request { repeated ResourceSpans resource_spans = 1; }
       message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
       message Resource { repeated KeyValue attributes = 1; }
       message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
       message Scope { string name = 1; string version = 2; }
       message Span { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
         fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; uint32 dropped = 10;
         repeated Event events = 11; repeated Link links = 13; Status status = 15; fixed32 flags = 16; }
       message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
       message Link { bytes trace_id = 1; bytes span_id = 2; repeated KeyValue attributes = 4; }
       message Status { string message = 2; int32 code = 3; }
       message KeyValue { string key = 1; Value value = 2; }
       message Value { oneof v { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; List array_value = 5; Map kvlist_value = 6; bytes bytes_value = 7; } }
       message List { repeated Value values = 1; }
       message Map { repeated KeyValue values = 1; }`,
    ).root;
    const Request = root.lookupType('Request');
    const traceId = Buffer.from('11111111111111111111111111111111', 'hex');
    const body = Request.encode(
      Request.fromObject({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: '평점' } }] },
            scopeSpans: [
              {
                scope: { name: 'lib' },
                spans: [
                  {
                    traceId,
                    spanId: Buffer.from('2222222222222222', 'hex'),
                    name: 'GET /ratings',
                    kind: 2,
                    startTimeUnixNano: String(BigInt(NOW_US) * 1000n),
                    endTimeUnixNano: String(BigInt(NOW_US) * 1000n + 2_000_000n),
                    flags: 257,
                    attributes: [
                      { key: 'n', value: { intValue: -7 } },
                      { key: 'ok', value: { boolValue: true } },
                      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { doubleValue: 1.5 }] } } },
                      { key: 'raw', value: { bytesValue: Buffer.from([1, 2, 3, 4]) } },
                    ],
                    events: [{ timeUnixNano: String(BigInt(NOW_US) * 1000n), name: 'e' }],
                    links: [{ traceId: Buffer.from(TRACE, 'hex'), spanId: Buffer.from('b7ad6b7169203331', 'hex') }],
                    status: { code: 1 },
                  },
                  { traceId: Buffer.alloc(16), spanId: Buffer.alloc(8), name: 'bad' },
                ],
              },
            ],
          },
        ],
      }),
    ).finish();
    const reply = await post(gzipSync(body), 'application/x-protobuf', { 'content-encoding': 'gzip' });
    expect(reply.status).toBe(200);
    // partial_success {rejected_spans: 1, error_message: …}
    expect([...new Uint8Array(await reply.arrayBuffer())].slice(0, 1)).toEqual([0x0a]);
    const { body: found } = await jaeger<Enveloped<{ spans: { tags: object[]; references: object[]; duration: number }[] }[]>>(
      `/api/traces?service=${encodeURIComponent('평점')}&tags=${encodeURIComponent('{"n":"-7","list":"[\\"a\\",1.5]"}')}`,
    );
    expect(found.data[0]?.spans[0]).toMatchObject({
      duration: 2000,
      references: [{ refType: 'FOLLOWS_FROM', traceID: TRACE, spanID: 'b7ad6b7169203331' }],
      tags: expect.arrayContaining([
        { key: 'n', type: 'int64', value: -7 },
        { key: 'ok', type: 'bool', value: true },
        { key: 'raw', type: 'binary', value: 'AQIDBA==' },
        { key: 'otel.status_code', type: 'string', value: 'OK' },
      ]),
    });
  });

  it('takes in Zipkin spans whose halves share an id', async () => {
    const zipkin = [
      {
        traceId: '00000000000000ab',
        id: '00000000000000cd',
        kind: 'CLIENT',
        name: 'get',
        timestamp: NOW_US,
        duration: 900,
        localEndpoint: { serviceName: 'front' },
      },
      {
        traceId: '00000000000000ab',
        id: '00000000000000cd',
        kind: 'SERVER',
        name: 'get',
        timestamp: NOW_US + 100,
        duration: 500,
        shared: true,
        localEndpoint: { serviceName: 'back', ipv4: '10.0.0.1' },
        tags: { error: '' },
      },
    ];
    const reply = await fetch(`${tracing.zipkinUrl}/api/v2/spans`, {
      method: 'POST',
      body: JSON.stringify(zipkin),
      headers: { 'content-type': 'application/json' },
    });
    expect(reply.status).toBe(202);
    const { body } = await jaeger<Enveloped<object[]>>('/api/dependencies');
    expect(body.data).toContainEqual({ parent: 'front', child: 'back', callCount: 1 });
    expect((await jaeger<Enveloped<object[]>>('/api/traces?service=back&tag=error:true')).body.data).toHaveLength(1);
  });

  it('searches by the older API', async () => {
    const count = async (query: string): Promise<number> =>
      (await jaeger<Enveloped<object[]>>(`/api/traces?service=reviews.default${query}`)).body.data.length;
    expect(await count('')).toBe(1);
    expect(await count('&operation=call')).toBe(1);
    expect(await count('&minDuration=1.5ms')).toBe(1);
    expect(await count('&minDuration=1.6ms')).toBe(0);
    expect(await count('&maxDuration=800us&operation=GET%20/reviews')).toBe(0);
    expect(await count(`&tags=${encodeURIComponent('{"error":"true"}')}`)).toBe(1);
    expect(await count(`&start=${NOW_US + 5000}`)).toBe(0);
    expect(await count('&tag=host:h1')).toBe(1);
    expect(await count('&tag=attempt:2')).toBe(1);
  });

  it.each([
    ['/api/traces', 400, 'service'],
    ['/api/traces?service=a&minDuration=fast', 400, 'minDuration'],
    ['/api/traces?service=a&tags={', 400, 'tags'],
    ['/api/traces?service=a&limit=0', 400, 'limit'],
    ['/api/traces/xyz', 400, 'trace id'],
    ['/api/traces/ffffffffffffffffffffffffffffffff', 404, 'trace not found'],
    ['/api/operations', 400, 'service'],
    ['/api/metrics/calls?service=a', 501, 'metrics'],
    ['/api/nothing', 404, 'no such endpoint'],
  ])('refuses %s with %i', async (request, status, words) => {
    const reply = await jaeger<Enveloped<null>>(request);
    expect(reply.status).toBe(status);
    expect(reply.body.errors?.[0]?.code).toBe(status);
    expect(reply.body.errors?.[0]?.msg).toContain(words);
  });

  it('refuses what is no OTLP', async () => {
    expect((await post('{')).status).toBe(400);
    expect((await post('[]')).status).toBe(400);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post(new Uint8Array([0x0a, 0xff, 0x01]), 'application/x-protobuf')).status).toBe(400);
    expect((await post('nonsense', 'application/json', { 'content-encoding': 'gzip' })).status).toBe(400);
    const partial = await post(JSON.stringify(otlp(TRACE, [{ ...server, spanId: 'xyz' }])));
    expect([partial.status, await partial.json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '1', errorMessage: 'resourceSpans[0].scopeSpans[0].spans[0]: spanId is not 16 hex digits' } },
    ]);
  });

  it('refuses a body that unpacks to more than the limit', async () => {
    expect((await post(gzipSync(Buffer.alloc(65 << 20)), 'application/json', { 'content-encoding': 'gzip' })).status).toBe(413);
  });

  it('converts uploaded OTLP', async () => {
    const reply = await fetch(`${tracing.jaegerUrl}/api/transform`, {
      method: 'POST',
      body: JSON.stringify(otlp('c'.repeat(32), [server])),
    });
    expect(await reply.json()).toMatchObject({ data: [{ traceID: 'c'.repeat(32), spans: [{ operationName: 'GET /reviews' }] }] });
  });

  it('keeps everything over a restart', async () => {
    const before = await jaeger('/api/services');
    await tracing.stop();
    tracing = await start();
    expect(await jaeger('/api/services')).toEqual(before);
    expect((await jaeger<Enveloped<object[]>>(`/api/traces/${TRACE}`)).status).toBe(200);
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(tracing.otlpUrl).port);
    await expect(
      startTracing({ directory: path.join(directory, 'other'), jaegerPort: 0, otlpPort: port, zipkinPort: 0, worker: false }),
    ).rejects.toMatchObject({
      code: 'source_unavailable',
      message: expect.stringContaining(String(port)),
    });
  });
});
