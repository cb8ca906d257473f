import { z } from 'zod';
import { durationText, healthFields, measured, nameList, red } from './shared';

export const overviewQuery = z.object({ namespaces: nameList, duration: durationText.default('60s') });
export type OverviewQuery = z.infer<typeof overviewQuery>;

/** A line over time: `times` in seconds since 1970, one value for each, `null` where there was no traffic. */
export const sparkline = z.object({ times: z.array(z.number()), values: z.array(z.number().nullable()) });
export type Sparkline = z.infer<typeof sparkline>;

/** One namespace: the health of its workloads and the requests that reach them. */
export const overviewNamespace = z.object({
  cluster: z.string(),
  name: z.string(),
  injection: z.enum(['enabled', 'disabled', 'revision', 'ambient']),
  ...healthFields,
  workloads: z.object({ healthy: z.int(), degraded: z.int(), failing: z.int(), idle: z.int(), unknown: z.int() }),
  ...red,
  /** Requests per second over the last ten windows. */
  sparkline,
});
export type OverviewNamespace = z.infer<typeof overviewNamespace>;

/** `GET /overview` */
export const overviewResponse = z.object({
  at: z.string(),
  duration: z.string(),
  namespaces: z.array(overviewNamespace),
  ...measured,
});
export type OverviewResponse = z.infer<typeof overviewResponse>;
