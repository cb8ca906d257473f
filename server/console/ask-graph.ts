import { durationMs } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import {
  hostsOnlyCallersKnow,
  isWorthPlanning,
  latencyLabels,
  planGraphQueries,
  ratesPromql,
  reportedQueries,
  reportedRows,
  tellApart,
  tellApartByAll,
} from '@/lib/graph';
import type { GraphPercentile, GraphType, PlannedQuery, Sample, ToldApart } from '@/lib/graph';
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
 * Asks what a graph is made of. All waits for the rates, which tell whose reports are needed (in a mesh of sidecars those of one side of
 * the two) and which labels; percentiles wait for the averages, which tell which buckets are.
 */
export async function askGraph(prometheus: Prometheus | null, asked: AskedGraph, atMs: number): Promise<Measured<Sample>> {
  const { type, duration, percentiles } = asked;
  const ask = (plan: Readonly<Record<string, PlannedQuery>>) => askInstant(prometheus, plan, atMs);
  const { rps } = planGraphQueries(type, duration, []);
  // Without a Prometheus nothing more is to be asked, nor to be said.
  if (prometheus === null || rps === undefined) return ask(rps === undefined ? {} : { rps });
  const rates = joinParts(await Promise.all(halves.map((half) => ask({ rps: { ...rps, promql: ratesPromql(duration, half) } }))));
  const known = rates.answers['rps'] ?? null;
  const callersFor = known === null ? 'all' : hostsOnlyCallersKnow(known, type);
  const labels = latencyLabels(type);
  const told = known === null ? tellApartByAll(labels) : tellApart(reportedRows(known, callersFor), labels);
  const which = { callersFor, labels: told.labels };
  const { rps: _, avgMs, ...others } = planGraphQueries(type, duration, [], which);
  const averages = ask(avgMs === undefined ? {} : { avgMs });
  const bounds = percentiles.length > 0 && known !== null && isWorthPlanning(known) ? boundsOf(prometheus, duration, atMs) : null;
  const slow = Promise.all([averages, bounds]).then(([{ answers }, found]) =>
    askPercentiles(prometheus, asked, which, { averages: answers['avgMs'] ?? null, bounds: found }, atMs),
  );
  const measured: Measured<Sample> = { ...rates, queries: {} };
  for (const part of await Promise.all([averages, ask(others), slow])) {
    for (const [name, rows] of Object.entries(part.answers)) measured.answers[name] = complete(told, name, rows);
    measured.notices.push(...part.notices);
  }
  // Shown is what has the same answers in plain words.
  for (const [name, query] of Object.entries(planGraphQueries(type, duration, percentiles, { callersFor, labels })))
    measured.queries[name] = { ...query, source: prometheus.url };
  return measured;
}

function complete(told: ToldApart, name: string, rows: Sample[] | null): Sample[] | null {
  return rows !== null && (reportedQueries as readonly string[]).includes(name) ? rows.map(told.complete) : rows;
}

/** Bounds of all buckets of a window; `null` where the store does not tell. */
async function boundsOf(prometheus: Prometheus, duration: string, atMs: number): Promise<string[] | null> {
  try {
    return await prometheus.labelValues('le', 'istio_request_duration_milliseconds_bucket', {
      startMs: atMs - durationMs(duration),
      endMs: atMs,
    });
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    return null;
  }
}
