import { COLON, CR, LF, SLASH, SPACE, TAB, equalsLower, listHolds, targetBytes, textAt, tokenBytes, valueBytes } from './byte-classes';
import { BAD_REQUEST, COMPLETE, HEAD_TOO_LARGE, MAX_HEADERS, MAX_HEAD_BYTES, NEED_MORE, requestHead, responseHead } from './head';
import type { Http1Head } from './head';
import { CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING, UPGRADE, kindAt, kindCount } from './header-kinds';

/**
 * Strict one-pass parser of HTTP/1.1 heads. No bare CR or LF, no obs-fold, no space before the colon, one Host, one Content-Length, no
 * Content-Length beside Transfer-Encoding, no coding but `chunked`: whatever two parsers could read differently is refused.
 * Results stand in `requestHead` and `responseHead`; the return value is NEED_MORE, COMPLETE or the status of a refusal.
 */
const CLOSE = bytesOf('close');
const KEEP_ALIVE_TOKEN = bytesOf('keep-alive');
const UPGRADE_TOKEN = bytesOf('upgrade');
const CHUNKED = bytesOf('chunked');
const CONTINUE = bytesOf('100-continue');
const HTTP_SCHEME = bytesOf('http://');
const HTTPS_SCHEME = bytesOf('https://');

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function refuse(head: Http1Head, why: string, status: number = BAD_REQUEST): number {
  head.why = why;
  return status;
}

/** More bytes are wanted: unless the head is already too long. */
function wantMore(head: Http1Head, length: number): number {
  return length > MAX_HEAD_BYTES ? refuse(head, 'headers_too_large', HEAD_TOO_LARGE) : NEED_MORE;
}

export function parseRequestHead(bytes: Buffer, start: number, end: number): number {
  const head = requestHead;
  let at = start;
  while (at < end && tokenBytes[bytes[at] as number] === 1) at++;
  if (at === end) return wantMore(head, end - start);
  if (bytes[at] !== SPACE || at === start) return refuse(head, 'http1.codec_error');
  head.bytes = bytes;
  head.start = start;
  head.methodEnd = at;
  head.isHead =
    at - start === 4 && bytes[start] === 0x48 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x41 && bytes[start + 3] === 0x44;
  head.isConnect = at - start === 7 && textAt(bytes, start, at) === 'CONNECT';
  at++;
  const target = at;
  while (at < end && targetBytes[bytes[at] as number] === 1) at++;
  if (at === end) return wantMore(head, end - start);
  if (bytes[at] !== SPACE || at === target) return refuse(head, 'http1.codec_error');
  if (!splitTarget(bytes, target, at)) return refuse(head, 'http1.invalid_url');
  at++;
  if (end - at < 10) return wantMore(head, end - start);
  const minor = (bytes[at + 7] as number) - 0x30;
  if (!startsWithVersion(bytes, at) || (minor !== 0 && minor !== 1)) return refuse(head, 'http1.codec_error');
  if (bytes[at + 8] !== CR || bytes[at + 9] !== LF) return refuse(head, 'http1.codec_error');
  head.minor = minor;
  const result = parseHeaders(head, bytes, start, at + 10, end);
  if (result !== COMPLETE) return result;
  if (minor === 0 && head.chunked) return refuse(head, 'http1.transfer_encoding_in_http10');
  if (minor === 1 && !head.has(HOST)) return refuse(head, 'missing_host_header');
  const expect = head.first[EXPECT] as number;
  head.expectContinue = expect >= 0 && matches(bytes, head.valueStart[expect] as number, head.valueEnd[expect] as number, CONTINUE);
  return COMPLETE;
}

export function parseResponseHead(bytes: Buffer, start: number, end: number): number {
  const head = responseHead;
  let at = start;
  // What cannot become a status line is not waited for: a TLS alert, say, is all that will come.
  if (end - at < 13) return mayStartVersion(bytes, at, end) ? NEED_MORE : refuse(head, 'http1.codec_error');
  if (!startsWithVersion(bytes, at) || bytes[at + 8] !== SPACE) return refuse(head, 'http1.codec_error');
  head.minor = (bytes[at + 7] as number) - 0x30;
  const hundreds = (bytes[at + 9] as number) - 0x30;
  const tens = (bytes[at + 10] as number) - 0x30;
  const ones = (bytes[at + 11] as number) - 0x30;
  if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return refuse(head, 'http1.codec_error');
  head.status = hundreds * 100 + tens * 10 + ones;
  head.bytes = bytes;
  head.start = start;
  at += 12;
  while (at < end && valueBytes[bytes[at] as number] === 1) at++;
  if (at + 1 >= end) return wantMore(head, end - start);
  if (bytes[at] !== CR || bytes[at + 1] !== LF) return refuse(head, 'http1.codec_error');
  return parseHeaders(head, bytes, start, at + 2, end);
}

const VERSION = Buffer.from('HTTP/1.');

function mayStartVersion(bytes: Buffer, start: number, end: number): boolean {
  const length = Math.min(end - start, VERSION.length);
  return bytes.subarray(start, start + length).equals(VERSION.subarray(0, length));
}

function startsWithVersion(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === SLASH &&
    bytes[at + 5] === 0x31 &&
    bytes[at + 6] === 0x2e
  );
}

/** Finds path and authority in the request target (RFC 9112 §3.2). */
function splitTarget(bytes: Buffer, start: number, end: number): boolean {
  const head = requestHead;
  head.authorityStart = 0;
  head.authorityEnd = 0;
  head.pathStart = start;
  head.pathEnd = end;
  if (head.isConnect) {
    head.authorityStart = start;
    head.authorityEnd = end;
    head.pathEnd = start;
    return true;
  }
  if (bytes[start] === SLASH) return true;
  if (bytes[start] === 0x2a && end - start === 1) return true;
  const scheme =
    end - start > 7 && equalsLower(bytes, start, HTTP_SCHEME) ? 7 : end - start > 8 && equalsLower(bytes, start, HTTPS_SCHEME) ? 8 : 0;
  if (scheme === 0) return false;
  let at = start + scheme;
  head.authorityStart = at;
  while (at < end && bytes[at] !== SLASH && bytes[at] !== 0x3f) {
    // User information in a target is deprecated (RFC 9110 §4.2.4) and a way to hide the host.
    if (bytes[at] === 0x40) return false;
    at++;
  }
  head.authorityEnd = at;
  head.pathStart = at;
  return at > head.authorityStart && (at === end || bytes[at] === SLASH);
}

function matches(bytes: Buffer, start: number, end: number, token: Uint8Array): boolean {
  return end - start === token.length && equalsLower(bytes, start, token);
}

let wordsOf: Buffer = Buffer.alloc(0);
let words: Int32Array = new Int32Array(0);

/** The bytes four by four. Heads mostly stand in the one read buffer, so the view is made once. */
function wordsIn(bytes: Buffer): Int32Array {
  if (bytes !== wordsOf) {
    wordsOf = bytes;
    words = bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : new Int32Array(0);
  }
  return words;
}

/**
 * Goes to the first byte that may not stand in a value. Four bytes are looked at together as long as none of them is a control character
 * ("determine if a word has a byte less than n", Bit Twiddling Hacks).
 */
function skipValue(bytes: Buffer, start: number, end: number, fours: Int32Array): number {
  let at = start;
  for (;;) {
    while ((at & 3) !== 0 && at < end && valueBytes[bytes[at] as number] === 1) at++;
    if ((at & 3) !== 0 || at >= end) return at;
    const last = Math.min(end >> 2, fours.length);
    let word = at >> 2;
    while (word < last) {
      const value = fours[word] as number;
      const deleted = value ^ 0x7f7f7f7f;
      if (((((value - 0x20202020) & ~value) | ((deleted - 0x01010101) & ~deleted)) & 0x80808080) !== 0) break;
      word++;
    }
    at = word << 2;
    const stop = Math.min(at + 4, end);
    while (at < stop && valueBytes[bytes[at] as number] === 1) at++;
    if (at < stop || at >= end) return at;
  }
}

function parseHeaders(head: Http1Head, bytes: Buffer, start: number, from: number, end: number): number {
  const { nameStart, nameEnd, valueStart, valueEnd, kinds, first } = head;
  const fours = wordsIn(bytes);
  for (let kind = 0; kind < kindCount; kind++) first[kind] = -1;
  head.headersStart = from;
  let at = from;
  let count = 0;
  for (;;) {
    if (at + 1 >= end) return wantMore(head, end - start);
    if (bytes[at] === CR) {
      if (bytes[at + 1] !== LF) return refuse(head, 'http1.codec_error');
      break;
    }
    if (count === MAX_HEADERS) return refuse(head, 'too_many_headers', HEAD_TOO_LARGE);
    const name = at;
    while (at < end && tokenBytes[bytes[at] as number] === 1) at++;
    if (at === end) return wantMore(head, end - start);
    if (bytes[at] !== COLON || at === name) return refuse(head, 'http1.codec_error');
    const nameStop = at;
    at++;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    const value = at;
    at = skipValue(bytes, at, end, fours);
    if (at + 1 >= end) return wantMore(head, end - start);
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return refuse(head, 'http1.codec_error');
    let valueStop = at;
    while (valueStop > value && (bytes[valueStop - 1] === SPACE || bytes[valueStop - 1] === TAB)) valueStop--;
    at += 2;
    const kind = kindAt(bytes, name, nameStop);
    nameStart[count] = name;
    nameEnd[count] = nameStop;
    valueStart[count] = value;
    valueEnd[count] = valueStop;
    kinds[count] = kind;
    if (kind !== 0) {
      if ((first[kind] as number) < 0) first[kind] = count;
      else if (kind === HOST || kind === CONTENT_LENGTH || kind === TRANSFER_ENCODING) return refuse(head, 'http1.duplicate_header');
    }
    count++;
  }
  if (at + 2 - start > MAX_HEAD_BYTES) return refuse(head, 'headers_too_large', HEAD_TOO_LARGE);
  head.count = count;
  head.end = at + 2;
  return frame(head, bytes);
}

/** Reads what decides where the message ends and whether the connection lives on. */
function frame(head: Http1Head, bytes: Buffer): number {
  const { first, valueStart, valueEnd } = head;
  head.contentLength = -1;
  head.chunked = false;
  head.keepAlive = head.minor === 1;
  head.upgrade = false;
  head.extraHopHeaders = false;
  const length = first[CONTENT_LENGTH] as number;
  if (length >= 0) {
    const parsed = parseLength(bytes, valueStart[length] as number, valueEnd[length] as number);
    if (parsed < 0) return refuse(head, 'http1.invalid_content_length');
    head.contentLength = parsed;
  }
  const coding = first[TRANSFER_ENCODING] as number;
  if (coding >= 0) {
    if (length >= 0) return refuse(head, 'http1.content_length_and_chunked_not_allowed');
    if (!matches(bytes, valueStart[coding] as number, valueEnd[coding] as number, CHUNKED)) {
      return refuse(head, 'http1.invalid_transfer_encoding');
    }
    head.chunked = true;
  }
  const connection = first[CONNECTION] as number;
  if (connection >= 0) {
    for (let i = connection; i < head.count; i++)
      if (head.kinds[i] === CONNECTION) readConnection(head, bytes, valueStart[i] as number, valueEnd[i] as number);
  }
  return COMPLETE;
}

function readConnection(head: Http1Head, bytes: Buffer, start: number, end: number): void {
  if (matches(bytes, start, end, KEEP_ALIVE_TOKEN)) head.keepAlive = true;
  else if (matches(bytes, start, end, CLOSE)) head.keepAlive = false;
  else {
    if (listHolds(bytes, start, end, CLOSE)) head.keepAlive = false;
    else if (listHolds(bytes, start, end, KEEP_ALIVE_TOKEN)) head.keepAlive = true;
    if (listHolds(bytes, start, end, UPGRADE_TOKEN) && head.has(UPGRADE)) head.upgrade = true;
    head.extraHopHeaders = true;
  }
}

function parseLength(bytes: Buffer, start: number, end: number): number {
  if (end === start || end - start > 15) return -1;
  let length = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}
