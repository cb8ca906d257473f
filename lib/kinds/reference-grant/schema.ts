import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a ReferenceGrant (gateway.networking.k8s.io). */
export const referenceGrantSpec = z.object({
  from: z.array(z.object({ group: z.string(), kind: z.string(), namespace: z.string() })),
  to: z.array(z.object({ group: z.string(), kind: z.string(), name: z.string().optional() })),
});

export type ReferenceGrantSpec = z.infer<typeof referenceGrantSpec>;
export type ReferenceGrant = KubernetesObject<ReferenceGrantSpec>;
