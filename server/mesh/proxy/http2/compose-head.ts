import type { RequestPlan } from '../exchange/request-plan';
import type { RouteView } from '../exchange/route-view';
import type { SavedHead } from '../exchange/streams';
import * as kind from '../http1/header-kinds';
import { kindCount, kindOf } from '../http1/header-kinds';
import type { RequestHead } from '../message-head';
import { HeaderEntry, internEntry } from './header-entry';
import { http2Request } from './http2-head';

/** Headers that have no place in HTTP/2 (RFC 9113 §8.2.2), or speak to this proxy alone. */
const dropped = new Uint8Array(kindCount);
for (const name of [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-decorator-operation',
]) {
  dropped[kindOf(name)] = 1;
}

/** The head as it goes to an HTTP/2 upstream. Fields that came over HTTP/2 stay the same objects, which the encoder knows again. */
export function composeHttp2Head(head: RequestHead, plan: RequestPlan, view: RouteView): SavedHead {
  const entries: HeaderEntry[] = [
    internEntry(':method', view.method),
    internEntry(':scheme', view.scheme),
    internEntry(':authority', plan.authority ?? view.authority),
    pathEntry(plan.path ?? view.path),
  ];
  let forwarded = '';
  const take = (entry: HeaderEntry): void => {
    if (entry.kind !== 0) {
      if (dropped[entry.kind] === 1 || replaced(entry, plan)) return;
      if (entry.kind === kind.X_FORWARDED_FOR && plan.forwardedFor !== null) {
        forwarded = forwarded === '' ? entry.value : `${forwarded},${entry.value}`;
        return;
      }
    }
    if (plan.drop.length > 0 && plan.drop.includes(entry.name)) return;
    entries.push(entry);
  };
  if (head === http2Request) {
    for (const entry of http2Request.fields) if (!entry.pseudo) take(entry);
  } else head.each((name, value) => take(internEntry(name, value)));
  const add = (name: string, value: string): void => void entries.push(new HeaderEntry(name, value, true));
  if (plan.forwardedFor !== null) add('x-forwarded-for', forwarded === '' ? plan.forwardedFor : `${forwarded},${plan.forwardedFor}`);
  if (plan.requestId !== null) add('x-request-id', plan.requestId);
  if (plan.forwardedProto !== null) entries.push(internEntry('x-forwarded-proto', plan.forwardedProto));
  if (plan.clientCert !== null && plan.clientCert !== '') entries.push(internEntry('x-forwarded-client-cert', plan.clientCert));
  if (plan.traceparent !== null) add('traceparent', plan.traceparent);
  if (plan.b3 !== null) {
    add('x-b3-traceid', plan.b3.traceId);
    add('x-b3-spanid', plan.b3.spanId);
    add('x-b3-parentspanid', plan.b3.parentSpanId);
    add('x-b3-sampled', plan.b3.sampled ? '1' : '0');
  }
  if (plan.originalPath !== null) add('x-envoy-original-path', plan.originalPath);
  if (plan.decorator !== null) entries.push(internEntry('x-envoy-decorator-operation', plan.decorator));
  for (let at = 0; at < plan.addNames.length; at++) entries.push(internEntry(plan.addNames[at] as string, plan.addValues[at] as string));
  if (plan.expectedTimeoutMs > 0) entries.push(internEntry('x-envoy-expected-rq-timeout-ms', String(Math.round(plan.expectedTimeoutMs))));
  if (plan.attempt > 0) entries.push(internEntry('x-envoy-attempt-count', String(plan.attempt)));
  return { entries };
}

/** Paths with a query seldom come again: they stay out of tables. */
function pathEntry(path: string): HeaderEntry {
  return path.includes('?') ? new HeaderEntry(':path', path, true) : internEntry(':path', path);
}

function replaced(entry: HeaderEntry, plan: RequestPlan): boolean {
  switch (entry.kind) {
    case kind.TE:
      return !entry.value.includes('trailers');
    case kind.ATTEMPT_COUNT:
      return plan.attempt > 0;
    case kind.ORIGINAL_PATH:
      return plan.originalPath !== null;
    case kind.X_REQUEST_ID:
      return plan.requestId !== null;
    case kind.X_FORWARDED_PROTO:
      return plan.forwardedProto !== null;
    case kind.XFCC:
      return plan.clientCert !== null;
    case kind.TRACEPARENT:
      return plan.traceparent !== null;
    case kind.B3:
    case kind.B3_TRACE_ID:
    case kind.B3_SPAN_ID:
    case kind.B3_PARENT_SPAN_ID:
    case kind.B3_SAMPLED:
      return plan.b3 !== null;
    default:
      return false;
  }
}

/** The list with other values of some headers. */
export function withValues(head: SavedHead, valueOf: (name: string, value: string) => string): SavedHead {
  return {
    entries: head.entries.map((entry) => {
      const value = valueOf(entry.name, entry.value);
      return value === entry.value ? entry : new HeaderEntry(entry.name, value, true);
    }),
  };
}
