import type { UpstreamOwner, UpstreamStream } from '../exchange/streams';
import type { Connection, ConnectionOwner } from '../io/connection';
import { appendOutput } from '../io/output';
import { SocketConnection } from '../io/socket-connection';
import { ChunkTracker } from './chunked';
import type { ChunkSink } from './chunked';
import { COMPLETE, NEED_MORE, responseHead } from './head';
import { parseResponseHead } from './parse-head';
import type { BodyFraming } from './write-response';

/** Where connections come from and go back to. */
export interface Http1ClientPool {
  /** The connection can serve another request. */
  onIdle(client: Http1ClientConnection): void;
  /** The connection is gone. `wasIdle`: it was not serving a request. */
  onGone(client: Http1ClientConnection, wasIdle: boolean): void;
}

const HEAD = 0;
const BODY = 1;
const CHUNKED = 2;
const UNTIL_CLOSE = 3;
const TUNNEL = 4;
const IDLE = 5;
const EMPTY = Buffer.alloc(0);

/** The client side of an HTTP/1 connection: one request at a time. */
export class Http1ClientConnection implements ConnectionOwner, UpstreamStream, ChunkSink {
  readonly http2 = false;
  readonly connection: Connection;
  /** Requests sent. */
  uses = 0;
  /** Which of its endpoint's certificates it was made with. */
  readonly era: number;
  private readonly pool: Http1ClientPool;
  private exchange: UpstreamOwner | null = null;
  private state = IDLE;
  private remaining = 0;
  private readonly chunks = new ChunkTracker();
  private pending: Buffer = EMPTY;
  private keepAlive = true;
  private requestSent = false;

  constructor(connection: Connection, pool: Http1ClientPool, era: number) {
    this.connection = connection;
    this.pool = pool;
    this.era = era;
    connection.owner = this;
  }

  get reused(): boolean {
    return this.uses > 1;
  }

  /** False for a channel of a multiplexed hop, whose socket serves others too. */
  get ownsSocket(): boolean {
    return this.connection instanceof SocketConnection;
  }

  get blocked(): boolean {
    return this.connection.blocked;
  }

  start(exchange: UpstreamOwner): void {
    this.exchange = exchange;
    this.state = HEAD;
    this.keepAlive = true;
    this.uses++;
    this.requestSent = exchange.requestEnded;
    appendOutput(this.connection, exchange.savedBytes, 0, exchange.savedLength);
  }

  sendData(bytes: Buffer, start: number, end: number, last: boolean): void {
    if (end > start) appendOutput(this.connection, bytes, start, end);
    if (last) this.requestSent = true;
  }

  sendTrailers(): void {
    this.requestSent = true;
  }

  cancel(): void {
    if (this.exchange === null) return;
    this.exchange = null;
    this.state = IDLE;
    this.connection.close();
    this.pool.onGone(this, false);
  }

  setReading(on: boolean): void {
    if (on) this.connection.resume();
    else this.connection.pause();
  }

  onDrain(): void {
    this.exchange?.onUpstreamDrain();
  }

  onPeerEnd(): void {
    this.connection.close();
    this.lost('connection closed by upstream');
  }

  onClose(_connection: Connection, reason: string): void {
    this.lost(reason);
  }

  private lost(reason: string): void {
    const exchange = this.exchange;
    this.exchange = null;
    this.pool.onGone(this, exchange === null);
    if (exchange === null) return;
    if (this.state === UNTIL_CLOSE || this.state === TUNNEL) exchange.onUpstreamData(EMPTY, 0, 0, true);
    else exchange.onUpstreamFailed('connection-termination', reason);
  }

  onData(_connection: Connection, bytes: Buffer, start: number, end: number): void {
    if (this.exchange === null) {
      // Nobody asked: whatever comes now could be taken for the answer to the next request.
      this.connection.close();
      this.pool.onGone(this, true);
      return;
    }
    if (this.state === HEAD && this.pending.length > 0) {
      const joined = Buffer.concat([this.pending, bytes.subarray(start, end)]);
      this.pending = EMPTY;
      this.process(joined, 0, joined.length);
    } else this.process(bytes, start, end);
  }

  private process(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const exchange = this.exchange;
      if (exchange === null) {
        // More than the response: out of step.
        this.keepAlive = false;
        return;
      }
      if (this.state === HEAD) {
        const next = this.readHead(exchange, bytes, at, end);
        if (next < 0) return;
        at = next;
      } else if (this.state === BODY) {
        const size = Math.min(this.remaining, end - at);
        this.remaining -= size;
        if (this.remaining === 0) this.complete(at + size === end);
        exchange.onUpstreamData(bytes, at, at + size, this.remaining === 0);
        if (this.remaining === 0) {
          this.settle();
          return;
        }
        at += size;
      } else if (this.state === CHUNKED) {
        const raw = exchange.wantsRawResponse;
        const stop = this.chunks.scan(bytes, at, end, raw ? null : this);
        if (this.exchange !== exchange) return;
        if (stop < 0) {
          this.fail(exchange, 'http1.invalid_chunk');
          return;
        }
        const last = this.chunks.done;
        if (last) this.complete(stop === end);
        exchange.onUpstreamData(bytes, raw ? at : stop, stop, last);
        if (last) {
          this.settle();
          return;
        }
        at = stop;
      } else {
        exchange.onUpstreamData(bytes, at, end, false);
        return;
      }
    }
  }

  onChunkData(bytes: Buffer, start: number, end: number): void {
    this.exchange?.onUpstreamData(bytes, start, end, false);
  }

  private readHead(exchange: UpstreamOwner, bytes: Buffer, start: number, end: number): number {
    const result = parseResponseHead(bytes, start, end);
    if (result === NEED_MORE) {
      this.pending = Buffer.from(bytes.subarray(start, end));
      return -1;
    }
    const head = responseHead;
    if (result !== COMPLETE) {
      this.fail(exchange, head.why);
      return -1;
    }
    const next = head.end;
    if (head.status < 200 && head.status !== 101) {
      // The proxy has answered an Expect itself; hints are passed on.
      if (head.status !== 100) exchange.onUpstreamInterim(head);
      return next;
    }
    this.keepAlive = head.keepAlive;
    let framing: BodyFraming = 'as-it-came';
    let ended = false;
    if (head.status === 101) {
      this.state = TUNNEL;
      framing = 'none';
    } else if (exchange.isHeadRequest || head.status === 204 || head.status === 304) {
      ended = true;
      framing = 'none';
    } else if (head.chunked) {
      this.state = CHUNKED;
      this.chunks.reset();
      if (!exchange.wantsRawResponse) framing = 'chunked';
    } else if (head.contentLength >= 0) {
      this.state = BODY;
      this.remaining = head.contentLength;
      ended = head.contentLength === 0;
    } else {
      this.state = UNTIL_CLOSE;
      this.keepAlive = false;
      framing = 'chunked';
    }
    if (ended) this.complete(next === end);
    exchange.onUpstreamHead(head, ended, framing);
    if (ended) {
      this.settle();
      return -1;
    }
    return next;
  }

  /** The response is complete. The exchange hears of it after this, so that it finds the connection free. */
  private complete(clean: boolean): void {
    this.exchange = null;
    this.state = IDLE;
    if (!clean || !this.requestSent) this.keepAlive = false;
  }

  private settle(): void {
    if (this.connection.closed) return;
    // The exchange may have started its next request on this connection already.
    if (this.exchange !== null) return;
    if (this.keepAlive) this.pool.onIdle(this);
    else {
      this.connection.closeWhenSent();
      this.pool.onGone(this, true);
    }
  }

  private fail(exchange: UpstreamOwner, why: string): void {
    this.exchange = null;
    this.connection.close();
    this.pool.onGone(this, false);
    exchange.onUpstreamFailed('protocol-error', why);
  }
}
