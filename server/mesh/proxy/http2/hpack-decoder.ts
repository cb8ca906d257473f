import { HeaderEntry, staticTable } from './header-entry';
import { decodeHuffman } from './huffman';

/** A header block that breaks the rules of HPACK: the connection cannot go on (RFC 7541 §2.2). */
export class CompressionError extends Error {}

const DEFAULT_TABLE_BYTES = 4096;

/** Decodes header blocks (RFC 7541). */
export class HpackDecoder {
  private readonly table: (HeaderEntry | undefined)[] = [];
  private oldest = 0;
  private size = 0;
  private maxSize = DEFAULT_TABLE_BYTES;
  private at = 0;

  /** Appends the fields of a block to `out`; returns the size of the list (RFC 9113 §6.5.2). Throws CompressionError. */
  decode(bytes: Buffer, start: number, end: number, out: HeaderEntry[], maxListBytes: number): number {
    this.at = start;
    let listSize = 0;
    while (this.at < end) {
      const byte = bytes[this.at] as number;
      let entry: HeaderEntry;
      if ((byte & 0x80) !== 0) entry = this.lookup(this.readInteger(bytes, end, 0x7f));
      else if ((byte & 0x40) !== 0) {
        entry = this.readLiteral(bytes, end, 0x3f, false);
        this.insert(entry);
      } else if ((byte & 0x20) !== 0) {
        const size = this.readInteger(bytes, end, 0x1f);
        if (size > DEFAULT_TABLE_BYTES) throw new CompressionError('table size above the limit');
        this.maxSize = size;
        this.evict();
        continue;
      } else entry = this.readLiteral(bytes, end, 0x0f, true);
      listSize += entry.size;
      // A small block can stand for a large list: what is over the limit is decoded, for the table's sake, but not kept.
      if (listSize <= maxListBytes) out.push(entry);
    }
    if (this.at !== end) throw new CompressionError('truncated header block');
    return listSize;
  }

  private lookup(index: number): HeaderEntry {
    const entry =
      index < staticTable.length
        ? index === 0
          ? undefined
          : staticTable[index]
        : this.table[this.table.length - (index - staticTable.length + 1)];
    if (entry === undefined) throw new CompressionError('index out of range');
    return entry;
  }

  private readLiteral(bytes: Buffer, end: number, mask: number, transient: boolean): HeaderEntry {
    const index = this.readInteger(bytes, end, mask);
    const name = index === 0 ? this.readString(bytes, end) : this.lookup(index).name;
    return new HeaderEntry(name, this.readString(bytes, end), transient);
  }

  private readInteger(bytes: Buffer, end: number, mask: number): number {
    let value = (bytes[this.at++] as number) & mask;
    if (value < mask) return value;
    let factor = 1;
    for (let count = 0; count < 5; count++) {
      if (this.at >= end) throw new CompressionError('truncated integer');
      const byte = bytes[this.at++] as number;
      value += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) return value;
      factor *= 128;
    }
    throw new CompressionError('integer too long');
  }

  private readString(bytes: Buffer, end: number): string {
    if (this.at >= end) throw new CompressionError('truncated string');
    const huffman = ((bytes[this.at] as number) & 0x80) !== 0;
    const length = this.readInteger(bytes, end, 0x7f);
    const start = this.at;
    if (start + length > end) throw new CompressionError('truncated string');
    this.at = start + length;
    if (!huffman) return bytes.toString('latin1', start, this.at);
    const text = decodeHuffman(bytes, start, this.at);
    if (text === null) throw new CompressionError('bad Huffman code');
    return text;
  }

  private insert(entry: HeaderEntry): void {
    this.table.push(entry);
    this.size += entry.size;
    this.evict();
  }

  private evict(): void {
    while (this.size > this.maxSize) {
      const gone = this.table[this.oldest];
      this.table[this.oldest++] = undefined;
      this.size -= gone?.size ?? 0;
    }
    if (this.oldest > 512) {
      this.table.splice(0, this.oldest);
      this.oldest = 0;
    }
  }
}
