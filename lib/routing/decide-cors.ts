import type { CorsPolicy } from '@/lib/xds';
import type { StringTest } from './match-string';
import { compileStringMatcher, testString } from './match-string';
import type { Fraction } from './read-values';
import { compileRuntimeFraction, drawFraction } from './read-values';
import type { Random, RoutingRequest } from './routing-request';

/** A compiled envoy.extensions.filters.http.cors.v3.CorsPolicy. */
export interface CompiledCors {
  readonly origins: readonly StringTest[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAge: string;
  readonly allowCredentials: boolean;
  readonly allowPrivateNetwork: boolean;
  readonly forwardUnmatchedPreflights: boolean;
  readonly enabled: Fraction;
}

/** `continue`: forward, and add `responseHeaders` to the answer. `reply`: answer 200 with them and forward nothing. */
export interface CorsDecision {
  readonly kind: 'continue' | 'reply';
  readonly responseHeaders: readonly (readonly [name: string, value: string])[];
}

const untouched: CorsDecision = { kind: 'continue', responseHeaders: [] };

export function compileCors(policy: CorsPolicy): CompiledCors {
  return {
    origins: (policy.allow_origin_string_match ?? []).map(compileStringMatcher),
    allowMethods: policy.allow_methods ?? '',
    allowHeaders: policy.allow_headers ?? '',
    exposeHeaders: policy.expose_headers ?? '',
    maxAge: policy.max_age ?? '',
    allowCredentials: policy.allow_credentials?.value ?? false,
    allowPrivateNetwork: policy.allow_private_network_access?.value ?? false,
    forwardUnmatchedPreflights: policy.forward_not_matching_preflights?.value ?? true,
    enabled: compileRuntimeFraction(policy.filter_enabled),
  };
}

/** What the CORS filter does with a request; never blocks an actual request, it only leaves the headers out. */
export function decideCors(cors: CompiledCors, request: RoutingRequest, random: Random): CorsDecision {
  const origin = request.header('origin');
  if (origin === undefined || origin === '' || !drawFraction(cors.enabled, random)) return untouched;
  const allowed = cors.origins.some((test) => (test.kind === 'exact' && test.text === '*') || testString(test, origin));
  const isPreflight = request.method === 'OPTIONS' && (request.header('access-control-request-method') ?? '') !== '';
  if (!isPreflight) return allowed ? { kind: 'continue', responseHeaders: actualHeaders(cors, origin) } : untouched;
  if (allowed) return { kind: 'reply', responseHeaders: preflightHeaders(cors, origin, request) };
  // Envoy's answer to an origin that is not allowed says all but that it is.
  return cors.forwardUnmatchedPreflights ? untouched : { kind: 'reply', responseHeaders: preflightHeaders(cors, null, request) };
}

function actualHeaders(cors: CompiledCors, origin: string): [string, string][] {
  const headers: [string, string][] = [['access-control-allow-origin', origin]];
  if (cors.allowCredentials) headers.push(['access-control-allow-credentials', 'true']);
  if (cors.exposeHeaders !== '') headers.push(['access-control-expose-headers', cors.exposeHeaders]);
  return headers;
}

function preflightHeaders(cors: CompiledCors, origin: string | null, request: RoutingRequest): [string, string][] {
  const headers: [string, string][] = origin === null ? [] : [['access-control-allow-origin', origin]];
  if (cors.allowCredentials) headers.push(['access-control-allow-credentials', 'true']);
  if (cors.allowPrivateNetwork && request.header('access-control-request-private-network') === 'true') {
    headers.push(['access-control-allow-private-network', 'true']);
  }
  if (cors.allowMethods !== '') headers.push(['access-control-allow-methods', cors.allowMethods]);
  if (cors.allowHeaders !== '') headers.push(['access-control-allow-headers', cors.allowHeaders]);
  if (cors.maxAge !== '') headers.push(['access-control-max-age', cors.maxAge]);
  // Senseless in a preflight, but Envoy's answer passes the same code as every other.
  if (origin !== null && cors.exposeHeaders !== '') headers.push(['access-control-expose-headers', cors.exposeHeaders]);
  return headers;
}
