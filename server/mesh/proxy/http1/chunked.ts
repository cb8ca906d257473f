import { CR, LF } from './byte-classes';

/** Where a chunked body stands (RFC 9112 §7.1). */
const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER_START = 6;
const TRAILER = 7;
const TRAILER_LF = 8;
const LAST_LF = 9;

const MAX_CHUNK = 0x1fffffffffff;
/** Extensions and trailers carry nothing that is used: bounded, so that a body cannot be a head without end. */
const MAX_EXTENSION_BYTES = 4096;
const MAX_TRAILER_BYTES = 60 * 1024;

/** Takes ranges of decoded data. */
export interface ChunkSink {
  onChunkData(bytes: Buffer, start: number, end: number): void;
}

/** Follows a chunked body through the bytes without touching them, or hands out its data. One per connection side, reset per message. */
export class ChunkTracker {
  done = false;
  private state = SIZE;
  private remaining = 0;
  private digits = 0;
  private spent = 0;
  private trailerSeen = false;

  reset(): void {
    this.done = false;
    this.state = SIZE;
    this.remaining = 0;
    this.digits = 0;
    this.spent = 0;
    this.trailerSeen = false;
  }

  /** Whether trailer fields came. */
  get hasTrailers(): boolean {
    return this.trailerSeen;
  }

  /** Goes through `[start, end)`. Returns the offset after the last byte of the body seen, or -1 when the framing is wrong. */
  scan(bytes: Buffer, start: number, end: number, sink: ChunkSink | null): number {
    let at = start;
    while (at < end) {
      const byte = bytes[at] as number;
      switch (this.state) {
        case SIZE: {
          at++;
          const digit = hexDigit(byte);
          if (digit >= 0) {
            this.remaining = this.remaining * 16 + digit;
            if (++this.digits > 13 || this.remaining > MAX_CHUNK) return -1;
          } else if (this.digits === 0) return -1;
          else if (byte === CR) this.state = SIZE_LF;
          else if (byte === 0x3b) this.state = EXTENSION;
          else return -1;
          break;
        }
        case EXTENSION:
          at++;
          if (byte === CR) this.state = SIZE_LF;
          else if (byte === LF || byte === 0 || ++this.spent > MAX_EXTENSION_BYTES) return -1;
          break;
        case SIZE_LF:
          at++;
          if (byte !== LF) return -1;
          this.state = this.remaining === 0 ? TRAILER_START : DATA;
          this.digits = 0;
          break;
        case DATA: {
          const size = Math.min(this.remaining, end - at);
          if (sink !== null) sink.onChunkData(bytes, at, at + size);
          at += size;
          this.remaining -= size;
          if (this.remaining === 0) this.state = DATA_CR;
          break;
        }
        case DATA_CR:
          at++;
          if (byte !== CR) return -1;
          this.state = DATA_LF;
          break;
        case DATA_LF:
          at++;
          if (byte !== LF) return -1;
          this.state = SIZE;
          break;
        case TRAILER_START:
          if (byte === CR) {
            at++;
            this.state = LAST_LF;
          } else {
            this.trailerSeen = true;
            this.state = TRAILER;
          }
          break;
        case TRAILER:
          at++;
          if (byte === CR) this.state = TRAILER_LF;
          else if (byte === LF || byte === 0 || ++this.spent > MAX_TRAILER_BYTES) return -1;
          break;
        case TRAILER_LF:
          at++;
          if (byte !== LF) return -1;
          this.state = TRAILER_START;
          break;
        default:
          at++;
          if (byte !== LF) return -1;
          this.done = true;
          return at;
      }
    }
    return at;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
