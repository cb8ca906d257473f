import { HeddleError } from '@/lib/errors';
import type { KubeClient } from '@/server/kube';

/** Who a ServiceAccount token speaks for. `pod` is the pod that the token is bound to. */
export interface CallerIdentity {
  namespace: string;
  serviceAccount: string;
  pod?: string | undefined;
}

/** Audience of the tokens that proxies show, as in Istio: a token for the API server is not accepted. */
export const tokenAudience = 'istio-ca';

const podNameKey = 'authentication.kubernetes.io/pod-name';

interface TokenReview {
  status?: {
    authenticated?: boolean;
    error?: string;
    audiences?: string[];
    user?: { username?: string; extra?: Record<string, string[]> };
  };
}

/** Verifies ServiceAccount tokens by asking the API server (TokenReview), so that keys and deleted accounts stay its business. */
export function createTokenVerifier(client: KubeClient): (token: string) => Promise<CallerIdentity> {
  return async (token) => {
    if (token === '') throw new HeddleError('unauthorized', 'The call carries no token.');
    const review = await client.create(
      { group: 'authentication.k8s.io', version: 'v1', plural: 'tokenreviews' },
      // A review is never stored and so has no name.
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        metadata: { name: '' },
        spec: { token, audiences: [tokenAudience] },
      } as never,
    );
    return readReview(review as TokenReview);
  };
}

/** @throws HeddleError `unauthorized` when the review says no, or the token is meant for others or not a ServiceAccount's */
export function readReview({ status }: TokenReview): CallerIdentity {
  if (status?.authenticated !== true)
    throw new HeddleError('unauthorized', `The token is not valid${status?.error ? `: ${status.error}` : '.'}`);
  if (status.audiences?.includes(tokenAudience) !== true)
    throw new HeddleError('unauthorized', `The token is not meant for ${tokenAudience}.`);
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(status.user?.username ?? '');
  if (match?.[1] === undefined || match[2] === undefined)
    throw new HeddleError('unauthorized', 'The token is not that of a ServiceAccount.');
  return { namespace: match[1], serviceAccount: match[2], pod: status.user?.extra?.[podNameKey]?.[0] };
}
