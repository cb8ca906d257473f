import { z } from 'zod';
import { parentReference, weightedBackend } from '../shared/gateway-api-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a TCPRoute (gateway.networking.k8s.io). */
export const tcpRouteSpec = z.object({
  parentRefs: z.array(parentReference).optional(),
  rules: z.array(
    z.object({
      backendRefs: z.array(weightedBackend),
      name: z.string().optional(),
    }),
  ),
});

export type TCPRouteSpec = z.infer<typeof tcpRouteSpec>;
export type TCPRoute = KubernetesObject<TCPRouteSpec>;
