import { filterNames, typeUrls } from '@/lib/xds';
import { sourceOf } from './provenance';
import { requestAuthenticationsFor } from './select-policies';
import type { RequestAuthentication, RequestAuthenticationSpec } from '@/lib/kinds';
import type { HttpFilter, JwtProvider, JwtRequirement } from '@/lib/xds';
import type { MeshState } from './mesh-state';
import type { ProxyNode } from './types';

type JwtRule = NonNullable<RequestAuthenticationSpec['jwtRules']>[number];

/**
 * A key set that verifies nothing, in place of one that could not be had, so that tokens fail instead of passing. Its private key was thrown
 * away; without any key Envoy would refuse the listener, and with it all traffic of the pod.
 */
const noKeys = JSON.stringify({
  keys: [
    {
      kty: 'RSA',
      e: 'AQAB',
      kid: 'nobody',
      n:
        'mMuTtfiA9kgUjD6jQzKXU6lUeXl3RMRtNM7JV0EfjG23EDS4ASBQ9bvwVvjXGAaTWlVb83i0i02q1kPdiLEhlKqUQfnnOR0q5R3N_pEWCHyjiSKjZ45DUAQACU0z05JV1j4jx0TJzK8o3YYSlgnU-MPuYBGRXj7wFT4SRf6K-px' +
        'm9SB0uCi869JY945hrkxQKIIsE2qncpQDtLGvg8atgrIgHXfAj7tMcvqz28n_n9wdJuPgYUpO6DohGz0wWrBaq25TrAJW_CdRJWGH-KQgXWxJXf5DBP-oERCPhmrADxw_tRhu0Z8JZUwRbkCO_dsXv-OKGzvAvrI8Hl1W-akX0Q',
    },
  ],
});

/** The jwt_authn filter of all RequestAuthentications of a proxy: a token, when there is one, must satisfy one rule (istio.md §1.7). */
export function jwtFilter(state: MeshState, proxy: ProxyNode): HttpFilter | undefined {
  const policies = requestAuthenticationsFor(state, proxy);
  if (policies.length === 0) return undefined;
  const key = `jwt|${proxy.type}|${policies.map((policy) => `${policy.metadata.namespace}/${policy.metadata.name}`).join()}`;
  return state.cache.memo(key, [state.jwks, ...policies], () => buildFilter(state, policies, proxy.type === 'router'));
}

function buildFilter(state: MeshState, policies: readonly RequestAuthentication[], clearsRoute: boolean): HttpFilter | undefined {
  const providers: Record<string, JwtProvider> = {};
  const requirements: JwtRequirement[] = [];
  const rules = policies.flatMap((policy) =>
    (policy.spec.jwtRules ?? []).map((rule, index) => ({ rule, source: sourceOf(policy), path: `spec.jwtRules[${index}]` })),
  );
  if (rules.length === 0) return undefined;
  for (const [index, { rule, source, path }] of rules.entries()) {
    const name = `origins-${index}`;
    const jwks = keysOf(state, rule);
    if (jwks === undefined) {
      state.cache.note({
        code: 'unresolved',
        severity: 'error',
        object: { kind: source.kind, namespace: source.namespace, name: source.name },
        path: rule.jwks === undefined ? `${path}.jwksUri` : `${path}.jwks`,
        message: `The key set of issuer ${rule.issuer ?? ''} could not be had; every token of it is refused`,
      });
    }
    providers[name] = provider(rule, jwks ?? noKeys, clearsRoute);
    requirements.push({ provider_name: name });
  }
  const first = requirements[0];
  if (first === undefined) return undefined;
  const anyProvider: JwtRequirement = requirements.length === 1 ? first : { requires_any: { requirements } };
  return {
    name: filterNames.jwtAuthn,
    typed_config: {
      '@type': typeUrls.jwtAuthentication,
      providers,
      rules: [{ match: { prefix: '/' }, requires: { requires_any: { requirements: [anyProvider, { allow_missing: {} }] } } }],
      bypass_cors_preflight: true,
    },
  };
}

function keysOf(state: MeshState, rule: JwtRule): string | undefined {
  const uri = rule.jwksUri ?? rule.jwks_uri;
  const found =
    rule.jwks !== undefined && rule.jwks !== '' ? rule.jwks : uri === undefined ? state.jwks[rule.issuer ?? ''] : state.jwks[uri];
  return found !== undefined && hasKey(found) ? found : undefined;
}

/** Members without which a key of a type is none (RFC 7518 §6, RFC 8037 §2). */
const members: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'], oct: ['k'] };

function hasKey(jwks: string): boolean {
  try {
    const { keys } = JSON.parse(jwks) as { keys?: unknown };
    return (
      Array.isArray(keys) &&
      keys.some((key: Record<string, unknown>) => members[String(key['kty'])]?.every((name) => typeof key[name] === 'string') === true)
    );
  } catch {
    return false;
  }
}

function provider(rule: JwtRule, jwks: string, clearsRoute: boolean): JwtProvider {
  const headers = (rule.fromHeaders ?? []).map(({ name, prefix }) => (prefix === undefined ? { name } : { name, value_prefix: prefix }));
  const claims = (rule.outputClaimToHeaders ?? []).map(({ header, claim }) => ({ header_name: header, claim_name: claim }));
  return {
    ...(rule.issuer === undefined ? {} : { issuer: rule.issuer }),
    ...(rule.audiences === undefined || rule.audiences.length === 0 ? {} : { audiences: [...rule.audiences] }),
    local_jwks: { inline_string: jwks },
    forward: rule.forwardOriginalToken === true,
    ...(headers.length === 0 ? {} : { from_headers: headers }),
    ...(rule.fromParams === undefined ? {} : { from_params: [...rule.fromParams] }),
    ...(rule.fromCookies === undefined ? {} : { from_cookies: [...rule.fromCookies] }),
    ...(rule.outputPayloadToHeader === undefined ? {} : { forward_payload_header: rule.outputPayloadToHeader }),
    ...(claims.length === 0 ? {} : { claim_to_headers: claims }),
    payload_in_metadata: 'payload',
    normalize_payload_in_metadata: { space_delimited_claims: ['scope', 'permission', ...(rule.spaceDelimitedClaims ?? [])] },
    ...(clearsRoute ? { clear_route_cache: true } : {}),
  };
}
