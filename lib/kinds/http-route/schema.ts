import { z } from 'zod';
import { httpRouteFilter, parentReference, valueMatch, weightedBackend } from '../shared/gateway-api-parts';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a HTTPRoute (gateway.networking.k8s.io). */
export const httpRouteSpec = z.object({
  hostnames: z.array(z.string()).optional(),
  parentRefs: z.array(parentReference).optional(),
  rules: z
    .array(
      z.object({
        backendRefs: z.array(weightedBackend.extend({ filters: z.array(httpRouteFilter).optional() })).optional(),
        filters: z.array(httpRouteFilter).optional(),
        matches: z
          .array(
            z.object({
              headers: z.array(valueMatch).optional(),
              method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']).optional(),
              path: z
                .object({ type: z.enum(['Exact', 'PathPrefix', 'RegularExpression']).optional(), value: z.string().optional() })
                .optional(),
              queryParams: z.array(valueMatch).optional(),
            }),
          )
          .optional(),
        name: z.string().optional(),
        retry: z.object({ attempts: z.int().optional(), backoff: z.string().optional(), codes: z.array(z.int()).optional() }).optional(),
        sessionPersistence: z
          .object({
            absoluteTimeout: z.string().optional(),
            cookie: z
              .object({
                lifetimeType: z.enum(['Permanent', 'Session']).optional(),
                name: z.string().optional(),
                path: z.string().optional(),
              })
              .optional(),
            header: z.object({ name: z.string() }).optional(),
            type: z.enum(['Cookie', 'Header']).optional(),
          })
          .optional(),
        timeouts: z.object({ backendRequest: z.string().optional(), request: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  useDefaultGateways: z.enum(['All', 'None']).optional(),
});

export type HTTPRouteSpec = z.infer<typeof httpRouteSpec>;
export type HTTPRoute = KubernetesObject<HTTPRouteSpec>;
