/**
 * Writes protobuf from the end of a buffer to its start, so that the length of a nested message is known when it is needed:
 * one pass, no second walk to measure. `lib` has no TextEncoder, hence the UTF-8 of its own.
 */
export class BackwardWriter {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  /** Index of the first written byte. */
  private start = this.bytes.length;

  /** How many bytes are written: a message's length is the difference of two readings. */
  get length(): number {
    return this.bytes.length - this.start;
  }

  /** A copy of what is written; the writer is empty afterwards. */
  take(): Uint8Array {
    const result = this.bytes.slice(this.start);
    this.reset();
    return result;
  }

  reset(): void {
    this.start = this.bytes.length;
  }

  /** A non-negative integer up to 2^53. */
  varint(value: number): void {
    if (value < 0x80) {
      this.reserve(1);
      this.bytes[--this.start] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++;
    this.reserve(size);
    this.start -= size;
    let at = this.start;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.bytes[at++] = (rest % 128) | 0x80;
    this.bytes[at] = rest;
  }

  /** A signed integer as proto3 int32 / int64: negative numbers take ten bytes, two's complement. */
  signed(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    this.reserve(10);
    this.start -= 10;
    for (let index = 0; index < 10; index++) {
      this.bytes[this.start + index] = Number(rest & 0x7fn) | (index < 9 ? 0x80 : 0);
      rest >>= 7n;
    }
  }

  double(value: number): void {
    this.reserve(8);
    this.start -= 8;
    this.view.setFloat64(this.start, value, true);
  }

  float(value: number): void {
    this.reserve(4);
    this.start -= 4;
    this.view.setFloat32(this.start, value, true);
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.start -= value.length;
    this.bytes.set(value, this.start);
  }

  /** UTF-8 of a string, without its length. A lone surrogate becomes U+FFFD. */
  text(value: string): void {
    this.reserve(value.length * 3);
    const bytes = this.bytes;
    let at = this.start;
    for (let index = value.length - 1; index >= 0; index--) {
      let code = value.charCodeAt(index);
      if (code < 0x80) {
        bytes[--at] = code;
        continue;
      }
      if (code < 0x800) {
        bytes[--at] = 0x80 | (code & 0x3f);
        bytes[--at] = 0xc0 | (code >> 6);
        continue;
      }
      if (code >= 0xd800 && code <= 0xdfff) {
        const high = code >= 0xdc00 && index > 0 ? value.charCodeAt(index - 1) : 0;
        if (high >= 0xd800 && high <= 0xdbff) {
          const point = 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00);
          bytes[--at] = 0x80 | (point & 0x3f);
          bytes[--at] = 0x80 | ((point >> 6) & 0x3f);
          bytes[--at] = 0x80 | ((point >> 12) & 0x3f);
          bytes[--at] = 0xf0 | (point >> 18);
          index--;
          continue;
        }
        code = 0xfffd;
      }
      bytes[--at] = 0x80 | (code & 0x3f);
      bytes[--at] = 0x80 | ((code >> 6) & 0x3f);
      bytes[--at] = 0xe0 | (code >> 12);
    }
    this.start = at;
  }

  private reserve(size: number): void {
    if (this.start >= size) return;
    const used = this.length;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, used + size));
    grown.set(this.bytes.subarray(this.start), grown.length - used);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.start = grown.length - used;
  }
}
