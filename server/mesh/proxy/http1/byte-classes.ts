/** Which bytes may stand where in a head of HTTP/1.1 (RFC 9110 §5.6.2, RFC 9112): one lookup per byte. */
export const tokenBytes = new Uint8Array(256);
export const valueBytes = new Uint8Array(256);
export const targetBytes = new Uint8Array(256);

for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  tokenBytes[character.charCodeAt(0)] = 1;
}
for (let byte = 0x20; byte < 256; byte++) {
  if (byte === 0x7f) continue;
  valueBytes[byte] = 1;
  if (byte !== 0x20) targetBytes[byte] = 1;
}
valueBytes[0x09] = 1;

export const SPACE = 0x20;
export const TAB = 0x09;
export const CR = 0x0d;
export const LF = 0x0a;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const SLASH = 0x2f;

/** Compares with a lower-case name, ignoring the case of letters. */
export function equalsLower(bytes: Buffer, start: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) {
    const byte = bytes[start + i] as number;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== lower[i]) return false;
  }
  return true;
}

/** Whether a comma-separated list holds a lower-case token. */
export function listHolds(bytes: Buffer, start: number, end: number, token: Uint8Array): boolean {
  let at = start;
  while (at < end) {
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === COMMA)) at++;
    let stop = at;
    while (stop < end && bytes[stop] !== COMMA) stop++;
    let last = stop;
    while (last > at && (bytes[last - 1] === SPACE || bytes[last - 1] === TAB)) last--;
    if (last - at === token.length && equalsLower(bytes, at, token)) return true;
    at = stop + 1;
  }
  return false;
}

/** Copies a short range byte by byte, a long one by `copy`: a call costs more than 64 bytes. Returns the new end. */
export function copyRange(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  let to = at;
  if (end - start > 64) {
    source.copy(target, at, start, end);
    return at + end - start;
  }
  for (let from = start; from < end; from++) target[to++] = source[from] as number;
  return to;
}

/** The bytes as text, one character per byte. */
export function textAt(bytes: Buffer, start: number | undefined, end: number | undefined): string {
  return bytes.toString('latin1', start, end);
}

/** Writes text of one-byte characters. Returns the new end. */
export function writeText(target: Buffer, at: number, text: string): number {
  const length = text.length;
  if (length > 40) return at + target.write(text, at, 'latin1');
  for (let i = 0; i < length; i++) target[at + i] = text.charCodeAt(i);
  return at + length;
}

/** Writes a whole number of at most nine digits. */
export function writeNumber(target: Buffer, at: number, value: number): number {
  if (value < 10) {
    target[at] = 0x30 + value;
    return at + 1;
  }
  return writeText(target, at, String(value));
}

/** Text from configuration as the bytes of its UTF-8 form, one character per byte, without what would end a header line. */
export function headerText(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, '');
}
