import type { HashPolicy } from '@/lib/xds';
import { compileReplacement } from './compile-regex';
import { readQueryParameter } from './match-query';
import { durationMs } from './read-values';
import { readCookie } from './require-jwt';
import type { RoutingRequest } from './routing-request';
import { readHeader } from './routing-request';
import { xxHash64 } from './xxhash64';

/** A compiled envoy.config.route.v3.RouteAction.HashPolicy. */
export type CompiledHashPolicy = { readonly terminal: boolean } & (
  | { readonly kind: 'header'; readonly name: string; readonly rewrite: ((value: string) => string) | null }
  | { readonly kind: 'query'; readonly name: string }
  | { readonly kind: 'sourceIp' | 'none' }
  | {
      readonly kind: 'cookie';
      readonly name: string;
      /** Null: never made here. 0: a session cookie. */
      readonly ttlSeconds: number | null;
      readonly path: string;
      readonly attributes: readonly { readonly name: string; readonly value: string }[];
    }
);

export function compileHashPolicy(policy: HashPolicy): CompiledHashPolicy {
  const terminal = policy.terminal ?? false;
  const { header, cookie, query_parameter, connection_properties } = policy;
  if (header !== undefined) {
    const rewrite = header.regex_rewrite;
    return {
      kind: 'header',
      terminal,
      name: header.header_name.toLowerCase(),
      rewrite: rewrite === undefined ? null : compileReplacement(rewrite.pattern.regex, rewrite.substitution ?? ''),
    };
  }
  if (cookie !== undefined) {
    const ttlMs = durationMs(cookie.ttl, null);
    const attributes = (cookie.attributes ?? []).map(({ name, value }) => ({ name, value: value ?? '' }));
    return {
      kind: 'cookie',
      terminal,
      name: cookie.name,
      ttlSeconds: ttlMs === null ? null : Math.floor(ttlMs / 1000),
      path: cookie.path ?? '',
      attributes,
    };
  }
  if (query_parameter !== undefined) return { kind: 'query', terminal, name: query_parameter.name };
  return { kind: connection_properties?.source_ip === true ? 'sourceIp' : 'none', terminal };
}

export interface RequestHash {
  /** Null: no policy yielded a value; the balancer then draws. */
  readonly hash: bigint | null;
  /** Cookies to send with the response, because their policy found none and has a lifetime. */
  readonly setCookies: readonly string[];
}

const noHash: RequestHash = { hash: null, setCookies: [] };

/**
 * Hashes what the policies name. `newCookieValue` makes the value of a cookie to be set (Envoy hashes both ends of the connection).
 */
export function hashRequest(
  policies: readonly CompiledHashPolicy[],
  request: RoutingRequest,
  sourceIp: string,
  newCookieValue: () => string,
): RequestHash {
  if (policies.length === 0) return noHash;
  let hash: bigint | null = null;
  const setCookies: string[] = [];
  for (const policy of policies) {
    const value = policyValue(policy, request, sourceIp, newCookieValue, setCookies);
    if (value !== undefined) {
      const one = xxHash64(value);
      hash = hash === null ? one : BigInt.asUintN(64, (hash << 1n) | (hash >> 63n)) ^ one;
    }
    if (policy.terminal && hash !== null) break;
  }
  return { hash, setCookies };
}

function policyValue(
  policy: CompiledHashPolicy,
  request: RoutingRequest,
  sourceIp: string,
  newCookieValue: () => string,
  setCookies: string[],
): string | undefined {
  switch (policy.kind) {
    case 'header': {
      const value = readHeader(request, policy.name);
      return value === undefined || policy.rewrite === null ? value : policy.rewrite(value);
    }
    case 'query':
      return readQueryParameter(request.path, policy.name);
    case 'sourceIp':
      return sourceIp === '' ? undefined : sourceIp;
    case 'cookie': {
      const value = readCookie(request.header('cookie') ?? '', policy.name);
      if (value !== '' || policy.ttlSeconds === null) return value === '' ? undefined : value;
      const made = newCookieValue();
      const age = policy.ttlSeconds === 0 ? '' : `; Max-Age=${policy.ttlSeconds}`;
      const path = policy.path === '' ? '' : `; Path=${policy.path}`;
      const attributes = policy.attributes.map(({ name, value: text }) => (text === '' ? `; ${name}` : `; ${name}=${text}`)).join('');
      setCookies.push(`${policy.name}="${made}"${age}${path}${attributes}; HttpOnly`);
      return made;
    }
    case 'none':
      return undefined;
  }
}
