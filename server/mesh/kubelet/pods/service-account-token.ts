import { isHeddleError } from '@/lib/errors';
import type { Pod } from '@/lib/model';
import { serviceAccountOfPod } from '@/lib/model';
import type { KubeClient } from '@/server/kube';
import { CannotStart } from './container-process';

/** Audience of the tokens that proxies show to the control plane, as in Istio. */
const audience = 'istio-ca';
const lifeSeconds = 12 * 3600;

export interface ServiceAccountToken {
  token: string;
  /** When to ask for the next one, in ms since the epoch: at 80 % of its life. */
  refreshAt: number;
}

/** A token of the pod's ServiceAccount, bound to the pod (TokenRequest). */
export async function requestToken(client: KubeClient, pod: Pod, now: number): Promise<ServiceAccountToken> {
  const namespace = pod.metadata.namespace ?? 'default';
  const account = serviceAccountOfPod(pod);
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: [audience],
      expirationSeconds: lifeSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
    },
  };
  const answer = await client
    .raw(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    .catch((error: unknown) => {
      throw new CannotStart(
        'CreateContainerConfigError',
        `no ServiceAccount token: ${isHeddleError(error) ? error.message : String(error)}`,
      );
    });
  if (answer.status === 404) throw new CannotStart('CreateContainerConfigError', `serviceaccount "${account}" not found`);
  if (answer.status >= 400) {
    throw new CannotStart('CreateContainerConfigError', `no ServiceAccount token: the API server answered ${answer.status}`);
  }
  const { status } = JSON.parse(answer.body.toString('utf8')) as { status: { token: string; expirationTimestamp?: string } };
  const expires = status.expirationTimestamp === undefined ? now + lifeSeconds * 1000 : Date.parse(status.expirationTimestamp);
  return { token: status.token, refreshAt: now + (expires - now) * 0.8 };
}
