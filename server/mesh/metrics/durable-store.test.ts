import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluateInstant, labelsOf, parseExpression } from '@/lib/promql';
import { DurableStore } from './durable-store';

describe('DurableStore', () => {
  let directory: string;
  const problems: string[] = [];
  const open = (retentionMs = Infinity, windowMs = 60_000): DurableStore =>
    new DurableStore({ directory, windowMs, retentionMs, onProblem: (message) => problems.push(message) });
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
    expect(names()).toEqual(['window-0.bin', 'window-120000.bin', 'window-180000.bin', 'window-60000.bin']);
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
    fill(open(), 1000, 11_000);
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

  it('reads a sample once that is in the log and in the window', () => {
    const store = open();
    fill(store, 1000, 30_000);
    const log = fs.readFileSync(path.join(directory, 'wal-0.log'));
    store.close();
    expect(names()).toEqual(['window-0.bin']);
    // As if a crash had come between writing the window and removing the log.
    fs.writeFileSync(path.join(directory, 'wal-0.log'), log);
    const again = open();
    expect(points(again, 'count_over_time(a[10m])', 200_000)).toEqual([['x 1', [29]]]);
    fill(again, 30_000, 70_000);
    expect(points(again, 'count_over_time(a[10m])', 200_000)).toEqual([['x 1', [69]]]);
    again.close();
    expect(names()).toEqual(['window-0.bin', 'window-60000.bin']);
    const last = open();
    expect(points(last, 'count_over_time(a[10m])', 200_000)).toEqual([['x 1', [69]]]);
    last.close();
  });

  it('keeps everything when the length of windows changes', () => {
    fill(open(), 1000, 100_000);
    fill(open(Infinity, 25_000), 100_000, 130_000);
    const last = open(Infinity, 1_000_000);
    expect(points(last, 'count_over_time(a[10m])', 200_000)).toEqual([['x 1', [129]]]);
    last.close();
  });

  it('folds a long log into the window', () => {
    const store = open();
    const series = Array.from({ length: 30_000 }, (_, i) => store.seriesOf(labelsOf({ __name__: 'many', i: String(i) })));
    for (let t = 1000; t < 101_000; t += 1000) {
      for (const one of series) store.append(one, Math.floor(t / 2), t);
      store.commit();
    }
    expect(fs.statSync(path.join(directory, 'wal-0.log')).size).toBeLessThan(33 << 20);
    const again = open();
    expect(points(again, 'sum(count_over_time(many[10m]))', 60_000)).toEqual([['', [3_000_000]]]);
    again.close();
  }, 90_000);

  it('removes the files of what is past retention', () => {
    const store = open(100_000);
    fill(store, 1000, 200_000);
    store.expire(200_000);
    expect(names()).toEqual(['wal-180000.log', 'window-120000.bin', 'window-60000.bin']);
    store.close();
  });
});
