import type { CompiledFilterChain, Decision, FilterOverrides, PolicyConnection, RbacVerdict, RoutingRequest } from '@/lib/routing';
import { evaluateRbac, jwtHttpStatus, readStructPath } from '@/lib/routing';
import type { StructValue } from '@/lib/xds';
import { judgeTokens } from './read-token';
import type { Authorization } from './simulation';

/** What the policies of one proxy say of a request or connection. */
export interface PolicyOutcome {
  readonly authorization: Authorization;
  /** Null: it goes on. */
  readonly status: number | null;
  readonly reason: string;
  /** The request with what the filters know about it (claims of its token). */
  readonly request: RoutingRequest | null;
}

const jwtFilter = 'envoy.filters.http.jwt_authn';

/**
 * Runs the policies of a filter chain in its order: network RBAC, then JWT and RBAC of the HTTP filters. The first refusal ends it.
 * `findOverrides` is asked once the claims are known, because routes may depend on them.
 */
export function applyPolicies(
  chain: CompiledFilterChain,
  request: RoutingRequest | null,
  connection: PolicyConnection,
  nowMs: number,
  findOverrides: (request: RoutingRequest) => Decision['filters'] | null,
): PolicyOutcome {
  let allowedBy: string | null = null;
  for (const filter of chain.rbac) {
    const verdict = filter.rules === null ? null : evaluateRbac(filter.rules, null, connection);
    if (verdict !== null && !verdict.allowed) return refusal(verdict, 403, 'The connection is closed (TCP policy)', request);
    allowedBy = (filter.rules?.action === 'ALLOW' ? verdict?.policy : null) ?? allowedBy;
  }
  let current = request;
  for (const filter of request === null ? [] : (chain.http?.filters ?? [])) {
    if (current === null) break;
    if (filter.kind === 'jwt') {
      const outcome = judgeTokens(filter.jwt, current, findOverrides(current)?.jwt ?? null, nowMs);
      if (outcome.status !== 'ok') {
        return {
          authorization: { verdict: 'deny', reason: outcome.status },
          status: jwtHttpStatus(outcome.status),
          reason: outcome.status,
          request: current,
        };
      }
      current = withMetadata(current, outcome.metadata);
    } else if (filter.kind === 'rbac') {
      const own: FilterOverrides['rbac'] = findOverrides(current)?.rbac ?? null;
      const rules = own === 'disabled' ? null : (own ?? filter.rbac).rules;
      const verdict = rules === null ? null : evaluateRbac(rules, current, connection);
      if (verdict !== null && !verdict.allowed) return refusal(verdict, 403, 'RBAC: access denied', current);
      allowedBy = (rules?.action === 'ALLOW' ? verdict?.policy : null) ?? allowedBy;
    }
  }
  return { authorization: { verdict: 'allow', ...policyOf(allowedBy) }, status: null, reason: '', request: current };
}

function refusal(verdict: RbacVerdict, status: number, reason: string, request: RoutingRequest | null): PolicyOutcome {
  const why = verdict.policy === null ? 'no ALLOW policy matches' : `${verdict.policy} matches`;
  return { authorization: { verdict: 'deny', ...policyOf(verdict.policy), reason: why }, status, reason, request };
}

/** Object and field behind a rule's name `ns[N]-policy[P]-rule[I]`. */
function policyOf(rule: string | null): Pick<Authorization, 'object' | 'path'> {
  const match = /^ns\[(.*?)\]-policy\[(.*?)\]-rule\[(\d+)\]/.exec(rule ?? '');
  return match === null ? {} : { object: `AuthorizationPolicy ${match[1]}/${match[2]}`, path: `spec.rules[${match[3]}]` };
}

function withMetadata(request: RoutingRequest, metadata: Readonly<Record<string, StructValue>>): RoutingRequest {
  return {
    method: request.method,
    path: request.path,
    authority: request.authority,
    scheme: request.scheme,
    header: (name) => request.header(name),
    ...(request.tls === undefined ? {} : { tls: request.tls }),
    metadata: (filter, path) => (filter === jwtFilter ? readStructPath({ ...metadata }, path) : request.metadata?.(filter, path)),
  };
}
