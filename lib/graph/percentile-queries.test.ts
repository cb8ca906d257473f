import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostsBeyond, latencyLabels, planGraphQueries, planLots, planPercentiles, readPercentiles, tellApart } from '.';
import type { BucketSlice, GraphPercentile, GraphType, Sample } from '.';
import { scrapedExposition } from './testdata/ask-exposition';

const exposition = readFileSync(new URL('testdata/istio-sidecars.prom', import.meta.url), 'utf8');
const percentiles: GraphPercentile[] = ['50', '95', '99'];
const sorted = (rows: readonly Sample[]): Sample[] =>
  rows
    .map(({ labels, value }) => ({
      labels: Object.fromEntries(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))),
      value,
    }))
    .toSorted((one, other) => (JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1));

describe('several percentiles as one question', () => {
  const store = scrapedExposition(exposition);
  const which = { callersFor: 'all', labels: latencyLabels('workload') } as const;

  it.each([60_000, 60_250])('answers as each asked alone does, at %d ms', (atMs) => {
    const question = planPercentiles('60s', percentiles, which, [{ hosts: 'all', bounds: 'all' }], atMs);
    const together = readPercentiles(store.range(question.promql, question.range), percentiles, question);
    expect(together['p95Ms']?.length).toBeGreaterThan(2);
    for (const [name, { promql }] of Object.entries(planGraphQueries('workload', '60s', percentiles)))
      if (name in together) expect(sorted(together[name] ?? []), name).toEqual(sorted(store.instant(promql, atMs)));
  });
});

/** Requests a second that take up to so many milliseconds each. */
interface Durations {
  host: string;
  from: string;
  buckets: readonly (readonly [le: string, requests: number])[];
  sumMs: number;
}

function expositionOf(rows: readonly Durations[]): string {
  return rows
    .flatMap(({ host, from, buckets, sumMs }) => {
      const total = buckets.at(-1)?.[1] ?? 0;
      const labels =
        `reporter="destination",request_protocol="http",source_cluster="c",source_workload_namespace="ns",source_workload="${from}",` +
        `destination_cluster="c",destination_workload_namespace="ns",destination_workload="${host}-v1",` +
        `destination_service="${host}",destination_service_name="${host}",destination_service_namespace="ns"`;
      const name = 'istio_request_duration_milliseconds';
      return [
        `istio_requests_total{${labels},response_code="200"} ${total * 60}`,
        `${name}_sum{${labels}} ${sumMs * 60}`,
        `${name}_count{${labels}} ${total * 60}`,
        ...buckets.map(([le, requests]) => `${name}_bucket{${labels},le="${le}"} ${requests * 60}`),
      ];
    })
    .join('\n');
}

const usual = ['1', '10', '100', '1000', '10000', '+Inf'];
const upTo = (...requests: number[]) => usual.map((le, index): [string, number] => [le, requests[index] ?? 0]);

const rows: Durations[] = [
  { host: 'fast', from: 'web', buckets: upTo(50, 99.5, 100, 100, 100, 100), sumMs: 200 },
  { host: 'fast', from: 'api', buckets: upTo(1, 80, 100, 100, 100, 100), sumMs: 900 },
  // Its average tells nothing of the few that take longest.
  { host: 'heavy.tail', from: 'web', buckets: upTo(90, 95, 95, 97, 99.5, 100), sumMs: 300 },
  { host: 'slow', from: 'web', buckets: upTo(0, 0, 3, 40, 100, 100), sumMs: 150_000 },
  // A proxy with bounds of its own: what is beyond them is beyond any.
  {
    host: 'own-bounds',
    from: 'web',
    buckets: [
      ['3', 20],
      ['10', 21],
      ['5000', 100],
      ['+Inf', 100],
    ],
    sumMs: 400,
  },
  { host: 'idle', from: 'web', buckets: upTo(0, 0, 0, 0, 0, 0), sumMs: 0 },
];

describe('percentiles from the buckets that averages make likely', () => {
  const store = scrapedExposition(expositionOf(rows));
  const bounds = ['+Inf', '1', '10', '100', '1000', '10000', '3', '5000'];
  const ask = (type: GraphType) => {
    const plan = planGraphQueries(type, '60s', percentiles);
    const answer = (name: 'rps' | 'avgMs'): Sample[] => store.instant(plan[name]?.promql ?? '', 60_000);
    const told = tellApart(answer('rps'), latencyLabels(type));
    const lots = planLots(answer('avgMs'), bounds, percentiles);
    const askOne = (lot: readonly BucketSlice[]): Record<string, Sample[]> => {
      const question = planPercentiles('60s', percentiles, { callersFor: [], labels: told.labels }, lot, 60_000);
      return readPercentiles(store.range(question.promql, question.range), percentiles, question);
    };
    const first = askOne(lots.flat());
    return { plan, told, lots, beyond: hostsBeyond(first, percentiles, lots, bounds), first, askOne };
  };

  it('are those of all buckets once hosts are asked again whose percentiles are beyond', () => {
    const { plan, told, beyond, first, askOne } = ask('workload');
    expect(beyond).toEqual(['heavy.tail', 'own-bounds']);
    const again = askOne([{ hosts: beyond, bounds: 'all' }]);
    for (const name of ['p50Ms', 'p95Ms', 'p99Ms'] as const) {
      const kept = first[name]?.filter(({ labels }) => !beyond.includes(labels['destination_service'] ?? '')) ?? [];
      const found = [...kept, ...(again[name] ?? [])].map(told.complete);
      const whole = store.instant(plan[name]?.promql ?? '', 60_000).filter(({ value }) => !Number.isNaN(value));
      expect(sorted(found), name).toEqual(sorted(whole));
    }
  });

  it('ask of each host what it may need, and nothing of one without requests', () => {
    const { lots } = ask('workload');
    expect(lots).toEqual([
      [
        { hosts: ['fast', 'heavy.tail', 'own-bounds'], bounds: ['1', '3', '10', '100', '+Inf'] },
        { hosts: ['slow'], bounds: 'all' },
      ],
    ]);
  });

  it('are of everything while averages or bounds are not known', () => {
    const everything = [[{ hosts: 'all', bounds: 'all' }]];
    expect(planLots(null, bounds, percentiles)).toEqual(everything);
    expect(planLots([], null, percentiles)).toEqual(everything);
  });

  it('are not asked for while there are no requests', () => {
    expect(planLots([{ labels: { destination_service: 'idle' }, value: Number.NaN }], bounds, percentiles)).toEqual([]);
  });

  it('are asked in two lots of a large mesh, which hold every host once', () => {
    const averages = Array.from({ length: 2_700 }, (_, index): Sample => ({
      labels: { destination_service: `host-${index % 900}` },
      value: index % 900,
    }));
    const lots = planLots(averages, bounds, percentiles);
    const hosts = lots.map((lot) => lot.flatMap((slice) => slice.hosts));
    expect(lots).toHaveLength(2);
    expect(hosts.flat()).toHaveLength(900);
    expect(new Set(hosts.flat())).toEqual(new Set(averages.map(({ labels }) => labels['destination_service'])));
    const buckets = lots.map((lot) =>
      lot.reduce((sum, slice) => sum + slice.hosts.length * (slice.bounds === 'all' ? bounds.length : slice.bounds.length), 0),
    );
    expect(Math.abs((buckets[0] ?? 0) - (buckets[1] ?? 0))).toBeLessThan(100);
  });
});
