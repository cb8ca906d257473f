import { wilsonInterval } from '@/lib/health';
import type { PlannedQuery, Sample } from '@/lib/graph';
import { promString } from './ask-metrics';

/** Requests of a service (and of the services that stand for its versions) by version over a window. */
export function planSplitQuery(service: { namespace: string; names: readonly string[] }, windowSeconds: number): PlannedQuery {
  // Names of Kubernetes services need no escape in a pattern.
  const where = `destination_service_namespace=${promString(service.namespace)}, destination_service_name=~${promString(service.names.join('|'))}`;
  const window = `${windowSeconds}s`;
  return {
    promql: `sum by (reporter, destination_canonical_revision) (increase(istio_requests_total{${where}}[${window}]))`,
    window,
    reporter: 'source, else destination',
  };
}

/** Requests by version. Those that reached no version are left out: a fault or a lack of endpoints decided over them, not the split. */
export function readSplit(rows: readonly Sample[]): Map<string, number> {
  for (const reporter of ['source', 'destination', 'waypoint']) {
    const counts = new Map<string, number>();
    for (const { labels, value } of rows) {
      const version = labels['destination_canonical_revision'];
      if (labels['reporter'] !== reporter || version === undefined || version === 'unknown' || !(value > 0)) continue;
      counts.set(version, (counts.get(version) ?? 0) + value);
    }
    if (counts.size > 0) return counts;
  }
  return new Map();
}

export interface ObservedShare {
  share: number | null;
  low: number | null;
  high: number | null;
  requests: number;
}

/** The share of some versions among all requests, with its Wilson interval (95 % unless `z` says otherwise). */
export function observedShare(counts: ReadonlyMap<string, number>, version: string | null, z?: number): ObservedShare {
  const total = [...counts.values()].reduce((sum, one) => sum + one, 0);
  if (!(total > 0) || version === null) return { share: null, low: null, high: null, requests: 0 };
  const requests = counts.get(version) ?? 0;
  return { share: requests / total, ...wilsonInterval(requests, total, z), requests };
}
