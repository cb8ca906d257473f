import { z } from 'zod';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a GatewayClass (gateway.networking.k8s.io). */
export const gatewayClassSpec = z.object({
  controllerName: z.string(),
  description: z.string().optional(),
  parametersRef: z.object({ group: z.string(), kind: z.string(), name: z.string(), namespace: z.string().optional() }).optional(),
});

export type GatewayClassSpec = z.infer<typeof gatewayClassSpec>;
export type GatewayClass = KubernetesObject<GatewayClassSpec>;
