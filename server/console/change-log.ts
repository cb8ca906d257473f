import { closeSync, existsSync, fdatasyncSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AnyObject, Change, ObjectRef } from '@/lib/contract';
import { HeddleError } from '@/lib/errors';
import type { FaultEntry } from './fault-entries';

/** A change with what it takes to undo it. `before` and `after` are whole objects, `null`: did not, or does not, exist. */
export interface StoredChange extends Change {
  undo: { before: AnyObject | null; after: AnyObject | null }[];
  /** Faults that the change set, so that they end even when an object loses its own note of them. */
  faultEntries?: { ref: ObjectRef; entry: FaultEntry }[];
  /** Ids of faults that the change took away: should someone set the same again, it is theirs. */
  endedFaults?: string[];
}

/** The console's durable history. A change is on disk when `put` returns; the newest line of an id is the one that counts. */
export interface ChangeLog {
  put(change: StoredChange): void;
  get(id: string): StoredChange | undefined;
  /** Newest first. */
  list(limit: number): StoredChange[];
  close(): void;
}

/** Opens `changes.jsonl` in `folder`, made when missing. A last line that a crash cut off is dropped; it was never acknowledged. */
export function openChangeLog(folder: string): ChangeLog {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'changes.jsonl');
  const isNew = !existsSync(file);
  const descriptor = openSync(file, 'a+', 0o600);
  if (isNew) syncFolder(dirname(file));
  const changes = new Map<string, StoredChange>();
  const text = readFileSync(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (complete.length < text.length) ftruncateSync(descriptor, Buffer.byteLength(complete));
  for (const [index, line] of complete.split('\n').entries()) {
    if (line === '') continue;
    try {
      const change = JSON.parse(line) as StoredChange;
      changes.set(change.id, change);
    } catch (cause) {
      throw new HeddleError('internal', `${file} is damaged in line ${index + 1}.`, { cause });
    }
  }
  return {
    put(change) {
      const bytes = Buffer.from(`${JSON.stringify(change)}\n`);
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      fdatasyncSync(descriptor);
      changes.set(change.id, change);
    },
    get: (id) => changes.get(id),
    list: (limit) =>
      [...changes.values()].toSorted((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0)).slice(0, limit),
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
