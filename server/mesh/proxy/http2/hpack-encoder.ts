import { writeText } from '../http1/byte-classes';
import { staticTable } from './header-entry';
import type { HeaderEntry } from './header-entry';

const DEFAULT_TABLE_BYTES = 4096;

/** Encodes header fields (RFC 7541), without Huffman coding: on a machine's own network bytes are cheaper than cycles. */
export class HpackEncoder {
  private readonly indexes = new Map<HeaderEntry, number>();
  private readonly order: (HeaderEntry | undefined)[] = [];
  private oldest = 0;
  private inserted = 0;
  private size = 0;
  private maxSize = DEFAULT_TABLE_BYTES;
  private announce = -1;

  /** The peer's limit for our table; announced in the next block. */
  limit(bytes: number): void {
    const size = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (size === this.maxSize) return;
    this.maxSize = size;
    this.announce = size;
    this.evict();
  }

  /** Writes what must come before the fields of a block. Returns the new end. */
  begin(out: Buffer, start: number): number {
    if (this.announce < 0) return start;
    const at = writeInteger(out, start, 0x1f, 0x20, this.announce);
    this.announce = -1;
    return at;
  }

  /** Writes one field; the caller has made room for name, value and 16 bytes. Returns the new end. */
  put(entry: HeaderEntry, out: Buffer, start: number): number {
    if (entry.staticIndex > 0) return writeInteger(out, start, 0x7f, 0x80, entry.staticIndex);
    const known = this.indexes.get(entry);
    if (known !== undefined) return writeInteger(out, start, 0x7f, 0x80, staticTable.length + this.inserted - 1 - known);
    let at: number;
    if (entry.transient || entry.size > this.maxSize / 2) {
      at = this.putName(entry, out, start, 0x0f, 0x00);
      return putString(entry.value, out, at);
    }
    at = this.putName(entry, out, start, 0x3f, 0x40);
    at = putString(entry.value, out, at);
    this.order.push(entry);
    this.indexes.set(entry, this.inserted++);
    this.size += entry.size;
    this.evict();
    return at;
  }

  private putName(entry: HeaderEntry, out: Buffer, start: number, mask: number, pattern: number): number {
    if (entry.nameIndex > 0) return writeInteger(out, start, mask, pattern, entry.nameIndex);
    out[start] = pattern;
    return putString(entry.name, out, start + 1);
  }

  private evict(): void {
    while (this.size > this.maxSize) {
      const gone = this.order[this.oldest];
      this.order[this.oldest++] = undefined;
      if (gone === undefined) continue;
      this.size -= gone.size;
      this.indexes.delete(gone);
    }
    if (this.oldest > 512) {
      this.order.splice(0, this.oldest);
      this.oldest = 0;
    }
  }
}

function putString(text: string, out: Buffer, start: number): number {
  return writeText(out, writeInteger(out, start, 0x7f, 0, text.length), text);
}

function writeInteger(out: Buffer, start: number, mask: number, pattern: number, value: number): number {
  let at = start;
  if (value < mask) {
    out[at++] = pattern | value;
    return at;
  }
  out[at++] = pattern | mask;
  let rest = value - mask;
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}
