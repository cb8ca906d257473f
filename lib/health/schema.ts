import { z } from 'zod';

/** How a thing is. `idle`: known, but no traffic in the window; `unknown`: nothing could be learned about it. */
export const healthStatus = z.enum(['healthy', 'degraded', 'failing', 'idle', 'unknown']);
export type HealthStatus = z.infer<typeof healthStatus>;

/** Why a thing is as it is. `code` names a message `health.CODE` of the catalogue, `values` fill its blanks (ratios as 0..1, times in ms). */
export const healthReason = z.object({ code: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) });
export type HealthReason = z.infer<typeof healthReason>;

export const health = z.object({ status: healthStatus, reasons: z.array(healthReason) });
export type Health = z.infer<typeof health>;

/** Trouble ranks highest; what nothing is known of, lowest. */
export const severityOf: Readonly<Record<HealthStatus, number>> = { failing: 4, degraded: 3, healthy: 2, idle: 1, unknown: 0 };
