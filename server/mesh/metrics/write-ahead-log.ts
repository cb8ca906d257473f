import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Labels } from '@/lib/promql';
import { STALE_HIGH, STALE_LOW } from './gorilla-block';

/**
 * Records of a log file: length and checksum (4 bytes each), then the content: `S` and JSON `[[series, label, value, …], …]`,
 * or `D`, a time (8 bytes) and 12 bytes per sample (series, value). A record cut short by a crash ends the log.
 */
const SERIES = 0x53;
const SAMPLES = 0x44;
const SAMPLE_BYTES = 12;

export interface LogReader {
  series(series: number, labels: Labels): void;
  sample(series: number, timeMs: number, value: number, stale: boolean): void;
}

/** Appends what one window receives. Writes reach the operating system at each `commit`, so that they survive the end of the process. */
export class WriteAheadLog {
  readonly path: string;
  readonly #file: number;
  readonly #defined: Set<number>;
  /** Length of the file. */
  bytes: number;
  #newSeries: (string | number)[][] = [];
  #pending = Buffer.allocUnsafe(1 << 16);
  #used = 0;
  #timeMs = NaN;

  /** @param defined series that the file already describes */
  constructor(path: string, defined: Iterable<number> = []) {
    this.path = path;
    this.#file = fs.openSync(path, 'a', 0o600);
    this.#defined = new Set(defined);
    this.bytes = fs.fstatSync(this.#file).size;
  }

  add(series: number, labels: Labels, timeMs: number, value: number, stale: boolean): void {
    if (!this.#defined.has(series)) {
      this.#defined.add(series);
      this.#newSeries.push([series, ...labels]);
    }
    if (timeMs !== this.#timeMs) {
      this.#flushSamples();
      this.#timeMs = timeMs;
    }
    if (this.#used + SAMPLE_BYTES > this.#pending.length)
      this.#pending = Buffer.concat([this.#pending, Buffer.allocUnsafe(this.#pending.length)]);
    this.#pending.writeUInt32LE(series, this.#used);
    if (stale) {
      this.#pending.writeUInt32LE(STALE_LOW, this.#used + 4);
      this.#pending.writeUInt32LE(STALE_HIGH, this.#used + 8);
    } else this.#pending.writeDoubleLE(value, this.#used + 4);
    this.#used += SAMPLE_BYTES;
  }

  /** Writes what was added since the last time. */
  commit(): void {
    this.#flushSamples();
  }

  #flushSamples(): void {
    if (this.#newSeries.length > 0) {
      this.#write(Buffer.concat([Buffer.of(SERIES), Buffer.from(JSON.stringify(this.#newSeries))]));
      this.#newSeries = [];
    }
    if (this.#used === 0) return;
    const head = Buffer.allocUnsafe(9);
    head.writeUInt8(SAMPLES, 0);
    head.writeDoubleLE(this.#timeMs, 1);
    this.#write(Buffer.concat([head, this.#pending.subarray(0, this.#used)]));
    this.#used = 0;
  }

  #write(content: Buffer): void {
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(content.length, 0);
    head.writeUInt32LE(crc32(content), 4);
    this.bytes += fs.writeSync(this.#file, Buffer.concat([head, content]));
  }

  close(): void {
    this.commit();
    fs.closeSync(this.#file);
  }
}

/** Reads a log and cuts off a record that a crash left unfinished. Returns the series it describes. */
export function replayLog(path: string, reader: LogReader): Set<number> {
  const bytes = fs.readFileSync(path);
  const defined = new Set<number>();
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length || length === 0 || crc32(content) !== bytes.readUInt32LE(at + 4)) break;
    at += 8 + length;
    if (content[0] === SERIES) {
      for (const [series, ...labels] of JSON.parse(content.toString('utf8', 1)) as [number, ...string[]][]) {
        defined.add(series);
        reader.series(series, labels);
      }
    } else if (content[0] === SAMPLES) readSamples(content, reader);
  }
  if (at < bytes.length) fs.truncateSync(path, at);
  return defined;
}

function readSamples(content: Buffer, reader: LogReader): void {
  const timeMs = content.readDoubleLE(1);
  for (let at = 9; at + SAMPLE_BYTES <= content.length; at += SAMPLE_BYTES) {
    const stale = content.readUInt32LE(at + 8) === STALE_HIGH && content.readUInt32LE(at + 4) === STALE_LOW;
    reader.sample(content.readUInt32LE(at), timeMs, content.readDoubleLE(at + 4), stale);
  }
}
