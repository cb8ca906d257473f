import {
  BLOCK_BYTES,
  appendToBlock,
  blockHasRoom,
  decodeBlock,
  newBlockWriter,
  newSampleBuffer,
  resetBlockWriter,
  type BlockWriter,
  type SampleBuffer,
} from './gorilla-block';

const SLAB_BYTES = 1 << 22;
const BLOCKS_PER_SLAB = SLAB_BYTES / BLOCK_BYTES;

/**
 * The samples of all series over one stretch of time. Blocks lie in slabs of shared memory, so that readers in other
 * threads need no copy; a series is a chain of blocks, newest first. Old time is dropped one whole window at a time.
 */
export interface SampleWindow {
  startMs: number;
  /** Bounds of what is in it: first and last sample. */
  minMs: number;
  maxMs: number;
  samples: number;
  slabs: Uint8Array[];
  blocks: number;
  /** Per block: time of the first sample, number of samples, block before it of the same series (-1: none). */
  firstMs: Float64Array;
  counts: Uint16Array;
  previous: Int32Array;
  /** Newest block per series, by series number. */
  newest: Map<number, number>;
  /** Writing state per series; empty in a window that was closed. */
  writers: Map<number, BlockWriter>;
}

export function newSampleWindow(startMs: number): SampleWindow {
  return {
    startMs,
    minMs: Infinity,
    maxMs: -Infinity,
    samples: 0,
    slabs: [],
    blocks: 0,
    firstMs: new Float64Array(1024),
    counts: new Uint16Array(1024),
    previous: new Int32Array(1024),
    newest: new Map(),
    writers: new Map(),
  };
}

function addBlock(window: SampleWindow): number {
  const block = window.blocks++;
  if (Math.floor(block / BLOCKS_PER_SLAB) >= window.slabs.length) window.slabs.push(new Uint8Array(new SharedArrayBuffer(SLAB_BYTES)));
  if (block >= window.counts.length) {
    const size = Math.max(1024, window.counts.length * 2);
    const { firstMs, counts, previous } = window;
    window.firstMs = new Float64Array(size);
    window.counts = new Uint16Array(size);
    window.previous = new Int32Array(size);
    window.firstMs.set(firstMs);
    window.counts.set(counts);
    window.previous.set(previous);
  }
  return block;
}

/** Appends a sample; the caller sees to it that times of one series rise. */
export function appendToWindow(window: SampleWindow, series: number, timeMs: number, value: number, stale: boolean): void {
  let block = window.newest.get(series);
  let writer = window.writers.get(series);
  if (writer === undefined) {
    writer = newBlockWriter();
    window.writers.set(series, writer);
  }
  if (block === undefined || writer.count === 0 || !blockHasRoom(writer, timeMs)) {
    const before = block ?? -1;
    block = addBlock(window);
    resetBlockWriter(writer);
    window.firstMs[block] = timeMs;
    window.previous[block] = before;
    window.newest.set(series, block);
  }
  const slab = window.slabs[Math.floor(block / BLOCKS_PER_SLAB)] as Uint8Array;
  appendToBlock(slab, (block % BLOCKS_PER_SLAB) * BLOCK_BYTES, writer, timeMs, value, stale);
  window.counts[block] = writer.count;
  window.samples++;
  if (timeMs < window.minMs) window.minMs = timeMs;
  if (timeMs > window.maxMs) window.maxMs = timeMs;
}

/** Decodes the blocks of a series that may hold samples in [fromMs, toMs], oldest first. */
export function readFromWindow(window: SampleWindow, series: number, fromMs: number, toMs: number, out: SampleBuffer): void {
  const chain: number[] = [];
  for (let block = window.newest.get(series) ?? -1; block >= 0; block = window.previous[block] as number) {
    const first = window.firstMs[block] as number;
    if (first <= toMs) chain.push(block);
    if (first <= fromMs) break;
  }
  for (let i = chain.length - 1; i >= 0; i--) {
    const block = chain[i] as number;
    const slab = window.slabs[Math.floor(block / BLOCKS_PER_SLAB)] as Uint8Array;
    decodeBlock(slab, (block % BLOCKS_PER_SLAB) * BLOCK_BYTES, window.counts[block] as number, window.firstMs[block] as number, out);
  }
}

/** Time of the newest sample of each series in a window. */
export function* newestTimes(window: SampleWindow): Generator<[series: number, timeMs: number]> {
  const buffer = newSampleBuffer();
  for (const series of window.newest.keys()) {
    buffer.length = 0;
    readFromWindow(window, series, Infinity, Infinity, buffer);
    yield [series, buffer.timestamps[buffer.length - 1] as number];
  }
}

/** The bytes of a window's blocks in order, slab by slab. */
export function usedSlabs(window: SampleWindow): Uint8Array[] {
  const rest = window.blocks % BLOCKS_PER_SLAB;
  return window.slabs.map((slab, i) => (i === window.slabs.length - 1 && rest !== 0 ? slab.subarray(0, rest * BLOCK_BYTES) : slab));
}

/** Shared memory for the blocks of a window read from disk: as many slabs as `blocks` need. */
export function slabsFor(blocks: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(blocks / BLOCKS_PER_SLAB) }, () => new Uint8Array(new SharedArrayBuffer(SLAB_BYTES)));
}
