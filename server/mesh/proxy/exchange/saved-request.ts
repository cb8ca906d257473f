import { requestHead } from '../http1/head';
import { requestHeadRoom, writeRequestFromHeaders, writeRequestFromHttp1 } from '../http1/write-request';
import { withValues } from '../http2/compose-head';
import type { RequestHead } from '../message-head';
import type { RequestPlan } from './request-plan';
import type { SavedHead } from './streams';

const EMPTY = Buffer.alloc(0);
/** Kept for another try up to this many bytes; larger requests are sent once. */
const MAX_KEPT_BYTES = 64 * 1024;
/** While no connection is there yet, a body is held up to this many bytes (and reading stops long before). */
export const MAX_WAITING_BYTES = 1024 * 1024;

const expectedTimeout = ['x-envoy-expected-rq-timeout-ms'];
const grpcTimeout = ['grpc-timeout'];
const bothTimeouts = [...expectedTimeout, ...grpcTimeout];

/** A time in milliseconds (`20000`, `20000m`), not above `leftMs`. Others (seconds: more than a day) stay. */
function atMost(value: string, leftMs: number): string {
  const [, digits, unit] = /^(\d+)(m?)$/.exec(value) ?? [];
  return digits === undefined || Number(digits) <= leftMs ? value : `${leftMs}${unit ?? ''}`;
}

/**
 * A request as it goes up: composed head and body so far. Sent from here, sent again from here on a retry, and filled while a connection is
 * being made.
 */
export class SavedRequest {
  bytes: Buffer = EMPTY;
  length = 0;
  headLength = 0;
  /** The head for HTTP/2 upstreams; null for HTTP/1. */
  head: SavedHead | null = null;
  /** All of the request so far is here, so that it can be sent again. */
  complete = true;
  private hasAttempt = false;
  /** Names of the headers that tell the server how long it has. */
  private timeoutNames: readonly string[] = [];

  clear(): void {
    // A large buffer of an earlier request is not kept by an idle connection.
    if (this.bytes.length > MAX_KEPT_BYTES) this.bytes = EMPTY;
    this.length = 0;
    this.headLength = 0;
    this.head = null;
    this.complete = true;
    this.hasAttempt = false;
    this.timeoutNames = [];
  }

  composeHttp1(head: RequestHead, plan: RequestPlan, hasBody: boolean): void {
    const fromHttp1 = head === requestHead;
    this.reserve(fromHttp1 ? requestHeadRoom(requestHead.end - requestHead.start, plan) : 128 * 1024);
    this.length = fromHttp1
      ? writeRequestFromHttp1(this.bytes, 0, requestHead, plan)
      : writeRequestFromHeaders(this.bytes, 0, head, plan, hasBody);
    this.headLength = this.length;
    this.note(plan);
    if (!fromHttp1) this.bytes = Buffer.from(this.bytes.subarray(0, this.length));
  }

  /**
   * Makes the composed head that of another try: its number, and what is left of the route's timeout (`leftMs`, 0: there is none) where the
   * server is told how long it has and that is less (Envoy's `FilterUtility::setTimeoutHeaders`).
   */
  setAttempt(attempt: number, leftMs: number): void {
    const { timeoutNames, hasAttempt } = this;
    const tells = leftMs > 0 && timeoutNames.length > 0;
    if (!hasAttempt && !tells) return;
    if (this.head !== null) {
      this.head = withValues(this.head, (name, value) => {
        if (hasAttempt && name === 'x-envoy-attempt-count') return String(attempt);
        return tells && timeoutNames.includes(name) ? atMost(value, leftMs) : value;
      });
      return;
    }
    // The number of the try is the last header; the others keep their room, a shorter value has blanks before it.
    if (hasAttempt) this.bytes[this.headLength - 5] = 0x30 + Math.min(attempt, 9);
    if (!tells) return;
    for (const name of timeoutNames) {
      const line = this.bytes.subarray(0, this.headLength).lastIndexOf(`\r\n${name}: `);
      if (line === -1) continue;
      const start = line + name.length + 4;
      const end = this.bytes.indexOf('\r\n', start);
      const value = this.bytes.toString('latin1', start, end);
      this.bytes.write(atMost(value.trim(), leftMs).padStart(value.length), start, 'latin1');
    }
  }

  private note(plan: RequestPlan): void {
    this.hasAttempt = plan.attempt > 0;
    const { expectedTimeoutMs, addNames } = plan;
    if (expectedTimeoutMs > 0) this.timeoutNames = addNames.includes('grpc-timeout') ? bothTimeouts : expectedTimeout;
    else if (addNames.includes('grpc-timeout')) this.timeoutNames = grpcTimeout;
  }

  composeHttp2(head: SavedHead, plan: RequestPlan): void {
    this.head = head;
    this.note(plan);
  }

  /** Adds body bytes, if they are to be kept. */
  add(bytes: Buffer, start: number, end: number, waiting: boolean): void {
    if (!this.complete || end <= start) return;
    const length = this.length + end - start;
    if (length > (waiting ? MAX_WAITING_BYTES : MAX_KEPT_BYTES)) {
      this.complete = false;
      return;
    }
    if (this.bytes.length < length) this.reserve(length * 2);
    bytes.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  private reserve(size: number): void {
    if (this.bytes.length >= size) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(size, 2048));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
