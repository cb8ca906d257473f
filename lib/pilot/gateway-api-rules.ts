import { resolveBackend } from './gateway-api-backends';
import { sourceOf } from './provenance';
import type { GRPCRoute, GRPCRouteSpec, HTTPRoute, HTTPRouteSpec } from '@/lib/kinds';
import type { ReferenceProblem } from './gateway-api-backends';
import type { GatewayApiExtras, HttpDestination, HttpMatchSpec, HttpRouteSpec, HttpRule, StringMatch } from './route-model';
import type { MeshState } from './mesh-state';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];
type Filter = NonNullable<Rule['filters']>[number];
type GrpcRule = NonNullable<GRPCRouteSpec['rules']>[number];
type GrpcMatch = NonNullable<GrpcRule['matches']>[number];
type Headers = NonNullable<HttpRouteSpec['headers']>;

/** One match of one rule, with what decides its place among all routes of a host. */
export interface RankedRule {
  rule: HttpRule;
  rank: readonly number[];
  age: string;
}

/** What the rules of a route come to. */
export interface TranslatedRoute {
  rules: readonly RankedRule[];
  problems: readonly ReferenceProblem[];
  /** Rules that had to be refused, as the route's Accepted condition tells. */
  refused: string | undefined;
}

/** Rules of an HTTPRoute or GRPCRoute, each match by itself, so that matches of several routes can be put in order. */
export function translateRules(state: MeshState, route: HTTPRoute | GRPCRoute): TranslatedRoute {
  const source = sourceOf(route);
  const namespace = route.metadata.namespace ?? 'default';
  const age = `${route.metadata.creationTimestamp ?? ''}|${namespace}/${route.metadata.name}`;
  const problems: ReferenceProblem[] = [];
  const rules: RankedRule[] = [];
  let refused: string | undefined;
  for (const [index, rule] of (route.spec.rules ?? []).entries()) {
    const path = `spec.rules[${index}]`;
    try {
      const isGrpc = route.kind === 'GRPCRoute';
      const matches = isGrpc ? ((rule as GrpcRule).matches ?? [{}]).map(grpcMatch) : ((rule as Rule).matches ?? [{}]).map(httpMatch);
      const base = translateRule(state, rule as Rule, { kind: route.kind, namespace }, problems);
      for (const [matchIndex, match] of (matches.length === 0 ? [httpMatch({})] : matches).entries()) {
        rules.push({
          rule: {
            origin: { source, path },
            spec: { ...base.spec, match: [match], name: `${namespace}.${route.metadata.name}.${index}` },
            extras: { ...base.extras, segmentPrefix: !isGrpc },
          },
          rank: rankOf(match, index, matchIndex),
          age,
        });
      }
    } catch (error) {
      refused = `${path}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return { rules, problems, refused };
}

/** Exact path, longest prefix, method, most headers, most query parameters, oldest route, first rule (istio.md §1.12). */
export function compareRanked(left: RankedRule, right: RankedRule): number {
  for (let index = 0; index < 5; index += 1) {
    const difference = (right.rank[index] ?? 0) - (left.rank[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.age !== right.age) return left.age < right.age ? -1 : 1;
  return (left.rank[5] ?? 0) - (right.rank[5] ?? 0) || (left.rank[6] ?? 0) - (right.rank[6] ?? 0);
}

function rankOf(match: HttpMatchSpec, ruleIndex: number, matchIndex: number): number[] {
  const { uri } = match;
  const kind = uri?.exact !== undefined ? 3 : uri?.regex !== undefined ? 1 : 2;
  const length = (uri?.exact ?? uri?.prefix ?? uri?.regex ?? '/').length;
  // Method has a place of its own before the header count.
  return [
    kind * 100_000 + length,
    match.method === undefined ? 0 : 1,
    Object.keys(match.headers ?? {}).length,
    Object.keys(match.queryParams ?? {}).length,
    0,
    ruleIndex,
    matchIndex,
  ];
}

function textMatch(type: 'Exact' | 'RegularExpression' | undefined, value: string): StringMatch {
  return type === 'RegularExpression' ? { regex: value } : { exact: value };
}

function httpMatch(match: Match): HttpMatchSpec {
  const path = match.path?.value ?? '/';
  const built: HttpMatchSpec = {
    uri: match.path?.type === 'Exact' ? { exact: path } : match.path?.type === 'RegularExpression' ? { regex: path } : { prefix: path },
  };
  // Of two conditions on one header the first counts (Gateway API).
  const headers = firstByName(match.headers ?? [], (name) => name.toLowerCase());
  if (Object.keys(headers).length > 0) built.headers = headers;
  const parameters = firstByName(match.queryParams ?? [], (name) => name);
  if (Object.keys(parameters).length > 0) built.queryParams = parameters;
  if (match.method !== undefined) built.method = { exact: match.method };
  return built;
}

function firstByName(
  conditions: readonly { name: string; type?: 'Exact' | 'RegularExpression' | undefined; value: string }[],
  key: (name: string) => string,
): Record<string, StringMatch> {
  const found: Record<string, StringMatch> = {};
  for (const { name, type, value } of conditions) found[key(name)] ??= textMatch(type, value);
  return found;
}

function grpcMatch(match: GrpcMatch): HttpMatchSpec {
  const { service, method, type } = match.method ?? {};
  const built: HttpMatchSpec = {};
  if (type === 'RegularExpression') built.uri = { regex: `/${service ?? '[^/]+'}/${method ?? '[^/]+'}` };
  else if (service !== undefined && method !== undefined) built.uri = { exact: `/${service}/${method}` };
  else if (service !== undefined) built.uri = { prefix: `/${service}/` };
  else if (method !== undefined) built.uri = { regex: `/[^/]+/${method.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}` };
  else built.uri = { prefix: '/' };
  const headers = firstByName(match.headers ?? [], (name) => name.toLowerCase());
  if (Object.keys(headers).length > 0) built.headers = headers;
  return built;
}

function translateRule(
  state: MeshState,
  rule: Rule,
  from: { kind: string; namespace: string },
  problems: ReferenceProblem[],
): { spec: HttpRouteSpec; extras: GatewayApiExtras } {
  const spec: HttpRouteSpec = {};
  const extras: GatewayApiExtras = {};
  for (const filter of rule.filters ?? []) applyFilter(state, spec, extras, filter, from, problems);
  if (spec.redirect !== undefined) return { spec, extras };
  let invalid = 0;
  const targets: HttpDestination[] = [];
  for (const reference of rule.backendRefs ?? []) {
    const weight = reference.weight ?? 1;
    const resolved = resolveBackend(state, reference, from);
    if ('problem' in resolved) {
      problems.push(resolved.problem);
      invalid += weight;
      continue;
    }
    const headers = backendHeaders(reference.filters ?? []);
    targets.push({ destination: resolved.destination, weight, ...(headers === undefined ? {} : { headers }) });
  }
  const weighted = targets.filter((target) => (target.weight ?? 0) > 0);
  if (weighted.length === 0) {
    spec.directResponse = { status: 500 };
    return { spec, extras };
  }
  spec.route = weighted;
  if (invalid > 0) extras.invalidWeight = invalid;
  applyTimeouts(spec, extras, rule);
  return { spec, extras };
}

function applyTimeouts(spec: HttpRouteSpec, extras: GatewayApiExtras, rule: Rule): void {
  const request = rule.timeouts?.request;
  const backend = rule.timeouts?.backendRequest;
  if (request !== undefined) spec.timeout = request;
  if (rule.retry === undefined && backend === undefined) return;
  spec.retries = { attempts: rule.retry?.attempts ?? 2 };
  if (rule.retry?.backoff !== undefined) spec.retries.backoff = rule.retry.backoff;
  if (backend !== undefined && backend !== '0s') spec.retries.perTryTimeout = backend;
  if (rule.retry?.codes !== undefined && rule.retry.codes.length > 0) extras.retryCodes = rule.retry.codes;
}

function backendHeaders(filters: readonly Filter[]): Headers | undefined {
  const headers: Headers = {};
  for (const filter of filters) {
    if (filter.requestHeaderModifier !== undefined) headers.request = modifier(filter.requestHeaderModifier);
    else if (filter.responseHeaderModifier !== undefined) headers.response = modifier(filter.responseHeaderModifier);
    else throw new Error(`Filter ${filter.type} has no effect on a backend here`);
  }
  return Object.keys(headers).length === 0 ? undefined : headers;
}

function modifier(changes: NonNullable<Filter['requestHeaderModifier']>): NonNullable<Headers['request']> {
  const built: NonNullable<Headers['request']> = {};
  if (changes.set !== undefined) built.set = Object.fromEntries(changes.set.map(({ name, value }) => [name, value]));
  if (changes.add !== undefined) built.add = Object.fromEntries(changes.add.map(({ name, value }) => [name, value]));
  if (changes.remove !== undefined) built.remove = [...changes.remove];
  return built;
}

function applyFilter(
  state: MeshState,
  spec: HttpRouteSpec,
  extras: GatewayApiExtras,
  filter: Filter,
  from: { kind: string; namespace: string },
  problems: ReferenceProblem[],
): void {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      if (filter.requestHeaderModifier !== undefined) spec.headers = { ...spec.headers, request: modifier(filter.requestHeaderModifier) };
      return;
    case 'ResponseHeaderModifier':
      if (filter.responseHeaderModifier !== undefined)
        spec.headers = { ...spec.headers, response: modifier(filter.responseHeaderModifier) };
      return;
    case 'RequestRedirect':
      applyRedirect(spec, extras, filter.requestRedirect ?? {});
      return;
    case 'URLRewrite': {
      const rewrite = filter.urlRewrite ?? {};
      spec.rewrite = rewrite.hostname === undefined ? {} : { authority: rewrite.hostname };
      if (rewrite.path?.type === 'ReplaceFullPath') extras.replaceFullPath = rewrite.path.replaceFullPath ?? '/';
      if (rewrite.path?.type === 'ReplacePrefixMatch') extras.replacePrefix = rewrite.path.replacePrefixMatch ?? '/';
      return;
    }
    case 'RequestMirror': {
      const mirror = filter.requestMirror;
      if (mirror === undefined) return;
      const resolved = resolveBackend(state, mirror.backendRef, from);
      if ('problem' in resolved) {
        problems.push(resolved.problem);
        return;
      }
      const percent =
        mirror.fraction === undefined ? mirror.percent : (100 * mirror.fraction.numerator) / (mirror.fraction.denominator ?? 100);
      spec.mirrors = [
        ...(spec.mirrors ?? []),
        { destination: resolved.destination, ...(percent === undefined ? {} : { percentage: { value: percent } }) },
      ];
      return;
    }
    case 'CORS': {
      const { cors = {} } = filter;
      spec.corsPolicy = {
        allowOrigins: (cors.allowOrigins ?? []).map(corsOrigin),
        ...(cors.allowMethods === undefined ? {} : { allowMethods: cors.allowMethods }),
        ...(cors.allowHeaders === undefined ? {} : { allowHeaders: cors.allowHeaders }),
        ...(cors.exposeHeaders === undefined ? {} : { exposeHeaders: cors.exposeHeaders }),
        ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
        maxAge: `${cors.maxAge ?? 5}s`,
        unmatchedPreflights: 'IGNORE',
      };
      return;
    }
    default:
      throw new Error(`Filter ${filter.type} has no effect here`);
  }
}

function corsOrigin(origin: string): StringMatch {
  if (origin === '*') return { regex: '.*' };
  if (!origin.includes('*')) return { exact: origin };
  return {
    regex: origin
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  };
}

/** Redirects default to 302 here; without a port, a scheme means its own, and no scheme the one asked for. */
function applyRedirect(spec: HttpRouteSpec, extras: GatewayApiExtras, redirect: NonNullable<Filter['requestRedirect']>): void {
  spec.redirect = {
    redirectCode: redirect.statusCode ?? 302,
    ...(redirect.hostname === undefined ? {} : { authority: redirect.hostname }),
    ...(redirect.scheme === undefined ? {} : { scheme: redirect.scheme }),
    ...(redirect.port === undefined
      ? { derivePort: redirect.scheme === undefined ? ('FROM_REQUEST_PORT' as const) : ('FROM_PROTOCOL_DEFAULT' as const) }
      : { port: redirect.port }),
  };
  if (redirect.path?.type === 'ReplaceFullPath') spec.redirect.uri = redirect.path.replaceFullPath ?? '/';
  if (redirect.path?.type === 'ReplacePrefixMatch') extras.redirectReplacePrefix = redirect.path.replacePrefixMatch ?? '/';
}
