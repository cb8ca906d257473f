import { HeddleError } from '@/lib/errors';
import type { ProxyNode } from '@/lib/pilot';

/** Who a verified ServiceAccount token speaks for. `pod` is the pod that the token is bound to. */
export interface CallerIdentity {
  namespace: string;
  serviceAccount: string;
  pod?: string | undefined;
}

/** Verifies a ServiceAccount token. @throws HeddleError `unauthorized` when it is not one, is over, or is meant for others. */
export type Authenticate = (token: string) => Promise<CallerIdentity>;

/**
 * A proxy may only ask for the configuration of the pod its token was made for.
 * @throws HeddleError `forbidden` when the node says another
 */
export function checkCaller(caller: CallerIdentity, node: ProxyNode): void {
  const is = `${caller.namespace}/${caller.serviceAccount}`;
  if (node.namespace !== caller.namespace || node.serviceAccount !== caller.serviceAccount) {
    throw new HeddleError('forbidden', `node ${node.id} runs as ${node.namespace}/${node.serviceAccount}, the token is for ${is}`);
  }
  // A token without a pod (kubectl create token) proves the account, but not which pod asks.
  if (caller.pod === undefined) throw new HeddleError('forbidden', `the token of ${is} is bound to no pod`);
  if (caller.pod !== node.name) throw new HeddleError('forbidden', `node ${node.id}: the token is bound to pod ${caller.pod}`);
  const [, , fullName] = node.id.split('~');
  if (fullName !== `${node.name}.${node.namespace}`)
    throw new HeddleError('forbidden', `node ${node.id}: id and metadata name different pods`);
}

/** The token of an `authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
}
