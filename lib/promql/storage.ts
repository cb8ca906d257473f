import type { CompiledMatcher } from './label-matcher';
import type { Labels } from './labels';

/**
 * Samples of one series in time order. The arrays may be longer than `length` and are reused by the next `read`.
 * `stale[i]` is 1 where the sample is a staleness marker (the series ended there); absent when there is none.
 */
export interface Samples {
  timestamps: Float64Array;
  values: Float64Array;
  length: number;
  stale: Uint8Array | undefined;
}

/** A series found; its samples are decoded when asked for, so that a query holds one series at a time. */
export interface StoredSeries {
  labels: Labels;
  /** Samples with start ≤ timestamp ≤ end (milliseconds since the epoch, as given to `select`); more around them is allowed. */
  read(): Samples;
}

/** Where queries read from. */
export interface Storage {
  /** All series that pass every matcher and may have samples in [startMs, endMs]. */
  select(matchers: readonly CompiledMatcher[], startMs: number, endMs: number): Iterable<StoredSeries>;
}
