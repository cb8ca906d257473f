import { describe, expect, it } from 'vitest';
import {
  PromqlError,
  evaluateInstant,
  evaluateRange,
  formatFloat,
  formatLabels,
  parseExpression,
  type QueryResult,
  type Storage,
} from './index';
import cases from './testdata/eval-cases.json' with { type: 'json' };
import { memoryStorage } from './testdata/memory-storage';

/** A result as lines: labels and value; of ranges `value@seconds`. */
function lines(result: QueryResult, ordered = true): string[] {
  if (result.type === 'scalar') return [formatFloat(result.value)];
  if (result.type === 'string') return [result.value];
  const rows = result.series.map(({ labels, values, timestamps }) => {
    const points =
      result.type === 'vector' ? [formatFloat(values[0]!)] : values.map((value, i) => `${formatFloat(value)}@${timestamps[i]! / 1000}`);
    return `${formatLabels(labels).replaceAll(', ', ',')} ${points.join(' ')}`;
  });
  return ordered ? rows : rows.sort();
}

interface EvalCase {
  about: string;
  series: string;
  at: number;
  expect?: [string, string[]][];
  fails?: [string, string][];
}

describe.each(cases as unknown as EvalCase[])('$about', ({ series, at, expect: answers = [], fails = [] }) => {
  const storage = memoryStorage(series);
  if (answers.length > 0) {
    it.each(answers)('%s', (query, wanted) => {
      const ordered = /^(topk|bottomk|sort)/.test(query);
      expect(lines(evaluateInstant(parseExpression(query), storage, at * 1000), ordered)).toEqual(ordered ? wanted : wanted.toSorted());
    });
    it('is the same as one step of a range', () => {
      for (const [query] of answers) {
        const expr = parseExpression(query);
        const instant = evaluateInstant(expr, storage, at * 1000);
        if (instant.type !== 'vector') continue;
        const range = evaluateRange(expr, storage, { startMs: (at - 60) * 1000, endMs: at * 1000, stepMs: 30_000 });
        if (range.type !== 'matrix') throw new Error('a range query gives a matrix');
        // `@ end()` means the end of the range, which is the instant.
        const last = range.series.filter((one) => one.timestamps.at(-1) === at * 1000);
        expect(last.map(({ labels, values }) => `${formatLabels(labels)} ${formatFloat(values.at(-1)!)}`).sort()).toEqual(
          instant.series.map(({ labels, values }) => `${formatLabels(labels)} ${formatFloat(values[0]!)}`).sort(),
        );
      }
    });
  }
  if (fails.length > 0) {
    it.each(fails)('%s fails', (query, words) => {
      const failing = (): QueryResult => evaluateInstant(parseExpression(query), storage, at * 1000);
      expect(failing).toThrow(PromqlError);
      expect(failing).toThrow(words);
    });
  }
});

describe('evaluateRange', () => {
  const storage = memoryStorage('c_total{p="a"} 10s 0+5x60\nc_total{p="b"} 10s _ _ _ _ _ _ 100+1x10\ng 10s 1 2 3 stale _ _ 7');
  const range = (query: string, startMs: number, endMs: number, stepMs: number): string[] =>
    lines(evaluateRange(parseExpression(query), storage, { startMs, endMs, stepMs }));

  it('leaves out steps without a value', () => {
    expect(range('g', 0, 80_000, 10_000)).toEqual(['g{} 1@0 2@10 3@20 7@60 7@70 7@80']);
    expect(range('sum(rate(c_total[30s]))', 50_000, 90_000, 20_000)).toEqual(['{} 0.5@50 0.55@70 0.6@90']);
  });
  it('joins series whose labels become equal at different times', () => {
    const flip = memoryStorage('s{v="1"} 10s 1 1 stale\ns{v="2"} 10s _ _ 2 2');
    const result = evaluateRange(parseExpression('label_replace(s, "v", "x", "v", ".*")'), flip, {
      startMs: 0,
      endMs: 30_000,
      stepMs: 10_000,
    });
    expect(lines(result)).toEqual(['s{v="x"} 1@0 1@10 2@20 2@30']);
  });
  it('takes the best per step', () => {
    const cross = memoryStorage('x{n="1"} 10s 1 5\nx{n="2"} 10s 3 4');
    expect(lines(evaluateRange(parseExpression('topk(1, x)'), cross, { startMs: 0, endMs: 10_000, stepMs: 10_000 }))).toEqual([
      'x{n="1"} 5@10',
      'x{n="2"} 3@0',
    ]);
  });
  it('gives scalars as a series without labels', () => {
    expect(range('time() * 2', 1000, 2000, 1000)).toEqual(['{} 2@1 4@2']);
  });
  it('refuses what has no value per step', () => {
    expect(() => range('g[5m]', 0, 1, 1)).toThrow('invalid expression type "range vector" for range query');
  });
  it('reads what @ fixes once for all steps, and nothing that is of the moment', () => {
    expect(range('sum(rate(c_total[30s] @ 50))', 50_000, 90_000, 20_000)).toEqual(['{} 0.5@50 0.5@70 0.5@90']);
    expect(range('sum(rate(c_total[30s] @ 50)) * time()', 50_000, 70_000, 20_000)).toEqual(['{} 25@50 35@70']);
    expect(range('count(g @ 0) - count(g)', 0, 20_000, 20_000)).toEqual(['{} 0@0 0@20']);
    expect(range('absent(g @ 30)', 0, 10_000, 10_000)).toEqual(['{} 1@0 1@10']);
    expect(range('timestamp(g @ 10)', 20_000, 40_000, 20_000)).toEqual(['{} 10@20 10@40']);
    expect(range('timestamp(sum(g @ 10))', 20_000, 40_000, 20_000)).toEqual(['{} 20@20 40@40']);
    expect(range('predict_linear(c_total{p="a"}[30s] @ 30, 0)', 30_000, 50_000, 20_000)).toEqual(['{p="a"} 15@30 25@50']);
    expect(range('vector(1) + minute()', 30_000, 90_000, 60_000)).toEqual(['{} 1@30 2@90']);
    let selected = 0;
    const counting: Storage = {
      select: (...args) => {
        selected += 1;
        return storage.select(...args);
      },
    };
    evaluateRange(parseExpression('sum(rate(c_total[30s] @ 50))'), counting, { startMs: 0, endMs: 90_000, stepMs: 10_000 });
    expect(selected).toBe(1);
  });
  it('gives another quantile of the same buckets at each step', () => {
    const buckets = memoryStorage(['1', '2', '+Inf'].map((le, i) => `b_bucket{le="${le}"} 10s 0+${i + 1}x9`).join('\n'));
    const both = '0.5 * (time() == bool 5) + 0.75 * (time() == bool 6)';
    const result = evaluateRange(parseExpression(`histogram_quantile(${both}, sum by (le) (rate(b_bucket[1m] @ 60)))`), buckets, {
      startMs: 5_000,
      endMs: 6_000,
      stepMs: 1_000,
    });
    expect(lines(result)).toEqual(['{} 1.5@5 2@6']);
  });
  it('uses @ start() and @ end() of the whole range, also in subqueries', () => {
    expect(range('c_total{p="a"} @ start()', 100_000, 120_000, 20_000)).toEqual(['c_total{p="a"} 50@100 50@120']);
    expect(range('max_over_time((c_total{p="a"} @ end())[1m:10s])', 100_000, 120_000, 20_000)).toEqual(['{p="a"} 60@100 60@120']);
  });
});

describe('limits and notes', () => {
  const storage = memoryStorage('c_total 10s 0+5x600\ng 10s 1+0x600');
  it('stops at too many samples', () => {
    expect(() => evaluateInstant(parseExpression('sum_over_time(g[1h])'), storage, 3_600_000, { maxSamples: 100 })).toThrow(
      'too many samples',
    );
  });
  it('stops when told to', () => {
    const checkpoint = (): never => {
      throw new PromqlError('timeout', 'query timed out');
    };
    expect(() => evaluateInstant(parseExpression('g'), storage, 0, { checkpoint })).toThrow('query timed out');
  });
  it('notes what may be wrong with a query', () => {
    expect(evaluateInstant(parseExpression('rate(g[5m])'), storage, 600_000).infos).toEqual([
      expect.stringContaining('might not be a counter'),
    ]);
    expect(evaluateInstant(parseExpression('rate(c_total[5m])'), storage, 600_000).infos).toEqual([]);
    expect(evaluateInstant(parseExpression('quantile(2, g)'), storage, 600_000).warnings).toEqual([
      expect.stringContaining('between 0 and 1'),
    ]);
  });
});

it('groups the buckets of a histogram once for several percentiles of the same moment', () => {
  const storage = memoryStorage(['b{le="1"} 10s 0+1x6', 'b{le="2"} 10s 0+2x6', 'b{le="+Inf"} 10s 0+4x6'].join('\n'));
  let asked = 0;
  const counting: Storage = {
    select: (...question) => {
      asked += 1;
      return storage.select(...question);
    },
  };
  const memo = new Map<string, unknown>();
  const ask = (phi: number, at: number, from: Storage = counting): QueryResult =>
    evaluateInstant(parseExpression(`histogram_quantile(${phi}, sum by (le) (rate(b[1m])))`), from, at, from === counting ? { memo } : {});
  for (const phi of [0.25, 0.5]) expect(ask(phi, 60_000)).toEqual(ask(phi, 60_000, storage));
  expect(asked).toBe(1);
  ask(0.5, 50_000);
  expect(asked).toBe(2);
});
