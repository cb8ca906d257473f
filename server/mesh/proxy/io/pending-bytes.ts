const EMPTY: Buffer = Buffer.alloc(0);
const FIRST_BYTES = 4096;

/** Bytes that came before they could be used: a head or frame in pieces, a request behind another. Read buffers are shared, so they are copied. */
export class PendingBytes {
  bytes: Buffer = EMPTY;
  length = 0;

  add(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (this.bytes.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length * 2, FIRST_BYTES));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }

  /** Hands all of it over. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = EMPTY;
    this.length = 0;
    return taken;
  }
}
