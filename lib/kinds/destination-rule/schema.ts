import { z } from 'zod';
import { trafficPolicy } from '../shared/traffic-policy';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a DestinationRule (networking.istio.io). */
export const destinationRuleSpec = z.object({
  exportTo: z.array(z.string()).optional(),
  host: z.string(),
  subsets: z
    .array(z.object({ labels: z.record(z.string(), z.string()).optional(), name: z.string(), trafficPolicy: trafficPolicy.optional() }))
    .optional(),
  trafficPolicy: trafficPolicy.optional(),
  workloadSelector: z.object({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
});

export type DestinationRuleSpec = z.infer<typeof destinationRuleSpec>;
export type DestinationRule = KubernetesObject<DestinationRuleSpec>;
