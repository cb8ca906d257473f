import { z } from 'zod';

/** Selectors and target references used by policies. */
export const workloadSelector = z.object({ matchLabels: z.record(z.string(), z.string()).optional() });
export type WorkloadSelector = z.infer<typeof workloadSelector>;

export const policyTargetReference = z.object({
  group: z.string().optional(),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
});
export type PolicyTargetReference = z.infer<typeof policyTargetReference>;

export const labelSelector = z.object({
  matchExpressions: z
    .array(
      z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).optional() }),
    )
    .optional(),
  matchLabels: z.record(z.string(), z.string()).optional(),
});
export type LabelSelector = z.infer<typeof labelSelector>;
