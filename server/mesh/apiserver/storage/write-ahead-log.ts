import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeRecord } from './record-format';

/** An append-only file whose appends are on disk before they are acknowledged. */
export interface WriteAheadLog {
  /** Resolves when the record is on disk. Records become durable in the order of the calls. */
  append(payload: string): Promise<void>;
  /** Continues in another file, once everything appended before is on disk; then resolves. One at a time. */
  rotate(path: string): Promise<void>;
  /** Bytes in the current file. */
  size(): number;
  close(): Promise<void>;
}

interface Waiting {
  record: Buffer;
  done: () => void;
  failed: (error: unknown) => void;
}

interface Rotation {
  path: string;
  /** How many of the waiting records still belong to the old file. */
  after: number;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Opens `path` for appending after its first `validBytes` (a torn tail beyond them is cut off).
 * Appends that arrive while the disk is busy share the next write and its one fdatasync (group commit).
 * After a failed write every append fails: what is on disk is then unknown until the next start reads it.
 */
export async function openWriteAheadLog(path: string, validBytes: number): Promise<WriteAheadLog> {
  let file = await openAt(path, validBytes);
  let position = validBytes;
  let waiting: Waiting[] = [];
  let rotation: Rotation | undefined;
  let flushing: Promise<void> | undefined;
  let failure: unknown;

  async function flush(): Promise<void> {
    while (waiting.length > 0 || rotation !== undefined) {
      // Everything appended before the call of rotate() is in `waiting` or on disk; it goes to the old file first.
      const turn = rotation;
      const group = waiting.splice(0, turn?.after ?? waiting.length);
      await writeGroup(group);
      if (turn === undefined) continue;
      rotation = undefined;
      try {
        const old = file;
        file = await openAt(turn.path, 0);
        position = 0;
        await old.close();
        turn.done();
      } catch (error) {
        failure ??= error;
        turn.failed(error);
      }
    }
    flushing = undefined;
  }

  async function writeGroup(group: Waiting[]): Promise<void> {
    if (group.length === 0) return;
    try {
      if (failure !== undefined) throw failure;
      const bytes = group.length === 1 && group[0] !== undefined ? group[0].record : Buffer.concat(group.map((one) => one.record));
      await writeFully(file, bytes, position);
      await file.datasync();
      position += bytes.length;
      for (const one of group) one.done();
    } catch (error) {
      failure ??= error;
      for (const one of group) one.failed(error);
    }
  }

  function startFlush(): void {
    // One turn later, so that writes of the same turn share a sync.
    flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flush);
  }

  return {
    append(payload) {
      return new Promise((done, failed) => {
        waiting.push({ record: encodeRecord(payload), done, failed });
        startFlush();
      });
    },
    rotate(next) {
      return new Promise((done, failed) => {
        rotation = { path: next, after: waiting.length, done, failed };
        startFlush();
      });
    },
    size: () => position,
    async close() {
      for (let current = flushing; current !== undefined; current = flushing) await current;
      await file.close();
    },
  };
}

async function openAt(path: string, validBytes: number): Promise<FileHandle> {
  const file = await open(path, validBytes === 0 ? 'w' : 'r+');
  await file.truncate(validBytes);
  await file.sync();
  await syncFolder(dirname(path));
  return file;
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** A new or renamed file is found after a crash only when its folder is on disk too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
