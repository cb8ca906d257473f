import { evaluateInstant, labelsOf, labelsToRecord, matchesAll, parseExpression, parseMetricSelector } from '@/lib/promql';
import type { Labels, Storage } from '@/lib/promql';
import { planGraphQueries } from '..';
import type { GraphMetrics, GraphType, Sample } from '..';

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

/** Answers of the graph's queries over the minute. */
export function askExposition(exposition: string, type: GraphType): GraphMetrics {
  const storage = scraped(exposition);
  const answers: GraphMetrics = {};
  for (const [name, { promql }] of Object.entries(planGraphQueries(type, '60s', ['50', '90', '95', '99']))) {
    const result = evaluateInstant(parseExpression(promql), storage, endMs);
    if (result.type !== 'vector') throw new Error(`${promql} gives no vector`);
    const samples: Sample[] = result.series.map((one) => ({
      labels: labelsToRecord(one.labels),
      value: one.values[0] ?? Number.NaN,
    }));
    answers[name as keyof GraphMetrics] = samples;
  }
  return answers;
}
