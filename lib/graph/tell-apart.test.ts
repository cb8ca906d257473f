import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { graphType, hostsOnlyCallersKnow, latencyLabels, planGraphQueries, reportedQueries, reportedRows, tellApart } from '.';
import type { Sample } from '.';
import { scrapedExposition } from './testdata/ask-exposition';

describe('labels that tell rows apart', () => {
  const row = (labels: Record<string, string>): Sample => ({ labels, value: 1 });
  const labels = ['reporter', 'source_workload', 'destination_service', 'destination_service_name', 'destination_service_namespace'];
  const service = (name: string, namespace: string) => ({
    destination_service: `${name}.${namespace}`,
    destination_service_name: name,
    destination_service_namespace: namespace,
  });

  it('are those that differ, and the others come back', () => {
    const known = ['web', 'api'].flatMap((source) =>
      ['a', 'b'].map((name) => row({ reporter: 'destination', source_workload: source, ...service(name, 'ns') })),
    );
    const told = tellApart(known, labels);
    expect(told.labels).toEqual(['source_workload', 'destination_service']);
    expect(told.complete({ labels: { source_workload: 'api', destination_service: 'b.ns' }, value: 7 })).toEqual({
      labels: { reporter: 'destination', source_workload: 'api', ...service('b', 'ns') },
      value: 7,
    });
  });

  it('are all where nothing is known, and a service is asked for where its host does not tell it', () => {
    expect(tellApart([], labels).labels).toEqual(labels);
    const known = ['PassthroughCluster', 'BlackHoleCluster'].map((name, index) =>
      row({
        reporter: 'source',
        source_workload: `w${index}`,
        destination_service: 'unknown',
        destination_service_name: name,
        destination_service_namespace: `n${index}`,
      }),
    );
    expect(tellApart(known, labels).labels).toEqual([
      'source_workload',
      'destination_service',
      'destination_service_name',
      'destination_service_namespace',
    ]);
  });

  describe.each(['istio-sidecars', 'istio-ambient', 'istio-recorded'])('of %s', (name) => {
    const store = scrapedExposition(readFileSync(new URL(`testdata/${name}.prom`, import.meta.url), 'utf8'));
    const written = ({ labels: found, value }: Sample): string =>
      JSON.stringify([Object.entries(found).toSorted(([one], [other]) => (one < other ? -1 : 1)), value]);

    it.each(graphType.options)('ask for the same rows as all labels do: %s', (type) => {
      const rates = store.instant(planGraphQueries(type, '60s', [])['rps']?.promql ?? '', 60_000);
      const callersFor = hostsOnlyCallersKnow(rates, type);
      const told = tellApart(reportedRows(rates, callersFor), latencyLabels(type));
      expect(told.labels.length).toBeLessThan(latencyLabels(type).length);
      const whole = planGraphQueries(type, '60s', ['50', '99'], { callersFor, labels: latencyLabels(type) });
      const short = planGraphQueries(type, '60s', ['50', '99'], { callersFor, labels: told.labels });
      for (const query of reportedQueries) {
        const [all, few] = [whole, short].map((plan) => (plan[query] === undefined ? [] : store.instant(plan[query].promql, 60_000)));
        expect(few?.map(told.complete).map(written).toSorted(), query).toEqual(all?.map(written).toSorted());
      }
    });
  });
});
