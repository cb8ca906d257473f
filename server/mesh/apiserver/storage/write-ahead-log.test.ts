import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecords, encodeRecord } from './record-format';
import { openWriteAheadLog } from './write-ahead-log';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-wal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('records', () => {
  it('reads back what was written, and stops at whatever is cut off', () => {
    const whole = Buffer.concat([encodeRecord('one'), encodeRecord('zwei ü'), encodeRecord('three')]);
    expect(decodeRecords(whole)).toEqual({ payloads: ['one', 'zwei ü', 'three'], validBytes: whole.length });
    const starts = [0, encodeRecord('one').length, encodeRecord('one').length + encodeRecord('zwei ü').length];
    for (let length = 0; length < whole.length; length++) {
      const { payloads, validBytes } = decodeRecords(whole.subarray(0, length));
      expect(validBytes).toBe(starts.filter((start) => start <= length).at(-1));
      expect(payloads).toHaveLength(starts.indexOf(validBytes));
    }
  });

  it('refuses a record with a flipped bit', () => {
    const bytes = Buffer.concat([encodeRecord('kept'), encodeRecord('broken')]);
    bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
    expect(decodeRecords(bytes).payloads).toEqual(['kept']);
  });
});

describe('openWriteAheadLog', () => {
  it('has every record on disk, in order, when its append resolves', async () => {
    const path = join(folder, 'log');
    const log = await openWriteAheadLog(path, 0);
    await Promise.all(Array.from({ length: 500 }, (_, index) => log.append(`record ${index}`)));
    expect(decodeRecords(await readFile(path)).payloads).toEqual(Array.from({ length: 500 }, (_, index) => `record ${index}`));
    await log.close();
  });

  it('cuts a torn tail off before it goes on', async () => {
    const path = join(folder, 'log');
    const first = await openWriteAheadLog(path, 0);
    await first.append('kept');
    const valid = first.size();
    await first.append('torn');
    await first.close();
    const second = await openWriteAheadLog(path, valid);
    await second.append('next');
    await second.close();
    expect(decodeRecords(await readFile(path)).payloads).toEqual(['kept', 'next']);
  });

  it('puts what was appended before a rotation into the old file and the rest into the new one', async () => {
    const log = await openWriteAheadLog(join(folder, 'a'), 0);
    const before = Array.from({ length: 20 }, (_, index) => log.append(`a${index}`));
    const rotation = log.rotate(join(folder, 'b'));
    const after = Array.from({ length: 20 }, (_, index) => log.append(`b${index}`));
    await Promise.all([...before, rotation, ...after]);
    await log.close();
    expect(decodeRecords(await readFile(join(folder, 'a'))).payloads).toEqual(Array.from({ length: 20 }, (_, index) => `a${index}`));
    expect(decodeRecords(await readFile(join(folder, 'b'))).payloads).toEqual(Array.from({ length: 20 }, (_, index) => `b${index}`));
  });
});
