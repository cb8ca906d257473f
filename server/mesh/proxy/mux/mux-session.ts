import type { Connection, ConnectionOwner, PeerTls } from '../io/connection';
import { noOwner } from '../io/connection';
import { PendingBytes } from '../io/pending-bytes';
import { dropOutput, flushOutput, scratch } from '../io/output';

/**
 * `heddle-mux/1`: many byte channels over one (mutual TLS) connection between two of our sidecars. Each channel carries HTTP/1.1 or plain TCP
 * bytes unchanged. All frames of an event-loop turn leave in one write, so TLS records, system calls and wake-ups are shared.
 *
 * Frame: u32 length of the payload | u32 (type << 28 | channel). Types: 0 data, 1 open, 2 end (half), 3 credit (payload u32), 4 reset,
 * 5 ping, 6 pong, 7 drain. The dialling side opens channels. A sender may have `WINDOW` bytes outstanding per channel; the receiver gives
 * credit back when its owner took the bytes.
 */
const DATA = 0;
const OPEN = 1;
const END = 2;
const CREDIT = 3;
const RESET = 4;
const PING = 5;
const PONG = 6;
const DRAIN = 7;

const WINDOW = 256 * 1024;
const CREDIT_AT = WINDOW / 4;
const MAX_FRAME = 128 * 1024;
const MAX_CHANNELS = 4096;
const BATCH_BYTES = 128 * 1024;
/** Queued beyond this, all channels of the session are asked to wait. */
const HIGH_WATER_BYTES = 1024 * 1024;
const HEADER = 8;
const EMPTY = Buffer.alloc(0);

export class MuxSession implements ConnectionOwner {
  private readonly connection: Connection;
  private readonly accepts: boolean;
  private readonly onOpen: ((channel: MuxChannel) => void) | null;
  private readonly onGone: () => void;
  private readonly channels = new Map<number, MuxChannel>();
  private nextId = 1;
  private batch: Buffer = Buffer.allocUnsafeSlow(BATCH_BYTES);
  private batched = 0;
  private scheduled = false;
  private readonly pending = new PendingBytes();
  private draining = false;
  private dead = false;

  /** @param accepts the other side opens channels, and `onOpen` hears of them */
  constructor(connection: Connection, accepts: boolean, onOpen: ((channel: MuxChannel) => void) | null, onGone: () => void) {
    this.connection = connection;
    this.accepts = accepts;
    this.onOpen = onOpen;
    this.onGone = onGone;
    connection.owner = this;
  }

  get usable(): boolean {
    return !this.dead && !this.draining && this.channels.size < MAX_CHANNELS;
  }

  get tls(): PeerTls | null {
    return this.connection.tls;
  }

  get transport(): Connection {
    return this.connection;
  }

  openChannel(): MuxChannel {
    const id = this.nextId++;
    const channel = new MuxChannel(this, id);
    this.channels.set(id, channel);
    this.frame(OPEN, id, EMPTY, 0, 0);
    return channel;
  }

  /** Takes no more channels; closes when the last one is gone. */
  drain(): void {
    if (this.draining) return;
    this.draining = true;
    if (this.accepts) this.frame(DRAIN, 0, EMPTY, 0, 0);
    this.closeWhenEmpty();
  }

  private closeWhenEmpty(): void {
    if (!this.draining || this.channels.size > 0 || this.dead || this.accepts) return;
    this.flush();
    this.dead = true;
    this.connection.closeWhenSent();
    this.onGone();
  }

  /** Whether so much is queued on the connection that producers should wait. */
  get congested(): boolean {
    return this.connection.blocked && this.batched > HIGH_WATER_BYTES;
  }

  frame(type: number, id: number, bytes: Buffer, start: number, length: number): void {
    if (this.dead) return;
    let at = this.batched;
    if (at + HEADER + length > this.batch.length) {
      if (!this.connection.blocked) {
        this.flush();
        at = 0;
      }
      if (at + HEADER + length > this.batch.length) {
        const grown = Buffer.allocUnsafeSlow((at + HEADER + length) * 2);
        this.batch.copy(grown, 0, 0, at);
        this.batch = grown;
      }
    }
    const batch = this.batch;
    batch[at] = length >>> 24;
    batch[at + 1] = length >>> 16;
    batch[at + 2] = length >>> 8;
    batch[at + 3] = length;
    batch[at + 4] = (type << 4) | (id >>> 24);
    batch[at + 5] = id >>> 16;
    batch[at + 6] = id >>> 8;
    batch[at + 7] = id;
    at += HEADER;
    if (length <= 64) for (let i = 0; i < length; i++) batch[at + i] = bytes[start + i] as number;
    else bytes.copy(batch, at, start, start + length);
    this.batched = at + length;
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.flushTurn);
    }
  }

  private readonly flushTurn = (): void => {
    this.scheduled = false;
    if (!this.connection.blocked) this.flush();
  };

  private flush(): void {
    if (this.batched === 0 || this.dead) return;
    const full = this.batch;
    const length = this.batched;
    this.batched = 0;
    // A TLS socket keeps the buffer until the record is written: take another one meanwhile.
    this.batch = spareBatches.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    this.connection.sendOwned(full.subarray(0, length), () => {
      if (full.length === BATCH_BYTES && spareBatches.length < 32) spareBatches.push(full);
    });
  }

  onData(_connection: Connection, bytes: Buffer, start: number, end: number): void {
    let source = bytes;
    let at = start;
    let stop = end;
    if (this.pending.length > 0) {
      this.pending.add(bytes, start, end);
      source = this.pending.take();
      at = 0;
      stop = source.length;
    }
    while (stop - at >= HEADER && !this.dead) {
      const length = source.readUInt32BE(at);
      if (length > MAX_FRAME) {
        this.die('frame too long');
        return;
      }
      if (stop - at - HEADER < length) break;
      const type = (source[at + 4] as number) >>> 4;
      const id = source.readUInt32BE(at + 4) & 0x0fffffff;
      at += HEADER;
      this.receive(type, id, source, at, at + length);
      at += length;
    }
    if (at < stop && !this.dead) this.pending.add(source, at, stop);
  }

  private receive(type: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (type === OPEN) {
      if (!this.accepts || this.onOpen === null || this.channels.has(id) || this.channels.size >= MAX_CHANNELS) {
        this.die('unexpected channel');
        return;
      }
      const channel = new MuxChannel(this, id);
      this.channels.set(id, channel);
      this.onOpen(channel);
      return;
    }
    if (type === PING) {
      this.frame(PONG, 0, bytes, start, Math.min(8, end - start));
      return;
    }
    if (type === DRAIN) {
      this.drain();
      return;
    }
    const channel = this.channels.get(id);
    if (channel === undefined) return;
    if (type === DATA) channel.receive(bytes, start, end);
    else if (type === CREDIT && end - start === 4) channel.credit(bytes.readUInt32BE(start));
    else if (type === END) channel.peerEnded();
    else if (type === RESET) channel.peerReset();
    flushOutput();
  }

  forget(id: number): void {
    this.channels.delete(id);
    this.closeWhenEmpty();
  }

  onDrain(): void {
    this.flush();
    for (const channel of this.channels.values()) channel.sessionDrained();
  }

  onPeerEnd(): void {
    this.die('closed by the other side');
  }

  onClose(_connection: Connection, reason: string): void {
    this.die(reason);
  }

  private die(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.connection.close();
    for (const channel of this.channels.values()) channel.sessionGone(reason);
    this.channels.clear();
    this.onGone();
  }
}

const spareBatches: Buffer[] = [];

/** One channel: a connection to its owner. */
export class MuxChannel implements Connection {
  owner: ConnectionOwner = noOwner;
  closed = false;
  blocked = false;
  private readonly session: MuxSession;
  private readonly id: number;
  private window = WINDOW;
  private consumed = 0;
  private paused = false;
  private held: Buffer[] = [];
  private queue: Buffer[] = [];
  private ended = false;
  private peerDone = false;
  private closing = false;
  private resetAfterHeld = false;

  constructor(session: MuxSession, id: number) {
    this.session = session;
    this.id = id;
  }

  get tls(): PeerTls | null {
    return this.session.tls;
  }

  get remoteAddress(): string {
    return this.session.transport.remoteAddress;
  }

  get remotePort(): number {
    return this.session.transport.remotePort;
  }

  get localAddress(): string {
    return this.session.transport.localAddress;
  }

  get localPort(): number {
    return this.session.transport.localPort;
  }

  sendScratch(length: number): void {
    this.send(scratch.bytes, length, false);
  }

  sendBuffer(bytes: Buffer): void {
    this.send(bytes, bytes.length, true);
  }

  sendOwned(bytes: Buffer, done: () => void): void {
    this.send(bytes, bytes.length, false);
    done();
  }

  private send(bytes: Buffer, length: number, keeps: boolean): void {
    if (this.closed || this.ended) return;
    let at = 0;
    if (this.queue.length === 0) {
      while (at < length && this.window > 0) {
        const size = Math.min(length - at, this.window, 65536);
        this.session.frame(DATA, this.id, bytes, at, size);
        this.window -= size;
        at += size;
      }
    }
    if (at < length) this.queue.push(keeps ? bytes.subarray(at, length) : Buffer.from(bytes.subarray(at, length)));
    if (this.queue.length > 0 || this.session.congested) this.blocked = true;
  }

  private flushQueue(): void {
    while (this.queue.length > 0 && this.window > 0) {
      const first = this.queue[0] as Buffer;
      const size = Math.min(first.length, this.window, 65536);
      this.session.frame(DATA, this.id, first, 0, size);
      this.window -= size;
      if (size === first.length) this.queue.shift();
      else this.queue[0] = first.subarray(size);
    }
    if (this.queue.length > 0) return;
    if (this.ended) this.session.frame(END, this.id, EMPTY, 0, 0);
    if (this.closing) {
      this.finish();
      return;
    }
    if (this.blocked && !this.session.congested) {
      this.blocked = false;
      this.owner.onDrain(this);
    }
  }

  credit(bytes: number): void {
    this.window += bytes;
    if (this.queue.length > 0 || this.blocked) this.flushQueue();
  }

  sessionDrained(): void {
    if (this.blocked && this.queue.length === 0) this.flushQueue();
  }

  receive(bytes: Buffer, start: number, end: number): void {
    if (this.closed) return;
    if (this.paused) {
      this.held.push(Buffer.from(bytes.subarray(start, end)));
      return;
    }
    this.owner.onData(this, bytes, start, end);
    this.take(end - start);
  }

  private take(size: number): void {
    this.consumed += size;
    if (this.consumed < CREDIT_AT || this.closed) return;
    creditPayload.writeUInt32BE(this.consumed);
    this.consumed = 0;
    this.session.frame(CREDIT, this.id, creditPayload, 0, 4);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    // The owner may pause again, or close, at any of these.
    while (this.held.length > 0 && !this.paused && !this.closed) {
      const bytes = this.held.shift() as Buffer;
      this.owner.onData(this, bytes, 0, bytes.length);
      this.take(bytes.length);
    }
    if (this.held.length > 0 || this.closed || this.paused) return;
    if (this.resetAfterHeld) this.peerReset();
    else if (this.peerDone) this.owner.onPeerEnd(this);
  }

  peerEnded(): void {
    this.peerDone = true;
    if (this.held.length === 0 && !this.closed) this.owner.onPeerEnd(this);
  }

  peerReset(): void {
    if (this.held.length > 0 && !this.closed) {
      // What came before still belongs to the owner.
      this.resetAfterHeld = true;
      return;
    }
    this.sessionGone('reset by the other side');
    this.session.forget(this.id);
  }

  sessionGone(reason: string): void {
    if (this.closed) return;
    dropOutput(this);
    this.closed = true;
    const owner = this.owner;
    this.owner = noOwner;
    owner.onClose(this, reason);
  }

  end(): void {
    if (this.closed || this.ended) return;
    flushOutput();
    this.ended = true;
    if (this.queue.length === 0) this.session.frame(END, this.id, EMPTY, 0, 0);
  }

  close(): void {
    if (this.closed) return;
    dropOutput(this);
    this.closed = true;
    this.owner = noOwner;
    this.session.frame(RESET, this.id, EMPTY, 0, 0);
    this.session.forget(this.id);
  }

  closeWhenSent(): void {
    if (this.closed || this.closing) return;
    flushOutput();
    this.owner = noOwner;
    this.closing = true;
    if (this.queue.length === 0) this.finish();
  }

  private finish(): void {
    this.closed = true;
    if (!this.ended) this.session.frame(END, this.id, EMPTY, 0, 0);
    this.session.frame(RESET, this.id, EMPTY, 0, 0);
    this.session.forget(this.id);
  }
}

const creditPayload = Buffer.alloc(4);
