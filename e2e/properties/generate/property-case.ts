import type { KubernetesResource } from '@/lib/model';

/** A configuration object as its author writes it. Texts may hold `{ip:web}` (a pod's address) and `{jwks}` (the issuer's key set). */
export interface ConfigObject extends KubernetesResource {
  spec?: Record<string, unknown>;
}

/** Pods of every case's mesh. `legacy` has no sidecar; `ext` is outside the mesh; `gateway` is the ingress gateway. */
export const podNames = ['web', 'curl', 'legacy', 'gateway', 'reviews-v1', 'reviews-v2', 'ratings', 'own-ratings', 'ext'] as const;
export type PodName = (typeof podNames)[number];

/** What a token says, and whose key signed it. */
export interface Token {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Seconds from now. */
  readonly expiresIn: number;
  readonly signer: 'issuer' | 'stranger' | 'none';
  readonly place: 'bearer' | 'x-token' | 'query' | 'cookie';
}

/** One request of a case. */
export interface CaseRequest {
  readonly from: 'web' | 'curl' | 'legacy' | 'gateway';
  readonly protocol: 'http' | 'tcp' | 'tls';
  readonly method: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly token?: Token;
  /** The application answers the first so many tries with this status. */
  readonly fail?: { readonly times: number; readonly status: number };
  /** The application waits longer than the short timeouts of the generator. */
  readonly hangs?: boolean;
}

/** A configuration and requests to it. */
export interface PropertyCase {
  readonly number: number;
  readonly objects: readonly ConfigObject[];
  readonly requests: readonly CaseRequest[];
}

/** How long an application that hangs waits, in milliseconds. The generator's short timeouts are far below, its long ones far above. */
export const HANG_MS = 3000;
