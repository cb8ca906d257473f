import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a ServiceEntry (networking.istio.io). */
export const serviceEntrySpec = z.object({
  addresses: z.array(z.string()).optional(),
  endpoints: z
    .array(
      z.object({
        address: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
        locality: z.string().optional(),
        network: z.string().optional(),
        ports: z.record(z.string(), z.int()).optional(),
        serviceAccount: z.string().optional(),
        weight: z.int().optional(),
      }),
    )
    .optional(),
  exportTo: z.array(z.string()).optional(),
  hosts: z.array(z.string()),
  location: z.enum(['MESH_EXTERNAL', 'MESH_INTERNAL']).optional(),
  ports: z
    .array(z.object({ name: z.string(), number: z.int(), protocol: z.string().optional(), targetPort: z.int().optional() }))
    .optional(),
  resolution: z.enum(['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS']).optional(),
  subjectAltNames: z.array(z.string()).optional(),
  workloadSelector: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
});

export type ServiceEntrySpec = z.infer<typeof serviceEntrySpec>;
export type ServiceEntry = KubernetesObject<ServiceEntrySpec>;
