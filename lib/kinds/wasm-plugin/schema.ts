import { z } from 'zod';
import { policyTargetReference, workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a WasmPlugin (extensions.istio.io). */
export const wasmPluginSpec = z.object({
  failStrategy: z.enum(['FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD']).optional(),
  imagePullPolicy: z.enum(['UNSPECIFIED_POLICY', 'IfNotPresent', 'Always']).optional(),
  imagePullSecret: z.string().optional(),
  match: z
    .array(
      z.object({
        mode: z.enum(['UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER']).optional(),
        ports: z.array(z.object({ number: z.int() })).optional(),
      }),
    )
    .optional(),
  phase: z.enum(['UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS']).optional(),
  pluginConfig: z.unknown().optional(),
  pluginName: z.string().optional(),
  priority: z.int().optional(),
  selector: workloadSelector.optional(),
  sha256: z.string().optional(),
  targetRef: policyTargetReference.optional(),
  targetRefs: z.array(policyTargetReference).optional(),
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
});

export type WasmPluginSpec = z.infer<typeof wasmPluginSpec>;
export type WasmPlugin = KubernetesObject<WasmPluginSpec>;
