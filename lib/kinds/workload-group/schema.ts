import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a WorkloadGroup (networking.istio.io). */
export const workloadGroupSpec = z.object({
  metadata: z
    .object({ annotations: z.record(z.string(), z.string()).optional(), labels: z.record(z.string(), z.string()).optional() })
    .optional(),
  probe: z
    .object({
      exec: z.object({ command: z.array(z.string()) }).optional(),
      failureThreshold: z.int().optional(),
      grpc: z.object({ port: z.int().optional(), service: z.string().optional() }).optional(),
      httpGet: z
        .object({
          host: z.string().optional(),
          httpHeaders: z.array(z.object({ name: z.string().optional(), value: z.string().optional() })).optional(),
          path: z.string().optional(),
          port: z.int(),
          scheme: z.string().optional(),
        })
        .optional(),
      initialDelaySeconds: z.int().optional(),
      periodSeconds: z.int().optional(),
      successThreshold: z.int().optional(),
      tcpSocket: z.object({ host: z.string().optional(), port: z.int() }).optional(),
      timeoutSeconds: z.int().optional(),
    })
    .optional(),
  template: z.object({
    address: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    locality: z.string().optional(),
    network: z.string().optional(),
    ports: z.record(z.string(), z.int()).optional(),
    serviceAccount: z.string().optional(),
    weight: z.int().optional(),
  }),
});

export type WorkloadGroupSpec = z.infer<typeof workloadGroupSpec>;
export type WorkloadGroup = KubernetesObject<WorkloadGroupSpec>;
