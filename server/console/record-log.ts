import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { HeddleError } from '@/lib/errors';

/** Records by id in one append-only file of JSON lines. The newest line of an id is the one that counts. */
export interface RecordLog<T extends { id: string }> {
  /** The record is on disk when this returns. */
  put(one: T): void;
  get(id: string): T | undefined;
  all(): T[];
  /** Reads the file again: another process may have written to it. */
  reload(): void;
  close(): void;
}

/** A file with many more lines than records is written anew when it is opened. */
const mostLinesPerRecord = 8;

/** Opens the file, made with its folder when missing. A last line that a crash cut off is dropped; it was never acknowledged. */
export function openRecordLog<T extends { id: string }>(file: string): RecordLog<T> {
  mkdirSync(dirname(file), { recursive: true });
  const records = new Map<string, T>();
  const isNew = !existsSync(file);
  let descriptor = openSync(file, 'a+', 0o600);
  if (isNew) syncFolder(dirname(file));
  const lines = read();
  if (lines > 100 && lines > records.size * mostLinesPerRecord) compact();

  function read(): number {
    records.clear();
    const text = readFileSync(file, 'utf8');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    if (complete.length < text.length) ftruncateSync(descriptor, Buffer.byteLength(complete));
    let count = 0;
    for (const [index, line] of complete.split('\n').entries()) {
      if (line === '') continue;
      count += 1;
      try {
        const one = JSON.parse(line) as T;
        records.set(one.id, one);
      } catch (cause) {
        throw new HeddleError('internal', `${file} is damaged in line ${index + 1}.`, { cause });
      }
    }
    return count;
  }

  function compact(): void {
    const fresh = join(dirname(file), `.${String(process.pid)}.new`);
    const text = [...records.values()].map((one) => `${JSON.stringify(one)}\n`).join('');
    writeFileSync(fresh, text, { mode: 0o600, flush: true });
    renameSync(fresh, file);
    syncFolder(dirname(file));
    closeSync(descriptor);
    descriptor = openSync(file, 'a+', 0o600);
  }

  return {
    put(one) {
      const bytes = Buffer.from(`${JSON.stringify(one)}\n`);
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      fdatasyncSync(descriptor);
      records.set(one.id, one);
    },
    get: (id) => records.get(id),
    all: () => [...records.values()],
    reload: () => void read(),
    close: () => closeSync(descriptor),
  };
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
