import { describe, expect, it } from 'vitest';
import { LatencyWindow } from './latency-window';
import { pickWeighted } from './personas';

interface Entry {
  name: string;
  weight: number;
}

const end = new Date('2026-01-01T00:00:10Z');

describe('LatencyWindow', () => {
  it('reports percentiles, rate, errors and codes, then starts anew', () => {
    const window = new LatencyWindow();
    for (let latency = 1; latency <= 100; latency += 1) window.record(latency > 98 ? 503 : 200, latency);
    window.record(0, 5000);
    window.drop();
    const report = window.take(end, 10);
    expect(report).toMatchObject({ requests: 101, rps: 10.1, errors: 3, dropped: 1, p50Ms: 51, p99Ms: 100, maxMs: 5000 });
    expect(report.codes).toEqual({ '200': 98, '503': 2, '0': 1 });
    expect(window.take(end, 10)).toMatchObject({ requests: 0, p50Ms: null, codes: {} });
  });
});

describe('pickWeighted', () => {
  const entries: [Entry, ...Entry[]] = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 3 },
  ];
  it.each([
    [0, 'a'],
    [0.2499, 'a'],
    [0.25, 'b'],
    [0.999, 'b'],
  ])('%d falls on %s', (random, name) => {
    expect(pickWeighted(entries, random).name).toBe(name);
  });
});
