import {
  applyHeaderMutations,
  decideCors,
  decideFault,
  evaluateRbac,
  jwtHttpStatus,
  rbacDenialDetails,
  readStructPath,
  removeQueryParameter,
} from '@/lib/routing';
import type { CompiledFault, CompiledHttpFilter, CompiledRbacFilter, Decision, FaultDecision, HeaderMutation } from '@/lib/routing';
import type { DownstreamContext } from '../exchange/downstream-context';
import { FLAG } from '../exchange/response-flags';
import { random } from '../exchange/random-bits';
import type { RequestPlan, ResponsePlan } from '../exchange/request-plan';
import { planHeaders } from '../exchange/plan-headers';
import type { RouteView } from '../exchange/route-view';
import type { ProxyContext } from '../proxy-context';
import type { JwtOutcome } from './check-jwt';
import { checkJwt } from './check-jwt';

/** What follows a delay: the request goes on, or is answered. */
export type AfterHold =
  | 'forward'
  | { readonly httpStatus: number }
  | { readonly grpcStatus: number }
  | { readonly preflight: readonly (readonly [string, string])[] };

/** What the filters work on: parts of an exchange. */
export interface FilterTarget {
  readonly context: ProxyContext;
  readonly view: RouteView;
  readonly plan: RequestPlan;
  readonly responsePlan: ResponsePlan;
  readonly downstream: DownstreamContext;
  /** Answers instead of forwarding. */
  answer(status: number, body: string, flags: number, details: string, headers?: readonly (readonly [string, string])[]): void;
  answerGrpc(grpcStatus: number, flags: number, details: string): void;
  answerPreflight(headers: readonly (readonly [string, string])[]): void;
  /** Decides again: a filter has changed what routes can match on. */
  redecide(): Decision;
  /** Holds the request for so long, then does what comes next. */
  hold(delayMs: number, next: AfterHold): void;
}

/** Longest path that a challenge repeats. */
const MAX_REALM_PATH = 256;

/** Returns true when the request may go on. Otherwise the exchange has been answered or held. */
export function runFilters(filters: readonly CompiledHttpFilter[], target: FilterTarget, first: Decision): boolean {
  let decision = first;
  let delay: FaultDecision | null = null;
  for (let at = 0; at < filters.length; at++) {
    const filter = filters[at] as CompiledHttpFilter;
    switch (filter.kind) {
      case 'jwt': {
        const outcome = checkJwt(filter.jwt, target.view, decision.filters.jwt, Date.now());
        if (!runJwt(outcome, target)) return false;
        // Routes may match on the claims.
        if (outcome.verified.length > 0) decision = target.redecide();
        break;
      }
      case 'rbac':
        if (!runRbac(filter.rbac, target, decision)) return false;
        break;
      case 'fault': {
        const own = decision.filters.fault;
        if (own === 'disabled') break;
        const fault = own ?? (filter.fault.abort === null && filter.fault.delay === null ? null : filter.fault);
        const injected = fault === null ? null : drawFault(fault, target, decision);
        if (injected === null) break;
        if (injected.delayMs > 0 && injected.abort !== null) {
          target.hold(injected.delayMs, injected.abort);
          return false;
        }
        if (injected.delayMs > 0) delay = injected;
        else if (injected.abort !== null) {
          abortRequest(injected.abort, target);
          return false;
        }
        break;
      }
      case 'cors': {
        const cors = decision.filters.cors;
        if (cors === null || cors === 'disabled') break;
        const verdict = decideCors(cors, target.view, random);
        for (const [name, value] of verdict.responseHeaders) target.responsePlan.set(name, value);
        if (verdict.kind === 'reply') {
          if (delay === null) target.answerPreflight(verdict.responseHeaders);
          else target.hold(delay.delayMs, { preflight: verdict.responseHeaders });
          return false;
        }
        break;
      }
      default:
        break;
    }
  }
  if (delay === null) return true;
  // The filters after the fault have been asked already, while the head can still be read.
  target.hold(delay.delayMs, 'forward');
  return false;
}

function runJwt(outcome: JwtOutcome, target: FilterTarget): boolean {
  const { view, plan } = target;
  for (const { provider, found, claims, payload } of outcome.verified) {
    const { config } = provider;
    if (config.payload_in_metadata !== undefined && config.payload_in_metadata !== '') {
      view.setMetadata('envoy.filters.http.jwt_authn', {
        [config.payload_in_metadata]: normalizeClaims(claims, config.normalize_payload_in_metadata?.space_delimited_claims ?? []),
      });
    }
    if (config.forward_payload_header !== undefined && config.forward_payload_header !== '') {
      setHeader(
        target,
        config.forward_payload_header.toLowerCase(),
        config.pad_forward_payload_header === true ? payload.padEnd(Math.ceil(payload.length / 4) * 4, '=') : payload,
      );
    }
    for (const { header_name, claim_name } of config.claim_to_headers ?? []) {
      const value = readStructPath(claims, claims[claim_name] === undefined ? claim_name.split('.') : [claim_name]);
      if (value !== undefined && value !== null && typeof value !== 'object') setHeader(target, header_name.toLowerCase(), String(value));
    }
    if (config.forward !== true && found.from === 'header') {
      plan.drop.push(found.name);
      view.override(found.name, undefined);
    } else if (config.forward !== true && found.from === 'parameter') {
      view.path = removeQueryParameter(view.path, found.name);
      plan.path = view.path;
    }
  }
  if (outcome.status === 'ok') return true;
  const status = jwtHttpStatus(outcome.status);
  const path = (view.header('x-envoy-original-path') ?? view.path).slice(0, MAX_REALM_PATH);
  const realm = `${view.scheme}://${view.authority}${path.replaceAll(/["\\]/g, '')}`;
  const challenge: [string, string][] = [
    ['www-authenticate', `Bearer realm="${realm}"${outcome.status === 'Jwt is missing' ? '' : ', error="invalid_token"'}`],
  ];
  target.answer(status, outcome.status, 0, `jwt_authn_access_denied{${outcome.status.replaceAll(' ', '_')}}`, challenge);
  return false;
}

function setHeader(target: FilterTarget, name: string, value: string): void {
  target.plan.set(name, value.replaceAll(/[\r\n\0]/g, ''));
  target.view.override(name, value);
}

type Claims = JwtOutcome['verified'][number]['claims'];

function normalizeClaims(claims: Claims, spaceDelimited: readonly string[]): Claims {
  if (spaceDelimited.length === 0) return claims;
  const result: Claims = { ...claims };
  for (const name of spaceDelimited) {
    const value = result[name];
    if (typeof value === 'string') result[name] = value.split(' ').filter((one) => one !== '');
  }
  return result;
}

function runRbac(filter: CompiledRbacFilter, target: FilterTarget, decision: Decision): boolean {
  const own = decision.filters.rbac;
  if (own === 'disabled') return true;
  const rbac = own ?? filter;
  if (rbac.shadow !== null) {
    const verdict = evaluateRbac(rbac.shadow, target.view, target.downstream);
    target.context.metrics.countRbac(rbac.shadowPrefix, verdict.allowed ? 'shadow_allowed' : 'shadow_denied');
  }
  if (rbac.rules === null) return true;
  const verdict = evaluateRbac(rbac.rules, target.view, target.downstream);
  target.context.metrics.countRbac('', verdict.allowed ? 'allowed' : 'denied');
  if (verdict.allowed) return true;
  target.answer(403, 'RBAC: access denied', 0, rbacDenialDetails(verdict));
  return false;
}

function drawFault(fault: CompiledFault, target: FilterTarget, decision: Decision): FaultDecision | null {
  const { context } = target;
  return decideFault(fault, target.view, random, {
    cluster: decision.cluster,
    nodeId: context.node.cluster,
    activeFaults: context.activeFaults,
  });
}

function abortRequest(abort: NonNullable<FaultDecision['abort']>, target: FilterTarget): void {
  if ('httpStatus' in abort) target.answer(abort.httpStatus, 'fault filter abort', FLAG.faultInjected, 'fault_filter_abort');
  else target.answerGrpc(abort.grpcStatus, FLAG.faultInjected, 'fault_filter_abort');
}

/** Applies the header changes of routes to a plan. */
export function mutateRequest(mutations: readonly HeaderMutation[], target: FilterTarget): void {
  if (mutations.length === 0) return;
  applyHeaderMutations(
    mutations,
    planHeaders(target.plan, (name) => target.view.header(name)),
    (command) => resolveCommand(command, target),
  );
}

export function mutateResponse(
  mutations: readonly HeaderMutation[],
  target: FilterTarget,
  lookup: (name: string) => string | undefined,
): void {
  if (mutations.length === 0) return;
  applyHeaderMutations(mutations, planHeaders(target.responsePlan, lookup), (command) => resolveCommand(command, target));
}

/** Values of Envoy's command operators in header values. */
function resolveCommand(command: string, target: FilterTarget): string | undefined {
  const { downstream, view } = target;
  const argument = /^REQ\(([^)?]+)(?:\?([^)]+))?\)/.exec(command);
  if (argument !== null)
    return requestValue(view, argument[1] ?? '') ?? (argument[2] === undefined ? undefined : requestValue(view, argument[2]));
  switch (command) {
    case 'DOWNSTREAM_REMOTE_ADDRESS':
      return `${downstream.remoteAddress}:${downstream.remotePort}`;
    case 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT':
    case 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT':
      return downstream.remoteAddress;
    case 'DOWNSTREAM_LOCAL_ADDRESS':
      return `${downstream.localAddress}:${downstream.localPort}`;
    case 'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT':
      return downstream.localAddress;
    case 'DOWNSTREAM_LOCAL_PORT':
      return String(downstream.localPort);
    case 'DOWNSTREAM_PEER_URI_SAN':
      return downstream.tls?.uris.join(',');
    case 'DOWNSTREAM_PEER_SUBJECT':
      return downstream.tls?.subject;
    case 'DOWNSTREAM_TLS_VERSION':
      return downstream.tls?.version;
    case 'REQUESTED_SERVER_NAME':
      return downstream.serverName === '' ? undefined : downstream.serverName;
    case 'START_TIME':
      return new Date().toISOString();
    default:
      return undefined;
  }
}

function requestValue(view: RouteView, name: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === ':method') return view.method;
  if (lower === ':path') return view.path;
  if (lower === ':authority' || lower === 'host') return view.authority;
  return view.header(lower);
}
