import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostsBeyond, planGraphQueries, planPercentiles, readPercentiles, splitInLots } from '.';
import type { GraphPercentile, Sample } from '.';
import { scrapedExposition } from './testdata/ask-exposition';

const exposition = readFileSync(new URL('testdata/istio-sidecars.prom', import.meta.url), 'utf8');
const percentiles: GraphPercentile[] = ['50', '95', '99'];
const which = { callersFor: 'all', bounds: 'all', lot: '' } as const;

const row = (labels: Record<string, string>, value = 1): Sample => ({ labels, value });
const sorted = (rows: readonly Sample[]): Sample[] =>
  rows.toSorted((one, other) => (JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1));

describe('several percentiles as one question', () => {
  const store = scrapedExposition(exposition);

  it.each([60_000, 60_250])('answers as each asked alone does, at %d ms', (atMs) => {
    const question = planPercentiles('workload', '60s', percentiles, which, atMs);
    const together = readPercentiles(store.range(question.promql, question.range), percentiles, question);
    expect(together['p95Ms']?.length).toBeGreaterThan(2);
    for (const [name, { promql }] of Object.entries(planGraphQueries('workload', '60s', percentiles)))
      if (name in together) expect(sorted(together[name] ?? []), name).toEqual(sorted(store.instant(promql, atMs)));
  });
});

describe('lots', () => {
  it('are two halves, which hold every series once', () => {
    const namespaces = Array.from({ length: 30 }, (_, index) => (index === 0 ? 'a.b' : `ns-${index}`));
    const lots = splitInLots(
      Array.from({ length: 3_000 }, (_, index) => row({ destination_workload_namespace: namespaces[index % 30] ?? '' })),
    );
    // One of a namespace that had no requests, one whose name is like the pattern of another's.
    const lines = [...namespaces, 'idle', 'axb'].map((name) => `up{destination_workload_namespace="${name}"} 1`);
    const store = scrapedExposition(lines.join('\n'));
    const held = lots.map((lot) => store.instant(`count(up{${lot}})`, 60_000)[0]?.value);
    expect(held).toEqual([15, 17]);
  });

  it('are one for a small mesh, and for one that is all in one namespace', () => {
    expect(splitInLots([row({ destination_workload_namespace: 'default' })])).toEqual(['']);
    expect(splitInLots(Array.from({ length: 5_000 }, () => row({ destination_workload_namespace: 'default' })))).toEqual(['']);
  });
});

it('finds the hosts whose percentile is the bound of a bucket', () => {
  const at = (value: number): Sample => row({ destination_service: `host-${value}` }, value);
  expect(hostsBeyond([at(10_000), at(9_731.5), at(50), at(Number.NaN)])).toEqual(['host-10000']);
});
