/** The trust domain a mesh has unless its configuration says otherwise. */
export const DEFAULT_TRUST_DOMAIN = 'cluster.local';

/** The ServiceAccount a pod runs as when it names none. */
export const DEFAULT_SERVICE_ACCOUNT = 'default';

/** The SPIFFE id of a ServiceAccount, `spiffe://cluster.local/ns/default/sa/bookinfo-reviews`. */
export function spiffeId(namespace: string, serviceAccount: string, trustDomain: string = DEFAULT_TRUST_DOMAIN): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

export interface SpiffeIdentity {
  trustDomain: string;
  namespace: string;
  serviceAccount: string;
}

/** The parts of a SPIFFE id as Istio forms them, or `undefined` for any other text. */
export function parseSpiffeId(uri: string): SpiffeIdentity | undefined {
  const match = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return { trustDomain: match[1], namespace: match[2], serviceAccount: match[3] };
}
