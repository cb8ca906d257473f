import type { Health } from './schema';
import { wilsonInterval } from './wilson-interval';

/** From which error share (0..1) on something is degraded or failing, and how many requests it takes to call it failing. */
export interface ErrorLimits {
  degraded: number;
  failing: number;
  leastRequests: number;
}

export const defaultErrorLimits: ErrorLimits = { degraded: 0.01, failing: 0.1, leastRequests: 5 };

/**
 * Health of something that gets requests. A limit counts as passed when the lower end of the 95 % interval of the error share is
 * above it, so one failure in a thousand (or one in three) raises no alarm; under `leastRequests` it is never called failing.
 */
export function judgeRequests(counts: { requests: number; errors: number }, limits: ErrorLimits = defaultErrorLimits): Health {
  const { requests, errors } = counts;
  if (!(requests > 0)) return { status: 'idle', reasons: [{ code: 'no_traffic', values: {} }] };
  if (!(errors > 0)) return { status: 'healthy', reasons: [{ code: 'errors_none', values: { requests } }] };
  const errorRatio = errors / requests;
  const { low } = wilsonInterval(errors, requests);
  const above = (limit: number) => [{ code: 'errors_above', values: { errorRatio, requests, limit } }];
  if (requests < limits.leastRequests) {
    return { status: low > limits.degraded ? 'degraded' : 'healthy', reasons: [{ code: 'errors_few', values: { errors, requests } }] };
  }
  if (low > limits.failing) return { status: 'failing', reasons: above(limits.failing) };
  if (low > limits.degraded) return { status: 'degraded', reasons: above(limits.degraded) };
  return { status: 'healthy', reasons: [{ code: 'errors_some', values: { errorRatio, requests, limit: limits.degraded } }] };
}
