import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a WorkloadEntry (networking.istio.io). */
export const workloadEntrySpec = z.object({
  address: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  locality: z.string().optional(),
  network: z.string().optional(),
  ports: z.record(z.string(), z.int()).optional(),
  serviceAccount: z.string().optional(),
  weight: z.int().optional(),
});

export type WorkloadEntrySpec = z.infer<typeof workloadEntrySpec>;
export type WorkloadEntry = KubernetesObject<WorkloadEntrySpec>;
