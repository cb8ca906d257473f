import type { ConvergenceResponse } from '@/lib/contract';
import type { PlannedQuery, Sample } from '@/lib/graph';
import type { VirtualService } from '@/lib/kinds';
import { compareWindows } from '@/lib/rollout';
import type { WindowEvidence } from '@/lib/rollout';
import { serviceHost } from '@/lib/model';
import { fullHost } from '@/lib/kinds/virtual-service';
import { askInstant, promString } from './ask-metrics';
import type { StoredChange } from './change-log';
import type { Console } from './console-state';
import { routedServices } from './draft-behaviour';
import type { Cluster } from './watch-cluster';

const windowSeconds = 300;
/** Proxies need a moment to take the change, and the metrics a scrape to tell of it. */
const settleSeconds = 3;

/** Compares errors and latency of the services a change is about: since it, against the five minutes before. */
export async function addEffects(
  console: Console,
  cluster: Cluster,
  change: StoredChange,
  response: ConvergenceResponse,
  now: number,
): Promise<void> {
  const changedAt = Date.parse(change.at);
  const seconds = Math.min(windowSeconds, Math.floor((now - changedAt) / 1000) - settleSeconds);
  await Promise.all(
    touchedServices(cluster, change).map(async (target) => {
      const plan = planOf(target, windowSeconds);
      const [before, after] = await Promise.all([
        askInstant(console.prometheus, plan, changedAt),
        seconds >= 2 ? askInstant(console.prometheus, planOf(target, seconds), now) : null,
      ]);
      response.notices.push(...(after ?? before).notices);
      const evidence = {
        before: readEvidence(before.answers, windowSeconds),
        after: after === null ? { seconds: 0, requests: 0, errors: 0, buckets: [] } : readEvidence(after.answers, seconds),
      };
      const { verdict, needsSeconds, errors, latency } = compareWindows(evidence.before, evidence.after);
      response.effects.push({
        namespace: target.namespace,
        service: target.name,
        verdict,
        needsSeconds,
        requests: { before: evidence.before.requests, after: evidence.after.requests },
        errors: { before: errors.before, after: errors.after },
        slow: { before: latency.before, after: latency.after, thresholdMs: latency.thresholdMs },
      });
    }),
  );
}

/** Services that the change's VirtualServices route or its DestinationRules are for. */
function touchedServices(cluster: Cluster, change: StoredChange): { namespace: string; name: string }[] {
  const objects = change.undo.flatMap(({ before, after }) => [before, after].filter((one) => one !== null));
  const routed = objects
    .filter((one) => one.kind === 'VirtualService')
    .flatMap((one) => routedServices(one as unknown as VirtualService, cluster));
  const hosts = new Set(
    objects
      .filter((one) => one.kind === 'DestinationRule')
      .map((one) => fullHost((one['spec'] as { host?: string } | undefined)?.host ?? '', one.metadata.namespace ?? 'default')),
  );
  const ruled = cluster.services().filter((one) => hosts.has(serviceHost(one.metadata.name, one.metadata.namespace ?? 'default')));
  const names = new Map([...routed, ...ruled].map(({ metadata }) => [`${metadata.namespace ?? 'default'}/${metadata.name}`, metadata]));
  return [...names.values()].map((metadata) => ({ namespace: metadata.namespace ?? 'default', name: metadata.name }));
}

function planOf(service: { namespace: string; name: string }, seconds: number): Record<string, PlannedQuery> {
  const where = `destination_service_namespace=${promString(service.namespace)}, destination_service_name=${promString(service.name)}`;
  const window = `${seconds}s`;
  const reporter = 'source, else destination';
  return {
    requests: { promql: `sum by (reporter, response_code) (increase(istio_requests_total{${where}}[${window}]))`, window, reporter },
    latency: {
      promql: `sum by (reporter, le) (increase(istio_request_duration_milliseconds_bucket{${where}}[${window}]))`,
      window,
      reporter,
    },
  };
}

/** What the callers' proxies counted; where none has one, the called side's. */
function readEvidence(answers: Record<string, Sample[] | null>, seconds: number): WindowEvidence {
  const rows = answers['requests'] ?? [];
  const reporter = ['source', 'destination'].find((one) => rows.some((row) => row.labels['reporter'] === one && row.value > 0)) ?? 'source';
  const own = rows.filter((row) => row.labels['reporter'] === reporter && row.value > 0);
  const isError = (row: Sample) => row.labels['response_code'] === '0' || Number(row.labels['response_code']) >= 500;
  const sum = (some: readonly Sample[]) => some.reduce((total, row) => total + row.value, 0);
  const buckets = (answers['latency'] ?? [])
    .filter((row) => row.labels['reporter'] === reporter)
    .map((row) => ({ le: row.labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(row.labels['le']), count: row.value }))
    .toSorted((left, right) => left.le - right.le);
  return { seconds, requests: sum(own), errors: sum(own.filter(isError)), buckets };
}
