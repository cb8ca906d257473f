import { exportJWK, SignJWT, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { AccountKeys } from '../pki/account-keys';
import type { User } from '../core';
import type { ObjectStore } from '../storage/object-store';

export const issuer = 'https://kubernetes.default.svc.cluster.local';
const keyId = 'heddle-sa';

export interface BoundObject {
  kind: string;
  name: string;
  uid: string;
}

export interface TokenRequest {
  namespace: string;
  name: string;
  uid: string;
  audiences: readonly string[];
  expirationSeconds: number;
  /** A pod or secret whose end is the token's end. */
  bound?: BoundObject | undefined;
}

export interface AccountTokens {
  issue(request: TokenRequest, now: Date): Promise<{ token: string; expires: Date }>;
  /** The user of a token that is valid for one of `audiences`; an error message otherwise. */
  verify(token: string, audiences: readonly string[], now: Date): Promise<{ user: User; audiences: string[] } | { error: string }>;
  /** JSON Web Key Set of `/openid/v1/jwks`. */
  jwks(): Promise<unknown>;
}

interface Claims extends JWTPayload {
  'kubernetes.io'?: {
    namespace?: string;
    serviceaccount?: { name?: string; uid?: string };
    pod?: { name: string; uid: string };
    secret?: { name: string; uid: string };
  };
}

/** ServiceAccount tokens: signed with `sa.key`, and good only while the account (and the pod they are bound to) exists. */
export function createAccountTokens(keys: AccountKeys, store: ObjectStore): AccountTokens {
  return {
    async issue({ namespace, name, uid, audiences, expirationSeconds, bound }, now) {
      const seconds = Math.floor(now.getTime() / 1000);
      const token = await new SignJWT({
        'kubernetes.io': {
          namespace,
          serviceaccount: { name, uid },
          ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        },
      })
        .setProtectedHeader({ alg: 'RS256', kid: keyId })
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setAudience([...audiences])
        .setIssuedAt(seconds)
        .setNotBefore(seconds)
        .setExpirationTime(seconds + expirationSeconds)
        .setJti(crypto.randomUUID())
        .sign(keys.privateKey);
      return { token, expires: new Date((seconds + expirationSeconds) * 1000) };
    },

    async verify(token, audiences, now) {
      let claims: Claims;
      try {
        const options = { issuer, audience: [...audiences], currentDate: now, clockTolerance: 5, algorithms: ['RS256'] };
        claims = (await jwtVerify<Claims>(token, keys.publicKey, options)).payload;
      } catch (error) {
        return { error: error instanceof Error ? error.message : 'the token is not valid' };
      }
      const { namespace = '', serviceaccount, pod, secret } = claims['kubernetes.io'] ?? {};
      const name = serviceaccount?.name ?? '';
      const account = store.latest('/serviceaccounts', namespace, name);
      if (account?.metadata.uid === undefined || account.metadata.uid !== serviceaccount?.uid)
        return { error: 'the service account of the token is gone' };
      if (pod !== undefined && store.latest('/pods', namespace, pod.name)?.metadata.uid !== pod.uid)
        return { error: 'the pod of the token is gone' };
      if (secret !== undefined && store.latest('/secrets', namespace, secret.name)?.metadata.uid !== secret.uid) {
        return { error: 'the secret of the token is gone' };
      }
      const granted = (Array.isArray(claims.aud) ? claims.aud : [claims.aud ?? '']).filter((one) => audiences.includes(one));
      const extra: Record<string, string[]> =
        pod === undefined ? {} : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] };
      return {
        user: {
          name: `system:serviceaccount:${namespace}:${name}`,
          uid: account.metadata.uid ?? '',
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
          extra,
        },
        audiences: granted,
      };
    },

    async jwks() {
      return { keys: [{ ...(await exportJWK(keys.publicKey)), use: 'sig', alg: 'RS256', kid: keyId }] };
    },
  };
}
