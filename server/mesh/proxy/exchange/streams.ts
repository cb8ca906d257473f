import type { BodyFraming } from '../http1/write-response';
import type { HeaderEntry } from '../http2/header-entry';
import type { Connection } from '../io/connection';
import type { MessageHead, RequestHead, ResponseHead } from '../message-head';
import type { ResponsePlan } from './request-plan';

/** The client's side of an exchange: one per HTTP/1 connection (used again and again) or one per HTTP/2 stream. */
export interface DownstreamStream {
  readonly connection: Connection;
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';
  /** Bodies of HTTP/1.1 can be passed on as framed, without taking the framing apart. */
  readonly takesRaw: boolean;
  /** Bytes wait to be sent: stop producing. */
  readonly blocked: boolean;
  sendInterim(head: ResponseHead): void;
  sendHead(head: ResponseHead, plan: ResponsePlan, framing: BodyFraming, end: boolean): void;
  /** Body bytes in the framing announced by `sendHead`. */
  sendData(bytes: Buffer, start: number, end: number, last: boolean): void;
  sendTrailers(head: MessageHead): void;
  /** A whole response of the proxy's own. */
  sendLocal(status: number, headers: readonly (readonly [string, string])[], body: Buffer, server: string): void;
  /** The response is complete: take the next request. */
  finish(): void;
  /** Gives the exchange up: the client sees a broken message. */
  abort(): void;
  setReading(on: boolean): void;
}

/** What an upstream stream tells its exchange. */
export type UpstreamFailure = 'connection-termination' | 'remote-reset' | 'refused-stream' | 'protocol-error' | 'local-reset';

/** The server's side of an attempt. */
export interface UpstreamStream {
  readonly connection: Connection;
  readonly http2: boolean;
  /** It served a request before: the server may have closed it meanwhile. */
  readonly reused: boolean;
  readonly blocked: boolean;
  /** Sends head and body saved so far. */
  start(exchange: UpstreamOwner): void;
  sendData(bytes: Buffer, start: number, end: number, last: boolean): void;
  sendTrailers(head: MessageHead): void;
  /** Drops the attempt. */
  cancel(): void;
  setReading(on: boolean): void;
}

/** What an upstream stream needs of the exchange it serves. */
export interface UpstreamOwner {
  /** HTTP/1: composed head and body. HTTP/2: body. */
  readonly savedBytes: Buffer;
  readonly savedLength: number;
  readonly requestEnded: boolean;
  readonly isHeadRequest: boolean;
  readonly wantsRawResponse: boolean;
  /** The head as it goes to an HTTP/2 upstream; null for HTTP/1. */
  readonly savedHead: SavedHead | null;
  onUpstreamInterim(head: ResponseHead): void;
  onUpstreamHead(head: ResponseHead, end: boolean, framing: BodyFraming): void;
  onUpstreamData(bytes: Buffer, start: number, end: number, last: boolean): void;
  onUpstreamTrailers(head: MessageHead): void;
  onUpstreamFailed(kind: UpstreamFailure, detail: string): void;
  onUpstreamDrain(): void;
}

/** A request head for HTTP/2, pseudo-headers first. */
export interface SavedHead {
  readonly entries: readonly HeaderEntry[];
}

/** What a downstream stream needs of its exchange. */
export interface DownstreamOwner {
  readonly wantsRawRequest: boolean;
  /** No exchange is under way: bytes of the request that still come are thrown away. */
  readonly idle: boolean;
  onRequest(stream: DownstreamStream, head: RequestHead, end: boolean): void;
  onRequestData(bytes: Buffer, start: number, end: number, last: boolean): void;
  onRequestTrailers(head: MessageHead): void;
  /** The client is gone or broke the rules. */
  onDownstreamGone(reason: string): void;
  onDownstreamDrain(): void;
  /** The connection is gone: timers that were left armed must not keep the exchange alive. */
  dispose(): void;
}
