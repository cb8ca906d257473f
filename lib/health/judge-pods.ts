import type { Health } from './schema';

/** Health of a workload by its pods. */
export function judgePods(pods: { ready: number; desired: number }): Health {
  const { ready, desired } = pods;
  if (desired === 0) return { status: 'idle', reasons: [{ code: 'pods_scaled_to_zero', values: {} }] };
  if (ready === 0) return { status: 'failing', reasons: [{ code: 'pods_none_ready', values: { desired } }] };
  if (ready < desired) return { status: 'degraded', reasons: [{ code: 'pods_some_ready', values: { ready, desired } }] };
  return { status: 'healthy', reasons: [] };
}
