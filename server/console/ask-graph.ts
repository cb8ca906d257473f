import { hostsBeyond, hostsOnlyCallersKnow, planGraphQueries } from '@/lib/graph';
import type { GraphBuckets, GraphPercentile, GraphType, PlannedQuery, Sample } from '@/lib/graph';
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
    const plan = (buckets: GraphBuckets): Record<string, PlannedQuery> => {
      const planned = Object.entries(planGraphQueries(type, duration, percentiles, callersFor, buckets));
      return Object.fromEntries(planned.filter(([name]) => isPercentile(name)));
    };
    return askQuickFirst(ask, plan);
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

/**
 * A third of all buckets is for requests that take longer than ten seconds, and hardly any mesh has such: they are asked for only where
 * the others do not suffice. The answers, and so the queries that are shown for them, are those of all buckets.
 */
async function askQuickFirst(
  ask: (plan: Readonly<Record<string, PlannedQuery>>) => Promise<Measured<Sample>>,
  plan: (buckets: GraphBuckets) => Record<string, PlannedQuery>,
): Promise<Measured<Sample>> {
  const quick = await ask(plan('quick'));
  const measured: Measured<Sample> = { ...quick, queries: whyOf(quick, plan('all')) };
  const beyond = hostsBeyond(Object.values(quick.answers).flatMap((rows) => rows ?? []));
  if (beyond.length === 0) return measured;
  const slow = await ask(plan(beyond === 'all' ? 'all' : { hosts: beyond }));
  const known = (row: Sample): boolean => beyond !== 'all' && !beyond.includes(row.labels['destination_service'] ?? '');
  for (const [name, rows] of Object.entries(quick.answers)) {
    const more = slow.answers[name] ?? null;
    measured.answers[name] = rows === null || more === null ? null : [...rows.filter(known), ...more];
  }
  measured.notices = [...quick.notices, ...slow.notices.filter(({ source }) => quick.notices.every((one) => one.source !== source))];
  return measured;
}

function whyOf({ queries }: Measured<Sample>, whole: Readonly<Record<string, PlannedQuery>>): Measured<Sample>['queries'] {
  return Object.fromEntries(Object.entries(queries).map(([name, why]) => [name, { ...why, promql: whole[name]?.promql ?? why.promql }]));
}
