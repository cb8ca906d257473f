export { health, healthReason, healthStatus } from './schema';
export type { Health, HealthReason, HealthStatus } from './schema';
