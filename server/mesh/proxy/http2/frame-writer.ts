import type { Connection } from '../io/connection';
import { FLAGS, FRAME, MAX_FRAME, DEFAULT_WINDOW } from './frames';
import type { HeaderEntry } from './header-entry';
import { HpackEncoder } from './hpack-encoder';

const BATCH_BYTES = 128 * 1024;
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

const spareBatches: Buffer[] = [];
const dirty: FrameWriter[] = [];
let scheduled = false;

function flushDirty(): void {
  scheduled = false;
  const all = dirty.splice(0);
  for (const writer of all) writer.flushBatch();
}

/** A stream as its connection sees it. */
export interface SessionStream {
  readonly id: number;
  /** Bytes we may send. */
  sendWindow: number;
  /** Window has opened. */
  onWindow(): void;
  onSessionGone(reason: string): void;
}

/** The writing half of an HTTP/2 connection: frames are gathered and leave once per loop turn, so that many streams share one write. */
export abstract class FrameWriter {
  readonly connection: Connection;
  readonly encoder = new HpackEncoder();
  sendWindow = DEFAULT_WINDOW;
  protected dead = false;
  protected remoteMaxFrame = MAX_FRAME;
  protected batch: Buffer = spareBatches.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
  protected batched = 0;
  private isDirty = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  protected abstract die(reason: string): void;

  /** More is waiting on the connection than should be added to. */
  get congested(): boolean {
    return this.connection.blocked;
  }

  protected room(size: number): void {
    if (this.batched + size <= this.batch.length) return;
    if (!this.connection.blocked) this.flushBatch();
    if (this.batched + size <= this.batch.length) return;
    const grown = Buffer.allocUnsafeSlow((this.batched + size) * 2);
    this.batch.copy(grown, 0, 0, this.batched);
    this.batch = grown;
  }

  protected frameHeader(length: number, type: number, flags: number, id: number): void {
    this.room(length + 9);
    this.putFrameHeader(this.batched, length, type, flags, id);
    this.batched += 9;
  }

  private putFrameHeader(at: number, length: number, type: number, flags: number, id: number): void {
    const { batch } = this;
    batch[at] = length >>> 16;
    batch[at + 1] = length >>> 8;
    batch[at + 2] = length;
    batch[at + 3] = type;
    batch[at + 4] = flags;
    batch[at + 5] = id >>> 24;
    batch[at + 6] = id >>> 16;
    batch[at + 7] = id >>> 8;
    batch[at + 8] = id;
  }

  protected mark(): void {
    if (this.isDirty) return;
    this.isDirty = true;
    dirty.push(this);
    if (!scheduled) {
      scheduled = true;
      setImmediate(flushDirty);
    }
  }

  flushBatch(): void {
    this.isDirty = false;
    if (this.batched === 0 || this.dead || this.connection.blocked) {
      if (this.batched > MAX_QUEUED_BYTES) this.die('output queue too long');
      return;
    }
    const full = this.batch;
    const length = this.batched;
    this.batched = 0;
    this.batch = spareBatches.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    this.connection.sendOwned(full.subarray(0, length), () => {
      if (full.length === BATCH_BYTES && spareBatches.length < 32) spareBatches.push(full);
    });
  }

  /** Writes a header list; blocks longer than a frame go on in CONTINUATION frames. */
  writeHeaders(id: number, entries: readonly HeaderEntry[], ends: boolean): void {
    let need = 64;
    for (const entry of entries) need += entry.name.length + entry.value.length + 16;
    this.room(need + 9 * (2 + Math.ceil(need / MAX_FRAME)));
    const start = this.batched;
    let at = this.encoder.begin(this.batch, start + 9);
    for (const entry of entries) at = this.encoder.put(entry, this.batch, at);
    const length = at - start - 9;
    const first = Math.min(length, MAX_FRAME);
    this.putFrameHeader(start, first, FRAME.headers, (ends ? FLAGS.endStream : 0) | (length === first ? FLAGS.endHeaders : 0), id);
    if (length === first) this.batched = at;
    else {
      const rest = Buffer.from(this.batch.subarray(start + 9 + first, at));
      this.batched = start + 9 + first;
      for (let from = 0; from < rest.length; from += MAX_FRAME) {
        const size = Math.min(MAX_FRAME, rest.length - from);
        this.frameHeader(size, FRAME.continuation, from + size === rest.length ? FLAGS.endHeaders : 0, id);
        rest.copy(this.batch, this.batched, from, from + size);
        this.batched += size;
      }
    }
    this.mark();
  }

  /** Writes body bytes as far as the windows allow; returns how many. With nothing to write and `ends`, an empty last frame. */
  writeData(stream: SessionStream, bytes: Buffer, start: number, end: number, ends: boolean): number {
    let at = start;
    while (at < end) {
      const size = Math.min(end - at, stream.sendWindow, this.sendWindow, this.remoteMaxFrame);
      if (size <= 0) break;
      const last = ends && at + size === end;
      this.frameHeader(size, FRAME.data, last ? FLAGS.endStream : 0, stream.id);
      const { batch, batched } = this;
      if (size <= 64) for (let i = 0; i < size; i++) batch[batched + i] = bytes[at + i] as number;
      else bytes.copy(batch, batched, at, at + size);
      this.batched += size;
      stream.sendWindow -= size;
      this.sendWindow -= size;
      at += size;
    }
    if (start === end && ends) this.frameHeader(0, FRAME.data, FLAGS.endStream, stream.id);
    this.mark();
    return at - start;
  }

  writeReset(id: number, code: number): void {
    this.frameHeader(4, FRAME.rstStream, 0, id);
    this.batch.writeUInt32BE(code, this.batched);
    this.batched += 4;
    this.mark();
  }

  writeWindowUpdate(id: number, size: number): void {
    this.frameHeader(4, FRAME.windowUpdate, 0, id);
    this.batch.writeUInt32BE(size, this.batched);
    this.batched += 4;
    this.mark();
  }

  protected writeGoAway(lastId: number, code: number): void {
    this.frameHeader(8, FRAME.goAway, 0, 0);
    this.batch.writeUInt32BE(lastId, this.batched);
    this.batch.writeUInt32BE(code, this.batched + 4);
    this.batched += 8;
    this.mark();
  }
}
