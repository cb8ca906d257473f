import { matchesLabels, resolveShortName } from '@/lib/model';
import { decodeBase64 } from './decode-base64';
import { parseDuration } from './duration';
import { UNKNOWN_BACKEND } from './gateway-api-backends';
import { outboundCluster, parseOutboundCluster } from './names';
import { provenance } from './provenance';
import { resolveTrafficPolicy } from './resolve-traffic-policy';
import { fractionalPercent, hashPolicy, headerMutations, perFilterConfigs, redirectAction, retryPolicy } from './translate-actions';
import { isCatchAll, translateMatch } from './translate-match';
import { provenanceKey } from '@/lib/xds';
import type { ClusterWeight, HashPolicy, Metadata, RedirectAction, RequestMirrorPolicy, Route, RouteAction, RouteMatch } from '@/lib/xds';
import type { RegistryService } from '@/lib/model';
import type { MeshState } from './mesh-state';
import type { HttpDestination, HttpMatchSpec, HttpRule, VirtualServiceModel } from './route-model';
import type { ProxyScope } from './scope-proxy';

/** For which proxy, port and gateways routes are made. */
export interface RouteContext {
  state: MeshState;
  scope: ProxyScope;
  /** Port the client asked for. */
  listenPort: number;
  /** `mesh`, or the gateways (`namespace/name`) whose servers share the route configuration. */
  gateways: readonly string[];
  /** Whether requests arrive over TLS that the proxy terminates. */
  isTls: boolean;
}

/**
 * The routes of one VirtualService as one proxy has them, in order; nothing follows a catch-all. A rule that cannot be compiled is
 * left out and noted, the others stand.
 */
export function buildRoutes(context: RouteContext, model: VirtualServiceModel): Route[] {
  const routes: Route[] = [];
  for (const rule of model.http) {
    const matches: readonly (HttpMatchSpec | undefined)[] = (rule.spec.match ?? []).length === 0 ? [undefined] : (rule.spec.match ?? []);
    for (const [index, match] of matches.entries()) {
      if (!appliesHere(context, match)) continue;
      const route = tryTranslate(context, model, rule, match, index);
      if (route === undefined) continue;
      routes.push(route);
      if (isCatchAll(route.match)) return routes;
    }
  }
  return routes;
}

/** Conditions that are decided now, per proxy, and not per request (istio.md §1.1). */
function appliesHere(context: RouteContext, match: HttpMatchSpec | undefined): boolean {
  if (match === undefined) return true;
  if (match.port !== undefined && match.port !== 0 && match.port !== context.listenPort) return false;
  if (match.gateways !== undefined && match.gateways.length > 0) {
    // Gateways of a match override the top-level ones, and then the source is not looked at.
    return match.gateways.some((name) => context.gateways.includes(name));
  }
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== '' && match.sourceNamespace !== context.scope.namespace)
    return false;
  return matchesLabels(context.scope.labels, match.sourceLabels);
}

function tryTranslate(
  context: RouteContext,
  model: VirtualServiceModel,
  rule: HttpRule,
  match: HttpMatchSpec | undefined,
  index: number,
): Route | undefined {
  try {
    return translateRule(context, model, rule, match, index);
  } catch (error) {
    const { source, path } = rule.origin;
    context.state.cache.note({
      code: 'not_compiled',
      severity: 'error',
      object: { kind: source.kind, namespace: source.namespace, name: source.name },
      path,
      message: `The rule is left out: ${error instanceof Error ? error.message : String(error)}`,
    });
    return undefined;
  }
}

function translateRule(
  context: RouteContext,
  model: VirtualServiceModel,
  rule: HttpRule,
  match: HttpMatchSpec | undefined,
  index: number,
): Route {
  const { spec, extras = {} } = rule;
  const routeMatch = translateMatch(match, extras);
  const { mutations, host } = headerMutations(spec.headers);
  const route: Route = { ...mutations, match: routeMatch };
  const name = [spec.name, match?.name].filter((part) => part !== undefined && part !== '').join('.');
  if (name !== '') route.name = name;
  if (match?.statPrefix !== undefined && match.statPrefix !== '') route.stat_prefix = match.statPrefix;
  route.metadata = routeMetadata(rule, match === undefined ? undefined : index);
  if (spec.redirect !== undefined) {
    route.redirect = redirectAction(spec.redirect, context.listenPort, context.isTls);
    if (extras.redirectReplacePrefix !== undefined) Object.assign(route.redirect, replacePrefix(routeMatch, extras.redirectReplacePrefix));
  } else if (spec.directResponse !== undefined) {
    const { body, status } = spec.directResponse;
    if (!(status >= 200 && status <= 599)) throw new Error(`${status} is no status of a response`);
    route.direct_response = {
      status,
      ...(body?.string !== undefined ? { body: { inline_string: body.string } } : {}),
      ...(body?.bytes !== undefined ? { body: { inline_bytes: decodeBase64(body.bytes) } } : {}),
    };
  } else {
    applyDestinations(context, rule, route, routeMatch, host);
  }
  const configs = perFilterConfigs(spec);
  if (configs !== undefined) route.typed_per_filter_config = configs;
  route.decorator = { operation: operationOf(route, model.name, context.listenPort) };
  return route;
}

function routeMetadata(rule: HttpRule, matchIndex: number | undefined): Metadata {
  const { source, path } = rule.origin;
  return {
    filter_metadata: {
      [provenanceKey]: {
        ...provenance(source, path),
        ...(matchIndex === undefined ? {} : { match: `${path}.${source.kind === 'VirtualService' ? 'match' : 'matches'}[${matchIndex}]` }),
      },
    },
  };
}

function applyDestinations(context: RouteContext, rule: HttpRule, route: Route, match: RouteMatch, headerHost: string | undefined): void {
  const { spec, extras = {} } = rule;
  const timeout = parseDuration(spec.timeout) ?? { seconds: 0 };
  const action: RouteAction = { timeout, max_grpc_timeout: timeout };
  const targets = (spec.route ?? []).filter((target, _index, all) => all.length === 1 || (target.weight ?? 0) > 0);
  const all = spec.route ?? [];
  if (all.length === 0) throw new Error('It has neither route, redirect nor directResponse');
  if (targets.length === 0) throw new Error('All destinations have weight 0');
  if (!fitsWeights(all)) throw new Error('The weights of its destinations are no shares');
  const namespace = rule.origin.source.namespace;
  const only = all.length === 1 && extras.invalidWeight === undefined ? all[0] : undefined;
  const hashes: HashPolicy[] = [];
  if (only !== undefined) {
    const destination = resolveDestination(context, only.destination, namespace);
    action.cluster = destination.cluster;
    if (destination.hash !== undefined) hashes.push(destination.hash);
    const own = headerMutations(only.headers);
    mergeMutations(route, own.mutations);
    const authority = own.host ?? headerHost;
    if (authority !== undefined) action.host_rewrite_literal = authority;
  } else {
    action.weighted_clusters = {
      clusters: targets.map((target) => {
        const destination = resolveDestination(context, target.destination, namespace);
        if (destination.hash !== undefined) hashes.push(destination.hash);
        return weightedCluster(rule, target, destination.cluster, all.indexOf(target));
      }),
    };
    if (headerHost !== undefined) action.host_rewrite_literal = headerHost;
    if (extras.invalidWeight !== undefined) {
      action.weighted_clusters.clusters.push({ name: UNKNOWN_BACKEND, weight: { value: extras.invalidWeight } });
      action.cluster_not_found_response_code = 'INTERNAL_SERVER_ERROR';
    }
  }
  if (hashes.length > 0) action.hash_policy = hashes;
  const retry = retryPolicy(spec.retries ?? context.state.mesh.defaultHttpRetryPolicy, hashes.length > 0, extras.retryCodes);
  if (retry !== undefined) action.retry_policy = retry;
  applyRewrite(action, rule, match);
  const mirrors = mirrorPolicies(context, rule);
  if (mirrors.length > 0) action.request_mirror_policies = mirrors;
  route.route = action;
}

function weightedCluster(rule: HttpRule, target: HttpDestination, cluster: string, index: number): ClusterWeight {
  const { mutations, host } = headerMutations(target.headers);
  return {
    ...mutations,
    name: cluster,
    weight: { value: target.weight ?? 0 },
    ...(host === undefined ? {} : { host_rewrite_literal: host }),
    metadata_match: { filter_metadata: { [provenanceKey]: provenance(rule.origin.source, `${rule.origin.path}.route[${index}]`) } },
  };
}

function mergeMutations(route: Route, own: ReturnType<typeof headerMutations>['mutations']): void {
  for (const field of ['request_headers_to_add', 'response_headers_to_add'] as const) {
    if (own[field] !== undefined) route[field] = [...(route[field] ?? []), ...own[field]];
  }
  for (const field of ['request_headers_to_remove', 'response_headers_to_remove'] as const) {
    if (own[field] !== undefined) route[field] = [...(route[field] ?? []), ...own[field]];
  }
}

/** Whether weights can be shares: none below 0, and their sum within what Envoy counts. */
export function fitsWeights(targets: readonly { weight?: number | undefined }[]): boolean {
  const sum = targets.reduce((total, { weight = 0 }) => total + weight, 0);
  return targets.every(({ weight = 0 }) => weight >= 0) && sum <= 4_294_967_295;
}

type Destination = HttpDestination['destination'];

/** The cluster a destination means: its port, else the service's only one, else the port asked for; a host nobody knows still gets a name. */
export function resolveDestination(
  context: Pick<RouteContext, 'state' | 'scope' | 'listenPort'>,
  destination: Destination,
  namespace: string,
): { cluster: string; hash: HashPolicy | undefined; service: RegistryService | undefined } {
  const host = resolveShortName(destination.host, namespace, context.state.domain);
  const service = context.scope.byHost.get(host);
  const named = destination.port?.number;
  const port =
    named !== undefined && named !== 0
      ? named
      : service?.ports.length === 1
        ? (service.ports[0]?.port ?? context.listenPort)
        : context.listenPort;
  const subset = destination.subset ?? '';
  const cluster = outboundCluster(port, subset, host);
  if (service === undefined) return { cluster, hash: undefined, service };
  const rule = context.scope.destinationRule(service);
  const found = rule?.subsets.find((entry) => entry.subset.name === subset)?.subset;
  const policy = resolveTrafficPolicy(context.state.mesh.defaultTrafficPolicy, rule, found, port);
  return { cluster, hash: hashPolicy(policy.loadBalancer), service };
}

function applyRewrite(action: RouteAction, rule: HttpRule, match: RouteMatch): void {
  const { rewrite } = rule.spec;
  const extras = rule.extras ?? {};
  if (rewrite?.authority !== undefined && rewrite.authority !== '') action.host_rewrite_literal = rewrite.authority;
  if (rewrite?.uriRegexRewrite?.match !== undefined) {
    action.regex_rewrite = { pattern: { regex: rewrite.uriRegexRewrite.match }, substitution: rewrite.uriRegexRewrite.rewrite ?? '' };
  } else if (rewrite?.uri !== undefined && rewrite.uri !== '') {
    action.prefix_rewrite = rewrite.uri;
  }
  if (extras.replaceFullPath !== undefined) {
    action.regex_rewrite = { pattern: { regex: '/.*' }, substitution: extras.replaceFullPath };
  } else if (extras.replacePrefix !== undefined) {
    Object.assign(action, replacePrefix(match, extras.replacePrefix));
  }
}

/** What puts other segments in the place of those a prefix matched, in a rewrite as in a redirect. */
function replacePrefix(match: RouteMatch, replacement: string): Pick<RouteAction & RedirectAction, 'prefix_rewrite' | 'regex_rewrite'> {
  const prefix = match.path_separated_prefix;
  const target = replacement.length > 1 ? replacement.replace(/\/+$/, '') : replacement;
  if ((target === '/' || target === '') && prefix !== undefined) {
    // Replacing a whole segment by "/" must not leave "//rest".
    return { regex_rewrite: { pattern: { regex: `^${escapeRegex(prefix)}(/?)(.*)` }, substitution: '/\\2' } };
  }
  // "/" matches "/rest" without the slash that has to stay between the two.
  if (match.prefix === '/') return { prefix_rewrite: target.endsWith('/') ? target : `${target}/` };
  return { prefix_rewrite: target === '' ? '/' : target };
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function mirrorPolicies(context: RouteContext, rule: HttpRule): RequestMirrorPolicy[] {
  const { spec } = rule;
  const namespace = rule.origin.source.namespace;
  const wanted: { destination: Destination; percent: number }[] = [];
  if (spec.mirror !== undefined) {
    const percent =
      spec.mirrorPercentage?.value ?? (spec.mirrorPercentage !== undefined ? 0 : (spec.mirrorPercent ?? spec.mirror_percent ?? 100));
    wanted.push({ destination: spec.mirror, percent });
  }
  for (const mirror of spec.mirrors ?? []) {
    wanted.push({ destination: mirror.destination, percent: mirror.percentage === undefined ? 100 : (mirror.percentage.value ?? 0) });
  }
  return wanted
    .filter(({ percent }) => percent > 0)
    .map(({ destination, percent }) => ({
      cluster: resolveDestination(context, destination, namespace).cluster,
      runtime_fraction: { default_value: fractionalPercent(percent) },
      trace_sampled: { value: false },
    }));
}

/** The span name of a route: `host:port/path*`, or the VirtualService's name when there are several destinations. */
function operationOf(route: Route, name: string, port: number): string {
  const { match } = route;
  const prefix = match.prefix ?? match.path_separated_prefix;
  const path = prefix !== undefined ? `${prefix}*` : (match.path ?? match.safe_regex?.regex ?? '/*');
  const target = route.route?.cluster === undefined ? undefined : parseOutboundCluster(route.route.cluster);
  return target === undefined ? `${name}:${port}${path}` : `${target.host}:${target.port}${path}`;
}
