import { z } from 'zod';
import { workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a ProxyConfig (networking.istio.io). */
export const proxyConfigSpec = z.object({
  concurrency: z.int().optional(),
  environmentVariables: z.record(z.string(), z.string()).optional(),
  image: z.object({ imageType: z.string().optional() }).optional(),
  selector: workloadSelector.optional(),
});

export type ProxyConfigSpec = z.infer<typeof proxyConfigSpec>;
export type ProxyConfig = KubernetesObject<ProxyConfigSpec>;
