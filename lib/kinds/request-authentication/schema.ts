import { z } from 'zod';
import { duration } from '../shared/duration';
import { policyTargetReference, workloadSelector } from '../shared/selectors';
import type { KubernetesObject } from '../define-kind';

/** `spec` of a RequestAuthentication (security.istio.io). */
export const requestAuthenticationSpec = z.object({
  jwtRules: z
    .array(
      z.object({
        audiences: z.array(z.string()).optional(),
        forwardOriginalToken: z.boolean().optional(),
        fromCookies: z.array(z.string()).optional(),
        fromHeaders: z.array(z.object({ name: z.string(), prefix: z.string().optional() })).optional(),
        fromParams: z.array(z.string()).optional(),
        issuer: z.string().optional(),
        jwks: z.string().optional(),
        jwks_uri: z.string().optional(),
        jwksUri: z.string().optional(),
        outputClaimToHeaders: z.array(z.object({ claim: z.string(), header: z.string() })).optional(),
        outputPayloadToHeader: z.string().optional(),
        spaceDelimitedClaims: z.array(z.string()).optional(),
        timeout: duration.optional(),
      }),
    )
    .optional(),
  selector: workloadSelector.optional(),
  targetRef: policyTargetReference.optional(),
  targetRefs: z.array(policyTargetReference).optional(),
});

export type RequestAuthenticationSpec = z.infer<typeof requestAuthenticationSpec>;
export type RequestAuthentication = KubernetesObject<RequestAuthenticationSpec>;
