import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openChangeLog } from './change-log';
import type { StoredChange } from './change-log';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function change(id: string, at: string, status: StoredChange['status'] = 'applied'): StoredChange {
  return { id, at, by: 'me', status, objects: [], documents: [], sentences: [], undo: [] };
}

it('keeps changes over a restart; the newest line of an id counts', () => {
  const log = openChangeLog(folder);
  log.put(change('a', '2026-01-01T00:00:00Z', 'applying'));
  log.put(change('b', '2026-01-02T00:00:00Z'));
  log.put(change('a', '2026-01-01T00:00:00Z'));
  log.close();
  const again = openChangeLog(folder);
  expect(again.list(10).map((one) => [one.id, one.status])).toEqual([
    ['b', 'applied'],
    ['a', 'applied'],
  ]);
  expect(again.list(1)).toHaveLength(1);
  again.close();
});

it('drops a last line that a crash cut off, and goes on after it', () => {
  const log = openChangeLog(folder);
  log.put(change('a', '2026-01-01T00:00:00Z'));
  log.close();
  const file = join(folder, 'changes.jsonl');
  appendFileSync(file, '{"id":"b","at":"2026-01-02T0');
  const again = openChangeLog(folder);
  expect(again.list(10).map((one) => one.id)).toEqual(['a']);
  again.put(change('c', '2026-01-03T00:00:00Z'));
  again.close();
  expect(
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as StoredChange).id),
  ).toEqual(['a', 'c']);
});

it('does not pass over damage in the middle', () => {
  openChangeLog(folder).close();
  appendFileSync(join(folder, 'changes.jsonl'), 'not json\n');
  expect(() => openChangeLog(folder)).toThrow(/damaged in line 1/);
});
