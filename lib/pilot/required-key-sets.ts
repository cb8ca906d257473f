import { table } from './mesh-state';
import type { RequestAuthentication } from '@/lib/kinds';
import type { MeshState } from './mesh-state';

/** A key set that a RequestAuthentication needs and that is not inline. */
export interface KeySetSource {
  /** Key under which the text is handed back in `jwks`: the URI, or the issuer when the rule names no URI. */
  key: string;
  uri: string | undefined;
  /** For OpenID discovery, when there is no URI. */
  issuer: string;
}

/** What the control plane has to fetch (and refresh) and hand back by `updateMeshState(state, {jwks})`. */
export function requiredKeySets(state: MeshState): readonly KeySetSource[] {
  const found = new Map<string, KeySetSource>();
  for (const policy of table<RequestAuthentication>(state, 'security.istio.io/RequestAuthentication').values()) {
    for (const rule of policy.spec?.jwtRules ?? []) {
      if (rule.jwks !== undefined && rule.jwks !== '') continue;
      const uri = rule.jwksUri ?? rule.jwks_uri;
      const issuer = rule.issuer ?? '';
      const key = uri ?? issuer;
      if (key !== '') found.set(key, { key, uri, issuer });
    }
  }
  return [...found.values()];
}
