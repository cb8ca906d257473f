import { hashRequest, rewriteHost, rewritePath } from '@/lib/routing';
import type { Decision } from '@/lib/routing';
import { mutateRequest } from '../filters/run-filters';
import { headerText } from '../http1/byte-classes';
import type { Exchange } from './exchange';
import { randomHex64 } from './random-bits';

const noCookies: readonly string[] = [];

/** Hash of the request for hashing balancers; null when the route has no policy, or none finds a value. Remembers the cookies that are missing. */
export function hashForBalancer(exchange: Exchange, decision: Decision): bigint | null {
  const policies = decision.route?.action?.hashPolicies ?? [];
  exchange.balancerCookies = noCookies;
  if (policies.length === 0) return null;
  const { hash, setCookies } = hashRequest(policies, exchange.view, exchange.downstream.remoteAddress, randomHex64);
  exchange.balancerCookies = setCookies;
  return hash;
}

/**
 * Gives the client the cookies that tie it to an endpoint: with the answer of one, never with one of the proxy's own. As in Envoy each
 * choice of an endpoint, so each try, adds them.
 */
export function planCookies(exchange: Exchange): void {
  const { balancerCookies, responsePlan } = exchange;
  if (balancerCookies.length === 0) return;
  for (let choice = 0; choice < exchange.attempts; choice++) {
    for (const cookie of balancerCookies) {
      responsePlan.addNames.push('set-cookie');
      responsePlan.addValues.push(cookie);
    }
  }
}

/** Puts what the route changes into the plan: path, host, headers. `upstreamHost` is the name of the endpoint chosen. */
export function planUpstream(exchange: Exchange, decision: Decision, upstreamHost: string): void {
  const { view, plan } = exchange;
  const action = decision.route?.action ?? null;
  if (action !== null && action.pathRewrite !== null) {
    plan.path = headerText(rewritePath(action.pathRewrite, view.path));
    plan.originalPath = view.path;
    exchange.originalPath = view.path;
  }
  if (decision.clusterHost !== null || decision.hostRewrite !== null)
    plan.authority = headerText(rewriteHost(decision, view, upstreamHost));
  if (decision.hostRewrite !== null) {
    const before = decision.clusterHost ?? view.authority;
    if (action?.appendForwardedHost === true) plan.set('x-forwarded-host', before);
    if (!exchange.chain.suppressEnvoyHeaders) plan.set('x-envoy-original-host', before);
  }
  mutateRequest(decision.requestMutations, exchange);
}
