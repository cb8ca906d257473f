import type { StructValue } from '@/lib/xds';
import type { CompiledRbac, RbacTest } from './compile-rbac';
import { testHeader } from './match-header';
import type { IpAddress, IpRange } from '@/lib/model';
import { isInRange } from '@/lib/model';
import { testMetadata } from './match-metadata';
import { findPathEnd } from './match-path';
import type { StringTest } from './match-string';
import { testString } from './match-string';
import type { RoutingRequest } from './routing-request';

/** What is known of the connection a request (or a TCP stream) came on. */
export interface PolicyConnection {
  /** The peer's address as `source_ip` sees it (the direct peer, unless proxy protocol says otherwise). */
  readonly sourceIp: IpAddress | null;
  readonly directRemoteIp: IpAddress | null;
  /** Taken from `x-forwarded-for` where trusted, else the direct peer. */
  readonly remoteIp: IpAddress | null;
  readonly destinationIp: IpAddress | null;
  readonly destinationPort: number;
  /** SNI; empty without. */
  readonly serverName: string;
  /** Null on a connection without a verified peer certificate: its URI SANs, else its DNS SANs, else its subject. */
  readonly peerNames: readonly string[] | null;
  filterState?(key: string): string | undefined;
  /** Dynamic metadata of the stream; HTTP requests bring their own. */
  metadata?(filter: string, path: readonly string[]): StructValue | undefined;
}

export interface RbacVerdict {
  readonly allowed: boolean;
  /** Name of the policy that matched, null when none did. */
  readonly policy: string | null;
}

/**
 * Evaluates compiled rules. `request` is null for TCP, where header and path rules never match.
 * ALLOW lets through what a policy matches, DENY what none does, LOG everything.
 */
export function evaluateRbac(rbac: CompiledRbac, request: RoutingRequest | null, connection: PolicyConnection): RbacVerdict {
  let matched: string | null = null;
  for (const policy of rbac.policies) {
    if (anyTest(policy.permissions, request, connection) && anyTest(policy.principals, request, connection)) {
      matched = policy.name;
      break;
    }
  }
  const allowed = rbac.action === 'LOG' || (rbac.action === 'ALLOW') === (matched !== null);
  return { allowed, policy: matched };
}

/** Envoy's response code details of a denial: `rbac_access_denied_matched_policy[NAME]`. */
export function rbacDenialDetails(verdict: RbacVerdict): string {
  return `rbac_access_denied_matched_policy[${(verdict.policy ?? 'none').replace(/\s/g, '_')}]`;
}

function anyTest(tests: readonly RbacTest[], request: RoutingRequest | null, connection: PolicyConnection): boolean {
  for (const test of tests) if (passes(test, request, connection)) return true;
  return false;
}

function passes(test: RbacTest, request: RoutingRequest | null, connection: PolicyConnection): boolean {
  switch (test.kind) {
    case 'any':
      return true;
    case 'never':
      return false;
    case 'and':
      for (const one of test.tests) if (!passes(one, request, connection)) return false;
      return true;
    case 'or':
      return anyTest(test.tests, request, connection);
    case 'not':
      return !passes(test.test, request, connection);
    case 'header':
      return request === null ? testHeader(test.header, headerless) : testHeader(test.header, request);
    case 'urlPath':
      return request !== null && request.path !== '' && testString(test.string, request.path.slice(0, findPathEnd(request.path, false)));
    case 'serverName':
      return testString(test.string, connection.serverName);
    case 'authenticated':
      return connection.peerNames !== null;
    case 'peer':
      return connection.peerNames !== null && matchesPeer(test.string, connection.peerNames);
    case 'destinationIp':
      return isIn(test.range, connection.destinationIp);
    case 'sourceIp':
      return isIn(test.range, connection.sourceIp);
    case 'directRemoteIp':
      return isIn(test.range, connection.directRemoteIp);
    case 'remoteIp':
      return isIn(test.range, connection.remoteIp);
    case 'destinationPort':
      return connection.destinationPort >= test.start && connection.destinationPort < test.end;
    case 'metadata':
      return testMetadata(test.metadata, request?.metadata?.bind(request) ?? connection.metadata?.bind(connection));
    case 'filterState': {
      const value = connection.filterState?.(test.key);
      return value !== undefined && testString(test.string, value);
    }
  }
}

/** What a TCP stream looks like to a header rule. */
const headerless: RoutingRequest = { method: '', path: '', authority: '', scheme: '', header: () => undefined };

function isIn(range: IpRange, address: IpAddress | null): boolean {
  return address !== null && isInRange(range, address);
}

function matchesPeer(test: StringTest, names: readonly string[]): boolean {
  for (const name of names) if (testString(test, name)) return true;
  return false;
}
