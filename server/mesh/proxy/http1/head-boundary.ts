import { CR, LF } from './byte-classes';

/** Whether the new bytes can have completed the head, or hold a bare line feed that the parser has to refuse. */
export function headMayBeComplete(bytes: Buffer, from: number, end: number): boolean {
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < end; at = bytes.indexOf(LF, at + 1)) {
    if (at === 0 || bytes[at - 1] !== CR) return true;
    if (at >= 3 && bytes[at - 2] === LF && bytes[at - 3] === CR) return true;
  }
  return false;
}
