import { makeEmptyDecision } from './compile-route-configuration';
import { findVirtualHost } from './find-virtual-host';
import { candidateRoutes } from './index-routes';
import { findPathEnd } from './match-path';
import { matched, matchRoute } from './match-route';
import type { CompiledRoute, CompiledVirtualHost, Decision, RouteTable } from './route-table';
import type { Random, RoutingRequest } from './routing-request';

/** No virtual host fits: 404. */
export const noHost: Decision = makeEmptyDecision('no_host', null);
/** The virtual host has no route that fits: 404. */
export const noRoute: Decision = makeEmptyDecision('no_route', null);

/**
 * Decides what becomes of a request. The result is one of the table's own decisions: nothing is allocated (but for routes that take the
 * cluster's name from a header). Randomness is drawn only where an outcome depends on it.
 */
export function decide(table: RouteTable, request: RoutingRequest, random: Random): Decision {
  const host = findVirtualHost(table, request.authority);
  return host === null ? noHost : decideInHost(table, host, request, random);
}

/** `decide` for a caller that knows the virtual host already. */
export function decideInHost(table: RouteTable, host: CompiledVirtualHost, request: RoutingRequest, random: Random): Decision {
  if (host.tlsRedirect !== null && request.scheme !== 'https') return host.tlsRedirect;
  const pathEnd = findPathEnd(request.path, table.ignorePathParameters);
  const routes = host.index === null ? host.routes : candidateRoutes(host.index, request.path);
  for (let at = 0; at < routes.length; at++) {
    const route = routes[at];
    if (route !== undefined && matchRoute(route, request, pathEnd, random) === matched) return chooseDecision(route, request, random);
  }
  return noRoute;
}

/** Draws between the weighted clusters of a matched route. */
export function chooseDecision(route: CompiledRoute, request: RoutingRequest, random: Random): Decision {
  const decisions = route.decisions;
  let chosen = decisions[0] ?? noRoute;
  if (decisions.length > 1) {
    const point = drawPoint(route, request, random);
    const sums = route.cumulativeWeights;
    for (let at = 0; at < decisions.length; at++) {
      if (point < (sums[at] ?? 0)) {
        chosen = decisions[at] ?? chosen;
        break;
      }
    }
  }
  return chosen.clusterHeader === null ? chosen : { ...chosen, cluster: request.header(chosen.clusterHeader) ?? '' };
}

function drawPoint(route: CompiledRoute, request: RoutingRequest, random: Random): number {
  if (route.weightHeader !== null) {
    const given = Number(request.header(route.weightHeader) ?? NaN);
    if (Number.isSafeInteger(given) && given >= 0) return given % route.totalWeight;
  }
  return Math.floor(random() * route.totalWeight);
}
