import { CR, LF } from './byte-classes';

const hex = Buffer.from('0123456789abcdef', 'latin1');

/** Writes the size line of a chunk. Returns the new end. */
export function writeChunkSize(out: Buffer, start: number, size: number): number {
  let digits = 1;
  for (let rest = size >>> 4; rest > 0; rest >>>= 4) digits++;
  let at = start + digits;
  let rest = size;
  for (let i = at - 1; i >= start; i--) {
    out[i] = hex[rest & 15] as number;
    rest >>>= 4;
  }
  out[at++] = CR;
  out[at++] = LF;
  return at;
}

export const CRLF = Buffer.from('\r\n', 'latin1');
export const LAST_CHUNK = Buffer.from('0\r\n\r\n', 'latin1');
