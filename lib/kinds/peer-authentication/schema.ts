import { z } from 'zod';
import { workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a PeerAuthentication (security.istio.io). */
export const peerAuthenticationSpec = z.object({
  mtls: z.object({ mode: z.enum(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']).optional() }).optional(),
  portLevelMtls: z.record(z.string(), z.object({ mode: z.enum(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']).optional() })).optional(),
  selector: workloadSelector.optional(),
});

export type PeerAuthenticationSpec = z.infer<typeof peerAuthenticationSpec>;
export type PeerAuthentication = KubernetesObject<PeerAuthenticationSpec>;
