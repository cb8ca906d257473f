import type { RequestPlan } from '../exchange/request-plan';
import type { RouteView } from '../exchange/route-view';
import type { SavedHead } from '../exchange/streams';
import type { RequestHead } from '../message-head';

/** Headers that have no place in HTTP/2 (RFC 9113 §8.2.2), or speak to this proxy alone. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
  'x-envoy-attempt-count',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-decorator-operation',
  'x-envoy-original-path',
]);
const b3Names = new Set(['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled']);

/** The head as it goes to an HTTP/2 upstream. */
export function composeHttp2Head(head: RequestHead, plan: RequestPlan, view: RouteView): SavedHead {
  const names = [':method', ':scheme', ':authority', ':path'];
  const values = [view.method, view.scheme, plan.authority ?? view.authority, plan.path ?? view.path];
  const add = (name: string, value: string): void => {
    names.push(name);
    values.push(value);
  };
  let forwarded = '';
  head.each((name, value) => {
    if (dropped.has(name) || plan.drop.includes(name)) return;
    if (name === 'te' && !value.includes('trailers')) return;
    if (name === 'x-request-id' && plan.requestId !== null) return;
    if (name === 'x-forwarded-proto' && plan.forwardedProto !== null) return;
    if (name === 'x-forwarded-client-cert' && plan.clientCert !== null) return;
    if (name === 'traceparent' && plan.traceparent !== null) return;
    if (plan.b3 !== null && b3Names.has(name)) return;
    if (name === 'x-forwarded-for' && plan.forwardedFor !== null) {
      forwarded = forwarded === '' ? value : `${forwarded},${value}`;
      return;
    }
    add(name, value);
  });
  if (plan.forwardedFor !== null) add('x-forwarded-for', forwarded === '' ? plan.forwardedFor : `${forwarded},${plan.forwardedFor}`);
  if (plan.requestId !== null) add('x-request-id', plan.requestId);
  if (plan.forwardedProto !== null) add('x-forwarded-proto', plan.forwardedProto);
  if (plan.clientCert !== null && plan.clientCert !== '') add('x-forwarded-client-cert', plan.clientCert);
  if (plan.traceparent !== null) add('traceparent', plan.traceparent);
  if (plan.b3 !== null) {
    add('x-b3-traceid', plan.b3.traceId);
    add('x-b3-spanid', plan.b3.spanId);
    add('x-b3-parentspanid', plan.b3.parentSpanId);
    add('x-b3-sampled', plan.b3.sampled ? '1' : '0');
  }
  if (plan.originalPath !== null) add('x-envoy-original-path', plan.originalPath);
  if (plan.decorator !== null) add('x-envoy-decorator-operation', plan.decorator);
  for (let i = 0; i < plan.addNames.length; i++) add(plan.addNames[i] as string, plan.addValues[i] as string);
  if (plan.expectedTimeoutMs > 0) add('x-envoy-expected-rq-timeout-ms', String(Math.round(plan.expectedTimeoutMs)));
  if (plan.attempt > 0) add('x-envoy-attempt-count', String(plan.attempt));
  return { names, values };
}
