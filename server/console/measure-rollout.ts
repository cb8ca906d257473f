import type { Notice, QueryWhy } from '@/lib/contract';
import type { PlannedQuery, Sample } from '@/lib/graph';
import type { RolloutDestination, RolloutPlan, WindowEvidence } from '@/lib/rollout';
import { askInstant, promString } from './ask-metrics';
import type { Console } from './console-state';

/** What was counted of both sides over a window that ends now; `null`: it could not be asked. */
export interface Measured {
  old: WindowEvidence | null;
  fresh: WindowEvidence | null;
  notices: Notice[];
  queries: Record<string, QueryWhy>;
}

/** Both sides by the same reporter, over the same window, by one question each for requests and for latency. */
export async function measureSides(
  console: Console,
  service: { namespace: string; name: string },
  plan: Pick<RolloutPlan, 'destinations'>,
  seconds: number,
  atMs: number,
): Promise<Measured> {
  const window = Math.max(2, Math.round(seconds));
  const { answers, notices, queries } = await askInstant(console.prometheus, queriesOf(service.namespace, plan, window), atMs);
  const requests = answers['requests'] ?? null;
  if (requests === null || answers['latency'] === null) return { old: null, fresh: null, notices, queries };
  const reporter = ['source', 'destination'].find((one) => requests.some((row) => row.labels['reporter'] === one)) ?? 'source';
  const side = (name: RolloutDestination['side']) => {
    const versions = new Set(plan.destinations.filter((one) => one.side === name).map((one) => one.version));
    const own = (row: Sample) => row.labels['reporter'] === reporter && versions.has(row.labels['destination_canonical_revision'] ?? '');
    return evidenceOf(requests.filter(own), (answers['latency'] ?? []).filter(own), window);
  };
  return { old: side('old'), fresh: side('new'), notices, queries };
}

function queriesOf(namespace: string, { destinations }: Pick<RolloutPlan, 'destinations'>, seconds: number): Record<string, PlannedQuery> {
  // Names of Kubernetes services need no escape in a pattern.
  const names = [...new Set(destinations.map((one) => one.service))].join('|');
  const where = `destination_service_namespace=${promString(namespace)}, destination_service_name=~${promString(names)}`;
  const window = `${seconds}s`;
  const reporter = 'source, else destination';
  const by = 'reporter, destination_canonical_revision';
  return {
    requests: {
      promql: `sum by (${by}, request_protocol, response_code, grpc_response_status) (increase(istio_requests_total{${where}}[${window}]))`,
      window,
      reporter,
    },
    latency: {
      promql: `sum by (${by}, le) (increase(istio_request_duration_milliseconds_bucket{${where}}[${window}]))`,
      window,
      reporter,
    },
  };
}

/** Failed: HTTP 5xx or no answer, or a gRPC status other than 0. */
function isError({ labels }: Sample): boolean {
  const grpc = labels['grpc_response_status'] ?? '';
  if (labels['request_protocol'] === 'grpc' && grpc !== '') return grpc !== '0';
  return labels['response_code'] === '0' || Number(labels['response_code']) >= 500;
}

function evidenceOf(requests: readonly Sample[], latency: readonly Sample[], seconds: number): WindowEvidence {
  const sum = (rows: readonly Sample[]) => rows.reduce((total, row) => total + row.value, 0);
  const buckets = Map.groupBy(latency, (row) => row.labels['le'] ?? '');
  return {
    seconds,
    requests: sum(requests),
    errors: sum(requests.filter(isError)),
    buckets: [...buckets]
      .map(([le, rows]) => ({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: sum(rows) }))
      .toSorted((left, right) => left.le - right.le),
  };
}
