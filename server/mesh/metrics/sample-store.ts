import type { CompiledMatcher, Labels, Samples, Storage, StoredSeries } from '@/lib/promql';
import { newSampleBuffer, type SampleBuffer } from './gorilla-block';
import { appendToWindow, newSampleWindow, newestTimes, readFromWindow, type SampleWindow } from './sample-window';
import { SeriesIndex } from './series-index';

export interface SampleStoreOptions {
  /** How much time one window holds, milliseconds. */
  windowMs: number;
  /** Told of a window that gets no more samples. */
  onClosed?: (window: SampleWindow) => void;
}

/** The time-series store in memory: an index of series and windows of compressed samples. */
export class SampleStore implements Storage {
  readonly index = new SeriesIndex();
  readonly #windowMs: number;
  readonly #onClosed: (window: SampleWindow) => void;
  readonly #windows: SampleWindow[] = [];
  #lastMs = new Float64Array(1024).fill(-Infinity);
  /** Samples refused because the series already had one as new. */
  outOfOrder = 0;

  constructor(options: SampleStoreOptions) {
    this.#windowMs = options.windowMs;
    this.#onClosed = options.onClosed ?? (() => {});
  }

  /** Windows from old to new. */
  get windows(): readonly SampleWindow[] {
    return this.#windows;
  }

  /** Appends a sample. False: the series has one of this time or later, so this one is dropped. */
  append(series: number, timeMs: number, value: number, stale = false): boolean {
    this.#makeRoom(series);
    if (timeMs <= (this.#lastMs[series] as number)) {
      this.outOfOrder++;
      return false;
    }
    this.#lastMs[series] = timeMs;
    appendToWindow(this.#windowFor(timeMs), series, timeMs, value, stale);
    return true;
  }

  #makeRoom(series: number): void {
    if (series < this.#lastMs.length) return;
    const bigger = new Float64Array(Math.max(series + 1, this.#lastMs.length * 2)).fill(-Infinity);
    bigger.set(this.#lastMs);
    this.#lastMs = bigger;
  }

  #windowFor(timeMs: number): SampleWindow {
    const open = this.#windows.at(-1);
    if (open !== undefined && timeMs < open.startMs + this.#windowMs) return open;
    const next = newSampleWindow(Math.floor(timeMs / this.#windowMs) * this.#windowMs);
    this.#windows.push(next);
    if (open !== undefined) {
      this.#onClosed(open);
      open.writers.clear();
    }
    return next;
  }

  /** Puts a window back that was read from disk; windows come from old to new, before any sample. The last one may go on growing. */
  restoreWindow(window: SampleWindow): void {
    this.#windows.push(window);
    for (const [series, timeMs] of newestTimes(window)) {
      this.#makeRoom(series);
      this.#lastMs[series] = timeMs;
    }
  }

  /** Drops windows whose newest sample is older than `beforeMs`, and series that are in no other. Returns the dropped ones. */
  dropBefore(beforeMs: number): SampleWindow[] {
    const dropped: SampleWindow[] = [];
    while (this.#windows.length > 1 && (this.#windows[0] as SampleWindow).maxMs < beforeMs)
      dropped.push(this.#windows.shift() as SampleWindow);
    if (dropped.length > 0) {
      const gone = new Set<number>();
      for (const series of this.index.all()) if (!this.#windows.some((window) => window.newest.has(series))) gone.add(series);
      this.index.removeAll(gone);
    }
    return dropped;
  }

  *select(matchers: readonly CompiledMatcher[], startMs: number, endMs: number): Generator<StoredSeries> {
    const windows = this.#overlapping(startMs, endMs);
    if (windows.length === 0) return;
    const buffer = newSampleBuffer();
    for (const series of this.index.select(matchers)) {
      if (!windows.some((window) => window.newest.has(series))) continue;
      yield { labels: this.index.labelsOf(series), read: () => this.#read(windows, series, startMs, endMs, buffer) };
    }
  }

  /** Label sets of the series that pass and have samples in the time given. */
  *selectLabels(matchers: readonly CompiledMatcher[], startMs: number, endMs: number): Generator<Labels> {
    const windows = this.#overlapping(startMs, endMs);
    for (const series of this.index.select(matchers)) {
      if (windows.some((window) => window.newest.has(series))) yield this.index.labelsOf(series);
    }
  }

  #overlapping(startMs: number, endMs: number): SampleWindow[] {
    return this.#windows.filter((window) => window.maxMs >= startMs && window.minMs <= endMs);
  }

  #read(windows: readonly SampleWindow[], series: number, startMs: number, endMs: number, buffer: SampleBuffer): Samples {
    buffer.length = 0;
    buffer.staleCount = 0;
    for (const window of windows) readFromWindow(window, series, startMs, endMs, buffer);
    const { timestamps, values, length, stale, staleCount } = buffer;
    return { timestamps, values, length, stale: staleCount === 0 ? undefined : stale };
  }
}
