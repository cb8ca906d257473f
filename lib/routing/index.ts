/**
 * What a request will do, in pure code. The proxy routes with it on its hot path, previews and simulations ask it beforehand: one
 * implementation, so that they cannot disagree.
 */
export { anyHost, createBalancer } from './balance-load';
export type { Balancer, PickContext } from './balance-load';
export { readHosts } from './balance-hosts';
export type { HostSet, LbHost } from './balance-hosts';
export type { PriorityLoad } from './balance-priorities';
export { buildLocation } from './build-redirect';
export { chooseFilterChain, chooseTcpCluster } from './choose-filter-chain';
export type { NewConnection } from './choose-filter-chain';
export { chooseUpstreamSocket, compileCluster } from './compile-cluster';
export type { BalancerSettings, ClusterSettings, UpstreamSocket } from './compile-cluster';
export { compileListener } from './compile-listener';
export type { CompiledFilterChain, CompiledHttpFilter, CompiledHttpManager, CompiledListener, CompiledTcpProxy } from './compile-listener';
export type { CompiledRbac, CompiledRbacFilter } from './compile-rbac';
export { compileRegex } from './compile-regex';
export type { CompiledRegex } from './compile-regex';
export { compileRouteConfiguration } from './compile-route-configuration';
export { decide } from './decide';
export { decideCors } from './decide-cors';
export type { CompiledCors, CorsDecision } from './decide-cors';
export { appliesToRequest, decideFault } from './decide-fault';
export type { CompiledFault, FaultCircumstances, FaultDecision } from './decide-fault';
export { createOutlierDetector } from './detect-outliers';
export type { LocalFailure, OutlierDetector, OutlierSettings } from './detect-outliers';
export { evaluateRbac, rbacDenialDetails } from './evaluate-rbac';
export type { PolicyConnection, RbacVerdict } from './evaluate-rbac';
export { explain } from './explain';
export type { Explanation, TriedRoute } from './explain';
export { findVirtualHost } from './find-virtual-host';
export type { HostMatchKind } from './find-virtual-host';
export { hashRequest } from './hash-request';
export type { CompiledHashPolicy, RequestHash } from './hash-request';
export { emptyLoad, mayConnect, mayRetry, maySend, mayWait } from './limit-circuit';
export type { CircuitLimits, CircuitLoad } from './limit-circuit';
export type { HeaderTest } from './match-header';
export { parseIp } from '@/lib/model';
export type { IpAddress, IpRange } from '@/lib/model';
export { isGrpc } from './match-route';
export { normalizePath } from './normalize-path';
export { removeQueryParameter } from './match-query';
export type { RouteCondition } from './match-route';
export { compileStringMatcher, testString } from './match-string';
export type { StringTest } from './match-string';
export { applyHeaderMutations } from './mutate-headers';
export type { HeaderMutation, MutableHeaders, ResolveCommand } from './mutate-headers';
export { drawFraction, durationMs, fractionPercent } from './read-values';
export type { Fraction } from './read-values';
export { checkClaims, evaluateRequirement, findJwtRequirement, findTokens, jwtHttpStatus } from './require-jwt';
export type { CompiledJwt, CompiledJwtProvider, FoundToken, JwtStatus } from './require-jwt';
export { resolveTimeouts } from './resolve-timeouts';
export type { RequestTimeouts } from './resolve-timeouts';
export { listConditions, requestedDelayMs, retryDelayMs, retryPolicyFor, shouldRetryReset, shouldRetryResponse } from './retry-policy';
export type { CompiledRetryPolicy, ResetReason } from './retry-policy';
export { rewriteHost, shadowHost } from './rewrite-host';
export { rewritePath } from './rewrite-path';
export type {
  CompiledRoute,
  CompiledVirtualHost,
  Decision,
  DecisionKind,
  FilterOverrides,
  Mirror,
  RedirectSettings,
  RouteActionSettings,
  RouteTable,
} from './route-table';
export { plainRequest, readStructPath } from './routing-request';
export type { PlainRequest, Random, RoutingRequest } from './routing-request';
export { xxHash64 } from './xxhash64';
