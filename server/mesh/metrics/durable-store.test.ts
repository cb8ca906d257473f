import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluateInstant, labelsOf, parseExpression } from '@/lib/promql';
import { DurableStore } from './durable-store';

describe('DurableStore', () => {
  let directory: string;
  const problems: string[] = [];
  const open = (retentionMs = Infinity): DurableStore =>
    new DurableStore({ directory, windowMs: 60_000, retentionMs, onProblem: (message) => problems.push(message) });
  const points = (store: DurableStore, query: string, timeMs: number): [string, number[]][] => {
    const result = evaluateInstant(parseExpression(query), store.samples, timeMs);
    if (result.type !== 'matrix' && result.type !== 'vector') throw new Error('expected series');
    return result.series.map(({ labels, values }): [string, number[]] => [labels.join(' '), values]);
  };
  const fill = (store: DurableStore, fromMs: number, toMs: number): void => {
    const [a, b] = [store.seriesOf(labelsOf({ __name__: 'a', x: '1' })), store.seriesOf(labelsOf({ __name__: 'b' }))];
    for (let t = fromMs; t < toMs; t += 1000) {
      store.append(a, t, t / 1000);
      store.append(b, t, 1 / t, t % 7000 === 0);
      store.commit();
    }
  };
  const names = (): string[] => fs.readdirSync(directory).sort();
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-metrics-'));
    problems.length = 0;
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  it('is the same after a restart, and goes on', () => {
    let store = open();
    fill(store, 1000, 200_000);
    const before = points(store, '{__name__=~"a|b"}[10m]', 200_000);
    expect(before[0]?.[1]).toHaveLength(199);
    store.close();
    expect(names()).toEqual(['wal-180000.log', 'window-0.bin', 'window-120000.bin', 'window-60000.bin']);
    store = open();
    expect(points(store, '{__name__=~"a|b"}[10m]', 200_000)).toEqual(before);
    fill(store, 200_000, 260_000);
    store.close();
    store = open();
    expect(points(store, 'a[10m]', 300_000)[0]?.[1]).toHaveLength(259);
    expect(points(store, 'b', 203_000)).toEqual([]);
    expect(store.samples.index.size).toBe(2);
    store.close();
  });

  it('has what was committed, without being closed', () => {
    fill(open(), 1000, 30_000);
    const store = open();
    expect(points(store, 'a[10m]', 60_000)[0]?.[1]).toHaveLength(29);
    store.close();
  });

  it('cuts off a record that was not finished', () => {
    const store = open();
    fill(store, 1000, 11_000);
    store.close();
    const log = path.join(directory, 'wal-0.log');
    fs.truncateSync(log, fs.statSync(log).size - 3);
    const again = open();
    expect(points(again, 'a[10m]', 60_000)[0]?.[1]).toHaveLength(9);
    fill(again, 20_000, 25_000);
    again.close();
    const last = open();
    expect(points(last, 'a[10m]', 60_000)[0]?.[1]).toHaveLength(14);
    last.close();
  });

  it('leaves out a window file that is broken, and says so', () => {
    const store = open();
    fill(store, 1000, 130_000);
    store.close();
    fs.truncateSync(path.join(directory, 'window-0.bin'), 300);
    const again = open();
    expect(problems).toEqual([expect.stringContaining('window-0.bin cannot be read')]);
    expect(points(again, 'a[10m]', 200_000)[0]?.[1]).toHaveLength(70);
    again.close();
  });

  it('does not read a log twice whose window was written', () => {
    const store = open();
    fill(store, 1000, 59_000);
    const log = fs.readFileSync(path.join(directory, 'wal-0.log'));
    fill(store, 61_000, 70_000);
    store.close();
    fs.writeFileSync(path.join(directory, 'wal-0.log'), log);
    const again = open();
    expect(points(again, 'count_over_time(a[10m])', 200_000)).toEqual([['x 1', [67]]]);
    expect(names()).toEqual(['wal-60000.log', 'window-0.bin']);
    again.close();
  });

  it('removes the files of what is past retention', () => {
    const store = open(100_000);
    fill(store, 1000, 200_000);
    store.expire(200_000);
    expect(names()).toEqual(['wal-180000.log', 'window-120000.bin', 'window-60000.bin']);
    store.close();
  });
});
