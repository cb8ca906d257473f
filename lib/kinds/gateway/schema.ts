import { z } from 'zod';
import { serverTls } from '../shared/server-tls';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a Gateway (networking.istio.io). */
export const gatewaySpec = z.object({
  selector: z.record(z.string(), z.string()).optional(),
  servers: z
    .array(
      z.object({
        bind: z.string().optional(),
        defaultEndpoint: z.string().optional(),
        hosts: z.array(z.string()),
        name: z.string().optional(),
        port: z.object({ name: z.string(), number: z.int(), protocol: z.string(), targetPort: z.int().optional() }),
        tls: serverTls.optional(),
      }),
    )
    .optional(),
});

export type GatewaySpec = z.infer<typeof gatewaySpec>;
export type Gateway = KubernetesObject<GatewaySpec>;
