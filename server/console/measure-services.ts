import type { PlannedQuery, Sample } from '@/lib/graph';
import { isError } from '@/lib/graph';
import { promString } from './ask-metrics';

/** RED of one service or version. `requests` and `errors` are per second. */
export interface Red {
  rps: number | null;
  errorRatio: number | null;
  p95Ms: number | null;
  /** Requests per second by answer. */
  codes: { protocol: 'http' | 'grpc'; code: string; rps: number }[];
}

/** Queries for RED of all services, or of one by version. */
export function planServiceQueries(window: string, only: { namespace: string; name: string } | null): Record<string, PlannedQuery> {
  const where =
    only === null ? '' : `{destination_service_namespace=${promString(only.namespace)}, destination_service_name=${promString(only.name)}}`;
  const by = 'reporter, destination_service_namespace, destination_service_name, destination_canonical_revision';
  const quantile = (labels: string): PlannedQuery => ({
    promql: `histogram_quantile(0.95, sum by (le, ${labels}) (rate(istio_request_duration_milliseconds_bucket${where}[${window}])))`,
    window,
    reporter: 'destination, else source',
  });
  return {
    rps: {
      promql: `sum by (${by}, request_protocol, response_code, grpc_response_status) (rate(istio_requests_total${where}[${window}]))`,
      window,
      reporter: 'source, else destination',
    },
    p95Ms: quantile('reporter, destination_service_namespace, destination_service_name'),
    ...(only === null ? {} : { p95MsByVersion: quantile(by) }),
  };
}

interface ServiceSum {
  rate: number;
  errors: number;
  codes: Red['codes'];
}

/** Adds up the answers, keyed by `namespace/name` or, with `byVersion`, by version. The source's report wins over the destination's. */
export function readServiceRed(rates: readonly Sample[] | null, quantiles: readonly Sample[] | null, byVersion: boolean): Map<string, Red> {
  const sums = new Map<string, Map<string, ServiceSum>>();
  for (const { labels, value } of rates ?? []) {
    if (!(value > 0)) continue;
    const reports = entry(sums, keyOf(labels, byVersion), () => new Map<string, ServiceSum>());
    const sum = entry(reports, labels['reporter'] ?? '', (): ServiceSum => ({ rate: 0, errors: 0, codes: [] }));
    sum.rate += value;
    const protocol = labels['request_protocol'] === 'grpc' ? 'grpc' : 'http';
    if (isError(protocol, labels)) sum.errors += value;
    const status = protocol === 'grpc' ? labels['grpc_response_status'] : '';
    sum.codes.push({ protocol, code: status || (labels['response_code'] ?? '0'), rps: value });
  }
  const latencies = new Map<string, Map<string, number>>();
  for (const { labels, value } of quantiles ?? []) {
    if (!Number.isFinite(value)) continue;
    entry(latencies, keyOf(labels, byVersion), () => new Map<string, number>()).set(labels['reporter'] ?? '', value);
  }
  return new Map(
    [...sums].map(([key, reports]) => {
      const sum = reports.get('source') ?? reports.get('destination') ?? reports.get('waypoint');
      const latency = latencies.get(key);
      const red: Red = {
        rps: sum?.rate ?? null,
        errorRatio: sum === undefined ? null : sum.errors / sum.rate,
        p95Ms: latency?.get('destination') ?? latency?.get('waypoint') ?? latency?.get('source') ?? null,
        codes: sum?.codes ?? [],
      };
      return [key, red];
    }),
  );
}

function keyOf(labels: Readonly<Record<string, string>>, byVersion: boolean): string {
  if (byVersion) return labels['destination_canonical_revision'] ?? '';
  return `${labels['destination_service_namespace'] ?? ''}/${labels['destination_service_name'] ?? ''}`;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}
