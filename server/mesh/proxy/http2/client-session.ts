import type { UpstreamOwner, UpstreamStream } from '../exchange/streams';
import type { Connection } from '../io/connection';
import { flushOutput } from '../io/output';
import type { MessageHead } from '../message-head';
import { internEntry } from './header-entry';
import type { HeaderEntry } from './header-entry';
import { http2Response, http2Trailers } from './http2-head';
import { ERROR } from './frames';
import { Http2Session } from './http2-session';
import type { Http2Options } from './options';
import { StreamOutput } from './stream-output';

const MAX_STREAM_ID = 0x7fffff00;

/** The client side of an HTTP/2 connection. */
export class Http2ClientSession extends Http2Session {
  private readonly streams = new Map<number, Http2ClientStream>();
  private readonly onGone: () => void;
  private nextId = 1;
  private opening = 0;

  constructor(connection: Connection, options: Http2Options, onGone: () => void) {
    super(connection, options, false);
    this.onGone = onGone;
  }

  get usable(): boolean {
    return (
      !this.dead &&
      !this.draining &&
      this.nextId < MAX_STREAM_ID &&
      this.streams.size + this.opening < Math.min(this.remoteMaxStreams, this.options.maxConcurrentStreams)
    );
  }

  /** A stream that begins with `start`. */
  openStream(): Http2ClientStream {
    this.opening++;
    return new Http2ClientStream(this);
  }

  /** Gives the stream its number: numbers must go up in the order of use. */
  register(stream: Http2ClientStream): number {
    this.opening--;
    const id = this.nextId;
    this.nextId += 2;
    this.streams.set(id, stream);
    return id;
  }

  unopened(): void {
    this.opening--;
  }

  drain(): void {
    this.draining = true;
    if (this.streams.size === 0 && this.opening === 0) this.closeGently();
  }

  protected findStream(id: number): StreamOutput | undefined {
    return this.streams.get(id)?.output;
  }

  protected *allStreams(): Iterable<StreamOutput> {
    for (const stream of this.streams.values()) if (stream.output !== undefined) yield stream.output;
  }

  protected isIdle(id: number): boolean {
    return id >= this.nextId || id % 2 === 0;
  }

  protected lastProcessed(): number {
    return 0;
  }

  protected onHeaders(id: number, fields: HeaderEntry[], ends: boolean, tooLarge: boolean): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (tooLarge) {
      this.writeReset(id, ERROR.protocol);
      stream.failed('protocol-error', 'header list too large');
    } else stream.receiveHeaders(fields, ends);
    flushOutput();
  }

  protected onStreamData(id: number, bytes: Buffer, start: number, end: number, ends: boolean): void {
    this.streams.get(id)?.receiveData(bytes, start, end, ends);
    flushOutput();
  }

  protected onReset(id: number, code: number): void {
    this.streams.get(id)?.failed(code === ERROR.refusedStream ? 'refused-stream' : 'remote-reset', `RST_STREAM ${code}`);
    flushOutput();
  }

  protected onGoAway(lastId: number): void {
    this.draining = true;
    for (const [id, stream] of this.streams) if (id > lastId) stream.failed('refused-stream', 'GOAWAY');
    flushOutput();
    if (this.streams.size === 0) this.closeGently();
  }

  protected onDead(): void {
    this.streams.clear();
    this.onGone();
  }

  forget(id: number): void {
    this.streams.delete(id);
    if (this.draining && this.streams.size === 0 && this.opening === 0) this.closeGently();
  }
}

/** One request to an upstream. The number is given at `start`, so the sending half is made then. */
export class Http2ClientStream implements UpstreamStream {
  readonly http2 = true;
  readonly reused = false;
  output: ClientOutput | undefined;
  readonly session: Http2ClientSession;
  private exchange: UpstreamOwner | null = null;
  private started = false;
  private responded = false;
  private unreturned = 0;
  private reading = true;
  private expected = -1;

  constructor(session: Http2ClientSession) {
    this.session = session;
  }

  get connection(): Connection {
    return this.session.connection;
  }

  get blocked(): boolean {
    return this.output?.blocked ?? false;
  }

  start(exchange: UpstreamOwner): void {
    this.exchange = exchange;
    this.started = true;
    const output = new ClientOutput(this.session, this.session.register(this), this);
    this.output = output;
    const body = exchange.savedLength > 0;
    this.session.writeHeaders(output.id, exchange.savedHead?.entries ?? [], exchange.requestEnded && !body);
    if (exchange.requestEnded && !body) output.markEnded();
    else if (body) output.write(exchange.savedBytes, 0, exchange.savedLength, exchange.requestEnded);
  }

  sendData(bytes: Buffer, start: number, end: number, last: boolean): void {
    this.output?.write(bytes, start, end, last);
  }

  sendTrailers(head: MessageHead): void {
    const entries: HeaderEntry[] = [];
    if (head === http2Trailers) entries.push(...http2Trailers.fields);
    else head.each((name, value) => entries.push(internEntry(name, value)));
    this.output?.writeTrailers(entries);
  }

  cancel(): void {
    if (!this.started) {
      this.started = true;
      this.session.unopened();
      return;
    }
    if (this.exchange === null || this.output === undefined) return;
    this.exchange = null;
    this.session.writeReset(this.output.id, ERROR.cancel);
    this.session.forget(this.output.id);
  }

  setReading(on: boolean): void {
    this.reading = on;
    if (on) this.returnCredit();
  }

  private returnCredit(): void {
    if (!this.reading || this.output === undefined || this.exchange === null || this.unreturned < this.session.options.streamWindow / 4)
      return;
    this.session.writeWindowUpdate(this.output.id, this.unreturned);
    this.unreturned = 0;
  }

  receiveHeaders(fields: HeaderEntry[], ends: boolean): void {
    const { exchange } = this;
    if (exchange === null) return;
    if (this.responded) {
      if (!ends || !http2Trailers.load(fields)) {
        this.broken('bad trailers');
        return;
      }
      this.over();
      exchange.onUpstreamTrailers(http2Trailers);
      return;
    }
    if (!http2Response.load(fields)) {
      this.broken('bad response head');
      return;
    }
    if (http2Response.status < 200) {
      if (http2Response.status !== 100) exchange.onUpstreamInterim(http2Response);
      return;
    }
    this.responded = true;
    const length = http2Response.get('content-length');
    if (length !== undefined && !exchange.isHeadRequest) {
      this.expected = Number(length);
      if (!/^\d{1,15}$/.test(length) || (ends && this.expected !== 0)) {
        this.broken('bad content-length');
        return;
      }
    }
    if (ends) this.over();
    const bodiless = ends || exchange.isHeadRequest;
    exchange.onUpstreamHead(http2Response, ends, bodiless ? 'none' : length === undefined ? 'chunked' : 'length');
  }

  receiveData(bytes: Buffer, start: number, end: number, ends: boolean): void {
    const { exchange } = this;
    if (exchange === null) return;
    if (!this.responded) {
      this.broken('data before the head');
      return;
    }
    if (this.expected >= 0) {
      this.expected -= end - start;
      if (this.expected < 0 || (ends && this.expected !== 0)) {
        this.broken('content-length does not hold');
        return;
      }
    }
    this.unreturned += end - start;
    if (ends) this.over();
    exchange.onUpstreamData(bytes, start, end, ends);
    if (!ends) this.returnCredit();
  }

  /** The response is complete. */
  private over(): void {
    this.exchange = null;
    if (this.output === undefined) return;
    if (!this.output.ended) this.session.writeReset(this.output.id, ERROR.none);
    this.session.forget(this.output.id);
  }

  private broken(detail: string): void {
    if (this.output !== undefined) this.session.writeReset(this.output.id, ERROR.protocol);
    this.failed('protocol-error', detail);
  }

  failed(kind: Parameters<UpstreamOwner['onUpstreamFailed']>[0], detail: string): void {
    const { exchange } = this;
    this.exchange = null;
    if (this.output !== undefined) this.session.forget(this.output.id);
    exchange?.onUpstreamFailed(kind, detail);
  }

  drained(): void {
    this.exchange?.onUpstreamDrain();
  }
}

/** The sending half of a client's stream. */
class ClientOutput extends StreamOutput {
  private readonly stream: Http2ClientStream;

  constructor(session: Http2ClientSession, id: number, stream: Http2ClientStream) {
    super(session, id);
    this.stream = stream;
  }

  get ended(): boolean {
    return this.sentEnd;
  }

  markEnded(): void {
    this.sentEnd = true;
  }

  write(bytes: Buffer, start: number, end: number, last: boolean): void {
    this.send(bytes, start, end, last);
  }

  writeTrailers(entries: readonly HeaderEntry[]): void {
    this.sendLast(entries);
  }

  protected onEmptied(): void {
    this.stream.drained();
  }

  protected onEnded(): void {}

  onSessionGone(reason: string): void {
    this.stream.failed(this.stream.session.violated ? 'protocol-error' : 'connection-termination', reason);
  }
}
