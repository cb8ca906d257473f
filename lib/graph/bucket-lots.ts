import { allBuckets } from './percentile-queries';
import type { BucketSlice, GraphPercentile } from './percentile-queries';
import type { Sample } from './resolve-nodes';

/** Above so many two questions are quicker: a store works at one query with one core. */
const manyRows = 1_000;
/** How many times slower than the average, by an exponential distribution, a percentile is taken to be at first. */
const allowance = 2;

/** Whether there is so much to ask that `planLots` saves more than it costs. */
export function isWorthPlanning(rates: readonly Sample[]): boolean {
  return rates.length >= 400;
}

/**
 * Which buckets percentiles are made of, in one lot or in two of about equal work; none of a mesh without requests. The buckets are nearly all of the work, and most of
 * them are for requests much slower than a host ever has: of each host those are asked for that its average makes likely, and
 * `hostsBeyond` finds where they do not suffice.
 * @param averages milliseconds, by what the percentiles are grouped by; `null`: not known
 * @param bounds all values of `le`, as the store writes them; `null`: not known
 */
export function planLots(
  averages: readonly Sample[] | null,
  bounds: readonly string[] | null,
  percentiles: readonly GraphPercentile[],
): (readonly BucketSlice[])[] {
  if (averages === null || bounds === null) return [allBuckets];
  const isFinite = (bound: string): boolean => Number.isFinite(Number(bound));
  const rising = bounds.filter(isFinite).toSorted((one, other) => Number(one) - Number(other));
  const likely = allowance * -Math.log(1 - highest(percentiles) / 100);
  const hosts = new Map<string, { slowest: number; rows: number }>();
  for (const { labels, value } of averages) {
    // Without requests there is no average, and no percentile.
    if (Number.isNaN(value)) continue;
    const name = labels['destination_service'] ?? '';
    const host = hosts.get(name) ?? { slowest: 0, rows: 0 };
    hosts.set(name, host);
    host.rows += 1;
    host.slowest = Math.max(host.slowest, value);
  }
  if (hosts.size === 0) return [];
  const asked = [...hosts]
    .map(([name, { slowest, rows }]) => {
      const last = rising.findIndex((bound) => Number(bound) >= slowest * likely);
      return { name, bounds: last === -1 ? rising.length : last + 1, rows };
    })
    .toSorted((one, other) => one.bounds - other.bounds || (one.name < other.name ? -1 : 1));
  const work = (host: (typeof asked)[number]): number => host.rows * (host.bounds + 1);
  const half = averages.length < manyRows ? Number.POSITIVE_INFINITY : asked.reduce((sum, host) => sum + work(host), 0) / 2;
  const lots: Map<number, string[]>[] = [new Map()];
  let taken = 0;
  for (const host of asked) {
    if (taken >= half && lots.length === 1) lots.push(new Map());
    taken += work(host);
    const lot = lots.at(-1);
    const together = lot?.get(host.bounds) ?? [];
    together.push(host.name);
    lot?.set(host.bounds, together);
  }
  const boundsOf = (count: number) =>
    count === rising.length ? 'all' : [...rising.slice(0, count), ...bounds.filter((bound) => !isFinite(bound))];
  return lots.map((lot) => [...lot].map(([count, names]) => ({ hosts: names, bounds: boundsOf(count) })));
}

/**
 * Hosts whose percentiles cannot be told from the buckets they were asked from: one that lies beyond the last bucket comes out as that
 * bucket's very bound (Prometheus' documentation of `histogram_quantile`), and if any does, the highest one does.
 */
export function hostsBeyond(
  answers: Readonly<Record<string, readonly Sample[] | null>>,
  percentiles: readonly GraphPercentile[],
  lots: readonly (readonly BucketSlice[])[],
  bounds: readonly string[] | null,
): string[] {
  const cut = new Set(lots.flat().flatMap((slice) => (slice.hosts === 'all' || slice.bounds === 'all' ? [] : slice.hosts)));
  const ends = new Set((bounds ?? []).map(Number));
  const beyond = new Set<string>();
  for (const { labels, value } of answers[`p${highest(percentiles)}Ms`] ?? []) {
    const host = labels['destination_service'] ?? '';
    if (ends.has(value) && cut.has(host)) beyond.add(host);
  }
  return [...beyond].toSorted();
}

const highest = (percentiles: readonly GraphPercentile[]): number => Math.max(...percentiles.map(Number));
