import { HeddleError } from '@/lib/errors';

/** Reads protobuf. Every length is checked against the end of the message: a cut or hostile one is `bad_request`, never a wild read. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An unsigned integer; above 2^53 the nearest double. */
  varint(end: number): number {
    const first = this.at < end ? this.bytes[this.at] : undefined;
    if (first !== undefined && first < 0x80) {
      this.at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.at < end ? this.bytes[this.at++] : undefined;
      if (byte === undefined) throw truncated();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new HeddleError('bad_request', 'protobuf: a number longer than ten bytes');
  }

  /** int32 / int64 (two's complement on ten bytes when negative). */
  signed(end: number): number {
    const from = this.at;
    const value = this.varint(end);
    if (this.at - from < 9) return value;
    let exact = 0n;
    for (let index = this.at - 1; index >= from; index--) exact = (exact << 7n) | BigInt((this.bytes[index] ?? 0) & 0x7f);
    return Number(BigInt.asIntN(64, exact));
  }

  double(end: number): number {
    this.need(8, end);
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  float(end: number): number {
    this.need(4, end);
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }

  /** Reads a length and answers where what follows ends. */
  span(end: number): number {
    const length = this.varint(end);
    this.need(length, end);
    return this.at + length;
  }

  text(end: number): string {
    const stop = this.span(end);
    const from = this.at;
    this.at = stop;
    return decodeText(this.bytes, from, stop);
  }

  /** A copy (a Node Buffer would slice a view): what is decoded must not keep the whole frame alive. */
  copy(end: number): Uint8Array {
    const stop = this.span(end);
    const value = new Uint8Array(this.bytes.subarray(this.at, stop));
    this.at = stop;
    return value;
  }

  /** Passes over a field that the table lacks. Groups (wire types 3 and 4) do not exist in proto3. */
  skip(wire: number, end: number): void {
    if (wire === 0) this.varint(end);
    else if (wire === 2) this.at = this.span(end);
    else {
      const size = wire === 1 ? 8 : wire === 5 ? 4 : 0;
      if (size === 0) throw new HeddleError('bad_request', `protobuf: wire type ${wire}`);
      this.need(size, end);
      this.at += size;
    }
  }

  private need(size: number, end: number): void {
    if (size > end - this.at) throw truncated();
  }
}

function truncated(): HeddleError {
  return new HeddleError('bad_request', 'protobuf: the message ends too early');
}

const cachedLength = 96;
const cacheMask = 4095;
const cache: (string | undefined)[] = Array.from({ length: cacheMask + 1 });

/**
 * UTF-8 → string; a malformed sequence becomes U+FFFD. Configuration says the same names over and over: short ASCII texts come out of a cache,
 * which saves a proxy both the time to make them and the memory to hold them.
 */
function decodeText(bytes: Uint8Array, from: number, to: number): string {
  let hash = to - from;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return decodeWide(bytes, from, to);
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (to - from > cachedLength) return decodeNarrow(bytes, from, to);
  const slot = (hash ^ (hash >>> 15)) & cacheMask;
  const known = cache[slot];
  if (known !== undefined && isText(known, bytes, from, to)) return known;
  const made = decodeNarrow(bytes, from, to);
  cache[slot] = made;
  return made;
}

function isText(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}

const chunkSize = 4096;

/** Text of which every byte is one character. */
function decodeNarrow(bytes: Uint8Array, from: number, to: number): string {
  let result = '';
  for (let at = from; at < to;) {
    const codes: number[] = [];
    for (const end = Math.min(at + chunkSize, to); at < end; at++) codes.push(bytes[at] ?? 0);
    result += textOf(codes);
  }
  return result;
}

/** `apply`, because spreading the list into the call takes four times as long. */
function textOf(codes: number[]): string {
  return String.fromCharCode.apply(null, codes);
}

function decodeWide(bytes: Uint8Array, from: number, to: number): string {
  let result = '';
  let codes: number[] = [];
  let at = from;
  while (at < to) {
    const first = bytes[at++] ?? 0;
    if (first < 0x80) codes.push(first);
    else {
      const size = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
      let point = first & (0x3f >> size);
      let good = first >= 0xc2 && first < 0xf5 && at + size <= to;
      for (let index = 0; good && index < size; index++) {
        const next = bytes[at + index] ?? 0;
        good = (next & 0xc0) === 0x80;
        point = (point << 6) | (next & 0x3f);
      }
      if (
        good &&
        (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) || (size === 2 && point < 0x800) || (size === 3 && point < 0x10000))
      )
        good = false;
      if (!good) codes.push(0xfffd);
      else {
        at += size;
        if (point < 0x10000) codes.push(point);
        else codes.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
      }
    }
    if (codes.length >= chunkSize) {
      result += textOf(codes);
      codes = [];
    }
  }
  return result + textOf(codes);
}
