/**
 * A byte connection as a plain object: no emitter, no stream, no closure per message. Two kinds implement it: a socket (plain or TLS) and a
 * channel of a multiplexed hop. Whoever holds the connection is its `owner` and hears of bytes, of the other side's end, of room to write
 * and of the connection's death.
 */
export interface ConnectionOwner {
  /** Bytes `[start, end)` arrived. The buffer is shared: it is valid during this call only. */
  onData(connection: Connection, bytes: Buffer, start: number, end: number): void;
  /** The other side will send no more. */
  onPeerEnd(connection: Connection): void;
  /** Writing may go on after `blocked` was seen. */
  onDrain(connection: Connection): void;
  /** The connection died without our `close()`. Called at most once. `reason` is for logs. */
  onClose(connection: Connection, reason: string): void;
}

/** What a TLS handshake told about the other side. */
export interface PeerTls {
  /** Server name the client asked for, or the name we asked for. */
  readonly sni: string;
  readonly alpn: string;
  readonly version: string;
  /** URI subject alternative names of the other side's certificate; empty when it showed none. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly subject: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly digest: string;
  /** First URI name of our own certificate. */
  readonly localUri: string;
  /** The handshake took up an earlier session. */
  readonly resumed: boolean;
}

export interface Connection {
  owner: ConnectionOwner;
  /** No more reading or writing. */
  closed: boolean;
  /** More than the high-water mark is queued: stop producing until `onDrain`. */
  blocked: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly tls: PeerTls | null;
  /** Sends `scratch.bytes[0, length)`. Afterwards the scratch may be written again. */
  sendScratch(length: number): void;
  /** Sends a buffer that nobody changes any more. */
  sendBuffer(bytes: Buffer): void;
  /** Sends a buffer that its owner takes back when `done` is called. */
  sendOwned(bytes: Buffer, done: () => void): void;
  pause(): void;
  resume(): void;
  /** Sends what is queued, then ends our half. */
  end(): void;
  /** Closes at once, dropping what is queued. */
  close(): void;
  /** Sends what is queued, then closes both halves. */
  closeWhenSent(): void;
}

/** The owner of a connection that nobody holds. */
export const noOwner: ConnectionOwner = {
  onData() {},
  onPeerEnd(connection) {
    connection.close();
  },
  onDrain() {},
  onClose() {},
};
