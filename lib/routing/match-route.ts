import type { RouteMatch } from '@/lib/xds';
import type { HeaderTest } from './match-header';
import { compileHeaderMatcher, describeHeaderTest, testHeader } from './match-header';
import type { MetadataTest } from './match-metadata';
import { compileMetadataMatcher, describeMetadataTest, testMetadata } from './match-metadata';
import type { PathTest } from './match-path';
import { compilePathMatch, describePathTest, testPath } from './match-path';
import type { QueryTest } from './match-query';
import { compileQueryMatcher, describeQueryTest, testQuery } from './match-query';
import type { Fraction } from './read-values';
import { compileRuntimeFraction, drawFraction, fractionPercent } from './read-values';
import type { Random, RoutingRequest } from './routing-request';

/** What a route asks for beside its path. */
export type RouteCondition =
  | { readonly kind: 'header'; readonly header: HeaderTest }
  | { readonly kind: 'query'; readonly query: QueryTest }
  | { readonly kind: 'grpc' }
  | { readonly kind: 'tls'; readonly presented: boolean | null; readonly validated: boolean | null }
  | { readonly kind: 'metadata'; readonly metadata: MetadataTest }
  | { readonly kind: 'fraction'; readonly fraction: Fraction };

/** A compiled envoy.config.route.v3.RouteMatch. */
export interface CompiledMatch {
  readonly path: PathTest;
  readonly conditions: readonly RouteCondition[];
}

/** Compiles a match. Conditions stand in the order in which they are tested: cheap ones first, a drawn one last. */
export function compileRouteMatch(match: RouteMatch): CompiledMatch {
  const conditions: RouteCondition[] = [];
  for (const header of match.headers ?? []) conditions.push({ kind: 'header', header: compileHeaderMatcher(header) });
  for (const query of match.query_parameters ?? []) conditions.push({ kind: 'query', query: compileQueryMatcher(query) });
  if (match.grpc !== undefined) conditions.push({ kind: 'grpc' });
  if (match.tls_context !== undefined) {
    const { presented, validated } = match.tls_context;
    conditions.push({ kind: 'tls', presented: presented?.value ?? null, validated: validated?.value ?? null });
  }
  for (const metadata of match.dynamic_metadata ?? []) conditions.push({ kind: 'metadata', metadata: compileMetadataMatcher(metadata) });
  if (match.runtime_fraction !== undefined) conditions.push({ kind: 'fraction', fraction: compileRuntimeFraction(match.runtime_fraction) });
  return { path: compilePathMatch(match), conditions };
}

/** What `matchRoute` returns for a match; other results say what failed: -1 the path, else the index of the condition. */
export const matched = -2;
const pathFailed = -1;

/**
 * Tests one route. Both `decide` and `explain` call it and nothing else, so that the reasons cannot disagree with the routing.
 */
export function matchRoute(match: CompiledMatch, request: RoutingRequest, pathEnd: number, random: Random): number {
  if (!testPath(match.path, request.path, pathEnd, request.method)) return pathFailed;
  const conditions = match.conditions;
  for (let at = 0; at < conditions.length; at++) {
    const condition = conditions[at];
    if (condition !== undefined && !testCondition(condition, request, random)) return at;
  }
  return matched;
}

function testCondition(condition: RouteCondition, request: RoutingRequest, random: Random): boolean {
  switch (condition.kind) {
    case 'header':
      return testHeader(condition.header, request);
    case 'query':
      return testQuery(condition.query, request.path);
    case 'grpc':
      return isGrpc(request);
    case 'tls':
      return (
        (condition.presented === null || condition.presented === (request.tls?.presented ?? false)) &&
        (condition.validated === null || condition.validated === (request.tls?.validated ?? false))
      );
    case 'metadata':
      return testMetadata(condition.metadata, request.metadata?.bind(request));
    case 'fraction':
      return drawFraction(condition.fraction, random);
  }
}

/** Whether a request is gRPC by its content type. */
export function isGrpc(request: RoutingRequest): boolean {
  const type = request.header('content-type');
  return type !== undefined && /^application\/grpc(?:$|\+)/.test(type);
}

/** In words, what failed (a result of `matchRoute`). */
export function describeFailure(match: CompiledMatch, failure: number): string {
  const condition = match.conditions[failure];
  return condition === undefined ? describePathTest(match.path) : describeCondition(condition);
}

function describeCondition(condition: RouteCondition): string {
  switch (condition.kind) {
    case 'header':
      return describeHeaderTest(condition.header);
    case 'query':
      return describeQueryTest(condition.query);
    case 'grpc':
      return 'content type is gRPC';
    case 'tls':
      return 'client certificate is as asked for';
    case 'metadata':
      return describeMetadataTest(condition.metadata);
    case 'fraction':
      return `is among ${fractionPercent(condition.fraction)} % of the requests`;
  }
}
