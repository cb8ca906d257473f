import type { ResponsePlan } from '../exchange/request-plan';
import type { DownstreamOwner, DownstreamStream } from '../exchange/streams';
import { DATE, SERVER } from '../http1/header-kinds';
import { httpDate } from '../http1/write-response';
import type { BodyFraming } from '../http1/write-response';
import type { Connection } from '../io/connection';
import { flushOutput } from '../io/output';
import type { MessageHead, ResponseHead } from '../message-head';
import { HeaderEntry, internEntry } from './header-entry';
import { http2Request, http2Response, http2Trailers } from './http2-head';
import { ERROR } from './frames';
import { Http2Session } from './http2-session';
import type { Http2Options } from './options';
import { StreamOutput } from './stream-output';

const droppedFromHttp1 = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'x-envoy-upstream-service-time',
  'x-envoy-decorator-operation',
]);
const EMPTY = Buffer.alloc(0);

/** The server side of an HTTP/2 connection. */
export class Http2ServerSession extends Http2Session {
  private readonly streams = new Map<number, Http2ServerStream>();
  private readonly makeExchange: () => DownstreamOwner;
  private readonly idleExchanges: DownstreamOwner[] = [];
  private readonly onGone: () => void;
  private readonly onProblem: (why: string) => void;
  private lastId = 0;

  constructor(
    connection: Connection,
    options: Http2Options,
    makeExchange: () => DownstreamOwner,
    onGone: () => void,
    onProblem: (why: string) => void,
  ) {
    super(connection, options, true);
    this.makeExchange = makeExchange;
    this.onGone = onGone;
    this.onProblem = onProblem;
  }

  drain(): void {
    if (this.draining || this.dead) return;
    this.draining = true;
    this.writeGoAway(this.lastId, ERROR.none);
    if (this.streams.size === 0) this.closeGently();
  }

  protected findStream(id: number): Http2ServerStream | undefined {
    return this.streams.get(id);
  }

  protected allStreams(): Iterable<Http2ServerStream> {
    return this.streams.values();
  }

  protected isIdle(id: number): boolean {
    return id > this.lastId;
  }

  protected lastProcessed(): number {
    return this.lastId;
  }

  protected onHeaders(id: number, fields: HeaderEntry[], ends: boolean, tooLarge: boolean): void {
    const known = this.streams.get(id);
    if (known !== undefined) {
      known.receiveTrailers(fields, ends);
      flushOutput();
      return;
    }
    if (id <= this.lastId) {
      this.fail(ERROR.streamClosed, 'HEADERS on a closed stream');
      return;
    }
    if (id % 2 === 0) {
      this.fail(ERROR.protocol, 'even stream from a client');
      return;
    }
    this.lastId = id;
    if (this.draining || this.streams.size >= this.options.maxConcurrentStreams) {
      this.writeReset(id, ERROR.refusedStream);
      return;
    }
    const why = tooLarge ? '' : http2Request.load(fields);
    if (why !== '') {
      this.onProblem(why);
      this.writeReset(id, ERROR.protocol);
      return;
    }
    const stream = new Http2ServerStream(this, id, this.idleExchanges.pop() ?? this.makeExchange());
    if (tooLarge) {
      stream.sendLocal(431, [], EMPTY, '');
      this.writeReset(id, ERROR.none);
      return;
    }
    this.streams.set(id, stream);
    stream.begin(ends);
    flushOutput();
  }

  protected onStreamData(id: number, bytes: Buffer, start: number, end: number, ends: boolean): void {
    this.streams.get(id)?.receiveData(bytes, start, end, ends);
    flushOutput();
  }

  protected onReset(id: number): void {
    this.streams.get(id)?.onSessionGone('downstream_remote_reset');
    flushOutput();
  }

  protected onGoAway(): void {
    this.draining = true;
    if (this.streams.size === 0) this.closeGently();
  }

  protected onDead(): void {
    this.streams.clear();
    for (const exchange of this.idleExchanges.splice(0)) exchange.dispose();
    this.onGone();
  }

  forget(stream: Http2ServerStream, exchange: DownstreamOwner): void {
    if (!this.streams.delete(stream.id)) return;
    if (!this.dead && exchange.idle && this.idleExchanges.length < 128) this.idleExchanges.push(exchange);
    else exchange.dispose();
    if (this.draining && this.streams.size === 0) this.closeGently();
  }
}

/** One request on an HTTP/2 connection. */
export class Http2ServerStream extends StreamOutput implements DownstreamStream {
  readonly protocol = 'HTTP/2';
  readonly takesRaw = false;
  private readonly server: Http2ServerSession;
  private readonly exchange: DownstreamOwner;
  private requestEnded = false;
  private over = false;
  private unreturned = 0;
  private reading = true;
  /** Body bytes still announced by content-length; -1 when unknown. */
  private expected = -1;
  private withBody = true;

  constructor(server: Http2ServerSession, id: number, exchange: DownstreamOwner) {
    super(server, id);
    this.server = server;
    this.exchange = exchange;
  }

  get connection(): Connection {
    return this.session.connection;
  }

  begin(ends: boolean): void {
    this.requestEnded = ends;
    const length = http2Request.get('content-length');
    if (length !== undefined) {
      // A length that does not hold would let a request end in another one's place where the next hop speaks HTTP/1.
      if (!/^\d{1,15}$/.test(length) || (ends && Number(length) !== 0)) {
        this.refuse();
        return;
      }
      this.expected = Number(length);
    }
    this.withBody = http2Request.method !== 'HEAD';
    this.exchange.onRequest(this, http2Request, ends);
  }

  private refuse(): void {
    this.over = true;
    this.session.writeReset(this.id, ERROR.protocol);
    this.server.forget(this, this.exchange);
  }

  receiveData(bytes: Buffer, start: number, end: number, ends: boolean): void {
    const size = end - start;
    if (this.requestEnded || this.over) return;
    if (this.expected >= 0) {
      this.expected -= size;
      if (this.expected < 0 || (ends && this.expected !== 0)) {
        this.session.writeReset(this.id, ERROR.protocol);
        this.onSessionGone('http2.violation.of.messaging.rule');
        return;
      }
    }
    this.requestEnded = ends;
    this.unreturned += size;
    if (!this.exchange.idle) this.exchange.onRequestData(bytes, start, end, ends);
    this.returnCredit();
  }

  /** Gives the client room again, unless what came waits to be sent on. */
  private returnCredit(): void {
    if (!this.reading || this.requestEnded || this.unreturned < this.session.options.streamWindow / 4) return;
    this.session.writeWindowUpdate(this.id, this.unreturned);
    this.unreturned = 0;
  }

  receiveTrailers(fields: HeaderEntry[], ends: boolean): void {
    if (this.requestEnded || !ends || !http2Trailers.load(fields)) {
      this.session.writeReset(this.id, ERROR.protocol);
      this.onSessionGone('http2.violation.of.messaging.rule');
      return;
    }
    this.requestEnded = true;
    if (!this.exchange.idle) this.exchange.onRequestTrailers(http2Trailers);
  }

  sendInterim(head: ResponseHead): void {
    const entries = [internEntry(':status', String(head.status))];
    head.each((name, value) => entries.push(internEntry(name, value)));
    this.session.writeHeaders(this.id, entries, false);
  }

  sendHead(head: ResponseHead, plan: ResponsePlan, _framing: BodyFraming, end: boolean): void {
    const entries: HeaderEntry[] = [internEntry(':status', String(head.status))];
    let dated = false;
    if (head === http2Response) {
      for (const entry of http2Response.fields) {
        if (entry.pseudo || (entry.kind !== 0 && this.replaces(entry, plan)) || plan.drop.includes(entry.name)) continue;
        dated ||= entry.kind === DATE;
        entries.push(entry);
      }
    } else {
      head.each((name, value) => {
        if (droppedFromHttp1.has(name) || plan.drop.includes(name) || (name === 'server' && plan.server !== null)) return;
        dated ||= name === 'date';
        entries.push(internEntry(name, value));
      });
    }
    if (!dated) entries.push(new HeaderEntry('date', httpDate(), true));
    if (plan.server !== null) entries.push(internEntry('server', plan.server));
    if (plan.serviceTimeMs >= 0) entries.push(internEntry('x-envoy-upstream-service-time', String(plan.serviceTimeMs)));
    if (plan.attempt > 0) entries.push(internEntry('x-envoy-attempt-count', String(plan.attempt)));
    for (let at = 0; at < plan.addNames.length; at++) entries.push(internEntry(plan.addNames[at] as string, plan.addValues[at] as string));
    this.session.writeHeaders(this.id, entries, end);
    if (end) this.sentEnd = true;
  }

  private replaces(entry: HeaderEntry, plan: ResponsePlan): boolean {
    return (entry.kind === SERVER && plan.server !== null) || droppedFromHttp1.has(entry.name);
  }

  sendData(bytes: Buffer, start: number, end: number, last: boolean): void {
    this.send(bytes, start, this.withBody ? end : start, last);
  }

  sendTrailers(head: MessageHead): void {
    const entries: HeaderEntry[] = [];
    if (head === http2Trailers) entries.push(...http2Trailers.fields);
    else head.each((name, value) => entries.push(internEntry(name, value)));
    this.sendLast(entries);
  }

  sendLocal(status: number, headers: readonly (readonly [string, string])[], body: Buffer, server: string): void {
    const entries = [internEntry(':status', String(status)), ...headers.map(([name, value]) => internEntry(name, value))];
    const grpc = headers.some(([name]) => name === 'grpc-status');
    if (!grpc) entries.push(internEntry('content-length', String(body.length)));
    entries.push(new HeaderEntry('date', httpDate(), true));
    if (server !== '') entries.push(internEntry('server', server));
    const withBody = body.length > 0 && this.withBody;
    this.session.writeHeaders(this.id, entries, !withBody);
    if (withBody) this.send(body, 0, body.length, true);
    else this.sentEnd = true;
  }

  finish(): void {
    if (this.over) return;
    if (!this.sentEnd) return;
    this.over = true;
    // The answer is complete; the rest of the request is not wanted (RFC 9113 §8.1).
    if (!this.requestEnded) this.session.writeReset(this.id, ERROR.none);
    this.server.forget(this, this.exchange);
  }

  protected onEnded(): void {
    if (this.exchange.idle) this.finish();
  }

  protected onEmptied(): void {
    if (!this.exchange.idle && !this.over) this.exchange.onDownstreamDrain();
  }

  abort(): void {
    if (this.over) return;
    this.over = true;
    this.session.writeReset(this.id, ERROR.internal);
    this.server.forget(this, this.exchange);
  }

  onSessionGone(reason: string): void {
    if (this.over) return;
    this.over = true;
    if (!this.exchange.idle) this.exchange.onDownstreamGone(reason);
    this.server.forget(this, this.exchange);
  }

  setReading(on: boolean): void {
    this.reading = on;
    if (on) this.returnCredit();
  }
}
