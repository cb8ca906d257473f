import { HeddleError } from '@/lib/errors';
import type { ErrorCode } from '@/lib/errors';
import type { SavedHead, UpstreamFailure, UpstreamOwner, UpstreamStream } from '../exchange/streams';
import type { MessageHead, ResponseHead } from '../message-head';

export interface StreamHandler {
  /** The bytes are the receiver's to keep. */
  onMessage(bytes: Buffer): void;
  /** Called once; `error` is absent when the server ended the stream in order. */
  onEnd(error: HeddleError | undefined): void;
}

export interface MessageStream {
  send(message: Uint8Array): void;
  cancel(): void;
}

const maxMessage = 64 * 1024 * 1024;
const HEAD_BYTES = 5;
const EMPTY = Buffer.alloc(0);

/** One gRPC call over HTTP/2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md). What is sent before there is a connection waits. */
export class GrpcCall implements UpstreamOwner, MessageStream {
  readonly savedHead: SavedHead;
  readonly isHeadRequest = false;
  readonly wantsRawResponse = false;
  requestEnded = false;
  private readonly path: string;
  private readonly handler: StreamHandler;
  private upstream: UpstreamStream | undefined;
  private waiting: Buffer[] = [];
  private status: string | undefined;
  private statusText = '';
  private failure: HeddleError | undefined;
  private over = false;
  /** Head of the message under way, then its body; filled as bytes come. */
  private readonly messageHead = Buffer.alloc(HEAD_BYTES);
  private message: Buffer | undefined;
  private filled = 0;

  constructor(path: string, head: SavedHead, handler: StreamHandler) {
    this.path = path;
    this.savedHead = head;
    this.handler = handler;
  }

  get savedBytes(): Buffer {
    return Buffer.concat(this.waiting);
  }

  get savedLength(): number {
    return this.waiting.reduce((sum, frame) => sum + frame.length, 0);
  }

  /** There is a connection: sends what waits, unless the call was given up meanwhile. */
  begin(open: () => UpstreamStream): void {
    if (this.over) return;
    this.upstream = open();
    this.upstream.start(this);
    this.waiting = [];
  }

  send(message: Uint8Array): void {
    if (this.over || this.requestEnded) return;
    const frame = Buffer.allocUnsafe(HEAD_BYTES + message.byteLength);
    frame[0] = 0;
    frame.writeUInt32BE(message.byteLength, 1);
    frame.set(message, HEAD_BYTES);
    if (this.upstream === undefined) this.waiting.push(frame);
    else this.upstream.sendData(frame, 0, frame.length, false);
  }

  /** There will be no further message. */
  finish(): void {
    if (this.over || this.requestEnded) return;
    this.requestEnded = true;
    this.upstream?.sendData(EMPTY, 0, 0, true);
  }

  cancel(): void {
    if (this.over) return;
    this.upstream?.cancel();
    this.endWith(new HeddleError('source_unavailable', `${this.path}: the call was given up`));
  }

  /** No connection could be had. */
  fail(reason: string): void {
    this.endWith(new HeddleError('source_unavailable', `${this.path}: ${reason}`));
  }

  onUpstreamHead(head: ResponseHead, end: boolean): void {
    if (head.status !== 200) this.failure = new HeddleError('source_failed', `${this.path}: HTTP ${head.status}`);
    this.readStatus(head);
    if (end) this.ended();
  }

  onUpstreamData(bytes: Buffer, start: number, end: number, last: boolean): void {
    let at = start;
    while (at < end && !this.over)
      at = this.message === undefined ? this.takeHead(bytes, at, end) : this.takeBody(this.message, bytes, at, end);
    if (last) this.ended();
  }

  private takeHead(bytes: Buffer, start: number, end: number): number {
    const size = Math.min(HEAD_BYTES - this.filled, end - start);
    bytes.copy(this.messageHead, this.filled, start, start + size);
    this.filled += size;
    if (this.filled < HEAD_BYTES) return end;
    const length = this.messageHead.readUInt32BE(1);
    if (this.messageHead[0] !== 0 || length > maxMessage) {
      this.upstream?.cancel();
      this.endWith(new HeddleError('source_failed', `${this.path}: a frame that is compressed or too large`));
      return end;
    }
    this.filled = 0;
    // Made once and filled: a large message comes in hundreds of pieces.
    this.message = Buffer.allocUnsafe(length);
    if (length === 0) this.deliver(this.message);
    return start + size;
  }

  private takeBody(message: Buffer, bytes: Buffer, start: number, end: number): number {
    const size = Math.min(message.length - this.filled, end - start);
    bytes.copy(message, this.filled, start, start + size);
    this.filled += size;
    if (this.filled === message.length) this.deliver(message);
    return start + size;
  }

  private deliver(message: Buffer): void {
    this.message = undefined;
    this.filled = 0;
    this.handler.onMessage(message);
  }

  onUpstreamTrailers(head: MessageHead): void {
    this.readStatus(head);
    this.ended();
  }

  onUpstreamInterim(): void {}

  onUpstreamDrain(): void {}

  onUpstreamFailed(_kind: UpstreamFailure, detail: string): void {
    this.fail(detail);
  }

  private readStatus(head: MessageHead): void {
    const value = head.get('grpc-status');
    if (value === undefined) return;
    this.status = value;
    this.statusText = decodeText(head.get('grpc-message') ?? '');
  }

  private ended(): void {
    const { status, statusText, path } = this;
    if (status === '0') this.endWith(this.failure);
    else if (status === undefined) this.endWith(this.failure ?? new HeddleError('source_unavailable', `${path}: the connection was lost`));
    else this.endWith(new HeddleError(codeOf(status), statusText === '' ? `${path}: gRPC status ${status}` : statusText));
  }

  private endWith(error: HeddleError | undefined): void {
    if (this.over) return;
    this.over = true;
    this.waiting = [];
    // Not from within `cancel`: whoever gives up is not called back on the spot.
    queueMicrotask(() => this.handler.onEnd(error));
  }
}

const codes: Record<string, ErrorCode> = {
  '3': 'bad_request',
  '4': 'timeout',
  '5': 'not_found',
  '7': 'forbidden',
  '12': 'not_supported',
  '16': 'unauthorized',
};

function codeOf(status: string): ErrorCode {
  return codes[status] ?? 'source_unavailable';
}

/** grpc-message is percent-encoded; a malformed one is shown as it came. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
