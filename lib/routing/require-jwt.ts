import type { JwtAuthentication, JwtPerRoute, JwtProvider, JwtRequirement, RouteMatch, StructValue } from '@/lib/xds';
import type { RouteCondition } from './match-route';
import { compileRouteMatch, matchRoute, matched } from './match-route';
import { readQueryParameter } from './match-query';
import { findPathEnd } from './match-path';
import type { StringTest } from './match-string';
import { compileStringMatcher, testString } from './match-string';
import type { PathTest } from './match-path';
import type { RoutingRequest } from './routing-request';
import { durationMs } from './read-values';

/** A compiled envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication: everything but checking signatures, which is I/O. */
export interface CompiledJwt {
  readonly providers: ReadonlyMap<string, CompiledJwtProvider>;
  readonly rules: readonly {
    readonly path: PathTest;
    readonly conditions: readonly RouteCondition[];
    readonly requirement: JwtRequirement | null;
  }[];
  readonly byName: ReadonlyMap<string, JwtRequirement>;
  readonly bypassPreflight: boolean;
}

export interface CompiledJwtProvider {
  readonly name: string;
  readonly config: JwtProvider;
  readonly subjects: StringTest | null;
  readonly maxLifetimeMs: number | null;
  readonly clockSkewMs: number;
}

/** A token found in a request and where. */
export interface FoundToken {
  readonly provider: string;
  readonly token: string;
  readonly from: 'header' | 'parameter' | 'cookie';
  readonly name: string;
}

/** Envoy's texts; `ok` lets the provider pass. */
export type JwtStatus =
  | 'ok'
  | 'Jwt is missing'
  | 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections'
  | 'Jwt header is an invalid Base64url encoded'
  | 'Jwt header is an invalid JSON'
  | 'Jwt payload is an invalid Base64url encoded'
  | 'Jwt payload is an invalid JSON'
  | 'Jwt verification fails'
  | 'Jwt issuer is not configured'
  | 'Jwt is expired'
  | 'Jwt not yet valid'
  | 'Audiences in Jwt are not allowed'
  | 'Jwt subject is not allowed';

export function compileJwt(config: JwtAuthentication): CompiledJwt {
  const byName = new Map(Object.entries(config.requirement_map ?? {}));
  return {
    providers: new Map(Object.entries(config.providers ?? {}).map(([name, provider]) => [name, compileProvider(name, provider)])),
    rules: (config.rules ?? []).map((rule) => ({
      ...compileMatch(rule.match),
      requirement: rule.requires ?? (rule.requirement_name === undefined ? null : (byName.get(rule.requirement_name) ?? null)),
    })),
    byName,
    bypassPreflight: config.bypass_cors_preflight ?? false,
  };
}

function compileMatch(match: RouteMatch): { path: PathTest; conditions: readonly RouteCondition[] } {
  const compiled = compileRouteMatch(match);
  return { path: compiled.path, conditions: compiled.conditions };
}

function compileProvider(name: string, config: JwtProvider): CompiledJwtProvider {
  return {
    name,
    config,
    subjects: config.subjects === undefined ? null : compileStringMatcher(config.subjects),
    maxLifetimeMs: durationMs(config.max_lifetime, null),
    clockSkewMs: (config.clock_skew_seconds || 60) * 1000,
  };
}

/** What a request must satisfy; null when nothing is required of it. */
export function findJwtRequirement(jwt: CompiledJwt, request: RoutingRequest, perRoute: JwtPerRoute | null): JwtRequirement | null {
  if (perRoute?.disabled === true) return null;
  if (jwt.bypassPreflight && isPreflight(request)) return null;
  if (perRoute?.requirement_name !== undefined) return jwt.byName.get(perRoute.requirement_name) ?? null;
  const pathEnd = findPathEnd(request.path, false);
  for (const rule of jwt.rules) {
    if (matchRoute(rule, request, pathEnd, drawNothing) === matched) return rule.requirement;
  }
  return null;
}

function drawNothing(): number {
  return 0;
}

function isPreflight(request: RoutingRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    (request.header('origin') ?? '') !== '' &&
    (request.header('access-control-request-method') ?? '') !== ''
  );
}

/** Names of the providers a requirement speaks of, in order. */
export function requiredProviders(requirement: JwtRequirement): string[] {
  if (requirement.provider_name !== undefined) return [requirement.provider_name];
  if (requirement.provider_and_audiences !== undefined) return [requirement.provider_and_audiences.provider_name];
  const inner = requirement.requires_any?.requirements ?? requirement.requires_all?.requirements ?? [];
  return [...new Set(inner.flatMap(requiredProviders))];
}

/**
 * Looks for the provider's tokens where it says; where it says nothing: `Authorization: Bearer`, then the query parameter `access_token`.
 */
export function findTokens(provider: CompiledJwtProvider, request: RoutingRequest): FoundToken[] {
  const { from_headers = [], from_params = [], from_cookies = [] } = provider.config;
  const isDefault = from_headers.length + from_params.length + from_cookies.length === 0;
  const headers = isDefault ? [{ name: 'Authorization', value_prefix: 'Bearer ' }] : from_headers;
  const parameters = isDefault ? ['access_token'] : from_params;
  const found: FoundToken[] = [];
  for (const { name, value_prefix = '' } of headers) {
    const value = request.header(name.toLowerCase());
    const at = value === undefined ? -1 : value.indexOf(value_prefix);
    if (value !== undefined && at !== -1) {
      // After a prefix the token is the run of characters that tokens are made of; without one it is all of the value.
      const token = value_prefix === '' ? value : (/[A-Za-z0-9_.-]+/.exec(value.slice(at + value_prefix.length))?.[0] ?? '');
      if (token !== '') found.push({ provider: provider.name, token, from: 'header', name: name.toLowerCase() });
    }
  }
  for (const name of parameters) {
    const token = readQueryParameter(request.path, name);
    if (token !== undefined && token !== '') found.push({ provider: provider.name, token, from: 'parameter', name });
  }
  for (const name of from_cookies) {
    const token = readCookie(request.header('cookie') ?? '', name);
    if (token !== '') found.push({ provider: provider.name, token, from: 'cookie', name });
  }
  return found;
}

/** Value of a cookie in a Cookie header, without quotes; empty when absent. */
export function readCookie(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name)
      return pair
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1');
  }
  return '';
}

/** Checks what the payload says, once the signature is known to be right. `audiences` replaces the provider's when given. */
export function checkClaims(
  provider: CompiledJwtProvider,
  payload: Readonly<Record<string, StructValue>>,
  nowMs: number,
  audiences: readonly string[] = provider.config.audiences ?? [],
): JwtStatus {
  const { issuer } = provider.config;
  if (issuer !== undefined && issuer !== '' && payload['iss'] !== issuer) return 'Jwt issuer is not configured';
  if (provider.subjects !== null && !(typeof payload['sub'] === 'string' && testString(provider.subjects, payload['sub']))) {
    return 'Jwt subject is not allowed';
  }
  const notBefore = payload['nbf'];
  if (typeof notBefore === 'number' && nowMs + provider.clockSkewMs < notBefore * 1000) return 'Jwt not yet valid';
  const expires = payload['exp'];
  if (typeof expires === 'number' && nowMs > expires * 1000 + provider.clockSkewMs) return 'Jwt is expired';
  if (typeof expires !== 'number' && provider.config.require_expiration === true) return 'Jwt verification fails';
  const issued = payload['iat'];
  if (provider.maxLifetimeMs !== null && typeof expires === 'number' && typeof issued === 'number') {
    if ((expires - issued) * 1000 > provider.maxLifetimeMs) return 'Jwt verification fails';
  }
  if (audiences.length === 0) return 'ok';
  const claimed = Array.isArray(payload['aud']) ? payload['aud'] : [payload['aud']];
  const wanted = audiences.map(plainAudience);
  return claimed.some((one) => typeof one === 'string' && wanted.includes(plainAudience(one))) ? 'ok' : 'Audiences in Jwt are not allowed';
}

/** Scheme and trailing slash of an audience do not count. */
function plainAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/**
 * Whether a requirement is met, given the status of each provider asked. `verify` is called with a provider and the audiences to hold it
 * to (undefined: its own). Of several failures the last is the one reported; a missing token yields to any other failure,
 * and so does a token of another issuer.
 */
export function evaluateRequirement(
  requirement: JwtRequirement,
  verify: (provider: string, audiences: readonly string[] | undefined) => JwtStatus,
): JwtStatus {
  if (requirement.provider_name !== undefined) return verify(requirement.provider_name, undefined);
  if (requirement.provider_and_audiences !== undefined) {
    return verify(requirement.provider_and_audiences.provider_name, requirement.provider_and_audiences.audiences);
  }
  if (requirement.requires_all !== undefined) {
    for (const one of requirement.requires_all.requirements) {
      const status = evaluateRequirement(one, verify);
      if (status !== 'ok') return status;
    }
    return 'ok';
  }
  if (requirement.requires_any !== undefined) return evaluateAny(requirement.requires_any.requirements, verify);
  // `allow_missing_or_failed`, or nothing: passes. `allow_missing` alone speaks of no provider, so there is no token it could refuse.
  return 'ok';
}

function evaluateAny(requirements: readonly JwtRequirement[], verify: Parameters<typeof evaluateRequirement>[1]): JwtStatus {
  let failure: JwtStatus = 'Jwt is missing';
  let missingIsFine = false;
  let failureIsFine = false;
  for (const one of requirements) {
    if (one.allow_missing !== undefined) missingIsFine = true;
    else if (one.allow_missing_or_failed !== undefined) failureIsFine = true;
    else {
      const status = evaluateRequirement(one, verify);
      if (status === 'ok') return 'ok';
      // That another provider issued the token says less than what its own provider finds wrong with it.
      if (status === 'Jwt issuer is not configured' ? failure === 'Jwt is missing' : status !== 'Jwt is missing') failure = status;
    }
  }
  return failureIsFine || (missingIsFine && failure === 'Jwt is missing') ? 'ok' : failure;
}

/** HTTP status of a refusal. */
export function jwtHttpStatus(status: Exclude<JwtStatus, 'ok'>): 401 | 403 {
  return status === 'Audiences in Jwt are not allowed' ? 403 : 401;
}
