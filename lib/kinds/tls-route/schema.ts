import { z } from 'zod';
import { parentReference, weightedBackend } from '../shared/gateway-api-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a TLSRoute (gateway.networking.k8s.io). */
export const tlsRouteSpec = z.object({
  hostnames: z.array(z.string()),
  parentRefs: z.array(parentReference).optional(),
  rules: z.array(
    z.object({
      backendRefs: z.array(weightedBackend),
      name: z.string().optional(),
    }),
  ),
});

export type TLSRouteSpec = z.infer<typeof tlsRouteSpec>;
export type TLSRoute = KubernetesObject<TLSRouteSpec>;
