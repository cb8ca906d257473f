import { describe, expect, it } from 'vitest';
import { readHeaders, requireToken, tokenPlaces } from './edit-tokens';

describe('tokens', () => {
  it('are looked for where the rule says, else where Istio looks', () => {
    expect(tokenPlaces({ issuer: 'a' })).toEqual(['header authorization Bearer', 'parameter access_token']);
    expect(tokenPlaces({ fromHeaders: [{ name: 'x-token', prefix: 'Token ' }], fromCookies: ['t'] })).toEqual([
      'header x-token Token',
      'cookie t',
    ]);
  });

  it('reads headers with and without a prefix', () => {
    expect(readHeaders(['x-token', 'authorization:Bearer'])).toEqual([{ name: 'x-token' }, { name: 'authorization', prefix: 'Bearer ' }]);
  });

  it('requires a token for just the workloads that the object selects', () => {
    const policy = requireToken({
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'jwt', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'web' } }, jwtRules: [{ issuer: 'a' }] },
    });
    expect(policy.metadata).toEqual({ name: 'jwt-required', namespace: 'shop' });
    expect(policy.spec).toEqual({
      selector: { matchLabels: { app: 'web' } },
      action: 'DENY',
      rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }],
    });
  });
});
