import { planGraphQueries } from '@/lib/graph';
import type { GraphPercentile, GraphType, PlannedQuery, Sample } from '@/lib/graph';
import type { Prometheus } from '@/server/sources';
import { askInstant } from './ask-metrics';
import type { Measured } from './ask-metrics';
import { askPercentiles } from './ask-percentiles';

export interface AskedGraph {
  type: GraphType;
  duration: string;
  percentiles: readonly GraphPercentile[];
}

/**
 * Asks what a graph is made of. The percentiles wait for the rates, which tell whose buckets are needed: in a mesh of sidecars that
 * is one side of the two, and half the work of what costs most.
 */
export async function askGraph(prometheus: Prometheus | null, asked: AskedGraph, atMs: number): Promise<Measured<Sample>> {
  const ask = (plan: Readonly<Record<string, PlannedQuery>>) => askInstant(prometheus, plan, atMs);
  const { rps, ...others } = planGraphQueries(asked.type, asked.duration, []);
  const rates = ask(rps === undefined ? {} : { rps });
  // Without a Prometheus nothing more is to be asked, nor to be said.
  const more =
    prometheus === null ? [] : [ask(others), rates.then(({ answers }) => askPercentiles(prometheus, asked, answers['rps'] ?? null, atMs))];
  const measured: Measured<Sample> = { answers: {}, notices: [], queries: {} };
  for (const part of await Promise.all([rates, ...more])) {
    Object.assign(measured.answers, part.answers);
    measured.notices.push(...part.notices);
    Object.assign(measured.queries, part.queries);
  }
  return measured;
}
