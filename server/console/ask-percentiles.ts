import { isHeddleError } from '@/lib/errors';
import { hostsBeyond, planGraphQueries, planPercentiles, readPercentiles, splitInLots } from '@/lib/graph';
import type { CallersFor, Sample, WhichBuckets } from '@/lib/graph';
import type { Prometheus } from '@/server/sources';
import type { AskedGraph } from './ask-graph';
import { askInstant, joinParts, noticeOf } from './ask-metrics';
import type { Measured, Part } from './ask-metrics';

/**
 * Asks for the percentiles of a graph, which are nearly all of its cost. A third of all buckets is for requests that take longer than ten
 * seconds, and hardly any mesh has such: they are asked for only where the others do not suffice. The answers, and so the queries that
 * are shown for them, are those of all buckets.
 * @param known what the rates are, and whose buckets are needed
 */
export async function askPercentiles(
  prometheus: Prometheus,
  asked: AskedGraph,
  { rates, callersFor }: { rates: readonly Sample[]; callersFor: CallersFor },
  atMs: number,
): Promise<Measured<Sample>> {
  const lots = splitInLots(rates);
  const ask = async (bounds: WhichBuckets['bounds'], parts: readonly string[]): Promise<Part<Sample>> =>
    joinParts(await Promise.all(parts.map((lot) => askOneLot(prometheus, asked, { callersFor, bounds, lot }, atMs))));
  const quick = await ask('quick', lots);
  const whole = planned(asked, { callersFor, bounds: 'all', lot: '' });
  const queries = Object.fromEntries(Object.entries(whole).map(([name, query]) => [name, { ...query, source: prometheus.url }]));
  const beyond = hostsBeyond(Object.values(quick.answers).flatMap((rows) => rows ?? []));
  if (beyond.length === 0) return { ...quick, queries };
  // Whatever the mesh, twelve questions have to do: this one is not asked in lots.
  if (beyond === 'all') return { ...(await ask('all', [''])), queries };
  const known = (row: Sample): boolean => !beyond.includes(row.labels['destination_service'] ?? '');
  const answers = Object.entries(quick.answers).map(([name, rows]) => [name, rows?.filter(known) ?? null]);
  return { ...joinParts([{ answers: Object.fromEntries(answers), notices: quick.notices }, await ask({ hosts: beyond }, [''])]), queries };
}

const planned = ({ type, duration, percentiles }: AskedGraph, which: WhichBuckets) =>
  Object.fromEntries(Object.entries(planGraphQueries(type, duration, percentiles, which)).filter(([name]) => /^p\d+Ms$/.test(name)));

/** All percentiles in one question; each in one of its own from a store that does not know how to take it. */
async function askOneLot(prometheus: Prometheus, asked: AskedGraph, which: WhichBuckets, atMs: number): Promise<Part<Sample>> {
  const { type, duration, percentiles } = asked;
  if (percentiles.length === 0) return { answers: {}, notices: [] };
  const question = planPercentiles(type, duration, percentiles, which, atMs);
  try {
    return { answers: readPercentiles(await prometheus.range(question.promql, question.range), percentiles, question), notices: [] };
  } catch (error) {
    if (isHeddleError(error) && error.code === 'source_failed') return askInstant(prometheus, planned(asked, which), atMs);
    const names = percentiles.map((one) => `p${one}Ms`);
    return {
      answers: Object.fromEntries(names.map((name) => [name, null])),
      notices: names.map((name) => noticeOf(`prometheus/${name}`, error)),
    };
  }
}
