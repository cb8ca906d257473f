import { z } from 'zod';
import { grpcRouteFilter, parentReference, valueMatch, weightedBackend } from '../shared/gateway-api-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a GRPCRoute (gateway.networking.k8s.io). */
export const grpcRouteSpec = z.object({
  hostnames: z.array(z.string()).optional(),
  parentRefs: z.array(parentReference).optional(),
  rules: z
    .array(
      z.object({
        backendRefs: z.array(weightedBackend.extend({ filters: z.array(grpcRouteFilter).optional() })).optional(),
        filters: z.array(grpcRouteFilter).optional(),
        matches: z
          .array(
            z.object({
              headers: z.array(valueMatch).optional(),
              method: z
                .object({
                  method: z.string().optional(),
                  service: z.string().optional(),
                  type: z.enum(['Exact', 'RegularExpression']).optional(),
                })
                .optional(),
            }),
          )
          .optional(),
        name: z.string().optional(),
      }),
    )
    .optional(),
});

export type GRPCRouteSpec = z.infer<typeof grpcRouteSpec>;
export type GRPCRoute = KubernetesObject<GRPCRouteSpec>;
