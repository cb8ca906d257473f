export { combineHealth, countHealth, worstHealth } from './combine-health';
export type { HealthCounts } from './combine-health';
export { judgePods } from './judge-pods';
export { judgeRequests } from './judge-requests';
export type { ErrorLimits } from './judge-requests';
export { healthReason, healthStatus } from './schema';
export type { Health, HealthReason, HealthStatus } from './schema';
export { wilsonInterval } from './wilson-interval';
