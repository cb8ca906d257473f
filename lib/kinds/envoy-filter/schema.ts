import { z } from 'zod';
import { policyTargetReference } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a EnvoyFilter (networking.istio.io). */
export const envoyFilterSpec = z.object({
  configPatches: z
    .array(
      z.object({
        applyTo: z
          .enum([
            'INVALID',
            'LISTENER',
            'FILTER_CHAIN',
            'NETWORK_FILTER',
            'HTTP_FILTER',
            'ROUTE_CONFIGURATION',
            'VIRTUAL_HOST',
            'HTTP_ROUTE',
            'CLUSTER',
            'EXTENSION_CONFIG',
            'BOOTSTRAP',
            'LISTENER_FILTER',
          ])
          .optional(),
        match: z
          .object({
            cluster: z
              .object({
                name: z.string().optional(),
                portNumber: z.int().optional(),
                service: z.string().optional(),
                subset: z.string().optional(),
              })
              .optional(),
            context: z.enum(['ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT']).optional(),
            listener: z
              .object({
                filterChain: z
                  .object({
                    applicationProtocols: z.string().optional(),
                    destinationPort: z.int().optional(),
                    filter: z
                      .object({ name: z.string().optional(), subFilter: z.object({ name: z.string().optional() }).optional() })
                      .optional(),
                    name: z.string().optional(),
                    sni: z.string().optional(),
                    transportProtocol: z.string().optional(),
                  })
                  .optional(),
                listenerFilter: z.string().optional(),
                name: z.string().optional(),
                portName: z.string().optional(),
                portNumber: z.int().optional(),
              })
              .optional(),
            proxy: z.object({ metadata: z.record(z.string(), z.string()).optional(), proxyVersion: z.string().optional() }).optional(),
            routeConfiguration: z
              .object({
                gateway: z.string().optional(),
                name: z.string().optional(),
                portName: z.string().optional(),
                portNumber: z.int().optional(),
                vhost: z
                  .object({
                    domainName: z.string().optional(),
                    name: z.string().optional(),
                    route: z
                      .object({ action: z.enum(['ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE']).optional(), name: z.string().optional() })
                      .optional(),
                  })
                  .optional(),
              })
              .optional(),
            waypoint: z
              .object({
                filter: z
                  .object({ name: z.string().optional(), subFilter: z.object({ name: z.string().optional() }).optional() })
                  .optional(),
                portNumber: z.int().optional(),
                route: z.object({ name: z.string().optional() }).optional(),
              })
              .optional(),
          })
          .optional(),
        patch: z
          .object({
            filterClass: z.enum(['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS']).optional(),
            operation: z
              .enum([
                'INVALID',
                'MERGE',
                'ADD',
                'REMOVE',
                'INSERT_BEFORE',
                'INSERT_AFTER',
                'INSERT_FIRST',
                'REPLACE',
                'MERGE_AND_REPLACE_LIST',
              ])
              .optional(),
            value: z.unknown().optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  priority: z.int().optional(),
  targetRefs: z.array(policyTargetReference).optional(),
  workloadSelector: z.object({ labels: z.record(z.string(), z.string()).optional() }).optional(),
});

export type EnvoyFilterSpec = z.infer<typeof envoyFilterSpec>;
export type EnvoyFilter = KubernetesObject<EnvoyFilterSpec>;
