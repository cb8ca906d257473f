import type { TraceSummary } from '@/lib/contract';
import type { Span } from '@/lib/traces';

export type TraceStoreKind = 'jaeger-v3' | 'jaeger-legacy' | 'tempo' | 'zipkin';

/** What to look for. Times in ms since 1970, durations in ms. Every tag must be on one span. */
export interface TraceSearch {
  service: string;
  operation: string | null;
  minDurationMs: number | null;
  maxDurationMs: number | null;
  tags: Record<string, string>;
  startMs: number;
  endMs: number;
  limit: number;
}

/** A store of traces, whatever it speaks. */
export interface TraceStore {
  readonly kind: TraceStoreKind;
  services(signal?: AbortSignal): Promise<string[]>;
  operations(service: string, signal?: AbortSignal): Promise<string[]>;
  /** Newest first. */
  search(search: TraceSearch, signal?: AbortSignal): Promise<TraceSummary[]>;
  /** Spans of the traces a search finds, in one heap. */
  spans(search: TraceSearch, signal?: AbortSignal): Promise<Span[]>;
  /** All spans of a trace; empty when the store has none. */
  trace(id: string, signal?: AbortSignal): Promise<Span[]>;
}
