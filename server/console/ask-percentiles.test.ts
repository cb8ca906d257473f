import { describe, expect, it } from 'vitest';
import { HeddleError } from '@/lib/errors';
import type { Sample } from '@/lib/graph';
import type { Line, Prometheus } from '@/server/sources';
import { askPercentiles } from './ask-percentiles';
import type { AskedGraph } from './ask-graph';

const asked: AskedGraph = { type: 'workload', duration: '60s', percentiles: ['50', '95'] };
const atMs = 1_700_000_000_250;
const start = 1_700_000_000;
const of = (host: string) => ({ destination_service: host });

/** A Prometheus that answers by the text of a query, and notes what it was asked. */
function store(answers: { range: (promql: string) => Line[]; instant?: (promql: string) => Sample[] }) {
  const queries: string[] = [];
  const note = <Answer>(promql: string, answer: ((promql: string) => Answer) | undefined): Promise<Answer> => {
    queries.push(promql);
    return answer === undefined ? Promise.reject(new Error(`nobody should ask ${promql}`)) : Promise.resolve(promql).then(answer);
  };
  const prometheus: Prometheus = {
    url: 'http://store',
    instant: (promql) => note(promql, answers.instant),
    range: (promql) => note(promql, answers.range),
    version: () => Promise.resolve(null),
  };
  return { prometheus, queries };
}

const line = (host: string, ...values: number[]): Line => ({
  labels: of(host),
  points: values.map((value, step) => [start + step, value]),
});
const refuse = (code: 'source_failed' | 'timeout') => (): never => {
  throw new HeddleError(code, 'no');
};

describe('the percentiles of a graph', () => {
  it('are asked in one question, shown as the plain queries they stand for', async () => {
    const { prometheus, queries } = store({ range: () => [line('a', 5.5, 9.25)] });
    const measured = await askPercentiles(prometheus, asked, { rates: [], callersFor: 'all' }, atMs);
    expect(queries).toHaveLength(1);
    expect(queries[0]).toContain(`@ ${atMs / 1_000}`);
    expect(measured.answers).toEqual({ p50Ms: [{ labels: of('a'), value: 5.5 }], p95Ms: [{ labels: of('a'), value: 9.25 }] });
    expect(measured.queries['p95Ms']?.promql).toMatch(/^histogram_quantile\(0\.95, sum by \(le, [^@]*$/);
  });

  it('that lie beyond the quick buckets are asked again of their hosts alone', async () => {
    const { prometheus, queries } = store({
      range: (promql) =>
        promql.includes('destination_service=~"slow"')
          ? [line('slow', 7_000.5, 40_000.5)]
          : [line('a', 5.5, 9.5), line('slow', 7_000.5, 10_000)],
    });
    const { answers } = await askPercentiles(prometheus, asked, { rates: [], callersFor: 'all' }, atMs);
    expect(queries).toHaveLength(2);
    expect(answers['p95Ms']).toEqual([
      { labels: of('a'), value: 9.5 },
      { labels: of('slow'), value: 40_000.5 },
    ]);
  });

  it('come one by one from a store that refuses that question', async () => {
    const { prometheus, queries } = store({
      range: refuse('source_failed'),
      instant: (promql) => (promql.includes('(0.95,') ? refuse('source_failed')() : [{ labels: of('a'), value: 5.5 }]),
    });
    const { answers, notices } = await askPercentiles(prometheus, asked, { rates: [], callersFor: 'all' }, atMs);
    expect(queries).toHaveLength(3);
    expect(answers).toEqual({ p50Ms: [{ labels: of('a'), value: 5.5 }], p95Ms: null });
    expect(notices.map(({ source }) => source)).toEqual(['prometheus/p95Ms']);
  });

  it('are not known of any lot when one lot did not come in time, which is told once', async () => {
    const rates = Array.from({ length: 4_000 }, (_, index): Sample => ({
      labels: { reporter: 'destination', destination_workload_namespace: `ns-${index % 9}` },
      value: 1,
    }));
    const { prometheus, queries } = store({ range: (promql) => (promql.includes('!~"ns-') ? refuse('timeout')() : [line('a', 1.5, 2.5)]) });
    const { answers, notices } = await askPercentiles(prometheus, asked, { rates, callersFor: [] }, atMs);
    expect(queries).toHaveLength(2);
    expect(answers).toEqual({ p50Ms: null, p95Ms: null });
    expect(notices.map(({ source, code }) => `${source} ${code}`)).toEqual(['prometheus/p50Ms timeout', 'prometheus/p95Ms timeout']);
  });
});
