import { z } from 'zod';
import { policyTargetReference, workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a TrafficExtension (extensions.istio.io). */
export const trafficExtensionSpec = z.object({
  lua: z.object({ inlineCode: z.string() }).optional(),
  match: z
    .array(
      z.object({
        mode: z.enum(['UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER']).optional(),
        ports: z.array(z.object({ number: z.int() })).optional(),
      }),
    )
    .optional(),
  phase: z.enum(['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS']).optional(),
  priority: z.int().optional(),
  selector: workloadSelector.optional(),
  targetRefs: z.array(policyTargetReference).optional(),
  wasm: z
    .object({
      failStrategy: z.enum(['FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD']).optional(),
      imagePullPolicy: z.enum(['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always']).optional(),
      imagePullSecret: z.string().optional(),
      pluginConfig: z.unknown().optional(),
      pluginName: z.string().optional(),
      sha256: z.string().optional(),
      type: z.enum(['UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK']).optional(),
      url: z.string(),
      verificationKey: z.string().optional(),
      vmConfig: z
        .object({
          env: z
            .array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.enum(['INLINE', 'HOST']).optional() }))
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export type TrafficExtensionSpec = z.infer<typeof trafficExtensionSpec>;
export type TrafficExtension = KubernetesObject<TrafficExtensionSpec>;
