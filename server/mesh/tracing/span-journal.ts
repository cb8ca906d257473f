import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Span } from '@/lib/traces';
import { decodeSpans, encodeSpans } from './stored-spans';

/**
 * What was received and is in no segment yet. Each record: length and checksum (4 bytes each), then the spans as JSON.
 * A record has reached the operating system when its request is answered, so it survives the end of the process.
 */
export class SpanJournal {
  readonly path: string;
  readonly #file: number;

  constructor(path: string) {
    this.path = path;
    this.#file = fs.openSync(path, 'a', 0o600);
  }

  append(spans: readonly Span[]): void {
    const content = Buffer.from(encodeSpans(spans));
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(content.length, 0);
    head.writeUInt32LE(crc32(content), 4);
    fs.writeSync(this.#file, Buffer.concat([head, content]));
  }

  /** Closes the file after what was written is on disk. */
  close(): void {
    fs.fdatasyncSync(this.#file);
    fs.closeSync(this.#file);
  }
}

/** Reads a journal and cuts off a record that a crash left unfinished. */
export function replayJournal(path: string, onSpans: (spans: Span[]) => void): void {
  const bytes = fs.readFileSync(path);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (length === 0 || content.length < length || crc32(content) !== bytes.readUInt32LE(at + 4)) break;
    onSpans(decodeSpans(content.toString('utf8')));
    at += 8 + length;
  }
  if (at < bytes.length) fs.truncateSync(path, at);
}
