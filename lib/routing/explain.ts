import type { Provenance } from '@/lib/xds';
import { chooseDecision, noHost, noRoute } from './decide';
import type { HostMatchKind } from './find-virtual-host';
import { explainVirtualHost } from './find-virtual-host';
import { findPathEnd } from './match-path';
import { describeFailure, matched, matchRoute } from './match-route';
import type { CompiledRoute, Decision, RouteTable } from './route-table';
import type { Random, RoutingRequest } from './routing-request';

/** A route that was tried before the one that won, and its first condition that did not hold. */
export interface TriedRoute {
  readonly route: string;
  readonly index: number;
  readonly provenance: Provenance | null;
  /** In words: `header end-user is "jason"`. */
  readonly failed: string;
}

export interface Explanation {
  readonly decision: Decision;
  readonly host: { readonly name: string; readonly kind: HostMatchKind; readonly domain: string } | null;
  readonly tried: readonly TriedRoute[];
  /** All outcomes the matched route can have, with their shares. */
  readonly outcomes: readonly Decision[];
}

/**
 * The decision with its reasons. It walks the table with the same matchers as `decide` and draws in the same order: given the same random
 * numbers it reaches the same decision.
 */
export function explain(table: RouteTable, request: RoutingRequest, random: Random): Explanation {
  const found = explainVirtualHost(table, request.authority);
  if (found === null) return { decision: noHost, host: null, tried: [], outcomes: [noHost] };
  const { tlsRedirect, routes } = found.host;
  const host = { name: found.host.name, kind: found.kind, domain: found.domain };
  if (tlsRedirect !== null && request.scheme !== 'https') return { decision: tlsRedirect, host, tried: [], outcomes: [tlsRedirect] };
  const pathEnd = findPathEnd(request.path, table.ignorePathParameters);
  const tried: TriedRoute[] = [];
  for (const route of routes) {
    const result = matchRoute(route, request, pathEnd, random);
    if (result === matched) return { decision: chooseDecision(route, request, random), host, tried, outcomes: route.decisions };
    tried.push(describeTried(route, result));
  }
  return { decision: noRoute, host, tried, outcomes: [noRoute] };
}

function describeTried(route: CompiledRoute, result: number): TriedRoute {
  return { route: route.name, index: route.index, provenance: route.provenance, failed: describeFailure(route, result) };
}
