import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BASE_US, exampleSpan, exampleTrace } from './testdata/example-spans';
import { TraceStore, type TraceSearch, type TraceStoreOptions } from './trace-store';

const anything: TraceSearch = {
  service: 'ratings',
  operation: '',
  tags: {},
  minDurationUs: 0,
  maxDurationUs: Infinity,
  startUs: 0,
  endUs: Infinity,
  limit: 20,
};
const NOW = BASE_US / 1000 + 3_600_000;

describe('TraceStore', () => {
  let directory: string;
  let store: TraceStore;
  const problems: string[] = [];
  const open = (change: Partial<TraceStoreOptions> = {}): TraceStore =>
    new TraceStore({
      directory,
      maxAgeMs: Infinity,
      maxSpans: Infinity,
      quietMs: 1000,
      sealSpans: Infinity,
      sealAgeMs: Infinity,
      onProblem: (message) => problems.push(message),
      ...change,
    });
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-traces-'));
    problems.length = 0;
    store = open();
  });
  afterEach(async () => {
    await store.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });
  const fill = (from: number, to: number): void => {
    for (let i = from; i < to; i++) store.add(exampleTrace(i), NOW);
  };
  const ids = (search: Partial<TraceSearch>): number[] =>
    store.search({ ...anything, ...search }).map((trace) => Number.parseInt(trace.traceId, 16) - 1);

  const places = [
    { place: 'memory', prepare: async () => fill(0, 200) },
    {
      place: 'a segment',
      prepare: async () => {
        fill(0, 200);
        await store.seal(NOW + 5000);
        expect(store.segmentCount).toBe(1);
      },
    },
    {
      place: 'two segments that interleave, and memory',
      prepare: async () => {
        for (let i = 0; i < 160; i += 2) store.add(exampleTrace(i), NOW);
        await store.seal(NOW + 5000);
        for (let i = 1; i < 160; i += 2) store.add(exampleTrace(i), NOW);
        await store.seal(NOW + 5000);
        fill(160, 200);
        expect(store.segmentCount).toBe(2);
      },
    },
  ];
  describe.each(places)('with traces in $place', ({ prepare }) => {
    beforeEach(prepare);

    it('finds the newest first', () => {
      expect(ids({ limit: 5 })).toEqual([199, 198, 197, 196, 195]);
      expect(ids({ limit: 1000 })).toHaveLength(200);
    });
    it('finds by operation, tag, duration and time', () => {
      expect(ids({ operation: 'GET /ratings', limit: 1 })).toEqual([199]);
      expect(ids({ operation: 'GET /reviews' })).toEqual([]);
      expect(ids({ tags: { 'http.status_code': '503' } })).toEqual([157, 107, 57, 7]);
      expect(ids({ tags: { error: 'true' }, limit: 2 })).toEqual([157, 107]);
      expect(ids({ tags: { 'http.status_code': '503', 'guid:x-request-id': '57-2' } })).toEqual([57]);
      expect(ids({ service: 'reviews', tags: { 'http.status_code': '503' } })).toEqual([]);
      expect(ids({ minDurationUs: 98_000 })).toEqual([199, 198, 99, 98]);
      expect(ids({ maxDurationUs: 1500 })).toEqual([101, 100, 1, 0]);
      expect(ids({ startUs: BASE_US + 10_000_000, endUs: BASE_US + 12_999_999 })).toEqual([12, 11, 10]);
    });
    it('finds by any service', () => {
      expect(ids({ service: '', tags: { 'guid:x-request-id': '123-1' } })).toEqual([123]);
    });
    it('reads a trace by its id', () => {
      expect(store.spansOf('7b'.padStart(32, '0'))).toHaveLength(6);
      expect(store.spansOf('f'.repeat(32))).toEqual([]);
    });
    it('knows operations and calls between services', () => {
      expect(store.operations().filter(([service]) => service === 'reviews')).toEqual([
        ['reviews', 'GET /reviews', 'server'],
        ['reviews', 'call 1', 'client'],
      ]);
      expect(store.dependencies(BASE_US / 1000, NOW)).toEqual([
        { parent: 'productpage', child: 'reviews', callCount: 200 },
        { parent: 'reviews', child: 'ratings', callCount: 200 },
      ]);
      expect(store.dependencies(0, 1000)).toEqual([]);
    });
    it('is the same after a restart', async () => {
      const before = [ids({ limit: 7 }), ids({ tags: { 'http.status_code': '503' } }), store.operations(), store.spanCount];
      await store.close();
      store = open();
      expect([ids({ limit: 7 }), ids({ tags: { 'http.status_code': '503' } }), store.operations(), store.spanCount]).toEqual(before);
      expect(problems).toEqual([]);
    });
  });

  it('joins spans that come after their trace was sealed', async () => {
    const [first, ...late] = exampleTrace(3);
    store.add([first!], NOW);
    await store.seal(NOW + 5000);
    store.add(late, NOW + 6000);
    expect(store.spansOf(first!.traceId)).toHaveLength(6);
    expect(ids({ service: 'productpage' })).toEqual([3]);
    await store.seal(NOW + 60_000);
    expect(store.spansOf(first!.traceId)).toHaveLength(6);
    expect(store.dependencies(0, NOW).map((call) => call.child)).toEqual(['reviews', 'ratings']);
  });

  it('counts a span that is sent twice once', async () => {
    store.add(exampleTrace(1), NOW);
    store.add(exampleTrace(1), NOW);
    expect(store.spansOf('2'.padStart(32, '0'))).toHaveLength(6);
    await store.seal(NOW + 5000);
    store.add(exampleTrace(1), NOW);
    expect(store.spansOf('2'.padStart(32, '0'))).toHaveLength(6);
  });

  it('leaves traces that still grow in memory', async () => {
    store.add(exampleTrace(1), NOW);
    store.add(exampleTrace(2), NOW + 4900);
    await store.seal(NOW + 5000);
    expect(store.segmentCount).toBe(1);
    await store.close();
    store = open();
    expect(ids({})).toEqual([2, 1]);
  });

  it('survives a journal that was cut short, and one that is left over', async () => {
    fill(0, 3);
    await store.close();
    const journal = fs.readdirSync(directory).find((name) => name.startsWith('journal'))!;
    const file = path.join(directory, journal);
    fs.truncateSync(file, fs.statSync(file).size - 10);
    fs.copyFileSync(file, path.join(directory, 'journal-0000000099.log'));
    store = open();
    expect(ids({})).toEqual([1, 0]);
    expect(store.spansOf('1'.padStart(32, '0'))).toHaveLength(6);
    store.add(exampleTrace(9), NOW);
    await store.close();
    store = open();
    expect(ids({})).toEqual([9, 1, 0]);
  });

  it('leaves out a broken segment and says so', async () => {
    fill(0, 3);
    await store.seal(NOW + 5000);
    await store.close();
    const segment = fs.readdirSync(directory).find((name) => name.endsWith('.seg'))!;
    fs.truncateSync(path.join(directory, segment), 500);
    store = open();
    expect(problems).toEqual([expect.stringContaining(`${segment} cannot be read`)]);
    expect(ids({})).toEqual([]);
  });

  it('forgets by age and by number', async () => {
    fill(0, 10);
    await store.seal(NOW + 5000);
    fill(10, 20);
    await store.seal(NOW + 5000);
    await store.close();
    store = open({ maxSpans: 100 });
    expect(store.spanCount).toBe(60);
    expect(ids({ limit: 100 })).toHaveLength(10);
    await store.close();
    store = open({ maxAgeMs: 1000 });
    expect(store.spanCount).toBe(0);
    expect(fs.readdirSync(directory).filter((name) => name.endsWith('.seg'))).toEqual([]);
  });

  it('finds values too long for the index', async () => {
    const long = 'x'.repeat(5000);
    store.add([exampleSpan({ service: 'ratings', tags: { note: long } })], NOW);
    await store.seal(NOW + 5000);
    expect(store.search({ ...anything, tags: { note: long } })).toHaveLength(1);
    expect(store.search({ ...anything, tags: { note: `${long}y` } })).toEqual([]);
  });
});
