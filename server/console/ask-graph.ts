import { hostsOnlyCallersKnow, planGraphQueries, ratesPromql } from '@/lib/graph';
import type { GraphPercentile, GraphType, PlannedQuery, Sample } from '@/lib/graph';
import type { Prometheus } from '@/server/sources';
import { askInstant, joinParts } from './ask-metrics';
import type { Measured } from './ask-metrics';
import { askPercentiles } from './ask-percentiles';

export interface AskedGraph {
  type: GraphType;
  duration: string;
  percentiles: readonly GraphPercentile[];
}

/** The reports of callers and those of all others: a store works at one query with one core. */
const halves = ['reporter="source"', 'reporter!="source"'];

/**
 * Asks what a graph is made of. All waits for the rates, which tell whose reports are needed: in a mesh of sidecars those of one side of
 * the two, which is half the work.
 */
export async function askGraph(prometheus: Prometheus | null, asked: AskedGraph, atMs: number): Promise<Measured<Sample>> {
  const ask = (plan: Readonly<Record<string, PlannedQuery>>) => askInstant(prometheus, plan, atMs);
  const { rps } = planGraphQueries(asked.type, asked.duration, []);
  // Without a Prometheus nothing more is to be asked, nor to be said.
  if (prometheus === null || rps === undefined) return ask(rps === undefined ? {} : { rps });
  const rates = joinParts(await Promise.all(halves.map((half) => ask({ rps: { ...rps, promql: ratesPromql(asked.duration, half) } }))));
  const known = rates.answers['rps'] ?? null;
  const callersFor = known === null ? 'all' : hostsOnlyCallersKnow(known, asked.type);
  const { rps: _, ...others } = planGraphQueries(asked.type, asked.duration, [], { callersFor, bounds: 'all', lot: '' });
  const measured: Measured<Sample> = { ...rates, queries: { rps: { ...rps, source: prometheus.url } } };
  for (const part of await Promise.all([ask(others), askPercentiles(prometheus, asked, { rates: known ?? [], callersFor }, atMs)])) {
    Object.assign(measured.answers, part.answers);
    measured.notices.push(...part.notices);
    Object.assign(measured.queries, part.queries);
  }
  return measured;
}
