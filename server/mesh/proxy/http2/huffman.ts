/**
 * Huffman code of HPACK (RFC 7541 appendix B). The code is canonical: shorter codes first, equal lengths in order of the symbol; so the
 * lengths say it all.
 */
const lengths =
  'd n s s s s s s s o u s s u s s s s s s s s u s s s s s s s s s 6 a a c d 6 8 b a a 8 b 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 f 6 c a ' +
  'd 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 d j d e 6 f 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 f b e d s ' +
  'k m k k m m m n m n n n n n o n o o m n o n n n n l m n m n n o m l k m m n n l n m m o l m n n l l m l n m n n k m m m n m m n ' +
  'q q k j m n m p q q q r r q o p j l q r r q r o l l q q s r r r k o k l m l l n m m p p o o q n q r q q r r r r r s r r r r r q u';

const EOS = 256;

interface Tables {
  /** Per state and byte: next state, number of symbols (255: not a code), the symbols. */
  readonly next: Uint16Array;
  readonly count: Uint8Array;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  /** Whether a text may end in the state: its bits so far are the start of EOS, at most seven. */
  readonly mayEnd: Uint8Array;
}

let tables: Tables | null = null;

/** The tables are large: made when the first Huffman text comes. */
function load(): Tables {
  if (tables === null) tables = build();
  return tables;
}

function build(): Tables {
  const size = lengths.split(' ').map((digit) => Number.parseInt(digit, 36));
  const left: number[] = [0];
  const right: number[] = [0];
  const symbol: number[] = [-1];
  let code = 0;
  let bits = 0;
  const symbols = size.map((_, value) => value).sort((a, b) => (size[a] ?? 0) - (size[b] ?? 0) || a - b);
  for (const value of symbols) {
    const length = size[value] ?? 0;
    code = bits === 0 ? 0 : (code + 1) * 2 ** (length - bits);
    bits = length;
    let node = 0;
    for (let bit = length - 1; bit >= 0; bit--) {
      const branch = Math.floor(code / 2 ** bit) % 2 === 1 ? right : left;
      if (!branch[node]) {
        branch[node] = left.length;
        left.push(0);
        right.push(0);
        symbol.push(-1);
      }
      node = branch[node] ?? 0;
    }
    symbol[node] = value;
  }
  return transitions(left, right, symbol);
}

function transitions(left: number[], right: number[], symbol: number[]): Tables {
  // Leaves never are states, so states are numbered among the inner nodes.
  const inner = symbol.map((value, node) => (value < 0 ? node : -1)).filter((node) => node >= 0);
  const stateOf = new Map(inner.map((node, state) => [node, state]));
  const made: Tables = {
    next: new Uint16Array(inner.length * 256),
    count: new Uint8Array(inner.length * 256),
    first: new Uint8Array(inner.length * 256),
    second: new Uint8Array(inner.length * 256),
    mayEnd: new Uint8Array(inner.length),
  };
  for (let padding = 0, node = 0; padding < 8; padding++, node = right[node] ?? 0) made.mayEnd[stateOf.get(node) ?? 0] = 1;
  inner.forEach((start, state) => {
    for (let byte = 0; byte < 256; byte++) {
      let node = start;
      let count = 0;
      for (let bit = 7; bit >= 0 && count < 255; bit--) {
        node = ((byte >> bit) & 1) === 1 ? (right[node] ?? 0) : (left[node] ?? 0);
        const value = symbol[node] ?? -1;
        if (value < 0) continue;
        if (value === EOS) count = 255;
        else if (count++ === 0) made.first[state * 256 + byte] = value;
        else made.second[state * 256 + byte] = value;
        node = 0;
      }
      made.count[state * 256 + byte] = count;
      made.next[state * 256 + byte] = stateOf.get(node) ?? 0;
    }
  });
  return made;
}

const decoded = Buffer.allocUnsafeSlow(128 * 1024);

/** Decodes `[start, end)`; null when the bytes are no valid code or are too long. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | null {
  const { next, count, first, second, mayEnd } = load();
  if ((end - start) * 8 > decoded.length * 5) return null;
  let state = 0;
  let at = 0;
  for (let from = start; from < end; from++) {
    const index = state * 256 + (bytes[from] as number);
    const symbols = count[index] as number;
    if (symbols === 255) return null;
    if (symbols > 0) {
      decoded[at++] = first[index] as number;
      if (symbols > 1) decoded[at++] = second[index] as number;
    }
    state = next[index] as number;
  }
  return mayEnd[state] === 1 ? decoded.toString('latin1', 0, at) : null;
}
