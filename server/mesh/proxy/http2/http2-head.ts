import type { RequestHead, ResponseHead } from '../message-head';
import type { HeaderEntry } from './header-entry';
import { CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRANSFER_ENCODING, UPGRADE, HOST } from '../http1/header-kinds';

/** Headers of HTTP/1 connections, which make an HTTP/2 message malformed (RFC 9113 §8.2.2). */
const forbidden = new Set([CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE]);

/** A head that came over HTTP/2: decoded fields. */
abstract class Http2Head {
  readonly version = 2;
  fields: readonly HeaderEntry[] = [];

  get(name: string): string | undefined {
    let found: string | undefined;
    for (const entry of this.fields) {
      // Cookies may be split into several fields (RFC 9113 §8.2.3).
      if (entry.name === name) found = found === undefined ? entry.value : `${found}${name === 'cookie' ? '; ' : ','}${entry.value}`;
    }
    return found;
  }

  each(visit: (name: string, value: string) => void): void {
    for (const entry of this.fields) if (!entry.pseudo && entry.kind !== HOST) visit(entry.name, entry.value);
  }
}

export class Http2RequestHead extends Http2Head implements RequestHead {
  method = '';
  path = '';
  authority = '';
  scheme = '';

  /** Takes a decoded list; returns why it is malformed, or ''. */
  load(fields: readonly HeaderEntry[]): string {
    this.fields = fields;
    this.method = '';
    this.path = '';
    this.authority = '';
    this.scheme = '';
    let host = '';
    let regular = false;
    for (const entry of fields) {
      if (!entry.valid) return 'http2.invalid.header.field';
      if (!entry.pseudo) {
        regular = true;
        if (entry.kind === 0) continue;
        if (forbidden.has(entry.kind) || (entry.kind === TE && entry.value !== 'trailers')) return 'http2.violation.of.messaging.rule';
        if (entry.kind === HOST) host = entry.value;
        continue;
      }
      if (regular || !this.takePseudo(entry)) return 'http2.violation.of.messaging.rule';
    }
    if (this.authority === '') this.authority = host;
    if (this.method === '' || (this.method !== 'CONNECT' && (this.scheme === '' || !isPath(this.path))))
      return 'http2.violation.of.messaging.rule';
    return '';
  }

  private takePseudo(entry: HeaderEntry): boolean {
    switch (entry.name) {
      case ':method':
        if (this.method !== '') return false;
        this.method = entry.value;
        return true;
      case ':path':
        if (this.path !== '') return false;
        this.path = entry.value;
        return true;
      case ':scheme':
        if (this.scheme !== '') return false;
        this.scheme = entry.value;
        return true;
      case ':authority':
        if (this.authority !== '') return false;
        this.authority = entry.value;
        return true;
      default:
        return false;
    }
  }
}

/** Printable, without spaces: it becomes part of a request line when the other side speaks HTTP/1. */
function isPath(path: string): boolean {
  return path.startsWith('/') || path === '*' ? !/[\0-\x20\x7f]/.test(path) : false;
}

export class Http2ResponseHead extends Http2Head implements ResponseHead {
  status = 0;

  load(fields: readonly HeaderEntry[]): boolean {
    this.fields = fields;
    this.status = 0;
    for (const entry of fields) {
      if (!entry.valid) return false;
      if (entry.pseudo) {
        if (entry.name !== ':status') return false;
        this.status = Number(entry.value);
      } else if (forbidden.has(entry.kind)) return false;
    }
    return Number.isInteger(this.status) && this.status >= 100 && this.status < 1000;
  }
}

/** Trailers. */
export class Http2Trailers extends Http2Head {
  load(fields: readonly HeaderEntry[]): boolean {
    this.fields = fields;
    return fields.every((entry) => entry.valid && !entry.pseudo && !forbidden.has(entry.kind));
  }
}

export const http2Request = new Http2RequestHead();
export const http2Response = new Http2ResponseHead();
export const http2Trailers = new Http2Trailers();
