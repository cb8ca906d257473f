import { describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import {
  decodeJaegerTrace,
  decodeOtlpJson,
  decodeOtlpProtobuf,
  decodeZipkin,
  encodeJaegerTrace,
  encodeOtlpJson,
  groupByTrace,
  matchesSpan,
  parseGoDuration,
  queryTokens,
  searchTokens,
  type Attribute,
  type Span,
} from './index';
import { makeSpan } from './testdata/make-span';

const full: Span = makeSpan('b'.repeat(16), 'c'.repeat(16), 1_700_000_000_000_000, 1_700_000_000_001_500, {
  kind: 'client',
  status: 'error',
  statusMessage: 'no',
  traceState: 'k=v',
  attributes: [
    { key: 'text', type: 'string', value: 'x' },
    { key: 'n', type: 'int64', value: 7 },
    { key: 'huge', type: 'int64', value: '9223372036854775807' },
    { key: 'f', type: 'float64', value: 0.25 },
    { key: 'yes', type: 'bool', value: true },
    { key: 'raw', type: 'binary', value: 'AQID' },
  ],
  events: [{ timeUs: 1_700_000_000_000_100, name: 'retry', attributes: [{ key: 'n', type: 'int64', value: 1 }] }],
  links: [{ traceId: '2'.repeat(32), spanId: '3'.repeat(16), attributes: [] }],
  scope: { name: 'lib', version: '1' },
  resource: { serviceName: 'reviews', attributes: [{ key: 'host', type: 'string', value: 'h' }] },
});

describe('OTLP JSON', () => {
  it('comes back as it went', () => {
    const nested: Span = {
      ...full,
      startNs: 250,
      durationNs: 1_500_123,
      attributes: [{ key: 'l', type: 'list', value: [{ type: 'map', value: [{ key: 'k', type: 'bool', value: false }] }] }],
    };
    expect(decodeOtlpJson(JSON.parse(JSON.stringify({ resourceSpans: encodeOtlpJson([full, nested]) })))).toEqual({
      spans: [full, nested],
      rejected: 0,
      message: '',
    });
  });
  it('takes numbers as text or numbers, ids in any case, absent parts and names it does not know', () => {
    const body = {
      resourceSpans: [
        {
          more: 1,
          scopeSpans: [
            {
              spans: [
                { traceId: 'ABCDEF01'.repeat(4), spanId: 'AB'.repeat(8), startTimeUnixNano: 1e18, endTimeUnixNano: '1000000000000001000' },
              ],
            },
          ],
        },
      ],
    };
    expect(decodeOtlpJson(body).spans[0]).toMatchObject({
      traceId: 'abcdef01'.repeat(4),
      startUs: 1e15,
      durationNs: 1000,
      resource: { serviceName: 'unknown_service' },
    });
    expect(decodeOtlpJson({}).spans).toEqual([]);
  });
  it('rejects spans one by one and refuses what has another form', () => {
    const span = { traceId: '0'.repeat(32), spanId: 'a'.repeat(16), startTimeUnixNano: 1, endTimeUnixNano: 2 };
    const timeless = { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16) };
    expect(decodeOtlpJson({ resourceSpans: [{ scopeSpans: [{ spans: [span, timeless] }] }] })).toEqual({
      spans: [],
      rejected: 2,
      message: 'resourceSpans[0].scopeSpans[0].spans[0]: traceId is not 32 hex digits',
    });
    expect(() => decodeOtlpJson([])).toThrow(HeddleError);
    expect(() => decodeOtlpJson({ resourceSpans: {} })).toThrow('expected a list');
  });
});

describe('OTLP protobuf', () => {
  it.each([
    ['a length beyond the end', [0x0a, 0x05, 0x01]],
    ['a varint without end', [0x0a, ...Array<number>(11).fill(0xff)]],
    ['a group', [0x0b]],
    ['a number where a message belongs', [0x08, 0x01]],
  ])('refuses %s', (_about, bytes) => {
    // Field 1 of the request is the only one that is read; a number there is a wrong wire type.
    expect(() => decodeOtlpProtobuf(Uint8Array.from(bytes))).toThrow('cannot read protobuf');
  });
  it('reads an empty request', () => {
    expect(decodeOtlpProtobuf(new Uint8Array())).toEqual({ spans: [], rejected: 0, message: '' });
  });
});

describe('Jaeger JSON', () => {
  it('comes back as it went', () => {
    const [trace] = groupByTrace([full, makeSpan('d'.repeat(16), '', 5, 6, { resource: full.resource })]);
    const json = encodeJaegerTrace(trace!);
    expect(Object.keys(json.processes)).toEqual(['p1']);
    expect(decodeJaegerTrace(JSON.parse(JSON.stringify(json)) as typeof json)).toEqual(trace);
  });
  it('does not list twice what the span says itself', () => {
    const tags: Attribute[] = [
      { key: 'error', type: 'string', value: 'yes' },
      { key: 'span.kind', type: 'string', value: 'proxy' },
    ];
    const json = encodeJaegerTrace({ traceId: full.traceId, spans: [{ ...full, attributes: tags }] });
    expect(json.spans[0]?.tags?.filter((tag) => tag.key === 'error' || tag.key === 'span.kind')).toHaveLength(2);
  });
});

describe('Zipkin JSON', () => {
  it('is read, with short ids and an error of any text', () => {
    const { spans, rejected } = decodeZipkin([
      {
        traceId: 'ab',
        id: 'cd',
        parentId: 'ef',
        kind: 'CLIENT',
        name: 'get',
        timestamp: 10,
        duration: 5,
        localEndpoint: { serviceName: 'front', ipv4: '10.0.0.1', port: 80 },
        remoteEndpoint: { serviceName: 'back' },
        tags: { error: 'timeout', 'http.path': '/' },
        annotations: [{ timestamp: 11, value: 'ws' }],
      },
      { traceId: 'nothex', id: '1' },
      7,
    ]);
    expect(rejected).toBe(2);
    expect(spans).toEqual([
      makeSpan('cd'.padStart(16, '0'), 'ef'.padStart(16, '0'), 10, 15, {
        traceId: 'ab'.padStart(32, '0'),
        name: 'get',
        kind: 'client',
        status: 'error',
        statusMessage: 'timeout',
        attributes: [
          { key: 'http.path', type: 'string', value: '/' },
          { key: 'peer.service', type: 'string', value: 'back' },
        ],
        events: [{ timeUs: 11, name: 'ws', attributes: [] }],
        resource: {
          serviceName: 'front',
          attributes: [
            { key: 'net.host.ip', type: 'string', value: '10.0.0.1' },
            { key: 'net.host.port', type: 'int64', value: 80 },
          ],
        },
      }),
    ]);
    expect(() => decodeZipkin({})).toThrow('expected a list');
  });
});

describe('search', () => {
  const any = { service: '', operation: '', tags: {}, minDurationUs: 0, maxDurationUs: Infinity };
  it.each([
    [{ service: 'reviews' }, true],
    [{ service: 'ratings' }, false],
    [{ operation: 'b'.repeat(16) }, true],
    [{ tags: { n: '7', error: 'true', host: 'h', 'span.kind': 'client' } }, true],
    [{ tags: { event: 'retry', f: '0.25' } }, true],
    [{ tags: { n: '8' } }, false],
    [{ tags: { text: 'x', missing: '' } }, false],
    [{ minDurationUs: 1500 }, true],
    [{ minDurationUs: 1501 }, false],
    [{ maxDurationUs: 1499 }, false],
  ])('%j matches: %s', (query, wanted) => {
    expect(matchesSpan(full, { ...any, ...query })).toBe(wanted);
    const words = new Set(searchTokens(full));
    // The words may never hide a span that matches.
    if (wanted) expect(queryTokens({ ...any, ...query }).every((word) => words.has(word))).toBe(true);
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['1.2s', 1_200_000],
    ['100ms', 100_000],
    ['500us', 500],
    ['1h30m', 5_400_000_000],
    ['250ns', 0.25],
    ['0', 0],
  ])('%s is %d µs', (text, us) => expect(parseGoDuration(text)).toBe(us));
  it('refuses other forms', () => expect(['', '5', 's', '1x', '1s ', '-1s'].map(parseGoDuration)).toEqual(Array(6).fill(undefined)));
});
