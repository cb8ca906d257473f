import { z } from 'zod';
import { serverTls } from '../shared/server-tls';
import { connectionPool } from '../shared/traffic-policy';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a Sidecar (networking.istio.io). */
export const sidecarSpec = z.object({
  egress: z
    .array(
      z.object({
        bind: z.string().optional(),
        captureMode: z.enum(['DEFAULT', 'IPTABLES', 'NONE']).optional(),
        hosts: z.array(z.string()),
        port: z
          .object({
            name: z.string().optional(),
            number: z.int().optional(),
            protocol: z.string().optional(),
            targetPort: z.int().optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  inboundConnectionPool: connectionPool.optional(),
  ingress: z
    .array(
      z.object({
        bind: z.string().optional(),
        captureMode: z.enum(['DEFAULT', 'IPTABLES', 'NONE']).optional(),
        connectionPool: connectionPool.optional(),
        defaultEndpoint: z.string().optional(),
        port: z.object({
          name: z.string().optional(),
          number: z.int().optional(),
          protocol: z.string().optional(),
          targetPort: z.int().optional(),
        }),
        tls: serverTls.optional(),
      }),
    )
    .optional(),
  outboundTrafficPolicy: z
    .object({
      egressProxy: z
        .object({ host: z.string(), port: z.object({ number: z.int().optional() }).optional(), subset: z.string().optional() })
        .optional(),
      mode: z.enum(['REGISTRY_ONLY', 'ALLOW_ANY']).optional(),
    })
    .optional(),
  workloadSelector: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
});

export type SidecarSpec = z.infer<typeof sidecarSpec>;
export type Sidecar = KubernetesObject<SidecarSpec>;
