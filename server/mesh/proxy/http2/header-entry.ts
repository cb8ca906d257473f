import { tokenBytes, valueBytes } from '../http1/byte-classes';
import { kindOf } from '../http1/header-kinds';

/** Fields of HPACK's static table (RFC 7541 appendix A), in order from index 1. */
const staticFields: readonly (readonly [string, string])[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
];

const nameIndexes = new Map<string, number>();
staticFields.forEach(([name], at) => {
  if (!nameIndexes.has(name)) nameIndexes.set(name, at + 1);
});

/**
 * One header field. Decoders hand out the same object for a field that comes again from the dynamic table, and encoders know fields by
 * identity: so a repeated header is never compared, nor made a string again.
 */
export class HeaderEntry {
  readonly name: string;
  readonly value: string;
  /** Size in a dynamic table. */
  readonly size: number;
  /** Kept out of dynamic tables: values that do not come again. */
  readonly transient: boolean;
  /** Index of the whole field, and of its name, in the static table; 0 when absent. */
  readonly staticIndex: number;
  readonly nameIndex: number;
  readonly pseudo: boolean;
  /** Number of `header-kinds`. */
  readonly kind: number;
  /** Name and value hold nothing that HTTP forbids. */
  readonly valid: boolean;

  constructor(name: string, value: string, transient: boolean, staticIndex = 0) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + 32;
    this.transient = transient;
    this.staticIndex = staticIndex;
    this.nameIndex = nameIndexes.get(name) ?? 0;
    this.pseudo = name.charCodeAt(0) === 0x3a;
    this.kind = this.pseudo ? 0 : kindOf(name);
    this.valid = isValid(name, value);
  }
}

function isValid(name: string, value: string): boolean {
  if (name === '') return false;
  for (let at = name.charCodeAt(0) === 0x3a ? 1 : 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code > 255 || tokenBytes[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return false;
  }
  for (let at = 0; at < value.length; at++) if (valueBytes[value.charCodeAt(at) & 255] !== 1) return false;
  return true;
}

/** Static table; index 0 is unused. */
export const staticTable: readonly HeaderEntry[] = [
  new HeaderEntry('x', '', true),
  ...staticFields.map(([name, value], at) => new HeaderEntry(name, value, false, at + 1)),
];

const interned = new Map<string, HeaderEntry>();
const MAX_INTERNED = 2048;

/** An entry for a field of our own making, or from HTTP/1: the same object for the same field as long as there are not too many. */
export function internEntry(name: string, value: string): HeaderEntry {
  const key = `${name}\0${value}`;
  let entry = interned.get(key);
  if (entry === undefined) {
    if (interned.size >= MAX_INTERNED) interned.clear();
    const known = staticTable.find((one) => one.name === name && one.value === value);
    entry = known ?? new HeaderEntry(name, value, value.length > 256);
    interned.set(key, entry);
  }
  return entry;
}
