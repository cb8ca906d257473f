import type { Health, HealthStatus } from './schema';
import { severityOf } from './schema';

/**
 * One verdict of several about the same thing. Trouble wins over everything; requests that go well win over "idle" and "unknown";
 * pods that are fine do not make a workload without traffic healthy: it stays idle.
 */
export function combineHealth(traffic: Health, pods: Health | undefined): Health {
  if (pods === undefined || pods.status === 'unknown') return traffic;
  const trouble = [traffic, pods].filter((one) => severityOf[one.status] >= severityOf.degraded);
  if (trouble.length > 0) {
    const worst = trouble.reduce((left, right) => (severityOf[right.status] > severityOf[left.status] ? right : left));
    return {
      status: worst.status,
      reasons: trouble.toSorted((left, right) => severityOf[right.status] - severityOf[left.status]).flatMap((one) => one.reasons),
    };
  }
  if (traffic.status === 'unknown')
    return { status: pods.status === 'idle' ? 'idle' : 'unknown', reasons: [...traffic.reasons, ...pods.reasons] };
  return { status: traffic.status, reasons: [...traffic.reasons, ...pods.reasons] };
}

/** Number of things by their health. */
export type HealthCounts = Record<HealthStatus, number>;

export function countHealth(statuses: Iterable<HealthStatus>): HealthCounts {
  const counts: HealthCounts = { healthy: 0, degraded: 0, failing: 0, idle: 0, unknown: 0 };
  for (const status of statuses) counts[status] += 1;
  return counts;
}

/** Health of a group of things (a namespace, a service's workloads): that of the worst, saying how many are so. */
export function worstHealth(counts: HealthCounts): Health {
  const total = counts.healthy + counts.degraded + counts.failing + counts.idle + counts.unknown;
  for (const status of ['failing', 'degraded'] as const) {
    if (counts[status] > 0) return { status, reasons: [{ code: 'worst_of', values: { count: counts[status], total, status } }] };
  }
  if (counts.healthy > 0)
    return { status: 'healthy', reasons: [{ code: 'worst_of', values: { count: counts.healthy, total, status: 'healthy' } }] };
  if (counts.idle > 0) return { status: 'idle', reasons: [{ code: 'no_traffic', values: {} }] };
  return { status: 'unknown', reasons: [{ code: 'no_telemetry', values: {} }] };
}
