import { equalsLower } from './byte-classes';

/** Headers the proxy itself reads, changes or drops. Everything else is `other` and is copied without being looked at. */
export const headerNames = [
  '',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-client-cert',
  'x-forwarded-host',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-envoy-attempt-count',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-original-path',
  'x-envoy-decorator-operation',
  'x-envoy-upstream-service-time',
  'x-envoy-overloaded',
  'content-type',
  'user-agent',
  'server',
  'date',
  'origin',
  'authorization',
  'grpc-status',
  'cookie',
  'trailer',
] as const;

export type HeaderName = (typeof headerNames)[number];

export const kindCount = headerNames.length;
const nameBytes = headerNames.map((name) => Uint8Array.from(Buffer.from(name, 'latin1')));
const kindByName = new Map<string, number>(headerNames.map((name, kind) => [name, kind]));

/** The number of a header's kind; 0 for names the proxy does not know. */
export function kindOf(name: string): number {
  return kindByName.get(name) ?? 0;
}

function known(name: HeaderName): number {
  return headerNames.indexOf(name);
}

export const HOST = known('host');
export const CONNECTION = known('connection');
export const KEEP_ALIVE = known('keep-alive');
export const PROXY_CONNECTION = known('proxy-connection');
export const CONTENT_LENGTH = known('content-length');
export const TRANSFER_ENCODING = known('transfer-encoding');
export const UPGRADE = known('upgrade');
export const EXPECT = known('expect');
export const TE = known('te');
export const X_REQUEST_ID = known('x-request-id');
export const X_FORWARDED_FOR = known('x-forwarded-for');
export const X_FORWARDED_PROTO = known('x-forwarded-proto');
export const XFCC = known('x-forwarded-client-cert');
export const TRACEPARENT = known('traceparent');
export const B3 = known('b3');
export const B3_TRACE_ID = known('x-b3-traceid');
export const B3_SPAN_ID = known('x-b3-spanid');
export const B3_PARENT_SPAN_ID = known('x-b3-parentspanid');
export const B3_SAMPLED = known('x-b3-sampled');
export const ATTEMPT_COUNT = known('x-envoy-attempt-count');
export const ORIGINAL_PATH = known('x-envoy-original-path');
export const SERVER = known('server');
export const DATE = known('date');

/** Length, first and last letter almost name a header; the few that share them stand in one bucket. */
const buckets: number[][] = [];
for (let kind = 1; kind < kindCount; kind++) {
  const name = nameBytes[kind] as Uint8Array;
  const key = keyOf(name.length, name[0] as number, name[name.length - 1] as number);
  (buckets[key] ??= []).push(kind);
}
const bucketIndex = new Uint8Array(64 * 32 * 32);
const bucketList: number[][] = [[]];
buckets.forEach((kinds, key) => {
  bucketIndex[key] = bucketList.length;
  bucketList.push(kinds);
});

function keyOf(length: number, first: number, last: number): number {
  return ((length & 63) << 10) | ((first & 31) << 5) | (last & 31);
}

/** The kind of the header name at `[start, end)`. */
export function kindAt(bytes: Buffer, start: number, end: number): number {
  const bucket = bucketIndex[keyOf(end - start, bytes[start] as number, bytes[end - 1] as number)] as number;
  if (bucket === 0) return 0;
  const kinds = bucketList[bucket] as number[];
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i] as number;
    const name = nameBytes[kind] as Uint8Array;
    if (name.length === end - start && equalsLower(bytes, start, name)) return kind;
  }
  return 0;
}
