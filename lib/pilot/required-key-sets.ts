import { isPositive, parseDuration } from './duration';
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
  /** How long to wait for it. */
  timeoutMs: number;
}

const defaultTimeoutMs = 5000;

/** What the control plane has to fetch (and refresh) and hand back by `updateMeshState(state, {jwks})`. */
export function requiredKeySets(state: MeshState): readonly KeySetSource[] {
  const found = new Map<string, KeySetSource>();
  for (const policy of table<RequestAuthentication>(state, 'security.istio.io/RequestAuthentication').values()) {
    for (const rule of policy.spec?.jwtRules ?? []) {
      if (rule.jwks !== undefined && rule.jwks !== '') continue;
      const uri = rule.jwksUri ?? rule.jwks_uri;
      const issuer = rule.issuer ?? '';
      const key = uri ?? issuer;
      if (key === '') continue;
      // Where rules share a key set the most patient of them counts.
      const timeoutMs = Math.max(millisecondsOf(rule.timeout) ?? defaultTimeoutMs, found.get(key)?.timeoutMs ?? 0);
      found.set(key, { key, uri, issuer, timeoutMs });
    }
  }
  return [...found.values()];
}

function millisecondsOf(text: string | undefined): number | undefined {
  const duration = parseDuration(text);
  return isPositive(duration) ? duration.seconds * 1000 + (duration.nanos ?? 0) / 1e6 : undefined;
}
