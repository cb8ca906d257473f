import type { SessionStream } from './frame-writer';
import type { Http2Session } from './http2-session';
import type { HeaderEntry } from './header-entry';

/**
 * The sending half of a stream: what the windows do not let through waits here, and the owner hears when it is gone. Trailers wait behind
 * the body.
 */
export abstract class StreamOutput implements SessionStream {
  readonly id: number;
  sendWindow: number;
  protected readonly session: Http2Session;
  private queue: Buffer[] = [];
  private queuedEnd = false;
  private queuedTrailers: readonly HeaderEntry[] | null = null;
  /** Our half is closed. */
  protected sentEnd = false;

  constructor(session: Http2Session, id: number) {
    this.session = session;
    this.id = id;
    this.sendWindow = session.remoteInitialWindow;
  }

  /** Bytes wait, here or on the connection. */
  get blocked(): boolean {
    return this.queue.length > 0 || this.session.congested;
  }

  protected abstract onEmptied(): void;
  protected abstract onEnded(): void;
  abstract onSessionGone(reason: string): void;

  protected send(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (this.sentEnd) return;
    let at = start;
    if (this.queue.length === 0) at += this.session.writeData(this, bytes, start, end, last);
    if (at < end || this.queue.length > 0) {
      if (at < end) this.queue.push(Buffer.from(bytes.subarray(at, end)));
      if (last) this.queuedEnd = true;
    } else if (last) this.end();
  }

  protected sendLast(trailers: readonly HeaderEntry[]): void {
    if (this.sentEnd) return;
    if (this.queue.length > 0) {
      this.queuedTrailers = trailers;
      return;
    }
    this.session.writeHeaders(this.id, trailers, true);
    this.end();
  }

  private end(): void {
    this.sentEnd = true;
    this.onEnded();
  }

  onWindow(): void {
    if (this.queue.length === 0) {
      if (!this.session.congested) this.onEmptied();
      return;
    }
    while (this.queue.length > 0) {
      const [first] = this.queue as [Buffer];
      const last = this.queuedEnd && this.queue.length === 1;
      const written = this.session.writeData(this, first, 0, first.length, last);
      if (written < first.length) {
        this.queue[0] = first.subarray(written);
        return;
      }
      this.queue.shift();
      if (last) {
        this.end();
        return;
      }
    }
    const trailers = this.queuedTrailers;
    if (trailers !== null) {
      this.session.writeHeaders(this.id, trailers, true);
      this.end();
      return;
    }
    this.onEmptied();
  }
}
