import { getRandomValues } from 'node:crypto';

/**
 * Randomness of the data plane: a xorshift generator seeded from the system, in [0, 1), and hexadecimal ids. Cheap enough for every request;
 * never used for secrets.
 */
const seed = getRandomValues(new Uint32Array(4));
let a = (seed[0] as number) | 1;
let b = seed[1] as number;
let c = seed[2] as number;
let d = seed[3] as number;

function next(): number {
  let t = d;
  const s = a;
  d = c;
  c = b;
  b = s;
  t ^= t << 11;
  t ^= t >>> 8;
  a = t ^ s ^ (s >>> 19);
  return a >>> 0;
}

/** Uniform in [0, 1). */
export function random(): number {
  return next() / 4294967296;
}

const byteHex = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

function hex32(): string {
  const value = next();
  return (byteHex[value >>> 24] as string) + byteHex[(value >>> 16) & 255] + byteHex[(value >>> 8) & 255] + byteHex[value & 255];
}

/** 16 hexadecimal digits. */
export function randomHex64(): string {
  return hex32() + hex32();
}

/** 32 hexadecimal digits. */
export function randomHex128(): string {
  return hex32() + hex32() + hex32() + hex32();
}

/** A version 4 UUID. */
export function randomUuid(): string {
  const x = hex32();
  const y = hex32();
  const z = hex32();
  const w = hex32();
  return `${x}-${y.slice(0, 4)}-4${y.slice(5)}-${'89ab'.charAt(next() & 3)}${z.slice(1, 4)}-${z.slice(4)}${w}`;
}
