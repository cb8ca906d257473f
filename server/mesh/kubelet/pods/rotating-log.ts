import { closeSync, copyFileSync, fstatSync, mkdirSync, openSync, renameSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const mostBytes = 10 * 1024 * 1024;

/** A log file that is renamed to `.1` when it is full, so that a run takes at most twice `limit` bytes. */
export class RotatingLog {
  private file: number;
  private size: number;
  private readonly path: string;
  private readonly limit: number;

  constructor(path: string, limit: number = mostBytes) {
    this.path = path;
    this.limit = limit;
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, 'a', 0o600);
    this.size = fstatSync(this.file).size;
  }

  write(chunk: Buffer | string): void {
    if (this.file < 0) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (this.size + bytes.length > this.limit && this.size > 0) {
      closeSync(this.file);
      renameSync(this.path, `${this.path}.1`);
      this.file = openSync(this.path, 'a', 0o600);
      this.size = 0;
    }
    writeSync(this.file, bytes);
    this.size += bytes.length;
  }

  /** Begins the log of a new run; the one before is kept as `.previous`. */
  beginRun(): void {
    if (this.file < 0 || this.size === 0) return;
    closeSync(this.file);
    renameSync(this.path, `${this.path}.previous`);
    this.file = openSync(this.path, 'a', 0o600);
    this.size = 0;
  }

  /** The same limit for a file that another process writes: its content moves to `.1`, the file stays. The writer must append. */
  trim(): void {
    if (this.file < 0 || fstatSync(this.file).size <= this.limit) return;
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
    this.size = 0;
  }

  close(): void {
    if (this.file >= 0) closeSync(this.file);
    this.file = -1;
  }
}
