import type { RequestHead, ResponseHead } from '../message-head';
import { textAt } from './byte-classes';
import { HOST, headerNames, kindCount, kindOf } from './header-kinds';

/** Envoy's limits: 100 headers, 60 KiB for all of the head. */
export const MAX_HEADERS = 100;
export const MAX_HEAD_BYTES = 60 * 1024;

/** What a parser says. Refusals carry the status to answer with. */
export const NEED_MORE = 0;
export const COMPLETE = 1;
export const BAD_REQUEST = 400;
export const UPGRADE_REQUIRED = 426;
export const HEAD_TOO_LARGE = 431;

/**
 * A parsed head: offsets into `bytes`, which stay valid only while the bytes do. There is one for requests and one for responses in the
 * process, since a head is used up before the next is parsed.
 */
export abstract class Http1Head {
  readonly version = 1;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  /** After the empty line. */
  end = 0;
  /** Offset of the first header line. */
  headersStart = 0;
  count = 0;
  readonly nameStart = new Int32Array(MAX_HEADERS + 1);
  readonly nameEnd = new Int32Array(MAX_HEADERS + 1);
  readonly valueStart = new Int32Array(MAX_HEADERS + 1);
  readonly valueEnd = new Int32Array(MAX_HEADERS + 1);
  readonly kinds = new Uint8Array(MAX_HEADERS + 1);
  /** Index of the first header of a kind, -1 when absent. */
  readonly first = new Int16Array(kindCount);
  minor = 1;
  /** -1 when absent. */
  contentLength = -1;
  chunked = false;
  keepAlive = true;
  /** `Connection: upgrade` with an `Upgrade` header. */
  upgrade = false;
  /** The Connection header names headers other than the usual ones, which then concern this hop only. */
  extraHopHeaders = false;
  why = '';

  value(index: number): string {
    return textAt(this.bytes, this.valueStart[index], this.valueEnd[index]);
  }

  name(index: number): string {
    const kind = this.kinds[index] as number;
    if (kind !== 0) return headerNames[kind] as string;
    return textAt(this.bytes, this.nameStart[index], this.nameEnd[index]).toLowerCase();
  }

  has(kind: number): boolean {
    return (this.first[kind] as number) >= 0;
  }

  /** Value of the first header of a known kind. */
  known(kind: number): string | undefined {
    const index = this.first[kind] as number;
    return index < 0 ? undefined : this.value(index);
  }

  get(name: string): string | undefined {
    const kind = kindOf(name);
    let found: string | undefined;
    if (kind !== 0) {
      const first = this.first[kind] as number;
      if (first < 0) return undefined;
      found = this.value(first);
      for (let i = first + 1; i < this.count; i++) if (this.kinds[i] === kind) found += `,${this.value(i)}`;
      return found;
    }
    for (let i = 0; i < this.count; i++) {
      if (this.kinds[i] !== 0 || !this.isNamed(i, name)) continue;
      found = found === undefined ? this.value(i) : `${found},${this.value(i)}`;
    }
    return found;
  }

  /** Compares without making a string. `name` is in lower case. */
  private isNamed(index: number, name: string): boolean {
    const { bytes } = this;
    const start = this.nameStart[index] as number;
    if ((this.nameEnd[index] as number) - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      const byte = bytes[start + at] as number;
      if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== name.charCodeAt(at)) return false;
    }
    return true;
  }

  each(visit: (name: string, value: string) => void): void {
    for (let i = 0; i < this.count; i++) if (this.kinds[i] !== HOST) visit(this.name(i), this.value(i));
  }
}

export class Http1RequestHead extends Http1Head implements RequestHead {
  methodEnd = 0;
  /** The path with query inside the request target; equal offsets mean `/` (absolute form without a path). */
  pathStart = 0;
  pathEnd = 0;
  /** The authority inside an absolute-form or authority-form target; equal offsets mean the Host header holds it. */
  authorityStart = 0;
  authorityEnd = 0;
  expectContinue = false;
  isHead = false;
  isConnect = false;

  /** Most requests are GET: no text is made for that. */
  get method(): string {
    const { bytes, start } = this;
    if (this.methodEnd - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) return 'GET';
    return textAt(bytes, start, this.methodEnd);
  }

  get path(): string {
    return this.pathEnd === this.pathStart ? '/' : textAt(this.bytes, this.pathStart, this.pathEnd);
  }

  get authority(): string {
    if (this.authorityEnd > this.authorityStart) return textAt(this.bytes, this.authorityStart, this.authorityEnd);
    return this.known(HOST) ?? '';
  }
}

export class Http1ResponseHead extends Http1Head implements ResponseHead {
  status = 0;
}

export const requestHead = new Http1RequestHead();
export const responseHead = new Http1ResponseHead();
