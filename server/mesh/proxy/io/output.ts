import type { Connection } from './connection';

/**
 * One scratch buffer for all output of the process. A message is composed in it and leaves in ONE write: two writes per message double the
 * cost of a proxy. Whoever writes claims the scratch for a connection; bytes of several claims by the same connection leave together when the
 * event that caused them is over (`flushOutput`), or when another connection claims it.
 */
const SCRATCH_BYTES = 160 * 1024;
const MAX_CACHED_VIEW = 8192;
const MAX_RECYCLED = 64;

interface Scratch {
  bytes: Buffer;
  views: (Buffer | undefined)[];
}

function createScratch(): Scratch {
  return { bytes: Buffer.allocUnsafeSlow(SCRATCH_BYTES), views: Array.from({ length: MAX_CACHED_VIEW }, () => undefined) };
}

export let scratch: Scratch = createScratch();
const recycled: Scratch[] = [];
let holder: Connection | null = null;
let used = 0;

/** A view of the first `length` bytes of the scratch; short ones are cached, because making a view costs more than a small write. */
export function scratchView(length: number): Buffer {
  if (length >= MAX_CACHED_VIEW) return scratch.bytes.subarray(0, length);
  return (scratch.views[length] ??= scratch.bytes.subarray(0, length));
}

/** The write in progress keeps the scratch: go on with another one, and give this one back by `recycleScratch` when the write is done. */
export function replaceScratch(): Scratch {
  const kept = scratch;
  scratch = recycled.pop() ?? createScratch();
  return kept;
}

export function recycleScratch(kept: Scratch): void {
  if (recycled.length < MAX_RECYCLED) recycled.push(kept);
}

/**
 * Makes the scratch this connection's, with room for `need` bytes (at most 128 KiB).
 * Returns the offset to write at; the caller writes into `scratch.bytes` and calls `commitOutput` with the new end.
 */
export function claimOutput(connection: Connection, need: number): number {
  if (holder === connection) {
    if (used + need <= SCRATCH_BYTES) return used;
    flushOutput();
  } else if (holder !== null) flushOutput();
  holder = connection;
  used = 0;
  return 0;
}

export function commitOutput(end: number): void {
  used = end;
}

/** Copies `[start, end)` of `bytes` to the connection's pending output. Takes any length. */
export function appendOutput(connection: Connection, bytes: Buffer, start: number, end: number): void {
  let from = start;
  while (from < end) {
    const size = Math.min(end - from, 65536);
    const at = claimOutput(connection, size);
    const target = scratch.bytes;
    if (size <= 64) for (let i = 0; i < size; i++) target[at + i] = bytes[from + i] as number;
    else bytes.copy(target, at, from, from + size);
    used = at + size;
    from += size;
  }
}

/** Sends what the scratch holds. Every event handler of a connection ends with it. */
export function flushOutput(): void {
  const connection = holder;
  if (connection === null) return;
  holder = null;
  const length = used;
  used = 0;
  if (length > 0 && !connection.closed) connection.sendScratch(length);
}

/** Forgets output claimed by a connection that is going away at once. */
export function dropOutput(connection: Connection): void {
  if (holder === connection) {
    holder = null;
    used = 0;
  }
}
