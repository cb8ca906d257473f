import { isHeddleError } from '@/lib/errors';
import { hostsBeyond, planGraphQueries, planLots, planPercentiles, readPercentiles } from '@/lib/graph';
import type { BucketSlice, Sample, WhichReports } from '@/lib/graph';
import type { Prometheus } from '@/server/sources';
import type { AskedGraph } from './ask-graph';
import { askInstant, joinParts, noticeOf } from './ask-metrics';
import type { Part } from './ask-metrics';

/** What is known of the buckets that percentiles are made of; `null`: not known. */
export interface KnownOfBuckets {
  averages: readonly Sample[] | null;
  bounds: readonly string[] | null;
}

/**
 * Asks for the percentiles of a graph, which are nearly all of its cost: at first from the buckets that the averages make likely, and of
 * hosts for which these do not suffice from all. The answers are those of all buckets.
 */
export async function askPercentiles(
  prometheus: Prometheus,
  asked: AskedGraph,
  which: WhichReports,
  { averages, bounds }: KnownOfBuckets,
  atMs: number,
): Promise<Part<Sample>> {
  if (asked.percentiles.length === 0) return { answers: {}, notices: [] };
  const ask = (lot: readonly BucketSlice[]): Promise<Part<Sample>> => askOneLot(prometheus, asked, which, lot, atMs);
  try {
    const lots = planLots(averages, bounds, asked.percentiles);
    const { answers, notices } = joinParts(await Promise.all(lots.map(ask)));
    const beyond = new Set(hostsBeyond(answers, asked.percentiles, lots, bounds));
    if (beyond.size === 0) return { answers, notices };
    const known = (row: Sample): boolean => !beyond.has(row.labels['destination_service'] ?? '');
    const kept = Object.entries(answers).map(([name, rows]) => [name, rows?.filter(known) ?? null]);
    return joinParts([{ answers: Object.fromEntries(kept), notices }, await ask([{ hosts: [...beyond], bounds: 'all' }])]);
  } catch (error) {
    if (!isHeddleError(error) || error.code !== 'source_failed') throw error;
    // A store that does not take such questions is asked for each percentile alone, in the plainest words.
    const plain = Object.entries(planGraphQueries(asked.type, asked.duration, asked.percentiles, which));
    return askInstant(prometheus, Object.fromEntries(plain.filter(([name]) => /^p\d+Ms$/.test(name))), atMs);
  }
}

/** All percentiles in one question. @throws HeddleError `source_failed` when it is refused; all else is told as notices. */
async function askOneLot(
  prometheus: Prometheus,
  { duration, percentiles }: AskedGraph,
  which: WhichReports,
  lot: readonly BucketSlice[],
  atMs: number,
): Promise<Part<Sample>> {
  const question = planPercentiles(duration, percentiles, which, lot, atMs);
  try {
    return { answers: readPercentiles(await prometheus.range(question.promql, question.range), percentiles, question), notices: [] };
  } catch (error) {
    if (isHeddleError(error) && error.code === 'source_failed') throw error;
    const names = percentiles.map((one) => `p${one}Ms`);
    return {
      answers: Object.fromEntries(names.map((name) => [name, null])),
      notices: names.map((name) => noticeOf(`prometheus/${name}`, error)),
    };
  }
}
