import type {
  ClusterWeight,
  HeaderMutations,
  PerFilterConfigs,
  RequestMirrorPolicy,
  Route,
  RouteAction,
  RouteConfiguration,
  VirtualHost,
} from '@/lib/xds';
import { HeddleError } from '@/lib/errors';
import { compileFilterOverrides } from './compile-filter-overrides';
import { compileReplacement } from './compile-regex';
import { compileRedirect } from './build-redirect';
import { compileHashPolicy } from './hash-request';
import { compileRouteMatch } from './match-route';
import type { PathTest } from './match-path';
import { compileHeaderMutations } from './mutate-headers';
import { compileRuntimeFraction, durationMs, readProvenance } from './read-values';
import { compileRetryPolicy } from './retry-policy';
import { compilePathRewrite } from './rewrite-path';
import type { CompiledRoute, CompiledVirtualHost, Decision, HostRewrite, Mirror, RouteActionSettings } from './route-table';

/** Envoy's default when a route says nothing. */
const defaultTimeoutMs = 15_000;

const clusterNotFoundStatuses = { SERVICE_UNAVAILABLE: 503, NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500 } as const;

/** What surrounds a route: its levels of header changes and filter settings. */
export interface RouteSurroundings {
  readonly configuration: RouteConfiguration;
  readonly host: VirtualHost;
  readonly compiledHost: CompiledVirtualHost;
}

/** Compiles one route with all its outcomes. Throws `invalid_config`. */
export function compileRoute(route: Route, index: number, around: RouteSurroundings): CompiledRoute {
  const match = compileRouteMatch(route.match);
  const decisions: Decision[] = [];
  const weights = routeWeights(route);
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  if (totalWeight === 0)
    throw new HeddleError('invalid_config', `The weights of route ${JSON.stringify(route.name ?? index)} sum up to 0.`);
  let running = 0;
  const compiled: CompiledRoute = {
    ...match,
    name: route.name ?? '',
    index,
    decisions,
    cumulativeWeights: weights.map((weight) => (running += weight)),
    totalWeight,
    weightHeader: route.route?.weighted_clusters?.header_name?.toLowerCase() ?? null,
    action: route.route === undefined ? null : compileAction(route.route, match.path, around),
    provenance: readProvenance(route.metadata),
    source: route,
  };
  const clusters = route.route?.weighted_clusters?.clusters ?? [undefined];
  for (const [at, cluster] of clusters.entries()) {
    const weight = weights[at] ?? 0;
    decisions.push(compileDecision(compiled, cluster, weight, (weight / totalWeight) * 100, around));
  }
  return compiled;
}

function routeWeights(route: Route): number[] {
  const clusters = route.route?.weighted_clusters?.clusters;
  return clusters === undefined ? [100] : clusters.map((cluster) => cluster.weight?.value ?? 0);
}

function compileDecision(
  route: CompiledRoute,
  weighted: ClusterWeight | undefined,
  weight: number,
  percent: number,
  around: RouteSurroundings,
): Decision {
  const { source } = route;
  const levels = headerLevels(weighted, source, around);
  const perFilter: (PerFilterConfigs | undefined)[] = [
    weighted?.typed_per_filter_config,
    source.typed_per_filter_config,
    around.host.typed_per_filter_config,
    around.configuration.typed_per_filter_config,
  ];
  const literalHost = weighted?.host_rewrite_literal;
  return {
    kind: decisionKind(source),
    virtualHost: around.compiledHost,
    route,
    cluster: weighted?.name ?? source.route?.cluster ?? '',
    clusterHeader: (weighted === undefined ? source.route?.cluster_header : weighted.cluster_header)?.toLowerCase() ?? null,
    weight,
    percent,
    clusterHost: literalHost === undefined || literalHost === '' ? null : literalHost,
    hostRewrite: route.action?.hostRewrite ?? null,
    requestMutations: compileHeaderMutations(levels, 'request'),
    responseMutations: compileHeaderMutations(levels, 'response'),
    filters: compileFilterOverrides(perFilter),
    metadataMatch: weighted?.metadata_match ?? source.route?.metadata_match ?? null,
    redirect: source.redirect === undefined ? null : compileRedirect(source.redirect, route.path),
    directResponse: compileDirectResponse(source),
    provenance: readProvenance(weighted?.metadata_match) ?? route.provenance,
    binding: null,
  };
}

/** Most specific first, unless the configuration wants the most specific to have the last word. */
function headerLevels(weighted: ClusterWeight | undefined, route: Route, around: RouteSurroundings): (HeaderMutations | undefined)[] {
  const levels = [weighted, route, around.host, around.configuration];
  return around.configuration.most_specific_header_mutations_wins === true ? levels.toReversed() : levels;
}

function decisionKind(route: Route): Decision['kind'] {
  if (route.route !== undefined) return 'forward';
  if (route.redirect !== undefined) return 'redirect';
  if (route.direct_response !== undefined) return 'direct_response';
  return 'non_forwarding';
}

function compileDirectResponse(route: Route): Decision['directResponse'] {
  const action = route.direct_response;
  if (action === undefined) return null;
  return { status: action.status, body: action.body?.inline_string ?? action.body?.inline_bytes ?? '' };
}

function compileAction(action: RouteAction, path: PathTest, around: RouteSurroundings): RouteActionSettings {
  const retry = action.retry_policy ?? around.host.retry_policy;
  const mirrors = firstNonEmpty(
    action.request_mirror_policies,
    around.host.request_mirror_policies,
    around.configuration.request_mirror_policies,
  );
  const stream = action.max_stream_duration;
  return {
    timeoutMs: durationMs(action.timeout, defaultTimeoutMs),
    idleTimeoutMs: durationMs(action.idle_timeout, null),
    maxStreamMs: durationMs(stream?.max_stream_duration, null),
    grpcTimeoutMaxMs: durationMs(stream?.grpc_timeout_header_max ?? action.max_grpc_timeout, null),
    // The deprecated field replaces the route's timeout also where the header is missing; its successor leaves it.
    grpcTimeoutMissingMs: durationMs(stream === undefined ? action.max_grpc_timeout : action.timeout, defaultTimeoutMs),
    grpcTimeoutOffsetMs: durationMs(stream?.grpc_timeout_header_offset ?? action.grpc_timeout_offset, 0),
    retry: retry === undefined ? null : compileRetryPolicy(retry),
    mirrors: mirrors.map(compileMirror),
    hashPolicies: (action.hash_policy ?? []).map(compileHashPolicy),
    pathRewrite: compilePathRewrite(path, action.prefix_rewrite, action.regex_rewrite),
    hostRewrite: compileHostRewrite(action),
    appendForwardedHost: action.append_x_forwarded_host ?? false,
    highPriority: action.priority === 'HIGH',
    clusterNotFoundStatus: clusterNotFoundStatuses[action.cluster_not_found_response_code ?? 'SERVICE_UNAVAILABLE'],
    upgrades: new Map(
      (action.upgrade_configs ?? []).map((upgrade) => [upgrade.upgrade_type.toLowerCase(), upgrade.enabled?.value ?? true]),
    ),
  };
}

function firstNonEmpty(...lists: (RequestMirrorPolicy[] | undefined)[]): RequestMirrorPolicy[] {
  return lists.find((list) => list !== undefined && list.length > 0) ?? [];
}

function compileMirror(mirror: RequestMirrorPolicy): Mirror {
  return {
    cluster: mirror.cluster ?? '',
    clusterHeader: mirror.cluster_header?.toLowerCase() ?? null,
    fraction: compileRuntimeFraction(mirror.runtime_fraction),
    suffixHost: mirror.disable_shadow_host_suffix_append !== true,
    traceSampled: mirror.trace_sampled?.value ?? null,
  };
}

function compileHostRewrite(action: RouteAction): HostRewrite | null {
  if (action.host_rewrite_literal !== undefined && action.host_rewrite_literal !== '') {
    return { kind: 'literal', host: action.host_rewrite_literal };
  }
  if (action.auto_host_rewrite?.value === true) return { kind: 'upstream' };
  if (action.host_rewrite_header !== undefined) return { kind: 'header', name: action.host_rewrite_header.toLowerCase() };
  const regex = action.host_rewrite_path_regex;
  if (regex === undefined) return null;
  return { kind: 'path', replace: compileReplacement(regex.pattern.regex, regex.substitution ?? '') };
}
