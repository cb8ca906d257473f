import fs from 'node:fs';
import type { Labels } from '@/lib/promql';
import { newSampleWindow, slabsFor, usedSlabs, type SampleWindow } from './sample-window';

/** Head of a window's file; the block table and the blocks follow it. */
interface WindowHead {
  version: 1;
  startMs: number;
  minMs: number;
  maxMs: number;
  samples: number;
  blocks: number;
  /** Series number, its newest block, its labels. */
  series: [number, number, ...string[]][];
}

/** Writes a closed window: whole or not at all (written beside, synced, renamed). */
export function writeWindowFile(path: string, window: SampleWindow, labelsOf: (series: number) => Labels): void {
  const { startMs, minMs, maxMs, samples, blocks } = window;
  const series = [...window.newest].map(([number, block]): [number, number, ...string[]] => [number, block, ...labelsOf(number)]);
  const head = Buffer.from(JSON.stringify({ version: 1, startMs, minMs, maxMs, samples, blocks, series } satisfies WindowHead));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(head.length);
  const tables = [window.firstMs, window.counts, window.previous].map((table) => Buffer.from(table.slice(0, blocks).buffer));
  const beside = `${path}.tmp`;
  const file = fs.openSync(beside, 'w', 0o600);
  try {
    for (const part of [length, head, ...tables, ...usedSlabs(window)]) fs.writeSync(file, part);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(beside, path);
}

/** Reads a window's file. @throws Error when it is not one, or is cut short. */
export function readWindowFile(path: string, onSeries: (series: number, labels: Labels) => void): SampleWindow {
  const bytes = fs.readFileSync(path);
  const headEnd = 4 + bytes.readUInt32LE(0);
  const head = JSON.parse(bytes.toString('utf8', 4, headEnd)) as WindowHead;
  if (head.version !== 1) throw new Error(`unknown version ${String(head.version)}`);
  let at = headEnd;
  const take = (length: number): Uint8Array<ArrayBuffer> => {
    if (at + length > bytes.length) throw new Error('the file is cut short');
    const part = new Uint8Array(bytes.subarray(at, at + length));
    at += length;
    return part;
  };
  const window = newSampleWindow(head.startMs);
  Object.assign(window, { minMs: head.minMs, maxMs: head.maxMs, samples: head.samples, blocks: head.blocks });
  window.firstMs = new Float64Array(take(head.blocks * 8).buffer);
  window.counts = new Uint16Array(take(head.blocks * 2).buffer);
  window.previous = new Int32Array(take(head.blocks * 4).buffer);
  window.slabs = slabsFor(head.blocks);
  for (const slab of usedSlabs(window)) slab.set(take(slab.length));
  for (const [series, block, ...labels] of head.series) {
    window.newest.set(series, block);
    onSeries(series, labels);
  }
  return window;
}
