import { matchesSpan, type Span, type SpanQuery, type Trace } from '@/lib/traces';
import type { OperationRow } from './build-segment';

/** A trace that may still grow. */
export interface OpenTrace extends Trace {
  startUs: number;
  /** When its first and newest spans arrived, milliseconds. */
  firstMs: number;
  lastMs: number;
}

/** Traces in memory. */
export class OpenTraces {
  readonly #traces = new Map<string, OpenTrace>();
  #spans = 0;

  get spanCount(): number {
    return this.#spans;
  }

  get traceCount(): number {
    return this.#traces.size;
  }

  /** When the trace that is here the longest began to arrive; Infinity when there is none. */
  get oldestMs(): number {
    const first = this.#traces.values().next();
    return first.done === true ? Infinity : first.value.firstMs;
  }

  add(span: Span, nowMs: number): void {
    this.#spans++;
    const known = this.#traces.get(span.traceId);
    if (known === undefined) {
      this.#traces.set(span.traceId, { traceId: span.traceId, spans: [span], startUs: span.startUs, firstMs: nowMs, lastMs: nowMs });
      return;
    }
    known.spans.push(span);
    known.startUs = Math.min(known.startUs, span.startUs);
    known.lastMs = nowMs;
  }

  all(): Iterable<OpenTrace> {
    return this.#traces.values();
  }

  spansOf(traceId: string): readonly Span[] {
    return this.#traces.get(traceId)?.spans ?? [];
  }

  /** Takes out up to `most` traces that got nothing since `quietSinceMs`, the ones waiting longest first. */
  take(most: number, quietSinceMs: number): OpenTrace[] {
    const taken: OpenTrace[] = [];
    for (const trace of this.#traces.values()) {
      if (taken.length >= most) break;
      if (trace.lastMs <= quietSinceMs) taken.push(trace);
    }
    for (const trace of taken) {
      this.#traces.delete(trace.traceId);
      this.#spans -= trace.spans.length;
    }
    return taken;
  }

  /** Traces with a span that meets the query, rising by start. */
  candidates(query: SpanQuery, startUs: number, endUs: number): OpenTrace[] {
    const found = [...this.#traces.values()].filter((trace) =>
      trace.spans.some((span) => span.startUs >= startUs && span.startUs <= endUs && matchesSpan(span, query)),
    );
    return found.sort((a, b) => a.startUs - b.startUs);
  }

  operations(): OperationRow[] {
    const rows = new Map<string, OperationRow>();
    for (const trace of this.#traces.values()) {
      for (const { resource, name, kind } of trace.spans)
        rows.set(`${resource.serviceName}\n${name}\n${kind}`, [resource.serviceName, name, kind]);
    }
    return [...rows.values()];
  }
}
