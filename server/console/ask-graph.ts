import { hostsOnlyCallersKnow, planGraphQueries } from '@/lib/graph';
import type { GraphPercentile, GraphType, PlannedQuery, Sample } from '@/lib/graph';
import type { Prometheus } from '@/server/sources';
import { askInstant } from './ask-metrics';
import type { Measured } from './ask-metrics';

export interface AskedGraph {
  type: GraphType;
  duration: string;
  percentiles: readonly GraphPercentile[];
}

/**
 * Asks what a graph is made of. The percentiles wait for the rates, which tell whose buckets are needed: in a mesh of sidecars that
 * is one side of the two, and half the work of what costs most.
 */
export async function askGraph(
  prometheus: Prometheus | null,
  { type, duration, percentiles }: AskedGraph,
  atMs: number,
): Promise<Measured<Sample>> {
  const ask = (plan: Readonly<Record<string, PlannedQuery>>) => askInstant(prometheus, plan, atMs);
  const isPercentile = (name: string) => /^p\d+Ms$/.test(name);
  const plan = Object.entries(planGraphQueries(type, duration, percentiles));
  const { rps, ...others } = Object.fromEntries(plan.filter(([name]) => !isPercentile(name)));
  const rates = ask(rps === undefined ? {} : { rps });
  const latencies = rates.then(({ answers }) => {
    const known = answers['rps'] ?? null;
    // Without a Prometheus nothing more is to be asked, nor to be said.
    if (prometheus === null) return null;
    const callersFor = known === null ? 'all' : hostsOnlyCallersKnow(known, type);
    const planned = Object.entries(planGraphQueries(type, duration, percentiles, callersFor));
    return ask(Object.fromEntries(planned.filter(([name]) => isPercentile(name))));
  });
  const parts = await Promise.all([rates, prometheus === null ? null : ask(others), latencies]);
  const measured: Measured<Sample> = { answers: {}, notices: [], queries: {} };
  for (const part of parts) {
    if (part === null) continue;
    Object.assign(measured.answers, part.answers);
    measured.notices.push(...part.notices);
    Object.assign(measured.queries, part.queries);
  }
  return measured;
}
