import type { RequestPlan } from '../exchange/request-plan';
import type { RequestHead } from '../message-head';
import { CR, LF, SPACE, copyRange, writeNumber, writeText } from './byte-classes';
import { MAX_HEAD_BYTES } from './head';
import type { Http1RequestHead } from './head';
import * as kind from './header-kinds';
import { kindCount } from './header-kinds';

/** Always dropped or written anew: hop-by-hop headers, Host (it leads), and what only speaks to this proxy. */
const ALWAYS = 1;
/** Dropped when the plan says so. */
const MAYBE = 2;
const actions = new Uint8Array(kindCount);
for (const name of [
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'expect',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-decorator-operation',
]) {
  actions[kind.kindOf(name)] = ALWAYS;
}
for (const name of [
  'x-envoy-attempt-count',
  'x-envoy-original-path',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-client-cert',
  'traceparent',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'te',
]) {
  actions[kind.kindOf(name)] = MAYBE;
}

/** Bytes a composed head may have beyond those it came with. */
export function requestHeadRoom(headBytes: number, plan: RequestPlan): number {
  let room = headBytes + 1024 + (plan.path?.length ?? 0) + (plan.originalPath?.length ?? 0) + (plan.clientCert?.length ?? 0);
  for (let i = 0; i < plan.addNames.length; i++) room += (plan.addNames[i] as string).length + (plan.addValues[i] as string).length + 4;
  return room;
}

/**
 * Writes a request head that came over HTTP/1.1 as it goes up: kept lines are copied in runs, the rest is spliced. Returns the new end.
 * The framing headers stay as they came, since the body is passed on as framed.
 */
export function writeRequestFromHttp1(out: Buffer, start: number, head: Http1RequestHead, plan: RequestPlan): number {
  const { bytes, nameStart, valueStart, valueEnd, kinds, count } = head;
  let at = copyRange(bytes, head.start, head.methodEnd, out, start);
  out[at++] = SPACE;
  if (plan.path !== null) at = writeText(out, at, plan.path);
  else if (head.pathEnd > head.pathStart) at = copyRange(bytes, head.pathStart, head.pathEnd, out, at);
  else out[at++] = 0x2f;
  at = writeText(out, at, ' HTTP/1.1\r\nhost: ');
  if (plan.authority !== null) at = writeText(out, at, plan.authority);
  else if (head.authorityEnd > head.authorityStart) at = copyRange(bytes, head.authorityStart, head.authorityEnd, out, at);
  else {
    const host = head.first[kind.HOST] as number;
    if (host >= 0) at = copyRange(bytes, valueStart[host] as number, valueEnd[host] as number, out, at);
  }
  at = lineEnd(out, at);
  const checkNames = plan.drop.length > 0 || head.extraHopHeaders;
  let run = head.headersStart;
  for (let i = 0; i < count; i++) {
    const action = actions[kinds[i] as number] as number;
    if (action === 0 && !checkNames) continue;
    const dropped =
      action === ALWAYS ||
      (action === MAYBE && dropsKnown(head, i, plan)) ||
      (checkNames && (plan.drop.includes(head.name(i)) || (head.extraHopHeaders && namedByConnection(head, head.name(i)))));
    if (!dropped) continue;
    const line = nameStart[i] as number;
    if (line > run) at = copyRange(bytes, run, line, out, at);
    run = i + 1 < count ? (nameStart[i + 1] as number) : head.end - 2;
  }
  if (head.end - 2 > run) at = copyRange(bytes, run, head.end - 2, out, at);
  if (plan.forwardedFor !== null) {
    const before = head.get('x-forwarded-for');
    at = header(out, at, 'x-forwarded-for: ', before === undefined ? plan.forwardedFor : `${before},${plan.forwardedFor}`);
  }
  if (head.has(kind.TE) && head.get('te')?.includes('trailers') === true) at = writeText(out, at, 'te: trailers\r\n');
  if (plan.upgrade) {
    at = writeText(out, at, 'connection: Upgrade\r\n');
    at = header(out, at, 'upgrade: ', head.get('upgrade') ?? '');
  }
  return writePlan(out, at, plan);
}

/** Writes a request head that came over HTTP/2 for an HTTP/1.1 upstream. The body goes chunked unless its length is known or it has none. */
export function writeRequestFromHeaders(out: Buffer, start: number, head: RequestHead, plan: RequestPlan, hasBody: boolean): number {
  let at = writeText(out, start, `${head.method} ${plan.path ?? head.path} HTTP/1.1\r\nhost: ${plan.authority ?? head.authority}\r\n`);
  let length = false;
  const forwardedFor = plan.forwardedFor === null ? undefined : head.get('x-forwarded-for');
  head.each((name, value) => {
    const known = kind.kindOf(name);
    const action = actions[known] as number;
    if (action === ALWAYS || known === kind.TRANSFER_ENCODING || plan.drop.includes(name)) return;
    if (action === MAYBE && known !== kind.TE && dropsByPlan(known, plan)) return;
    if (known === kind.CONTENT_LENGTH) length = true;
    if (at + name.length + value.length + 4 > start + MAX_HEAD_BYTES * 2) return;
    at = header(out, writeText(out, at, name), ': ', value);
  });
  if (plan.forwardedFor !== null) {
    at = header(out, at, 'x-forwarded-for: ', forwardedFor === undefined ? plan.forwardedFor : `${forwardedFor},${plan.forwardedFor}`);
  }
  if (hasBody && !length) at = writeText(out, at, 'transfer-encoding: chunked\r\n');
  return writePlan(out, at, plan);
}

function dropsKnown(head: Http1RequestHead, index: number, plan: RequestPlan): boolean {
  const known = head.kinds[index] as number;
  // Only the first of several may stay: two different ids or proofs of identity are one too many.
  return dropsByPlan(known, plan) || (known === kind.XFCC && (head.first[known] as number) !== index && plan.clientCert !== null);
}

function dropsByPlan(known: number, plan: RequestPlan): boolean {
  switch (known) {
    case kind.ATTEMPT_COUNT:
      return plan.attempt > 0;
    case kind.ORIGINAL_PATH:
      return plan.originalPath !== null;
    case kind.X_REQUEST_ID:
      return plan.requestId !== null;
    case kind.X_FORWARDED_FOR:
      return plan.forwardedFor !== null;
    case kind.X_FORWARDED_PROTO:
      return plan.forwardedProto !== null;
    case kind.XFCC:
      return plan.clientCert !== null;
    case kind.TRACEPARENT:
      return plan.traceparent !== null;
    case kind.TE:
      return true;
    default:
      return plan.b3 !== null;
  }
}

function namedByConnection(head: Http1RequestHead, name: string): boolean {
  const listed = head.get('connection');
  if (listed === undefined || name === 'content-length' || name === 'transfer-encoding') return false;
  return listed
    .toLowerCase()
    .split(',')
    .some((token) => token.trim() === name);
}

function writePlan(out: Buffer, start: number, plan: RequestPlan): number {
  let at = start;
  if (plan.requestId !== null) at = header(out, at, 'x-request-id: ', plan.requestId);
  if (plan.forwardedProto !== null) at = header(out, at, 'x-forwarded-proto: ', plan.forwardedProto);
  if (plan.clientCert !== null && plan.clientCert !== '') at = header(out, at, 'x-forwarded-client-cert: ', plan.clientCert);
  if (plan.traceparent !== null) at = header(out, at, 'traceparent: ', plan.traceparent);
  const b3 = plan.b3;
  if (b3 !== null) {
    at = writeText(
      out,
      at,
      `x-b3-traceid: ${b3.traceId}\r\nx-b3-spanid: ${b3.spanId}\r\nx-b3-parentspanid: ${b3.parentSpanId}\r\nx-b3-sampled: ${b3.sampled ? 1 : 0}\r\n`,
    );
  }
  if (plan.originalPath !== null) at = header(out, at, 'x-envoy-original-path: ', plan.originalPath);
  if (plan.decorator !== null) at = header(out, at, 'x-envoy-decorator-operation: ', plan.decorator);
  for (let i = 0; i < plan.addNames.length; i++)
    at = header(out, writeText(out, at, plan.addNames[i] as string), ': ', plan.addValues[i] as string);
  if (plan.expectedTimeoutMs > 0) {
    at = lineEnd(out, writeNumber(out, writeText(out, at, 'x-envoy-expected-rq-timeout-ms: '), plan.expectedTimeoutMs));
  }
  if (plan.attempt > 0) at = lineEnd(out, writeNumber(out, writeText(out, at, ATTEMPT_LINE), plan.attempt));
  return lineEnd(out, at);
}

const ATTEMPT_LINE = 'x-envoy-attempt-count: ';

function header(out: Buffer, start: number, name: string, value: string): number {
  return lineEnd(out, writeText(out, writeText(out, start, name), value));
}

function lineEnd(out: Buffer, at: number): number {
  out[at] = CR;
  out[at + 1] = LF;
  return at + 2;
}
