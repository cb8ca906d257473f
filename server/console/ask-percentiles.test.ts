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
    labelValues: () => Promise.reject(new Error('nobody should ask')),
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

const which = { callersFor: 'all', labels: ['destination_service'] } as const;
const unknown = { averages: null, bounds: null };
const bounds = ['1', '100', '10000', '+Inf'];
const averages = (...hosts: [name: string, ms: number][]): Sample[] => hosts.map(([name, value]) => ({ labels: of(name), value }));

describe('the percentiles of a graph', () => {
  it('are asked in one question', async () => {
    const { prometheus, queries } = store({ range: () => [line('a', 5.5, 9.25)] });
    const { answers } = await askPercentiles(prometheus, asked, which, unknown, atMs);
    expect(queries).toHaveLength(1);
    expect(queries[0]).toContain(`@ ${atMs / 1_000}`);
    expect(answers).toEqual({ p50Ms: [{ labels: of('a'), value: 5.5 }], p95Ms: [{ labels: of('a'), value: 9.25 }] });
  });

  it('that lie beyond the buckets asked for are asked again of their hosts alone', async () => {
    const { prometheus, queries } = store({
      range: (promql) => (promql.includes('le=~') ? [line('a', 5.5, 9.5), line('slow', 70.5, 100)] : [line('slow', 70.5, 4_000.5)]),
    });
    const known = { averages: averages(['a', 8], ['slow', 9]), bounds };
    const { answers } = await askPercentiles(prometheus, asked, which, known, atMs);
    expect(queries.map((one) => /\{(.*)\}/.exec(one)?.[1])).toEqual([
      String.raw`destination_service=~"a|slow", le=~"1|100|\\+Inf"`,
      'destination_service=~"slow"',
    ]);
    expect(answers['p95Ms']).toEqual([
      { labels: of('a'), value: 9.5 },
      { labels: of('slow'), value: 4_000.5 },
    ]);
  });

  it('come one by one, of everything, from a store that refuses such questions', async () => {
    const { prometheus, queries } = store({
      range: refuse('source_failed'),
      instant: (promql) => (promql.includes('(0.95,') ? refuse('source_failed')() : [{ labels: of('a'), value: 5.5 }]),
    });
    const { answers, notices } = await askPercentiles(prometheus, asked, which, { averages: averages(['a', 8]), bounds }, atMs);
    expect(queries.slice(1).every((one) => one.includes('duration_milliseconds_bucket['))).toBe(true);
    expect(queries).toHaveLength(3);
    expect(answers).toEqual({ p50Ms: [{ labels: of('a'), value: 5.5 }], p95Ms: null });
    expect(notices.map(({ source }) => source)).toEqual(['prometheus/p95Ms']);
  });

  it('are not known of any lot when one lot did not come in time, which is told once', async () => {
    const hosts = Array.from({ length: 2_000 }, (_, index): [string, number] => [`host-${index}`, index < 1_000 ? 1 : 1_000]);
    const { prometheus, queries } = store({ range: (promql) => (promql.includes('le=~') ? [line('a', 1.5, 2.5)] : refuse('timeout')()) });
    const { answers, notices } = await askPercentiles(prometheus, asked, which, { averages: averages(...hosts), bounds }, atMs);
    expect(queries).toHaveLength(2);
    expect(answers).toEqual({ p50Ms: null, p95Ms: null });
    expect(notices.map(({ source, code }) => `${source} ${code}`)).toEqual(['prometheus/p50Ms timeout', 'prometheus/p95Ms timeout']);
  });
});
