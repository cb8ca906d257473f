import fs from 'node:fs';
import path from 'node:path';
import type { Labels } from '@/lib/promql';
import { SampleStore } from './sample-store';
import type { SampleWindow } from './sample-window';
import { readWindowFile, writeWindowFile } from './window-file';
import { WriteAheadLog, replayLog } from './write-ahead-log';

export interface DurableStoreOptions {
  /** Folder of the store; made when missing. Absent: memory only. */
  directory: string | undefined;
  windowMs: number;
  retentionMs: number;
  /** Told of files that could not be read (they are left out). */
  onProblem: (message: string) => void;
}

/** A log longer than this is folded into the window's file, so that a start never has much to replay (about 3 million samples). */
const CHECKPOINT_BYTES = 32 << 20;

/**
 * A `SampleStore` that survives restarts: each window is a file, and what came to the open one since is in its log.
 * A sample that is in both (a crash came between) is read once: the store takes only samples newer than it has.
 */
export class DurableStore {
  readonly samples: SampleStore;
  readonly #options: DurableStoreOptions;
  #log: WriteAheadLog | undefined;
  #logStartMs = NaN;

  constructor(options: DurableStoreOptions) {
    this.#options = options;
    this.samples = new SampleStore({ windowMs: options.windowMs, onClosed: (window) => this.#writeWindow(window) });
    if (options.directory !== undefined) this.#restore(options.directory);
  }

  /** The series of a label set. */
  seriesOf(labels: Labels): number {
    return this.samples.index.add(labels).series;
  }

  /** Appends a sample; it is on its way to disk after the next `commit`. */
  append(series: number, timeMs: number, value: number, stale = false): boolean {
    if (!this.samples.append(series, timeMs, value, stale)) return false;
    this.#currentLog()?.add(series, this.samples.index.labelsOf(series), timeMs, value, stale);
    return true;
  }

  commit(): void {
    this.#log?.commit();
    if (this.#log !== undefined && this.#log.bytes > CHECKPOINT_BYTES) this.#checkpoint();
  }

  /** Writes the open window as it stands; its log begins anew. */
  #checkpoint(): void {
    const open = this.samples.windows.at(-1);
    if (open !== undefined) this.#writeWindow(open);
  }

  /** Forgets windows past retention. */
  expire(nowMs: number): void {
    for (const window of this.samples.dropBefore(nowMs - this.#options.retentionMs)) {
      if (this.#options.directory !== undefined) fs.rmSync(windowPath(this.#options.directory, window.startMs), { force: true });
    }
  }

  close(): void {
    if (this.#log !== undefined) this.#checkpoint();
  }

  #currentLog(): WriteAheadLog | undefined {
    const { directory } = this.#options;
    const open = this.samples.windows.at(-1);
    if (directory === undefined || open === undefined) return undefined;
    if (this.#log === undefined || open.startMs !== this.#logStartMs) {
      this.#log?.close();
      this.#log = new WriteAheadLog(logPath(directory, open.startMs));
      this.#logStartMs = open.startMs;
    }
    return this.#log;
  }

  /** Writes a window; once its file is there, its log is not needed. */
  #writeWindow(window: SampleWindow): void {
    const { directory } = this.#options;
    if (directory === undefined) return;
    this.#log?.close();
    this.#log = undefined;
    writeWindowFile(windowPath(directory, window.startMs), window, (series) => this.samples.index.labelsOf(series));
    fs.rmSync(logPath(directory, window.startMs), { force: true });
  }

  #restore(directory: string): void {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const names = fs.readdirSync(directory);
    const starts = (pattern: RegExp): number[] =>
      names
        .map((name) => Number(pattern.exec(name)?.[1] ?? NaN))
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
    const { index } = this.samples;
    const windows = starts(/^window-(\d+)\.bin$/);
    for (const startMs of windows) {
      const file = windowPath(directory, startMs);
      try {
        this.samples.restoreWindow(readWindowFile(file, (series, labels) => index.restore(series, labels)));
      } catch (error) {
        this.#options.onProblem(
          `${path.basename(file)} cannot be read and is left out: ${error instanceof Error ? error.message : String(error)}`,
        );
        fs.renameSync(file, `${file}.bad`);
      }
    }
    for (const startMs of starts(/^wal-(\d+)\.log$/)) this.#replay(directory, startMs);
  }

  #replay(directory: string, startMs: number): void {
    const file = logPath(directory, startMs);
    const { index } = this.samples;
    const defined = replayLog(file, {
      series: (series, labels) => index.restore(series, labels),
      sample: (series, timeMs, value, stale) => this.samples.append(series, timeMs, value, stale),
    });
    if (this.samples.windows.at(-1)?.startMs !== startMs) {
      // Windows were longer or shorter when the log was written.
      this.#checkpoint();
      fs.rmSync(file, { force: true });
      return;
    }
    this.#log?.close();
    this.#log = new WriteAheadLog(file, defined);
    this.#logStartMs = startMs;
  }
}

function windowPath(directory: string, startMs: number): string {
  return path.join(directory, `window-${startMs}.bin`);
}

function logPath(directory: string, startMs: number): string {
  return path.join(directory, `wal-${startMs}.log`);
}
