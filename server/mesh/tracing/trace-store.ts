import fs from 'node:fs';
import path from 'node:path';
import { matchesSpan, type Span, type SpanQuery, type Trace } from '@/lib/traces';
import { MAX_SEGMENT_TRACES, buildSegment, type OperationRow } from './build-segment';
import { countCalls } from './count-calls';
import { OpenTraces } from './open-traces';
import { SealedSegment } from './sealed-segment';
import { SpanJournal, replayJournal } from './span-journal';
import { mergeSpans } from './stored-spans';

export interface TraceStoreOptions {
  /** Folder of the store; made when missing. */
  directory: string;
  maxAgeMs: number;
  /** Spans kept on disk; the oldest segments go first. */
  maxSpans: number;
  /** A trace that got no span for this long is complete enough to be sealed. */
  quietMs: number;
  /** Open traces are sealed when there are this many spans or traces … */
  sealSpans: number;
  /** … or when the oldest has waited for this long. */
  sealAgeMs: number;
  onProblem: (message: string) => void;
}

export interface TraceSearch extends SpanQuery {
  /** Microseconds: the span that meets the query starts within. */
  startUs: number;
  endUs: number;
  limit: number;
}

/** How many spans one trace may have; more are refused. */
const MAX_TRACE_SPANS = 100_000;

/**
 * Traces: those that still grow in memory (and in a journal), the others in segment files. A span that comes after its
 * trace was sealed lands in a later segment; reading joins the parts.
 */
export class TraceStore {
  readonly #options: TraceStoreOptions;
  readonly #open = new OpenTraces();
  /** Being written to a segment; still found by reads. */
  #sealing = new OpenTraces();
  #sealed: SealedSegment[] = [];
  #journal: SpanJournal;
  #number = 1;
  #sealRun: Promise<void> | undefined;

  constructor(options: TraceStoreOptions) {
    this.#options = options;
    fs.mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    const names = fs.readdirSync(options.directory).sort();
    for (const name of names.filter((one) => /^segment-\d+\.seg$/.test(one))) this.#openSegment(name);
    const journals = names.filter((one) => /^journal-\d+\.log$/.test(one));
    for (const name of [...names, ...journals]) this.#number = Math.max(this.#number, Number(/-(\d+)\./.exec(name)?.[1] ?? 0) + 1);
    const now = Date.now();
    for (const name of journals)
      replayJournal(path.join(options.directory, name), (spans) => spans.forEach((span) => this.#open.add(span, now)));
    const last = journals.at(-1);
    // Several journals are left when a crash came between writing a new one and removing the old.
    this.#journal = journals.length === 1 && last !== undefined ? new SpanJournal(path.join(options.directory, last)) : this.#newJournal();
    for (const name of journals)
      if (path.join(options.directory, name) !== this.#journal.path) fs.rmSync(path.join(options.directory, name));
    this.expire(now);
  }

  #openSegment(name: string): void {
    const file = path.join(this.#options.directory, name);
    try {
      this.#sealed.push(new SealedSegment(file));
    } catch (error) {
      this.#options.onProblem(`${name} cannot be read and is left out: ${error instanceof Error ? error.message : String(error)}`);
      fs.renameSync(file, `${file}.bad`);
    }
  }

  /** A journal that holds what is open now. */
  #newJournal(): SpanJournal {
    const journal = new SpanJournal(path.join(this.#options.directory, `journal-${String(this.#number++).padStart(10, '0')}.log`));
    for (const trace of this.#open.all()) journal.append(trace.spans);
    return journal;
  }

  get spanCount(): number {
    return this.#open.spanCount + this.#sealing.spanCount + this.#sealed.reduce((sum, segment) => sum + segment.head.spans, 0);
  }

  get segmentCount(): number {
    return this.#sealed.length;
  }

  /** Takes spans in; they are journalled when this returns. Returns how many were refused because their trace is too large. */
  add(spans: readonly Span[], nowMs: number): number {
    const accepted = spans.filter((span) => this.#open.spansOf(span.traceId).length < MAX_TRACE_SPANS);
    if (accepted.length > 0) this.#journal.append(accepted);
    for (const span of accepted) this.#open.add(span, nowMs);
    if (this.#due(nowMs)) void this.seal(nowMs);
    return spans.length - accepted.length;
  }

  #due(nowMs: number): boolean {
    const { sealSpans, sealAgeMs } = this.#options;
    if (this.#sealRun !== undefined || this.#open.traceCount === 0) return false;
    return this.#open.spanCount >= sealSpans || this.#open.traceCount >= MAX_SEGMENT_TRACES || this.#open.oldestMs < nowMs - sealAgeMs;
  }

  /** Regular work: seals what waited long enough, forgets what is too old. */
  tend(nowMs: number): void {
    if (this.#due(nowMs)) void this.seal(nowMs);
    this.expire(nowMs);
  }

  /** Writes quiet traces to a segment. One run at a time; a call during one waits for it. */
  seal(nowMs: number): Promise<void> {
    this.#sealRun ??= this.#sealNow(nowMs)
      .catch((error: unknown) => {
        this.#options.onProblem(`traces cannot be written: ${error instanceof Error ? error.message : String(error)}`);
        for (const trace of this.#sealing.all()) for (const span of trace.spans) this.#open.add(span, nowMs);
      })
      .finally(() => {
        this.#sealing = new OpenTraces();
        this.#sealRun = undefined;
      });
    return this.#sealRun;
  }

  async #sealNow(nowMs: number): Promise<void> {
    const crowded = this.#open.spanCount >= 4 * this.#options.sealSpans;
    const traces = this.#open.take(MAX_SEGMENT_TRACES, crowded ? Infinity : nowMs - this.#options.quietMs);
    if (traces.length === 0) return;
    for (const trace of traces) for (const span of trace.spans) this.#sealing.add(span, nowMs);
    const file = path.join(this.#options.directory, `segment-${String(this.#number++).padStart(10, '0')}.seg`);
    await buildSegment(file, traces, (traceId) => this.spansOf(traceId));
    this.#sealed.push(new SealedSegment(file));
    const before = this.#journal;
    this.#journal = this.#newJournal();
    before.close();
    fs.rmSync(before.path);
  }

  /** Removes segments past their age, and the oldest while there are too many spans. */
  expire(nowMs: number): void {
    const oldestUs = (nowMs - this.#options.maxAgeMs) * 1000;
    const byAge = this.#sealed.toSorted((a, b) => a.head.maxEndUs - b.head.maxEndUs);
    for (const segment of byAge) {
      if (segment.head.maxEndUs >= oldestUs && this.spanCount <= this.#options.maxSpans) break;
      this.#sealed = this.#sealed.filter((one) => one !== segment);
      segment.close();
      fs.rmSync(segment.path, { force: true });
    }
  }

  /** All known spans of a trace; none when it is not known. */
  spansOf(traceId: string): Span[] {
    const parts = [...this.#sealed.map((segment) => segment.spansOf(traceId)), this.#sealing.spansOf(traceId), this.#open.spansOf(traceId)];
    const filled = parts.filter((part) => part.length > 0);
    return filled.length === 0 ? [] : mergeSpans(filled);
  }

  /** The newest traces with a span that meets the query, newest first. */
  search(search: TraceSearch): Trace[] {
    const found: Trace[] = [];
    const tried = new Set<string>();
    for (const traceId of this.#newestFirst(search)) {
      if (found.length >= search.limit) break;
      if (tried.has(traceId)) continue;
      tried.add(traceId);
      const spans = this.spansOf(traceId);
      if (spans.some((span) => span.startUs >= search.startUs && span.startUs <= search.endUs && matchesSpan(span, search)))
        found.push({ traceId, spans });
    }
    return found;
  }

  /** Ids of possible traces by start, newest first, over all parts of the store; segments are looked into when their time comes. */
  *#newestFirst(search: TraceSearch): Generator<string> {
    const { startUs, endUs } = search;
    const waiting = this.#sealed
      .filter((segment) => segment.head.minStartUs <= endUs && segment.head.maxEndUs >= startUs)
      .sort((a, b) => a.head.maxStartUs - b.head.maxStartUs);
    const cursors: { nextUs: number; take: () => string }[] = [];
    const addList = <T>(list: T[], startOf: (one: T) => number, idOf: (one: T) => string): void => {
      const last = list.at(-1);
      if (last === undefined) return;
      const cursor = {
        nextUs: startOf(last),
        take: () => {
          const id = idOf(list.pop() as T);
          const next = list.at(-1);
          cursor.nextUs = next === undefined ? -Infinity : startOf(next);
          return id;
        },
      };
      cursors.push(cursor);
    };
    for (const part of [this.#open, this.#sealing]) {
      addList(
        part.candidates(search, startUs, endUs),
        (trace) => trace.startUs,
        (trace) => trace.traceId,
      );
    }
    for (;;) {
      let best = cursors.reduce((a, b) => (a === undefined || b.nextUs > a.nextUs ? b : a), cursors[0]);
      while (waiting.length > 0 && (best === undefined || (waiting.at(-1) as SealedSegment).head.maxStartUs >= best.nextUs)) {
        const segment = waiting.pop() as SealedSegment;
        addList(
          segment.candidates(search, startUs, endUs),
          (i) => segment.startOf(i),
          (i) => segment.spansAt(i)[0]?.traceId ?? '',
        );
        best = cursors.reduce((a, b) => (a === undefined || b.nextUs > a.nextUs ? b : a), cursors[0]);
      }
      if (best === undefined || best.nextUs === -Infinity) return;
      yield best.take();
    }
  }

  /** All service, operation and kind combinations, each once. */
  operations(): OperationRow[] {
    const rows = new Map<string, OperationRow>();
    const add = (row: OperationRow): void => void rows.set(row.join('\n'), row);
    for (const segment of this.#sealed) segment.head.operations.forEach(add);
    for (const part of [this.#sealing, this.#open]) part.operations().forEach(add);
    return [...rows.values()].sort((a, b) => (a.join('\n') < b.join('\n') ? -1 : 1));
  }

  /** Calls from service to service between two times (milliseconds). */
  dependencies(startMs: number, endMs: number): { parent: string; child: string; callCount: number }[] {
    const [first, last] = [Math.floor(startMs / 60_000), Math.ceil(endMs / 60_000)];
    const counts = new Map<string, { parent: string; child: string; callCount: number }>();
    const open = [...this.#open.all(), ...this.#sealing.all()].flatMap((trace) => countCalls(trace.spans));
    for (const [minute, parent, child, count] of [...this.#sealed.flatMap((segment) => segment.head.calls), ...open]) {
      if (minute < first || minute > last) continue;
      const key = `${parent}\n${child}`;
      const known = counts.get(key) ?? { parent, child, callCount: 0 };
      known.callCount += count;
      counts.set(key, known);
    }
    return [...counts.values()].sort((a, b) => (`${a.parent}\n${a.child}` < `${b.parent}\n${b.child}` ? -1 : 1));
  }

  async close(): Promise<void> {
    await this.#sealRun;
    this.#journal.close();
    for (const segment of this.#sealed) segment.close();
  }
}
