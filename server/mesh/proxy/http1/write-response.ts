import type { ResponsePlan } from '../exchange/request-plan';
import type { ResponseHead } from '../message-head';
import { CR, LF, copyRange, writeNumber, writeText } from './byte-classes';
import type { Http1ResponseHead } from './head';
import * as kind from './header-kinds';
import { kindCount } from './header-kinds';
import { statusText } from './status-text';

const dropped = new Uint8Array(kindCount);
for (const name of [
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'x-envoy-upstream-service-time',
  'x-envoy-decorator-operation',
]) {
  dropped[kind.kindOf(name)] = 1;
}

/** How the body leaves after the head. */
export type BodyFraming = 'as-it-came' | 'chunked' | 'length' | 'until-close' | 'none';

const statusLines: (Buffer | undefined)[] = [];

function statusLine(status: number): Buffer {
  return (statusLines[status] ??= Buffer.from(`HTTP/1.1 ${status} ${statusText(status)}\r\n`, 'latin1'));
}

let dateText = '';
let dateSecond = 0;

/** The `date` header of this second. */
export function httpDate(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(now).toUTCString();
  }
  return dateText;
}

export function responseHeadRoom(headBytes: number, plan: ResponsePlan): number {
  let room = headBytes + 512;
  for (let i = 0; i < plan.addNames.length; i++) room += (plan.addNames[i] as string).length + (plan.addValues[i] as string).length + 4;
  return room;
}

/** Writes a response head that came over HTTP/1.1, copying kept lines in runs. */
export function writeResponseFromHttp1(
  out: Buffer,
  start: number,
  head: Http1ResponseHead,
  plan: ResponsePlan,
  framing: BodyFraming,
  keepAlive: boolean,
): number {
  const { bytes, nameStart, kinds, count } = head;
  const line = statusLine(head.status);
  let at = copyRange(line, 0, line.length, out, start);
  const keepsFraming = framing === 'as-it-came' || framing === 'none';
  const checkNames = plan.drop.length > 0;
  let run = head.headersStart;
  for (let i = 0; i < count; i++) {
    const known = kinds[i] as number;
    if (known === 0 && !checkNames) continue;
    const drop =
      dropped[known] === 1 ||
      (known === kind.SERVER && plan.server !== null) ||
      (!keepsFraming && (known === kind.TRANSFER_ENCODING || known === kind.CONTENT_LENGTH)) ||
      (checkNames && plan.drop.includes(head.name(i)));
    if (!drop) continue;
    const from = nameStart[i] as number;
    if (from > run) at = copyRange(bytes, run, from, out, at);
    run = i + 1 < count ? (nameStart[i + 1] as number) : head.end - 2;
  }
  if (head.end - 2 > run) at = copyRange(bytes, run, head.end - 2, out, at);
  if (head.status === 101) {
    at = writeText(out, at, 'connection: Upgrade\r\n');
    at = header(out, at, 'upgrade: ', head.get('upgrade') ?? 'websocket');
  }
  if ((head.first[kind.DATE] as number) < 0 && head.status >= 200) at = header(out, at, 'date: ', httpDate());
  return finish(out, at, head.status, plan, framing, keepAlive);
}

/** Writes a response head that came over HTTP/2 for an HTTP/1.1 client. */
export function writeResponseFromHeaders(
  out: Buffer,
  start: number,
  head: ResponseHead,
  plan: ResponsePlan,
  framing: BodyFraming,
  keepAlive: boolean,
): number {
  const line = statusLine(head.status);
  let at = copyRange(line, 0, line.length, out, start);
  const limit = out.length - 4096;
  let dated = false;
  head.each((name, value) => {
    const known = kind.kindOf(name);
    if (dropped[known] === 1 || known === kind.TRANSFER_ENCODING || (known === kind.SERVER && plan.server !== null)) return;
    if (known === kind.CONTENT_LENGTH && framing !== 'length' && framing !== 'none') return;
    if (plan.drop.includes(name) || at + name.length + value.length > limit) return;
    dated ||= known === kind.DATE;
    at = header(out, writeText(out, at, name), ': ', value);
  });
  if (!dated) at = header(out, at, 'date: ', httpDate());
  return finish(out, at, head.status, plan, framing, keepAlive);
}

/** Writes an interim response (RFC 9110 §15.2), as 103. */
export function writeInterimResponse(out: Buffer, start: number, head: Http1ResponseHead): number {
  const line = statusLine(head.status);
  const at = copyRange(line, 0, line.length, out, start);
  return lineEnd(out, copyRange(head.bytes, head.headersStart, head.end - 2, out, at));
}

function finish(out: Buffer, start: number, status: number, plan: ResponsePlan, framing: BodyFraming, keepAlive: boolean): number {
  let at = start;
  if (plan.server !== null) at = header(out, at, 'server: ', plan.server);
  if (plan.serviceTimeMs >= 0)
    at = lineEnd(out, writeNumber(out, writeText(out, at, 'x-envoy-upstream-service-time: '), plan.serviceTimeMs));
  if (plan.attempt > 0) at = lineEnd(out, writeNumber(out, writeText(out, at, 'x-envoy-attempt-count: '), plan.attempt));
  for (let i = 0; i < plan.addNames.length; i++)
    at = header(out, writeText(out, at, plan.addNames[i] as string), ': ', plan.addValues[i] as string);
  if (framing === 'chunked') at = writeText(out, at, 'transfer-encoding: chunked\r\n');
  if (!keepAlive && status !== 101) at = writeText(out, at, 'connection: close\r\n');
  return lineEnd(out, at);
}

/** A response of the proxy's own. `headers` are lower-case name and value pairs. */
export function writeLocalResponse(
  out: Buffer,
  start: number,
  status: number,
  headers: readonly (readonly [string, string])[],
  body: Buffer,
  withBody: boolean,
  server: string,
  keepAlive: boolean,
): number {
  const line = statusLine(status);
  let at = copyRange(line, 0, line.length, out, start);
  for (const [name, value] of headers) at = header(out, writeText(out, at, name), ': ', value);
  if (status !== 204 && status !== 304) at = lineEnd(out, writeNumber(out, writeText(out, at, 'content-length: '), body.length));
  at = header(out, at, 'date: ', httpDate());
  if (server !== '') at = header(out, at, 'server: ', server);
  if (!keepAlive) at = writeText(out, at, 'connection: close\r\n');
  at = lineEnd(out, at);
  return withBody ? copyRange(body, 0, body.length, out, at) : at;
}

function header(out: Buffer, start: number, name: string, value: string): number {
  return lineEnd(out, writeText(out, writeText(out, start, name), value));
}

function lineEnd(out: Buffer, at: number): number {
  out[at] = CR;
  out[at + 1] = LF;
  return at + 2;
}
