import { evaluateInstant, evaluateRange, labelsOf, labelsToRecord, matchesAll, parseExpression, parseMetricSelector } from '@/lib/promql';
import type { Labels, Storage } from '@/lib/promql';
import { planGraphQueries } from '..';
import type { GraphMetrics, GraphType, PercentileQuestion, Sample } from '..';

const scrapesMs = [0, 15_000, 30_000, 45_000, 60_000];
const endMs = 60_000;

/** What a Prometheus knows that has scraped this exposition: counters that grew evenly from 0 in a minute. */
function scraped(exposition: string): Storage {
  const series = exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): { labels: Labels; value: number } => {
      const cut = line.lastIndexOf('}') + 1;
      return {
        labels: labelsOf(parseMetricSelector(line.slice(0, cut)).map(({ name, value }): [string, string] => [name, value])),
        value: Number(line.slice(cut)),
      };
    });
  return {
    *select(matchers) {
      for (const { labels, value } of series) {
        if (!matchesAll(matchers, labels)) continue;
        yield {
          labels,
          read: () => ({
            timestamps: Float64Array.from(scrapesMs),
            values: Float64Array.from(scrapesMs, (time) => (value * time) / endMs),
            length: scrapesMs.length,
            stale: undefined,
          }),
        };
      }
    },
  };
}

/** That Prometheus, asked for values at a moment, and at the steps of a range. */
export function scrapedExposition(exposition: string) {
  const storage = scraped(exposition);
  return {
    instant(promql: string, atMs: number): Sample[] {
      const result = evaluateInstant(parseExpression(promql), storage, atMs);
      if (result.type !== 'vector') throw new Error(`${promql} gives no vector`);
      return result.series.map((one) => ({ labels: labelsToRecord(one.labels), value: one.values[0] ?? Number.NaN }));
    },
    range(promql: string, { startMs, endMs: lastMs, stepSeconds }: PercentileQuestion['range']) {
      const result = evaluateRange(parseExpression(promql), storage, { startMs, endMs: lastMs, stepMs: stepSeconds * 1_000 });
      if (result.type !== 'matrix') throw new Error(`${promql} gives no matrix`);
      return result.series.map(({ labels, timestamps, values }) => ({
        labels: labelsToRecord(labels),
        points: timestamps.map((time, index): [number, number] => [time / 1_000, values[index] ?? Number.NaN]),
      }));
    },
  };
}

/** Answers of the graph's queries over the minute. */
export function askExposition(exposition: string, type: GraphType): GraphMetrics {
  const store = scrapedExposition(exposition);
  const answers: GraphMetrics = {};
  for (const [name, { promql }] of Object.entries(planGraphQueries(type, '60s', ['50', '90', '95', '99'])))
    answers[name as keyof GraphMetrics] = store.instant(promql, endMs);
  return answers;
}
