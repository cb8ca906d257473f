import type { ProxyNode } from '@/lib/pilot';
import type { KubeClient } from '@/server/kube';

interface AccessReview {
  status?: { allowed?: boolean };
}

/**
 * Whether the ServiceAccount of a proxy may read the Secrets of its namespace, as the API server says (SubjectAccessReview). Istio asks
 * the same before a sidecar is given the certificate that a DestinationRule names.
 */
export function createSecretReview(client: KubeClient): (node: ProxyNode) => Promise<boolean> {
  return async ({ namespace, serviceAccount }) => {
    const review = await client.create(
      { group: 'authorization.k8s.io', version: 'v1', plural: 'subjectaccessreviews' },
      // A review is never stored and so has no name.
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        metadata: { name: '' },
        spec: {
          user: `system:serviceaccount:${namespace}:${serviceAccount}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
          resourceAttributes: { namespace, verb: 'list', resource: 'secrets' },
        },
      } as never,
    );
    return (review as AccessReview).status?.allowed === true;
  };
}
