import type { AuthorizationPolicy } from '../authorization-policy/schema';
import type { RequestAuthentication, RequestAuthenticationSpec } from './schema';

export type TokenRule = NonNullable<RequestAuthenticationSpec['jwtRules']>[number];

/** Where a rule looks for the token, as `authorization: Bearer`, `header x-token`, `parameter token`, `cookie token`. */
export function tokenPlaces(rule: TokenRule): string[] {
  const places = [
    ...(rule.fromHeaders ?? []).map(
      ({ name, prefix }) => `header ${name}${prefix === undefined || prefix === '' ? '' : ` ${prefix.trim()}`}`,
    ),
    ...(rule.fromParams ?? []).map((name) => `parameter ${name}`),
    ...(rule.fromCookies ?? []).map((name) => `cookie ${name}`),
  ];
  return places.length === 0 ? ['header authorization Bearer', 'parameter access_token'] : places;
}

/** Headers as one line each, `name` or `name:prefix`. */
export function readHeaders(texts: readonly string[]): NonNullable<TokenRule['fromHeaders']> {
  return texts.map((text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? { name: text } : { name: text.slice(0, colon), prefix: `${text.slice(colon + 1)} ` };
  });
}

/**
 * The policy that refuses requests without a token where a RequestAuthentication applies: that object refuses wrong tokens only
 * (Istio's own way, a DENY of `notRequestPrincipals: ["*"]`).
 */
export function requireToken({ metadata, spec }: RequestAuthentication): AuthorizationPolicy {
  const where = {
    ...(spec?.selector === undefined ? {} : { selector: spec.selector }),
    ...(spec?.targetRef === undefined ? {} : { targetRef: spec.targetRef }),
    ...(spec?.targetRefs === undefined ? {} : { targetRefs: spec.targetRefs }),
  };
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `${metadata.name}-required`, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
    spec: { ...where, action: 'DENY', rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }] },
  };
}
