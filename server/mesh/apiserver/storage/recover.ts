import { open, readFile, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '@/lib/errors';
import { decodeRecords, encodeRecord } from './record-format';
import { syncFolder } from './write-ahead-log';
import type { StoredObject } from './stored-object';

/** One durable change. `o` is absent for a deletion. */
export interface LogRecord {
  rv: number;
  /** `group/plural` */
  r: string;
  ns: string;
  n: string;
  o?: StoredObject;
}

interface SnapshotHead {
  snapshot: 1;
  rv: number;
  count: number;
}

export interface Recovered {
  resourceVersion: number;
  snapshot: LogRecord[];
  /** The changes after the snapshot, oldest first. */
  changes: LogRecord[];
  /** Where to go on writing. */
  log: { path: string; validBytes: number };
  /** Bytes of a torn tail that were left out; 0 after a clean stop. */
  tornBytes: number;
}

const snapshotName = (rv: number) => `snapshot-${String(rv).padStart(16, '0')}`;
export const logName = (rv: number): string => `log-${String(rv).padStart(16, '0')}`;

/**
 * Reads what a data directory holds: the newest snapshot and the logs after it. A torn record at the very end is what a crash leaves of a
 * write that was never acknowledged; anything broken before that is damage, and refused.
 * @throws HeddleError `internal` naming the damaged file.
 */
export async function recover(folder: string): Promise<Recovered> {
  const names = (await readdir(folder)).sort();
  for (const name of names.filter((one) => one.endsWith('.tmp'))) await unlink(join(folder, name));
  const newest = names.filter((name) => /^snapshot-\d+$/.test(name)).at(-1);
  const snapshot = newest === undefined ? { rv: 0, records: [] } : await readSnapshot(join(folder, newest));
  const logs = names.filter((name) => /^log-\d+$/.test(name));
  let resourceVersion = snapshot.rv;
  let tornBytes = 0;
  let last = { path: join(folder, logName(snapshot.rv)), validBytes: 0 };
  const changes: LogRecord[] = [];
  for (const [index, name] of logs.entries()) {
    const path = join(folder, name);
    const bytes = await readFile(path);
    const { payloads, validBytes } = decodeRecords(bytes);
    if (validBytes < bytes.length && index < logs.length - 1) throw damaged(path, validBytes);
    for (const payload of payloads) {
      const record = JSON.parse(payload) as LogRecord;
      if (record.rv <= resourceVersion) continue;
      resourceVersion = record.rv;
      changes.push(record);
    }
    tornBytes = bytes.length - validBytes;
    last = { path, validBytes };
  }
  return { resourceVersion, snapshot: snapshot.records, changes, log: last, tornBytes };
}

async function readSnapshot(path: string): Promise<{ rv: number; records: LogRecord[] }> {
  const bytes = await readFile(path);
  const { payloads, validBytes } = decodeRecords(bytes);
  const head = JSON.parse(payloads[0] ?? '{}') as Partial<SnapshotHead>;
  if (validBytes < bytes.length || head.snapshot !== 1 || head.rv === undefined || head.count !== payloads.length - 1) {
    throw damaged(path, validBytes);
  }
  return { rv: head.rv, records: payloads.slice(1).map((payload) => JSON.parse(payload) as LogRecord) };
}

function damaged(path: string, at: number): HeddleError {
  return new HeddleError('internal', `${path} is damaged at byte ${at}.`, {
    hint: 'Restore the file from a backup, or move the data directory away to start with an empty one.',
  });
}

/**
 * Writes a snapshot of `records` as of version `rv` and then removes the files it replaces (all logs but the current one).
 * Written aside and renamed, so that a crash leaves either the old state or the new one.
 */
export async function writeSnapshot(folder: string, rv: number, records: readonly LogRecord[], currentLog: string): Promise<number> {
  const path = join(folder, snapshotName(rv));
  const file = await open(`${path}.tmp`, 'w');
  let bytes = 0;
  try {
    const head: SnapshotHead = { snapshot: 1, rv, count: records.length };
    let batch = [encodeRecord(JSON.stringify(head))];
    const flush = async () => {
      const data = Buffer.concat(batch);
      batch = [];
      bytes += data.length;
      await file.writeFile(data);
    };
    for (const record of records) {
      batch.push(encodeRecord(JSON.stringify(record)));
      // In pieces, so that a large store does not hold up requests.
      if (batch.length >= 200) await flush();
    }
    await flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  await syncFolder(folder);
  for (const name of await readdir(folder)) {
    const obsolete = (/^snapshot-\d+$/.test(name) && name !== snapshotName(rv)) || (/^log-\d+$/.test(name) && name !== currentLog);
    if (obsolete) await unlink(join(folder, name));
  }
  return bytes;
}
