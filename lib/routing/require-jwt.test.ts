import { describe, expect, it } from 'vitest';
import type { JwtProvider, JwtRequirement } from '@/lib/xds';
import { checkClaims, compileJwt, evaluateRequirement, findJwtRequirement, findTokens } from './require-jwt';
import type { JwtStatus } from './require-jwt';
import { plainRequest } from './routing-request';

const requirement: JwtRequirement = { requires_any: { requirements: [{ provider_name: 'p' }, { allow_missing: {} }] } };

function provider(config: JwtProvider) {
  const found = compileJwt({ providers: { p: config } }).providers.get('p');
  if (!found) throw new Error('no provider');
  return found;
}

describe('findJwtRequirement', () => {
  const jwt = compileJwt({
    providers: { p: { issuer: 'i' } },
    bypass_cors_preflight: true,
    rules: [{ match: { prefix: '/open' } }, { match: { prefix: '/' }, requires: requirement }],
    requirement_map: { strict: { provider_name: 'p' } },
  });

  it('takes the first rule that fits', () => {
    expect(findJwtRequirement(jwt, plainRequest({ path: '/open/x' }), null)).toBeNull();
    expect(findJwtRequirement(jwt, plainRequest({ path: '/x' }), null)).toBe(requirement);
  });

  it('lets preflights pass and routes choose', () => {
    const headers = { origin: 'http://a', 'access-control-request-method': 'GET' };
    expect(findJwtRequirement(jwt, plainRequest({ path: '/x', method: 'OPTIONS', headers }), null)).toBeNull();
    expect(findJwtRequirement(jwt, plainRequest({ path: '/x' }), { disabled: true })).toBeNull();
    expect(findJwtRequirement(jwt, plainRequest({ path: '/open' }), { requirement_name: 'strict' })).toEqual({ provider_name: 'p' });
  });
});

describe('findTokens', () => {
  it('looks at the default places', () => {
    const request = plainRequest({ path: '/?access_token=q', headers: { authorization: 'Bearer a.b.c' } });
    expect(findTokens(provider({}), request).map(({ from, token }) => `${from} ${token}`)).toEqual(['header a.b.c', 'parameter q']);
    expect(findTokens(provider({}), plainRequest({ path: '/', headers: { authorization: 'Basic a' } }))).toEqual([]);
  });

  it('looks where it is told to, and nowhere else', () => {
    const own = provider({ from_headers: [{ name: 'X-Token', value_prefix: 'T ' }], from_cookies: ['session'] });
    const request = plainRequest({
      path: '/?access_token=q',
      headers: { 'x-token': 'T abc', cookie: 'a=1; session="xyz"', authorization: 'Bearer b' },
    });
    expect(findTokens(own, request).map(({ token }) => token)).toEqual(['abc', 'xyz']);
  });
});

describe('checkClaims', () => {
  const now = 1_000_000_000;
  it.each<[JwtProvider, Record<string, string | number | string[]>, JwtStatus]>([
    [{ issuer: 'i' }, { iss: 'i' }, 'ok'],
    [{ issuer: 'i' }, { iss: 'j' }, 'Jwt issuer is not configured'],
    [{ issuer: 'i' }, { iss: 'i', exp: now / 1000 - 59 }, 'ok'],
    [{ issuer: 'i' }, { iss: 'i', exp: now / 1000 - 61 }, 'Jwt is expired'],
    [{ issuer: 'i' }, { iss: 'i', nbf: now / 1000 + 61 }, 'Jwt not yet valid'],
    [{ issuer: 'i', audiences: ['a'] }, { iss: 'i', aud: 'a' }, 'ok'],
    [{ issuer: 'i', audiences: ['https://a/'] }, { iss: 'i', aud: ['b', 'a'] }, 'ok'],
    [{ issuer: 'i', audiences: ['a'] }, { iss: 'i', aud: 'b' }, 'Audiences in Jwt are not allowed'],
    [{ issuer: 'i', audiences: ['a'] }, { iss: 'i' }, 'Audiences in Jwt are not allowed'],
    [{ subjects: { prefix: 'user-' } }, { sub: 'user-1' }, 'ok'],
    [{ subjects: { prefix: 'user-' } }, { sub: 'bot-1' }, 'Jwt subject is not allowed'],
  ])('%j with %j: %s', (config, payload, status) => {
    expect(checkClaims(provider(config), payload, now)).toBe(status);
  });
});

describe('evaluateRequirement', () => {
  it.each<[JwtRequirement, Record<string, JwtStatus>, JwtStatus]>([
    [requirement, { p: 'ok' }, 'ok'],
    [requirement, { p: 'Jwt is missing' }, 'ok'],
    [requirement, { p: 'Jwt is expired' }, 'Jwt is expired'],
    [{ provider_name: 'p' }, { p: 'Jwt is missing' }, 'Jwt is missing'],
    [{ requires_any: { requirements: [{ provider_name: 'p' }, { allow_missing_or_failed: {} }] } }, { p: 'Jwt is expired' }, 'ok'],
    [{ requires_any: { requirements: [{ provider_name: 'p' }, { provider_name: 'q' }] } }, { p: 'Jwt is missing', q: 'ok' }, 'ok'],
    [
      { requires_any: { requirements: [{ provider_name: 'p' }, { provider_name: 'q' }] } },
      { p: 'Jwt verification fails', q: 'Jwt is missing' },
      'Jwt verification fails',
    ],
    [
      { requires_all: { requirements: [{ provider_name: 'p' }, { provider_name: 'q' }] } },
      { p: 'ok', q: 'Jwt is missing' },
      'Jwt is missing',
    ],
  ])('%j', (wanted, statuses, expected) => {
    expect(evaluateRequirement(wanted, (name) => statuses[name] ?? 'Jwt is missing')).toBe(expected);
  });
});
