import { eventTime } from '../io/clock';
import type { ResponsePlan } from '../exchange/request-plan';
import type { DownstreamOwner, DownstreamStream } from '../exchange/streams';
import type { Connection, ConnectionOwner } from '../io/connection';
import { Deadline } from '../io/deadline';
import type { DeadlineOwner } from '../io/deadline';
import { appendOutput, claimOutput, commitOutput, flushOutput, scratch } from '../io/output';
import { PendingBytes } from '../io/pending-bytes';
import type { MessageHead, ResponseHead } from '../message-head';
import { CR, LF } from './byte-classes';
import { ChunkTracker } from './chunked';
import type { ChunkSink } from './chunked';
import { headMayBeComplete } from './head-boundary';
import { COMPLETE, MAX_HEAD_BYTES, NEED_MORE, UPGRADE_REQUIRED, requestHead, responseHead } from './head';
import { parseRequestHead } from './parse-head';
import { BODY, CHUNKED, HEAD, RESPONSE, TUNNEL } from './reader-states';
import {
  responseHeadRoom,
  writeInterimResponse,
  writeLocalResponse,
  writeResponseFromHeaders,
  writeResponseFromHttp1,
} from './write-response';
import type { BodyFraming } from './write-response';
import { CRLF, LAST_CHUNK, writeChunkSize } from './write-chunk';

/** What the connection follows of the filter chain it came in by. */
export interface Http1ServerOptions {
  readonly serverName: string;
  readonly acceptHttp10: boolean;
  /** A request head must be complete this long after its first byte. */
  readonly headTimeoutMs: number;
  /** A connection without a request is closed after this; 0 never. */
  readonly idleTimeoutMs: number;
  /** Asked after each response: true ends the connection (drain). */
  draining(): boolean;
  onProtocolError(why: string): void;
  onClosed(connection: Http1ServerConnection): void;
  /** A CONNECT request: whoever hears of it answers, and may take the connection over (`release`) or let it go on (`resumeAfterConnect`). */
  onConnect(connection: Http1ServerConnection, authority: string): void;
}

const MAX_PIPELINED_BYTES = 64 * 1024;
/** An answered request whose body still comes is read to its end up to this many bytes; then the connection is closed. */
const MAX_DISCARDED_BYTES = 1024 * 1024;
const CONTINUE_RESPONSE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
const EMPTY = Buffer.alloc(0);
const IDLE = 0;
const HEAD_TIME = 1;

/** The server side of an HTTP/1 connection: reads requests, writes responses, one exchange at a time. */
export class Http1ServerConnection implements ConnectionOwner, DownstreamStream, ChunkSink, DeadlineOwner {
  readonly connection: Connection;
  private readonly options: Http1ServerOptions;
  private readonly exchange: DownstreamOwner;
  private state = HEAD;
  private remaining = 0;
  private readonly chunks = new ChunkTracker();
  private readonly pending = new PendingBytes();
  private processing = false;
  private answered = true;
  private keepAlive = true;
  private isHead = false;
  private http10 = false;
  private framing: BodyFraming = 'none';
  private discarded = 0;
  private paused = false;
  private restingSince = 0;
  private readonly idleDeadline = new Deadline(this, IDLE);
  private readonly headDeadline = new Deadline(this, HEAD_TIME);

  constructor(connection: Connection, exchange: DownstreamOwner, options: Http1ServerOptions) {
    this.connection = connection;
    this.exchange = exchange;
    this.options = options;
    connection.owner = this;
    this.restIdle();
  }

  get protocol(): 'HTTP/1.0' | 'HTTP/1.1' {
    return this.http10 ? 'HTTP/1.0' : 'HTTP/1.1';
  }

  get takesRaw(): boolean {
    return !this.http10;
  }

  get blocked(): boolean {
    return this.connection.blocked;
  }

  /** No request is under way. */
  get resting(): boolean {
    return this.state === HEAD && this.pending.length === 0;
  }

  onData(_connection: Connection, bytes: Buffer, start: number, end: number): void {
    if (this.pending.length === 0) {
      this.process(bytes, start, end);
      return;
    }
    const before = this.pending.length;
    this.pending.add(bytes, start, end);
    if (this.state !== HEAD) {
      if (this.pending.length > MAX_PIPELINED_BYTES) this.setPaused(true);
      return;
    }
    if (!headMayBeComplete(this.pending.bytes, before, this.pending.length) && this.pending.length <= MAX_HEAD_BYTES) return;
    this.processPending();
  }

  onPeerEnd(): void {
    this.goAway('downstream_remote_disconnect');
  }

  onClose(_connection: Connection, reason: string): void {
    this.dropTimers();
    this.options.onClosed(this);
    if (!this.exchange.idle) this.exchange.onDownstreamGone(reason);
  }

  onDrain(): void {
    if (!this.exchange.idle) this.exchange.onDownstreamDrain();
  }

  onDeadline(deadline: Deadline, now: number): void {
    if (deadline.kind === IDLE) {
      if (!this.resting) return;
      const due = this.restingSince + this.options.idleTimeoutMs;
      if (now >= due) this.shut();
      else deadline.set(due, now);
      return;
    }
    // An answered request whose rest does not come leaves nothing to answer.
    if (this.state === HEAD) this.refuse(408, 'request_header_timeout');
    else this.shut();
    flushOutput();
  }

  onChunkData(bytes: Buffer, start: number, end: number): void {
    if (!this.exchange.idle) this.exchange.onRequestData(bytes, start, end, false);
  }

  /** Finishes the connection after the response under way. */
  drain(): void {
    this.keepAlive = false;
    if (this.resting) this.shut();
  }

  private goAway(reason: string): void {
    const busy = !this.exchange.idle;
    this.dropTimers();
    this.options.onClosed(this);
    this.connection.close();
    if (busy) this.exchange.onDownstreamGone(reason);
  }

  private shut(): void {
    this.dropTimers();
    this.options.onClosed(this);
    this.connection.closeWhenSent();
  }

  private dropTimers(): void {
    this.idleDeadline.clear();
    this.headDeadline.clear();
    this.exchange.dispose();
  }

  /** Notes that the connection rests. The deadline is left where it is: when it comes it looks how long the rest has been. */
  private restIdle(): void {
    this.restingSince = eventTime();
    if (this.options.idleTimeoutMs > 0 && this.idleDeadline.wheel === null) this.idleDeadline.setIn(this.options.idleTimeoutMs);
  }

  private processPending(): void {
    const bytes = this.pending.take();
    this.process(bytes, 0, bytes.length);
  }

  private process(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.processing = true;
    while (at < end && !this.connection.closed) {
      if (this.state === HEAD) {
        const next = this.readHead(bytes, at, end);
        if (next < 0) break;
        at = next;
        continue;
      }
      if (this.state === BODY) {
        const size = Math.min(this.remaining, end - at);
        this.remaining -= size;
        const last = this.remaining === 0;
        if (last) this.state = RESPONSE;
        if (this.exchange.idle) this.discard(size);
        else this.exchange.onRequestData(bytes, at, at + size, last);
        at += size;
        if (last) this.maybeNext();
        continue;
      }
      if (this.state === CHUNKED) {
        at = this.readChunks(bytes, at, end);
        if (at < 0) break;
        continue;
      }
      if (this.state === TUNNEL) {
        this.exchange.onRequestData(bytes, at, end, false);
        at = end;
        continue;
      }
      this.pending.add(bytes, at, end);
      if (this.pending.length > MAX_PIPELINED_BYTES) this.setPaused(true);
      break;
    }
    this.processing = false;
  }

  /** Returns the offset after the head, or -1 when it is not complete or was refused. */
  private readHead(bytes: Buffer, start: number, end: number): number {
    let from = start;
    // A client may end the message before with an empty line (RFC 9112 §2.2).
    while (from < end && (bytes[from] === CR || bytes[from] === LF) && from - start < 2) from++;
    const result = from === end ? NEED_MORE : parseRequestHead(bytes, from, end);
    if (result === NEED_MORE) {
      this.pending.add(bytes, from, end);
      if (this.headDeadline.wheel === null && this.options.headTimeoutMs > 0) {
        const now = eventTime();
        this.headDeadline.set(now + this.options.headTimeoutMs, now);
      }
      return -1;
    }
    if (this.headDeadline.wheel !== null) this.headDeadline.clear();
    const head = requestHead;
    if (result !== COMPLETE) {
      this.refuse(result, head.why);
      return -1;
    }
    if (head.minor === 0 && !this.options.acceptHttp10) {
      this.refuse(UPGRADE_REQUIRED, 'low_version');
      return -1;
    }
    this.http10 = head.minor === 0;
    this.keepAlive = head.keepAlive && !this.options.draining();
    this.isHead = head.isHead;
    this.answered = false;
    this.discarded = 0;
    const next = head.end;
    let ended = false;
    if (head.isConnect) {
      this.state = RESPONSE;
    } else if (head.upgrade) {
      // What follows belongs to the tunnel once it stands.
      this.state = RESPONSE;
    } else if (head.chunked) {
      this.state = CHUNKED;
      this.chunks.reset();
    } else if (head.contentLength > 0) {
      this.state = BODY;
      this.remaining = head.contentLength;
    } else {
      this.state = RESPONSE;
      ended = true;
    }
    if (head.expectContinue && !ended && next === end) this.connectionWrite(CONTINUE_RESPONSE);
    if (head.isConnect) {
      if (next < end) this.pending.add(bytes, next, end);
      this.options.onConnect(this, head.authority);
      return -1;
    }
    this.exchange.onRequest(this, head, ended);
    return next;
  }

  private readChunks(bytes: Buffer, start: number, end: number): number {
    const raw = this.exchange.idle || this.exchange.wantsRawRequest;
    const stop = this.chunks.scan(bytes, start, end, raw ? null : this);
    if (stop < 0) {
      this.options.onProtocolError('http1.invalid_chunk');
      if (this.answered || this.exchange.idle) this.shut();
      else {
        this.refuse(400, 'http1.invalid_chunk');
      }
      return -1;
    }
    const last = this.chunks.done;
    if (last) this.state = RESPONSE;
    if (this.exchange.idle) this.discard(stop - start);
    else if (raw) this.exchange.onRequestData(bytes, start, stop, last);
    else if (last) this.exchange.onRequestData(bytes, stop, stop, true);
    if (last) this.maybeNext();
    return stop;
  }

  private discard(size: number): void {
    this.discarded += size;
    if (this.discarded > MAX_DISCARDED_BYTES) this.shut();
  }

  /** The request is complete; when its response is too, the next one may come. */
  private maybeNext(): void {
    if (this.state !== RESPONSE || !this.answered) return;
    if (this.headDeadline.wheel !== null) this.headDeadline.clear();
    if (this.keepAlive) this.state = HEAD;
    else this.shut();
  }

  sendInterim(head: ResponseHead): void {
    if (this.http10 || head !== responseHead) return;
    const at = claimOutput(this.connection, responseHead.end - responseHead.start + 64);
    commitOutput(writeInterimResponse(scratch.bytes, at, responseHead));
  }

  sendHead(head: ResponseHead, plan: ResponsePlan, framing: BodyFraming, _end: boolean): void {
    this.framing = framing;
    if (framing === 'until-close') this.keepAlive = false;
    if (this.state === BODY || this.state === CHUNKED) {
      // The answer came before the end of the request: go on reading only if little is left.
      if (this.state === BODY && this.remaining > MAX_DISCARDED_BYTES) this.keepAlive = false;
    }
    if (head.status === 101) {
      this.state = TUNNEL;
      this.continueLater();
    }
    const keep = this.keepAlive;
    if (head === responseHead) {
      const at = claimOutput(this.connection, responseHeadRoom(responseHead.end - responseHead.start, plan));
      commitOutput(writeResponseFromHttp1(scratch.bytes, at, responseHead, plan, framing, keep));
    } else {
      const at = claimOutput(this.connection, 100 * 1024);
      commitOutput(writeResponseFromHeaders(scratch.bytes, at, head, plan, framing, keep));
    }
  }

  sendData(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (this.framing === 'chunked') {
      if (end > start) {
        const at = claimOutput(this.connection, 16);
        commitOutput(writeChunkSize(scratch.bytes, at, end - start));
        appendOutput(this.connection, bytes, start, end);
        this.connectionWrite(CRLF);
      }
      if (last) this.connectionWrite(LAST_CHUNK);
    } else if (end > start && !(this.isHead && this.framing !== 'as-it-came')) appendOutput(this.connection, bytes, start, end);
  }

  sendTrailers(head: MessageHead): void {
    if (this.framing !== 'chunked') return;
    let text = '0\r\n';
    head.each((name, value) => (text += `${name}: ${value}\r\n`));
    this.connectionWrite(Buffer.from(`${text}\r\n`, 'latin1'));
  }

  sendLocal(status: number, headers: readonly (readonly [string, string])[], body: Buffer, server: string): void {
    if (this.state === BODY && this.remaining > MAX_DISCARDED_BYTES) this.keepAlive = false;
    const at = claimOutput(
      this.connection,
      8192 + Math.min(body.length, 65536) + headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0),
    );
    const inline = body.length <= 65536;
    commitOutput(writeLocalResponse(scratch.bytes, at, status, headers, body, inline && !this.isHead, server, this.keepAlive));
    if (!inline && !this.isHead) appendOutput(this.connection, body, 0, body.length);
  }

  finish(): void {
    this.answered = true;
    if (this.connection.closed) return;
    if (this.state === TUNNEL) {
      this.shut();
      return;
    }
    if (!this.keepAlive && this.state !== RESPONSE) {
      this.shut();
      return;
    }
    this.setPaused(false);
    this.maybeNext();
    if (this.connection.closed) return;
    if (this.state === BODY || this.state === CHUNKED) this.headDeadline.setIn(this.options.headTimeoutMs);
    if (this.state !== HEAD) return;
    if (this.pending.length === 0) this.restIdle();
    else if (!this.processing) this.processPending();
  }

  abort(): void {
    this.dropTimers();
    this.options.onClosed(this);
    flushOutput();
    this.connection.close();
  }

  setReading(on: boolean): void {
    this.setPaused(!on);
  }

  /** Answers a CONNECT and reads on: what comes in the tunnel is HTTP for this same filter chain. */
  resumeAfterConnect(response: Buffer): void {
    this.answered = true;
    this.state = HEAD;
    this.connectionWrite(response);
    this.continueLater();
  }

  /** What came early belongs to what the connection has become. */
  private continueLater(): void {
    setImmediate(() => {
      if (this.pending.length === 0 || this.connection.closed) return;
      this.setPaused(false);
      this.processPending();
      flushOutput();
    });
  }

  /** Hands the connection to another owner, with the bytes read ahead (CONNECT). */
  release(): Buffer {
    this.dropTimers();
    this.options.onClosed(this);
    return this.pending.take();
  }

  private setPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.connection.pause();
    else this.connection.resume();
  }

  private connectionWrite(bytes: Buffer): void {
    appendOutput(this.connection, bytes, 0, bytes.length);
  }

  /** Answers what cannot be served at all, and closes. */
  private refuse(status: number, why: string): void {
    this.options.onProtocolError(why);
    this.keepAlive = false;
    if (!this.answered && !this.exchange.idle) {
      this.goAway(why);
      return;
    }
    const body = status === UPGRADE_REQUIRED || status === 431 ? EMPTY : Buffer.from(status === 408 ? 'Request Timeout' : 'Bad Request');
    const at = claimOutput(this.connection, 1024);
    commitOutput(writeLocalResponse(scratch.bytes, at, status, LOCAL_HEADERS, body, true, this.options.serverName, false));
    this.shut();
  }
}

const LOCAL_HEADERS = [['content-type', 'text/plain']] as const;
