import fs from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { durationUs, searchTokens, spanEndUs, type Span, type Trace } from '@/lib/traces';
import { countCalls, type CallCount } from './count-calls';
import { encodeSpans } from './stored-spans';

/** How many traces a segment holds at most: their numbers are 16 bits. */
export const MAX_SEGMENT_TRACES = 4096;
const DICTIONARY_BYTES = 32 << 10;
const DICTIONARY_TRACES = 60;
const YIELD_AFTER_MS = 10;
/** Of the packer's output: most traces need one piece of it, and every trace gets a new one. */
const PACKED_CHUNK_BYTES = 4 << 10;
export const SEGMENT_MAGIC = 'HTS1';

export type OperationRow = [service: string, operation: string, kind: Span['kind']];

/** Head of a segment file: JSON after the magic and its length. The tables follow in the order of `tableSizes`, then dictionary and bodies. */
export interface SegmentHead {
  traces: number;
  spans: number;
  tokens: number;
  minStartUs: number;
  maxStartUs: number;
  maxEndUs: number;
  dictionaryBytes: number;
  operations: OperationRow[];
  calls: CallCount[];
}

/** The tables of a segment; traces are numbered by start, spans by trace. */
export interface SegmentTables {
  /** Lower half of each trace id, rising, and whose it is. */
  ids: BigUint64Array;
  idTraces: Uint16Array;
  starts: Float64Array;
  ends: Float64Array;
  offsets: Float64Array;
  lengths: Uint32Array;
  /** Hashes of search words, rising, and the trace that has it. */
  tokens: Uint32Array;
  tokenTraces: Uint16Array;
  spanTraces: Uint16Array;
  spanOperations: Uint32Array;
  /** Microseconds, at most 2^32 − 1. */
  spanDurations: Uint32Array;
}

/** The lower half of a trace id. */
export function shortId(traceId: string): bigint {
  return BigInt(`0x${traceId.slice(16)}`);
}

export function hashToken(token: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 16_777_619);
  return hash >>> 0;
}

/**
 * Writes traces as a segment file: whole or not at all. Gives way to other work every few milliseconds.
 * @param wholeTrace all known spans of a trace, for callers that are not in this segment
 */
export async function buildSegment(
  path: string,
  traces: readonly Trace[],
  wholeTrace: (traceId: string) => readonly Span[],
): Promise<void> {
  const sorted = traces.map((trace) => ({ ...trace, ...bounds(trace.spans) })).sort((a, b) => a.startUs - b.startUs);
  const dictionary = Buffer.from(
    sorted
      .slice(0, DICTIONARY_TRACES)
      .map((trace) => encodeSpans(trace.spans))
      .join('')
      .slice(-DICTIONARY_BYTES),
  );
  const spanCount = sorted.reduce((sum, trace) => sum + trace.spans.length, 0);
  const tables = {
    starts: Float64Array.from(sorted, (trace) => trace.startUs),
    ends: Float64Array.from(sorted, (trace) => trace.endUs),
    offsets: new Float64Array(sorted.length),
    lengths: new Uint32Array(sorted.length),
    spanTraces: new Uint16Array(spanCount),
    spanOperations: new Uint32Array(spanCount),
    spanDurations: new Uint32Array(spanCount),
  };
  const operations = new Map<string, number>();
  const rows: OperationRow[] = [];
  const bodies = new ByteList();
  const words: number[] = [];
  const calls = new Map<string, CallCount>();
  let spanAt = 0;
  let turnBegan = performance.now();
  for (const [i, trace] of sorted.entries()) {
    const body = deflateRawSync(encodeSpans(trace.spans), { level: 1, dictionary, chunkSize: PACKED_CHUNK_BYTES });
    tables.offsets[i] = bodies.length;
    tables.lengths[i] = body.length;
    bodies.append(body);
    const tokens = new Set<number>();
    for (const span of trace.spans) {
      for (const token of searchTokens(span)) tokens.add(hashToken(token));
      const name = `${span.resource.serviceName}\n${span.name}\n${span.kind}`;
      let operation = operations.get(name);
      if (operation === undefined) {
        operation = rows.push([span.resource.serviceName, span.name, span.kind]) - 1;
        operations.set(name, operation);
      }
      tables.spanTraces[spanAt] = i;
      tables.spanOperations[spanAt] = operation;
      tables.spanDurations[spanAt++] = Math.min(2 ** 32 - 1, durationUs(span));
    }
    // Hash and trace number in one double, so that one numeric sort orders both.
    for (const token of tokens) words.push(token * MAX_SEGMENT_TRACES + i);
    const hasStrangers = trace.spans.some(
      (span) => span.parentSpanId !== '' && !trace.spans.some((other) => other.spanId === span.parentSpanId),
    );
    for (const call of countCalls(trace.spans, hasStrangers ? wholeTrace(trace.traceId) : trace.spans)) addCall(calls, call);
    if (performance.now() - turnBegan > YIELD_AFTER_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turnBegan = performance.now();
    }
  }
  const pairs = Float64Array.from(words).sort();
  const byId = sorted.map((trace, i): [bigint, number] => [shortId(trace.traceId), i]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const complete: SegmentTables = {
    ids: BigUint64Array.from(byId, ([id]) => id),
    idTraces: Uint16Array.from(byId, ([, i]) => i),
    ...tables,
    tokens: Uint32Array.from(pairs, (pair) => Math.floor(pair / MAX_SEGMENT_TRACES)),
    tokenTraces: Uint16Array.from(pairs, (pair) => pair % MAX_SEGMENT_TRACES),
  };
  const head: SegmentHead = {
    traces: sorted.length,
    spans: spanCount,
    tokens: pairs.length,
    minStartUs: tables.starts[0] ?? 0,
    maxStartUs: tables.starts.at(-1) ?? 0,
    maxEndUs: tables.ends.reduce((max, end) => Math.max(max, end), 0),
    dictionaryBytes: dictionary.length,
    operations: rows,
    calls: [...calls.values()],
  };
  writeSegment(path, head, complete, [dictionary, bodies.bytes()]);
}

/** Bytes one after the other in one block that doubles: thousands of small buffers would leave the allocator in pieces. */
class ByteList {
  length = 0;
  #block = Buffer.allocUnsafeSlow(1 << 20);

  append(part: Uint8Array): void {
    if (this.length + part.length > this.#block.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#block.length * 2, this.length + part.length));
      this.#block.copy(grown, 0, 0, this.length);
      this.#block = grown;
    }
    this.#block.set(part, this.length);
    this.length += part.length;
  }

  bytes(): Buffer {
    return this.#block.subarray(0, this.length);
  }
}

function bounds(spans: readonly Span[]): { startUs: number; endUs: number } {
  let startUs = Infinity;
  let endUs = -Infinity;
  for (const span of spans) {
    startUs = Math.min(startUs, span.startUs);
    endUs = Math.max(endUs, spanEndUs(span));
  }
  return { startUs, endUs };
}

function addCall(calls: Map<string, CallCount>, call: CallCount): void {
  const key = call.slice(0, 3).join('\n');
  const known = calls.get(key);
  if (known === undefined) calls.set(key, call);
  else known[3] += call[3];
}

/** The tables in the order they have in the file, 8-byte elements first so that each is aligned. */
export const tableOrder = [
  'ids',
  'starts',
  'ends',
  'offsets',
  'lengths',
  'tokens',
  'spanOperations',
  'spanDurations',
  'idTraces',
  'tokenTraces',
  'spanTraces',
] as const satisfies readonly (keyof SegmentTables)[];

function writeSegment(path: string, head: SegmentHead, tables: SegmentTables, bodies: readonly Buffer[]): void {
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(json.length);
  const beside = `${path}.tmp`;
  const file = fs.openSync(beside, 'w', 0o600);
  try {
    const parts: Uint8Array[] = [Buffer.from(SEGMENT_MAGIC), length, json];
    for (const name of tableOrder) parts.push(Buffer.from(tables[name].buffer, tables[name].byteOffset, tables[name].byteLength));
    for (const part of [Buffer.concat(parts), ...bodies]) fs.writeSync(file, part);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(beside, path);
}
