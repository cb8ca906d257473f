import type { Connection, ConnectionOwner } from '../io/connection';
import { flushOutput } from '../io/output';
import type { DownstreamContext } from '../exchange/downstream-context';
import { Exchange } from '../exchange/exchange';
import type { HttpChain } from '../exchange/http-chain';
import { Http1ServerConnection } from '../http1/server-connection';
import type { Http1ServerOptions } from '../http1/server-connection';
import { Http2ServerSession } from '../http2/server-session';
import { MuxSession } from '../mux/mux-session';
import { MUX_ALPN } from '../tls/upstream-tls';

/** An HTTP connection that can be asked to end. */
export interface Drainable {
  drain(): void;
}

/** What the chain's owner is told. */
export interface HttpServing {
  onOpen(connection: Drainable): void;
  onClosed(connection: Drainable): void;
  onConnect(server: Http1ServerConnection, authority: string, downstream: DownstreamContext): void;
  onProtocolError(why: string): void;
}

const PREFACE_START = Buffer.from('PRI ', 'latin1');

/** Serves HTTP on a connection: the multiplexed hop, HTTP/2 or HTTP/1, by what was negotiated or by the first bytes. */
export function serveHttp(connection: Connection, downstream: DownstreamContext, chain: HttpChain, serving: HttpServing): void {
  const alpn = connection.tls?.alpn ?? '';
  if (alpn === MUX_ALPN) {
    const session: MuxSession = new MuxSession(
      connection,
      true,
      (channel) => serveHttp1(channel, downstream, chain, serving),
      () => serving.onClosed(session),
    );
    serving.onOpen(session);
  } else if (chain.codec === 'HTTP2' || alpn === 'h2' || alpn === 'istio-h2') serveHttp2(connection, downstream, chain, serving);
  else if (chain.codec === 'HTTP1' || alpn.includes('http/1')) serveHttp1(connection, downstream, chain, serving);
  else connection.owner = new CodecSniffer(downstream, chain, serving);
}

function serveHttp1(connection: Connection, downstream: DownstreamContext, chain: HttpChain, serving: HttpServing): void {
  const exchange = new Exchange(chain, downstream);
  const options: Http1ServerOptions = {
    serverName: chain.serverName,
    acceptHttp10: chain.acceptHttp10,
    headTimeoutMs: chain.headTimeoutMs,
    idleTimeoutMs: chain.idleTimeoutMs,
    draining: () => chain.context.draining,
    onProtocolError: (why) => serving.onProtocolError(why),
    onClosed: (closed) => serving.onClosed(closed),
    onConnect: (server, authority) => serving.onConnect(server, authority, downstream),
  };
  serving.onOpen(new Http1ServerConnection(connection, exchange, options));
}

function serveHttp2(connection: Connection, downstream: DownstreamContext, chain: HttpChain, serving: HttpServing): void {
  const session: Http2ServerSession = new Http2ServerSession(
    connection,
    chain.http2,
    () => new Exchange(chain, downstream),
    () => serving.onClosed(session),
    (why) => serving.onProtocolError(why),
  );
  serving.onOpen(session);
}

/** Waits for the first bytes of a connection whose HTTP version is not negotiated. */
class CodecSniffer implements ConnectionOwner {
  private readonly downstream: DownstreamContext;
  private readonly chain: HttpChain;
  private readonly serving: HttpServing;
  private held: Buffer | null = null;

  constructor(downstream: DownstreamContext, chain: HttpChain, serving: HttpServing) {
    this.downstream = downstream;
    this.chain = chain;
    this.serving = serving;
  }

  onData(connection: Connection, bytes: Buffer, start: number, end: number): void {
    let source = bytes;
    let from = start;
    let to = end;
    if (this.held !== null) {
      source = Buffer.concat([this.held, bytes.subarray(start, end)]);
      from = 0;
      to = source.length;
    }
    const size = Math.min(PREFACE_START.length, to - from);
    const maybeHttp2 = PREFACE_START.compare(source, from, from + size, 0, size) === 0;
    if (maybeHttp2 && size < PREFACE_START.length) {
      this.held = Buffer.from(source.subarray(from, to));
      return;
    }
    if (maybeHttp2) serveHttp2(connection, this.downstream, this.chain, this.serving);
    else serveHttp1(connection, this.downstream, this.chain, this.serving);
    connection.owner.onData(connection, source, from, to);
    flushOutput();
  }

  onPeerEnd(connection: Connection): void {
    connection.close();
  }

  onDrain(): void {}

  onClose(): void {}
}
