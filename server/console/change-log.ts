import { join } from 'node:path';
import type { AnyObject, Change, ObjectRef } from '@/lib/contract';
import type { FaultEntry } from './fault-entries';
import { openRecordLog } from './record-log';

/** A change with what it takes to undo it. `before` and `after` are whole objects, `null`: did not, or does not, exist. */
export interface StoredChange extends Change {
  undo: { before: AnyObject | null; after: AnyObject | null }[];
  /** Faults that the change set, so that they end even when an object loses its own note of them. */
  faultEntries?: { ref: ObjectRef; entry: FaultEntry }[];
  /** It is kept in the cluster too. */
  noted?: boolean;
  /** Ids of faults that the change took away: should someone set the same again, it is theirs. */
  endedFaults?: string[];
}

/** The console's durable history. A change is on disk when `put` returns; the newest line of an id is the one that counts. */
export interface ChangeLog {
  put(change: StoredChange): void;
  get(id: string): StoredChange | undefined;
  /** Newest first. */
  list(limit: number): StoredChange[];
  /** Reads the file again: another process may have written to it. */
  reload(): void;
  close(): void;
}

/** Opens `changes.jsonl` in `folder`, made when missing. */
export function openChangeLog(folder: string): ChangeLog {
  const log = openRecordLog<StoredChange>(join(folder, 'changes.jsonl'));
  return {
    put: (change) => log.put(change),
    get: (id) => log.get(id),
    list: (limit) =>
      log
        .all()
        .toSorted((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0))
        .slice(0, limit),
    reload: () => log.reload(),
    close: () => log.close(),
  };
}
