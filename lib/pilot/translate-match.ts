import type { HeaderMatcher, MetadataMatcher, QueryParameterMatcher, RouteMatch, StringMatcher } from '@/lib/xds';
import type { GatewayApiExtras, HttpMatchSpec, StringMatch } from './route-model';

/** Claims of a validated token, by the name the jwt_authn filter files them under. */
const claimsPrefix = '@request.auth.claims';
const pseudoKeys = new Set(['uri', 'scheme', 'method', 'authority']);

/** The Envoy condition of one VirtualService match; no match is a catch-all. */
export function translateMatch(match: HttpMatchSpec | undefined, extras: GatewayApiExtras = {}): RouteMatch {
  if (match === undefined) return { prefix: '/' };
  const built: RouteMatch = pathOf(match.uri, extras);
  if (match.ignoreUriCase === true && match.uri?.regex === undefined) built.case_sensitive = { value: false };
  const headers: HeaderMatcher[] = [];
  const metadata: MetadataMatcher[] = [];
  for (const name of Object.keys(match.headers ?? {}).sort()) {
    const condition = match.headers?.[name] ?? {};
    if (pseudoKeys.has(name)) continue;
    if (name.startsWith(claimsPrefix)) metadata.push(claimMatcher(name, condition, false));
    else headers.push(headerMatcher(name, condition));
  }
  for (const name of Object.keys(match.withoutHeaders ?? {}).sort()) {
    const condition = match.withoutHeaders?.[name] ?? {};
    if (pseudoKeys.has(name)) continue;
    if (name.startsWith(claimsPrefix)) metadata.push(claimMatcher(name, condition, true));
    else headers.push(withoutHeader(name, condition));
  }
  if (match.scheme !== undefined) headers.push(headerMatcher(':scheme', match.scheme));
  if (match.method !== undefined) headers.push(headerMatcher(':method', match.method));
  if (match.authority !== undefined) headers.push(headerMatcher(':authority', match.authority));
  if (headers.length > 0) built.headers = headers;
  const parameters = Object.keys(match.queryParams ?? {})
    .sort()
    .map((name) => queryMatcher(name, match.queryParams?.[name] ?? {}));
  if (parameters.length > 0) built.query_parameters = parameters;
  if (metadata.length > 0) built.dynamic_metadata = metadata;
  return built;
}

function pathOf(uri: StringMatch | undefined, extras: GatewayApiExtras): RouteMatch {
  if (uri?.exact !== undefined) return { path: uri.exact };
  if (uri?.prefix !== undefined && uri.prefix !== '') {
    if (extras.segmentPrefix !== true || uri.prefix === '/') return { prefix: uri.prefix };
    return { path_separated_prefix: uri.prefix.endsWith('/') ? uri.prefix.slice(0, -1) : uri.prefix };
  }
  if (uri?.regex !== undefined) return { safe_regex: { regex: uri.regex } };
  return { prefix: '/' };
}

/** Whether nothing behind a route with this condition can be reached (istio.md §1.1). */
export function isCatchAll(match: RouteMatch): boolean {
  const anyPath = match.prefix === '/' || match.safe_regex?.regex === '.*' || match.safe_regex?.regex === '*';
  return (
    anyPath &&
    (match.headers ?? []).length === 0 &&
    (match.query_parameters ?? []).length === 0 &&
    (match.dynamic_metadata ?? []).length === 0
  );
}

/** Envoy's matcher of a StringMatch, or `undefined` when it only asks for presence (empty, or regex `*`). */
export function stringMatcher(condition: StringMatch): StringMatcher | undefined {
  if (condition.exact !== undefined) return { exact: condition.exact };
  if (condition.prefix !== undefined) return { prefix: condition.prefix };
  if (condition.regex !== undefined && condition.regex !== '*') return { safe_regex: { regex: condition.regex } };
  return undefined;
}

function headerMatcher(name: string, condition: StringMatch): HeaderMatcher {
  const matcher = stringMatcher(condition);
  return matcher === undefined ? { name, present_match: true } : { name, string_match: matcher };
}

function withoutHeader(name: string, condition: StringMatch): HeaderMatcher {
  const matcher = stringMatcher(condition);
  if (matcher === undefined) return { name, present_match: true, invert_match: true };
  return { name, string_match: matcher, invert_match: true, treat_missing_header_as_empty: true };
}

function queryMatcher(name: string, condition: StringMatch): QueryParameterMatcher {
  const matcher = stringMatcher(condition);
  return matcher === undefined ? { name, present_match: true } : { name, string_match: matcher };
}

/** `@request.auth.claims.group`, `@request.auth.claims[a][b]`: a value of the validated token, a list counts when one item matches. */
function claimMatcher(name: string, condition: StringMatch, invert: boolean): MetadataMatcher {
  const rest = name.slice(claimsPrefix.length);
  const claims = rest.startsWith('[') ? [...rest.matchAll(/\[([^\]]*)\]/g)].map((found) => found[1] ?? '') : rest.slice(1).split('.');
  const matcher = stringMatcher(condition);
  const value = matcher === undefined ? { present_match: true } : { string_match: matcher };
  return {
    filter: 'envoy.filters.http.jwt_authn',
    path: [{ key: 'payload' }, ...claims.map((key) => ({ key }))],
    value: { or_match: { value_matchers: [value, { list_match: { one_of: value } }] } },
    ...(invert ? { invert: true } : {}),
  };
}
