import { z } from 'zod';
import { labelSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a Gateway (gateway.networking.k8s.io). */
export const kubernetesGatewaySpec = z.object({
  addresses: z.array(z.object({ type: z.string().optional(), value: z.string().optional() })).optional(),
  allowedListeners: z
    .object({
      namespaces: z.object({ from: z.enum(['All', 'Selector', 'Same', 'None']).optional(), selector: labelSelector.optional() }).optional(),
    })
    .optional(),
  gatewayClassName: z.string(),
  infrastructure: z
    .object({
      annotations: z.record(z.string(), z.string()).optional(),
      labels: z.record(z.string(), z.string()).optional(),
      parametersRef: z.object({ group: z.string(), kind: z.string(), name: z.string() }).optional(),
    })
    .optional(),
  listeners: z.array(
    z.object({
      allowedRoutes: z
        .object({
          kinds: z.array(z.object({ group: z.string().optional(), kind: z.string() })).optional(),
          namespaces: z.object({ from: z.enum(['All', 'Selector', 'Same']).optional(), selector: labelSelector.optional() }).optional(),
        })
        .optional(),
      hostname: z.string().optional(),
      name: z.string(),
      port: z.int(),
      protocol: z.string(),
      tls: z
        .object({
          certificateRefs: z
            .array(
              z.object({ group: z.string().optional(), kind: z.string().optional(), name: z.string(), namespace: z.string().optional() }),
            )
            .optional(),
          mode: z.enum(['Terminate', 'Passthrough']).optional(),
          options: z.record(z.string(), z.string()).optional(),
        })
        .optional(),
    }),
  ),
  tls: z
    .object({
      backend: z
        .object({
          clientCertificateRef: z
            .object({ group: z.string().optional(), kind: z.string().optional(), name: z.string(), namespace: z.string().optional() })
            .optional(),
        })
        .optional(),
      frontend: z
        .object({
          default: z.object({
            validation: z
              .object({
                caCertificateRefs: z.array(
                  z.object({ group: z.string(), kind: z.string(), name: z.string(), namespace: z.string().optional() }),
                ),
                mode: z.enum(['AllowValidOnly', 'AllowInsecureFallback']).optional(),
              })
              .optional(),
          }),
          perPort: z
            .array(
              z.object({
                port: z.int(),
                tls: z.object({
                  validation: z
                    .object({
                      caCertificateRefs: z.array(
                        z.object({ group: z.string(), kind: z.string(), name: z.string(), namespace: z.string().optional() }),
                      ),
                      mode: z.enum(['AllowValidOnly', 'AllowInsecureFallback']).optional(),
                    })
                    .optional(),
                }),
              }),
            )
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export type KubernetesGatewaySpec = z.infer<typeof kubernetesGatewaySpec>;
export type KubernetesGateway = KubernetesObject<KubernetesGatewaySpec>;
