import { eventTime } from '../io/clock';
import type { Connection, ConnectionOwner } from '../io/connection';
import { flushOutput } from '../io/output';
import { PendingBytes } from '../io/pending-bytes';
import type { HeaderEntry } from './header-entry';
import { CompressionError, HpackDecoder } from './hpack-decoder';
import { DEFAULT_WINDOW, ERROR, FLAGS, FRAME, MAX_FRAME, MAX_LIST_BYTES, PREFACE } from './frames';
import { FrameWriter } from './frame-writer';
import type { SessionStream } from './frame-writer';
import type { Http2Options } from './options';

const { data: DATA, headers: HEADERS, priority: PRIORITY, rstStream: RST_STREAM, settings: SETTINGS, pushPromise: PUSH_PROMISE } = FRAME;
const { ping: PING, goAway: GOAWAY, windowUpdate: WINDOW_UPDATE, continuation: CONTINUATION } = FRAME;
const { endStream: END_STREAM, ack: ACK, endHeaders: END_HEADERS, padded: PADDED, priority: PRIORITIZED } = FLAGS;

const MAX_WINDOW = 2 ** 31 - 1;
/** Hostile traffic: what a well-behaved peer never reaches (CVE-2023-44487, CVE-2024-27316 and kin). */
const MAX_BLOCK_BYTES = 64 * 1024;
const MAX_CONTINUATIONS = 16;
const MAX_RESETS = 300;
const RESETS_BACK_PER_SECOND = 100;
const MAX_CONTROL_PER_SECOND = 2000;
const MAX_EMPTY_DATA = 100;

/** The part of an HTTP/2 connection that both sides share: frames, header compression, flow control, limits. Output leaves once per loop turn. */
export abstract class Http2Session extends FrameWriter implements ConnectionOwner {
  readonly options: Http2Options;
  protected readonly isServer: boolean;
  protected draining = false;
  protected remoteMaxStreams = 1024;
  remoteInitialWindow = DEFAULT_WINDOW;
  private readonly decoder = new HpackDecoder();
  private unreturned = 0;
  private readonly pending = new PendingBytes();
  /** The other side does not speak HTTP/2 as it should, or not at all. */
  violated = false;
  private prefaceLeft: number;
  private block: Buffer[] = [];
  private blockBytes = 0;
  private blockStream = 0;
  private blockEnds = false;
  private resets = 0;
  private resetsAt = 0;
  private controls = 0;
  private controlsAt = 0;
  private emptyData = 0;
  private readonly fields: HeaderEntry[] = [];

  constructor(connection: Connection, options: Http2Options, isServer: boolean) {
    super(connection);
    this.options = options;
    this.isServer = isServer;
    this.prefaceLeft = isServer ? PREFACE.length : 0;
    connection.owner = this;
    if (!isServer) {
      PREFACE.copy(this.batch, 0);
      this.batched = PREFACE.length;
    }
    const settings: [number, number][] = [
      [3, options.maxConcurrentStreams],
      [4, options.streamWindow],
      [6, MAX_LIST_BYTES],
    ];
    if (!isServer) settings.push([2, 0]);
    this.frameHeader(settings.length * 6, SETTINGS, 0, 0);
    for (const [name, value] of settings) {
      this.batch.writeUInt16BE(name, this.batched);
      this.batch.writeUInt32BE(value, this.batched + 2);
      this.batched += 6;
    }
    if (options.connectionWindow > DEFAULT_WINDOW) this.writeWindowUpdate(0, options.connectionWindow - DEFAULT_WINDOW);
    this.mark();
  }

  protected abstract findStream(id: number): SessionStream | undefined;
  protected abstract allStreams(): Iterable<SessionStream>;
  /** A header block is complete. `tooLarge`: the list is over the limit and was cut. */
  protected abstract onHeaders(id: number, fields: HeaderEntry[], ends: boolean, tooLarge: boolean): void;
  protected abstract onStreamData(id: number, bytes: Buffer, start: number, end: number, ends: boolean): void;
  protected abstract onReset(id: number, code: number): void;
  protected abstract onGoAway(lastId: number, code: number): void;
  protected abstract onDead(reason: string): void;
  /** A frame for a stream that was never opened. */
  protected abstract isIdle(id: number): boolean;

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
    if (this.prefaceLeft > 0) {
      if (stop - at < PREFACE.length) {
        this.pending.add(source, at, stop);
        return;
      }
      if (PREFACE.compare(source, at, at + PREFACE.length) !== 0) {
        this.die('bad preface');
        return;
      }
      at += PREFACE.length;
      this.prefaceLeft = 0;
    }
    while (stop - at >= 9 && !this.dead) {
      const length = ((source[at] as number) << 16) | ((source[at + 1] as number) << 8) | (source[at + 2] as number);
      if (length > MAX_FRAME) {
        this.fail(ERROR.frameSize, 'frame too long');
        return;
      }
      if (stop - at - 9 < length) break;
      const id = source.readUInt32BE(at + 5) & 0x7fffffff;
      this.receive(source[at + 3] as number, source[at + 4] as number, id, source, at + 9, at + 9 + length);
      at += 9 + length;
    }
    if (at < stop && !this.dead) this.pending.add(source, at, stop);
  }

  private receive(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.blockStream !== 0 && (type !== CONTINUATION || id !== this.blockStream)) {
      this.fail(ERROR.protocol, 'header block interrupted');
      return;
    }
    switch (type) {
      case DATA:
        this.receiveData(flags, id, bytes, start, end);
        return;
      case HEADERS:
        this.receiveHeaders(flags, id, bytes, start, end);
        return;
      case CONTINUATION:
        this.receiveContinuation(flags, id, bytes, start, end);
        return;
      case RST_STREAM:
        if (id === 0 || end - start !== 4 || this.isIdle(id)) this.fail(ERROR.protocol, 'bad RST_STREAM');
        else if (this.tooManyResets()) this.fail(ERROR.calm, 'too many resets');
        else this.onReset(id, bytes.readUInt32BE(start));
        return;
      case SETTINGS:
        if (!this.tooManyControls()) this.receiveSettings(flags, id, bytes, start, end);
        return;
      case PING:
        if (id !== 0 || end - start !== 8) this.fail(ERROR.frameSize, 'bad PING');
        else if ((flags & ACK) === 0 && !this.tooManyControls()) {
          this.frameHeader(8, PING, ACK, 0);
          bytes.copy(this.batch, this.batched, start, end);
          this.batched += 8;
          this.mark();
        }
        return;
      case GOAWAY:
        if (end - start < 8) this.fail(ERROR.frameSize, 'bad GOAWAY');
        else this.onGoAway(bytes.readUInt32BE(start) & 0x7fffffff, bytes.readUInt32BE(start + 4));
        return;
      case WINDOW_UPDATE:
        this.receiveWindowUpdate(id, bytes, start, end);
        return;
      case PUSH_PROMISE:
        this.fail(ERROR.protocol, 'unexpected push');
        return;
      case PRIORITY:
      default:
        return;
    }
  }

  private receiveData(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const whole = end - start;
    let from = start;
    let to = end;
    if ((flags & PADDED) !== 0) {
      const padding = whole === 0 ? 0 : (bytes[start] as number);
      from++;
      to -= padding;
      if (to < from) {
        this.fail(ERROR.protocol, 'bad padding');
        return;
      }
    }
    if (id === 0 || this.isIdle(id)) {
      this.fail(ERROR.protocol, 'data on no stream');
      return;
    }
    const ends = (flags & END_STREAM) !== 0;
    if (to === from && !ends && ++this.emptyData > MAX_EMPTY_DATA) {
      this.fail(ERROR.calm, 'too many empty frames');
      return;
    }
    this.unreturned += whole;
    if (this.unreturned >= this.options.connectionWindow / 4) {
      this.writeWindowUpdate(0, this.unreturned);
      this.unreturned = 0;
    }
    if (to > from) this.emptyData = 0;
    this.onStreamData(id, bytes, from, to, ends);
  }

  private receiveHeaders(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    let from = start;
    let to = end;
    if ((flags & PADDED) !== 0) {
      to -= bytes[from] as number;
      from++;
    }
    if ((flags & PRIORITIZED) !== 0) from += 5;
    if (id === 0 || to < from) {
      this.fail(ERROR.protocol, 'bad HEADERS');
      return;
    }
    this.blockEnds = (flags & END_STREAM) !== 0;
    if ((flags & END_HEADERS) !== 0) {
      this.decodeBlock(id, bytes, from, to);
      return;
    }
    this.blockStream = id;
    this.block = [Buffer.from(bytes.subarray(from, to))];
    this.blockBytes = to - from;
  }

  private receiveContinuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.blockStream === 0) {
      this.fail(ERROR.protocol, 'unexpected CONTINUATION');
      return;
    }
    this.block.push(Buffer.from(bytes.subarray(start, end)));
    this.blockBytes += end - start;
    if (this.blockBytes > MAX_BLOCK_BYTES || this.block.length > MAX_CONTINUATIONS) {
      this.fail(ERROR.calm, 'header block too long');
      return;
    }
    if ((flags & END_HEADERS) === 0) return;
    const whole = Buffer.concat(this.block);
    this.block = [];
    this.blockStream = 0;
    this.decodeBlock(id, whole, 0, whole.length);
  }

  private decodeBlock(id: number, bytes: Buffer, start: number, end: number): void {
    const { fields } = this;
    fields.length = 0;
    let size: number;
    try {
      size = this.decoder.decode(bytes, start, end, fields, MAX_LIST_BYTES);
    } catch (error) {
      if (!(error instanceof CompressionError)) throw error;
      this.fail(ERROR.compression, error.message);
      return;
    }
    this.onHeaders(id, fields, this.blockEnds, size > MAX_LIST_BYTES || fields.length > 110);
  }

  private receiveSettings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0 || (end - start) % 6 !== 0) {
      this.fail(ERROR.frameSize, 'bad SETTINGS');
      return;
    }
    if ((flags & ACK) !== 0) return;
    for (let at = start; at < end; at += 6) {
      const value = bytes.readUInt32BE(at + 2);
      switch (bytes.readUInt16BE(at)) {
        case 1:
          this.encoder.limit(value);
          break;
        case 3:
          this.remoteMaxStreams = value;
          break;
        case 4: {
          if (value > MAX_WINDOW) {
            this.fail(ERROR.flowControl, 'window too large');
            return;
          }
          const change = value - this.remoteInitialWindow;
          this.remoteInitialWindow = value;
          for (const stream of this.allStreams()) stream.sendWindow += change;
          if (change > 0) this.reopen();
          break;
        }
        case 5:
          if (value < MAX_FRAME || value > 0xffffff) {
            this.fail(ERROR.protocol, 'bad frame size');
            return;
          }
          this.remoteMaxFrame = Math.min(value, 65536);
          break;
        default:
          break;
      }
    }
    this.frameHeader(0, SETTINGS, ACK, 0);
    this.mark();
  }

  private receiveWindowUpdate(id: number, bytes: Buffer, start: number, end: number): void {
    const size = end - start === 4 ? bytes.readUInt32BE(start) & 0x7fffffff : 0;
    if (id === 0) {
      this.sendWindow += size;
      if (size === 0 || this.sendWindow > MAX_WINDOW) this.fail(ERROR.flowControl, 'bad window update');
      else this.reopen();
      return;
    }
    if (this.isIdle(id)) {
      this.fail(ERROR.protocol, 'window update on no stream');
      return;
    }
    const stream = this.findStream(id);
    if (stream === undefined) return;
    stream.sendWindow += size;
    if (size === 0 || stream.sendWindow > MAX_WINDOW) {
      this.writeReset(id, size === 0 ? ERROR.protocol : ERROR.flowControl);
      this.onReset(id, ERROR.flowControl);
    } else stream.onWindow();
  }

  private reopen(): void {
    for (const stream of this.allStreams()) {
      if (this.sendWindow <= 0) return;
      stream.onWindow();
    }
  }

  private tooManyResets(): boolean {
    if (!this.isServer) return false;
    const now = eventTime();
    this.resets = Math.max(0, this.resets - ((now - this.resetsAt) * RESETS_BACK_PER_SECOND) / 1000) + 1;
    this.resetsAt = now;
    return this.resets > MAX_RESETS;
  }

  private tooManyControls(): boolean {
    const now = eventTime();
    if (now - this.controlsAt > 1000) {
      this.controls = 0;
      this.controlsAt = now;
    }
    if (++this.controls <= MAX_CONTROL_PER_SECOND) return false;
    this.fail(ERROR.calm, 'too many control frames');
    return true;
  }

  onDrain(): void {
    this.flushBatch();
    for (const stream of this.allStreams()) stream.onWindow();
  }

  onPeerEnd(): void {
    this.die('closed by the other side');
  }

  onClose(_connection: Connection, reason: string): void {
    this.die(reason);
  }

  /** A connection error: says why, then closes. */
  protected fail(code: number, reason: string): void {
    if (this.dead) return;
    this.violated = true;
    this.writeGoAway(this.lastProcessed(), code);
    this.flushBatch();
    this.connection.closeWhenSent();
    this.die(reason);
  }

  protected abstract lastProcessed(): number;

  protected die(reason: string): void {
    if (this.dead) return;
    this.dead = true;
    this.connection.close();
    for (const stream of this.allStreams()) stream.onSessionGone(reason);
    this.onDead(reason);
    flushOutput();
  }

  /** Closes when what is queued has left. */
  protected closeGently(): void {
    if (this.dead) return;
    this.flushBatch();
    this.dead = true;
    this.connection.closeWhenSent();
    this.onDead('drained');
  }
}
