import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a BackendTLSPolicy (gateway.networking.k8s.io). */
export const backendTLSPolicySpec = z.object({
  options: z.record(z.string(), z.string()).optional(),
  targetRefs: z.array(z.object({ group: z.string(), kind: z.string(), name: z.string(), sectionName: z.string().optional() })),
  validation: z.object({
    caCertificateRefs: z.array(z.object({ group: z.string(), kind: z.string(), name: z.string() })).optional(),
    hostname: z.string(),
    subjectAltNames: z
      .array(z.object({ hostname: z.string().optional(), type: z.enum(['Hostname', 'URI']), uri: z.string().optional() }))
      .optional(),
    wellKnownCACertificates: z.string().optional(),
  }),
});

export type BackendTLSPolicySpec = z.infer<typeof backendTLSPolicySpec>;
export type BackendTLSPolicy = KubernetesObject<BackendTLSPolicySpec>;
