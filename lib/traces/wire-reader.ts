import { HeddleError } from '@/lib/errors';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A cursor over one protobuf message inside a buffer. @throws HeddleError `bad_request` when the bytes end early */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;
  #wire = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Number of the next field, 0 at the end of the message. */
  field(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.#varint();
    this.#wire = Number(tag & 7n);
    return Number(tag >> 3n);
  }

  /** Passes over the value of a field that is not wanted. */
  skip(): void {
    if (this.#wire === 0) this.#varint();
    else if (this.#wire === 1) this.#advance(8);
    else if (this.#wire === 2) this.#advance(this.#length());
    else if (this.#wire === 5) this.#advance(4);
    else throw broken(`wire type ${this.#wire}`);
  }

  message(): WireReader {
    const length = this.#bytesLength();
    const start = this.#at;
    this.#advance(length);
    return new WireReader(this.#bytes, start, start + length);
  }

  unsigned(): bigint {
    this.#expect(0);
    return this.#varint();
  }

  number(): number {
    return Number(BigInt.asIntN(64, this.unsigned()));
  }

  fixed64(): bigint {
    this.#expect(1);
    const at = this.#at;
    this.#advance(8);
    return this.#view.getBigUint64(at, true);
  }

  double(): number {
    this.#expect(1);
    const at = this.#at;
    this.#advance(8);
    return this.#view.getFloat64(at, true);
  }

  text(): string {
    const bytes = this.#take();
    let ascii = '';
    for (const byte of bytes) {
      if (byte >= 0x80) return decodeUtf8(bytes);
      ascii += String.fromCharCode(byte);
    }
    return ascii;
  }

  hex(): string {
    let text = '';
    for (const byte of this.#take()) text += HEX[byte] as string;
    return text;
  }

  base64(): string {
    const bytes = this.#take();
    let text = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      const digits = Math.min(4, bytes.length - i + 1);
      for (let k = 0; k < digits; k++) text += BASE64.charAt((word >> (18 - 6 * k)) & 63);
      text += '='.repeat(4 - digits);
    }
    return text;
  }

  #take(): Uint8Array {
    const length = this.#bytesLength();
    const start = this.#at;
    this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #bytesLength(): number {
    this.#expect(2);
    return this.#length();
  }

  #length(): number {
    const length = Number(this.#varint());
    if (length > this.#end - this.#at) throw broken('a length beyond the end');
    return length;
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw broken(`wire type ${this.#wire} where ${wire} belongs`);
  }

  #advance(length: number): void {
    this.#at += length;
    if (this.#at > this.#end) throw broken('the bytes end early');
  }

  #varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw broken('a number of more than ten bytes');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw broken('the bytes end early');
    return this.#bytes[this.#at++] as number;
  }
}

function broken(what: string): HeddleError {
  return new HeddleError('bad_request', `cannot read protobuf: ${what}`);
}

/** UTF-8 with U+FFFD for what is none. */
function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i++] as number;
    const more =
      first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;
    let code = more === 0 ? first : first & (0x3f >> more);
    let valid = more >= 0;
    for (let k = 0; k < more; k++) {
      const next = bytes[i] ?? 0;
      if ((next & 0xc0) !== 0x80) {
        valid = false;
        break;
      }
      code = (code << 6) | (next & 0x3f);
      i++;
    }
    text += valid && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}
