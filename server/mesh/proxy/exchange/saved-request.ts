import { requestHead } from '../http1/head';
import { requestHeadRoom, writeRequestFromHeaders, writeRequestFromHttp1 } from '../http1/write-request';
import { withAttempt } from '../http2/compose-head';
import type { RequestHead } from '../message-head';
import type { RequestPlan } from './request-plan';
import type { SavedHead } from './streams';

const EMPTY = Buffer.alloc(0);
/** Kept for another try up to this many bytes; larger requests are sent once. */
const MAX_KEPT_BYTES = 64 * 1024;
/** While no connection is there yet, a body is held up to this many bytes (and reading stops long before). */
export const MAX_WAITING_BYTES = 1024 * 1024;

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

  clear(): void {
    // A large buffer of an earlier request is not kept by an idle connection.
    if (this.bytes.length > MAX_KEPT_BYTES) this.bytes = EMPTY;
    this.length = 0;
    this.headLength = 0;
    this.head = null;
    this.complete = true;
    this.hasAttempt = false;
  }

  composeHttp1(head: RequestHead, plan: RequestPlan, hasBody: boolean): void {
    const fromHttp1 = head === requestHead;
    this.reserve(fromHttp1 ? requestHeadRoom(requestHead.end - requestHead.start, plan) : 128 * 1024);
    this.length = fromHttp1
      ? writeRequestFromHttp1(this.bytes, 0, requestHead, plan)
      : writeRequestFromHeaders(this.bytes, 0, head, plan, hasBody);
    this.headLength = this.length;
    this.hasAttempt = plan.attempt > 0;
    if (!fromHttp1) this.bytes = Buffer.from(this.bytes.subarray(0, this.length));
  }

  /** Writes the number of the try into the composed head (it is the last header). */
  setAttempt(attempt: number): void {
    if (!this.hasAttempt) return;
    if (this.head !== null) this.head = withAttempt(this.head, attempt);
    else this.bytes[this.headLength - 5] = 0x30 + Math.min(attempt, 9);
  }

  composeHttp2(head: SavedHead, plan: RequestPlan): void {
    this.head = head;
    this.hasAttempt = plan.attempt > 0;
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
