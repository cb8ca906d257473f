import { z } from 'zod';
import { parentReference } from '../shared/gateway-api-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a TLSRoute (gateway.networking.k8s.io). */
export const tlsRouteSpec = z.object({
  hostnames: z.array(z.string()),
  parentRefs: z.array(parentReference).optional(),
  rules: z.array(
    z.object({
      backendRefs: z.array(
        z.object({
          group: z.string().optional(),
          kind: z.string().optional(),
          name: z.string(),
          namespace: z.string().optional(),
          port: z.int().optional(),
          weight: z.int().optional(),
        }),
      ),
      name: z.string().optional(),
    }),
  ),
});

export type TLSRouteSpec = z.infer<typeof tlsRouteSpec>;
export type TLSRoute = KubernetesObject<TLSRouteSpec>;
