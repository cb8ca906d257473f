import fs from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { queryTokens, type Span, type SpanQuery } from '@/lib/traces';
import { SEGMENT_MAGIC, hashToken, shortId, type SegmentHead, type SegmentTables } from './build-segment';
import { decodeSpans } from './stored-spans';

/** The tables that find traces, a few bytes for each … */
type TraceTables = Pick<SegmentTables, 'ids' | 'idTraces' | 'starts' | 'ends' | 'offsets' | 'lengths'>;
/** … and those of words and spans, a hundred times as many. */
type SearchTables = Omit<SegmentTables, keyof TraceTables>;

/**
 * A segment on disk: what finds a trace by its id is in memory. Tables that searches need are read when one comes and go with the next
 * collection of garbage: a day's segments have hundreds of megabytes of them. Traces are read one by one.
 */
export class SealedSegment {
  readonly path: string;
  readonly head: SegmentHead;
  readonly #tables: TraceTables;
  /** Where each search table begins. */
  readonly #places: Record<keyof SearchTables, number>;
  #search: WeakRef<SearchTables> | undefined;
  readonly #dictionary: Buffer;
  readonly #bodies: number;
  readonly #file: number;

  /** Opens a segment file. @throws Error when it is none or is cut short */
  constructor(path: string) {
    this.path = path;
    this.#file = fs.openSync(path, 'r');
    try {
      const start = this.#read(0, SEGMENT_MAGIC.length + 4);
      if (start.toString('latin1', 0, SEGMENT_MAGIC.length) !== SEGMENT_MAGIC) throw new Error('not a segment file');
      const headLength = start.readUInt32LE(SEGMENT_MAGIC.length);
      this.head = JSON.parse(this.#read(start.length, headLength).toString('utf8')) as SegmentHead;
      const { tables, places, end } = this.#readTables(start.length + headLength);
      this.#tables = tables;
      this.#places = places;
      this.#dictionary = this.#read(end, this.head.dictionaryBytes);
      this.#bodies = end + this.head.dictionaryBytes;
      const last = this.head.traces - 1;
      const length = last < 0 ? 0 : (tables.offsets[last] as number) + (tables.lengths[last] as number);
      if (fs.fstatSync(this.#file).size < this.#bodies + length) throw new Error('the file is cut short');
    } catch (error) {
      fs.closeSync(this.#file);
      throw error;
    }
  }

  #read(position: number, length: number): Buffer<ArrayBuffer> {
    const bytes = Buffer.from(new ArrayBuffer(length));
    if (fs.readSync(this.#file, bytes, 0, length, position) < length) throw new Error('the file is cut short');
    return bytes;
  }

  /** In the order of `tableOrder`. */
  #readTables(start: number): { tables: TraceTables; places: Record<keyof SearchTables, number>; end: number } {
    const { traces, spans, tokens } = this.head;
    let at = start;
    const pass = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    const take = (bytes: number): ArrayBuffer => this.#read(pass(bytes), bytes).buffer;
    const ids = new BigUint64Array(take(traces * 8));
    const starts = new Float64Array(take(traces * 8));
    const ends = new Float64Array(take(traces * 8));
    const offsets = new Float64Array(take(traces * 8));
    const lengths = new Uint32Array(take(traces * 4));
    const wide = { tokens: pass(tokens * 4), spanOperations: pass(spans * 4), spanDurations: pass(spans * 4) };
    const idTraces = new Uint16Array(take(traces * 2));
    const places = { ...wide, tokenTraces: pass(tokens * 2), spanTraces: pass(spans * 2) };
    return { tables: { ids, idTraces, starts, ends, offsets, lengths }, places, end: at };
  }

  #searchTables(): SearchTables {
    const known = this.#search?.deref();
    if (known !== undefined) return known;
    const { spans, tokens } = this.head;
    const take = (name: keyof SearchTables, bytes: number): ArrayBuffer => this.#read(this.#places[name], bytes).buffer;
    const tables: SearchTables = {
      tokens: new Uint32Array(take('tokens', tokens * 4)),
      tokenTraces: new Uint16Array(take('tokenTraces', tokens * 2)),
      spanOperations: new Uint32Array(take('spanOperations', spans * 4)),
      spanDurations: new Uint32Array(take('spanDurations', spans * 4)),
      spanTraces: new Uint16Array(take('spanTraces', spans * 2)),
    };
    this.#search = new WeakRef(tables);
    return tables;
  }

  startOf(trace: number): number {
    return this.#tables.starts[trace] as number;
  }

  /** The spans of a trace by its number. */
  spansAt(trace: number): Span[] {
    const { offsets, lengths } = this.#tables;
    const body = this.#read(this.#bodies + (offsets[trace] as number), lengths[trace] as number);
    return decodeSpans(inflateRawSync(body, { dictionary: this.#dictionary }).toString('utf8'));
  }

  /** The spans this segment has of a trace. */
  spansOf(traceId: string): Span[] {
    const { ids, idTraces } = this.#tables;
    const id = shortId(traceId);
    const found: Span[] = [];
    for (let i = lowerBound(ids, id); i < ids.length && ids[i] === id; i++) {
      const spans = this.spansAt(idTraces[i] as number);
      if (spans[0]?.traceId === traceId) found.push(...spans);
    }
    return found;
  }

  /** Numbers of the traces that may have a span meeting the query within the time, rising by start. */
  candidates(query: SpanQuery, startUs: number, endUs: number): number[] {
    const { starts, ends } = this.#tables;
    let found: Set<number> | undefined;
    for (const token of queryTokens(query)) {
      const having = this.#tracesWith(hashToken(token));
      found = found === undefined ? having : common(found, having);
      if (found.size === 0) return [];
    }
    if (query.minDurationUs > 0 || query.maxDurationUs < Infinity) {
      const lasting = this.#tracesLasting(query);
      found = found === undefined ? lasting : common(found, lasting);
    }
    const all = found ?? Array.from({ length: this.head.traces }, (_, i) => i);
    return [...all].filter((i) => (starts[i] as number) <= endUs && (ends[i] as number) >= startUs).sort((a, b) => a - b);
  }

  #tracesWith(hash: number): Set<number> {
    const { tokens, tokenTraces } = this.#searchTables();
    const found = new Set<number>();
    for (let i = lowerBound(tokens, hash); i < tokens.length && tokens[i] === hash; i++) found.add(tokenTraces[i] as number);
    return found;
  }

  /** Traces with a span of the service and operation that lasts as long as asked for. */
  #tracesLasting({ service, operation, minDurationUs, maxDurationUs }: SpanQuery): Set<number> {
    const wanted = new Set<number>();
    this.head.operations.forEach(([ofService, name], i) => {
      if ((service === '' || ofService === service) && (operation === '' || name === operation)) wanted.add(i);
    });
    const { spanTraces, spanOperations, spanDurations } = this.#searchTables();
    const found = new Set<number>();
    for (let i = 0; i < spanTraces.length; i++) {
      const duration = spanDurations[i] as number;
      // The longest duration the table can hold stands for all that are longer.
      if (duration < Math.min(minDurationUs, 2 ** 32 - 1) || duration > maxDurationUs) continue;
      if (wanted.has(spanOperations[i] as number)) found.add(spanTraces[i] as number);
    }
    return found;
  }

  close(): void {
    fs.closeSync(this.#file);
  }
}

function common(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a].filter((one) => b.has(one)));
}

/** First position whose value is not below the one looked for. */
function lowerBound<T extends number | bigint>(values: { readonly length: number; readonly [i: number]: T }, wanted: T): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as T) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
