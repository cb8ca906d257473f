import { z } from 'zod';
import { policyTargetReference, workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a AuthorizationPolicy (security.istio.io). */
export const authorizationPolicySpec = z.object({
  action: z.enum(['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']).optional(),
  provider: z.object({ name: z.string().optional() }).optional(),
  rules: z
    .array(
      z.object({
        from: z
          .array(
            z.object({
              source: z
                .object({
                  ipBlocks: z.array(z.string()).optional(),
                  namespaces: z.array(z.string()).optional(),
                  notIpBlocks: z.array(z.string()).optional(),
                  notNamespaces: z.array(z.string()).optional(),
                  notPrincipals: z.array(z.string()).optional(),
                  notRemoteIpBlocks: z.array(z.string()).optional(),
                  notRequestPrincipals: z.array(z.string()).optional(),
                  notServiceAccounts: z.array(z.string()).optional(),
                  notTrustDomains: z.array(z.string()).optional(),
                  principals: z.array(z.string()).optional(),
                  remoteIpBlocks: z.array(z.string()).optional(),
                  requestPrincipals: z.array(z.string()).optional(),
                  serviceAccounts: z.array(z.string()).optional(),
                  trustDomains: z.array(z.string()).optional(),
                })
                .optional(),
            }),
          )
          .optional(),
        to: z
          .array(
            z.object({
              operation: z
                .object({
                  hosts: z.array(z.string()).optional(),
                  methods: z.array(z.string()).optional(),
                  notHosts: z.array(z.string()).optional(),
                  notMethods: z.array(z.string()).optional(),
                  notPaths: z.array(z.string()).optional(),
                  notPorts: z.array(z.string()).optional(),
                  paths: z.array(z.string()).optional(),
                  ports: z.array(z.string()).optional(),
                })
                .optional(),
            }),
          )
          .optional(),
        when: z
          .array(z.object({ key: z.string(), notValues: z.array(z.string()).optional(), values: z.array(z.string()).optional() }))
          .optional(),
      }),
    )
    .optional(),
  selector: workloadSelector.optional(),
  targetRef: policyTargetReference.optional(),
  targetRefs: z.array(policyTargetReference).optional(),
});

export type AuthorizationPolicySpec = z.infer<typeof authorizationPolicySpec>;
export type AuthorizationPolicy = KubernetesObject<AuthorizationPolicySpec>;
