import type { HttpRbac, NetworkRbac, Permission, Principal, Rbac } from '@/lib/xds';
import type { HeaderTest } from './match-header';
import { compileHeaderMatcher } from './match-header';
import type { IpRange } from '@/lib/model';
import { compileCidr } from '@/lib/model';
import type { MetadataTest } from './match-metadata';
import { compileMetadataMatcher } from './match-metadata';
import type { StringTest } from './match-string';
import { compileStringMatcher } from './match-string';

/** One node of a compiled policy; permissions and principals share the shape. */
export type RbacTest =
  | { readonly kind: 'any' | 'never' }
  | { readonly kind: 'and' | 'or'; readonly tests: readonly RbacTest[] }
  | { readonly kind: 'not'; readonly test: RbacTest }
  | { readonly kind: 'header'; readonly header: HeaderTest }
  | { readonly kind: 'urlPath' | 'serverName' | 'peer'; readonly string: StringTest }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'destinationIp' | 'sourceIp' | 'directRemoteIp' | 'remoteIp'; readonly range: IpRange }
  | { readonly kind: 'destinationPort'; readonly start: number; readonly end: number }
  | { readonly kind: 'metadata'; readonly metadata: MetadataTest }
  | { readonly kind: 'filterState'; readonly key: string; readonly string: StringTest };

interface RbacPolicyTest {
  readonly name: string;
  readonly permissions: readonly RbacTest[];
  readonly principals: readonly RbacTest[];
}

export interface CompiledRbac {
  readonly action: 'ALLOW' | 'DENY' | 'LOG';
  /** Sorted by name, the order in which Envoy tries them. */
  readonly policies: readonly RbacPolicyTest[];
}

/** An RBAC filter: `rules` decide, `shadow` only tells what it would decide. */
export interface CompiledRbacFilter {
  readonly rules: CompiledRbac | null;
  readonly shadow: CompiledRbac | null;
  readonly shadowPrefix: string;
}

export function compileRbacFilter(filter: HttpRbac | NetworkRbac): CompiledRbacFilter {
  return {
    rules: filter.rules === undefined ? null : compileRbac(filter.rules),
    shadow: filter.shadow_rules === undefined ? null : compileRbac(filter.shadow_rules),
    shadowPrefix: filter.shadow_rules_stat_prefix ?? '',
  };
}

/** Compiles a rule tree. Throws `invalid_config` for bad regular expressions and addresses. */
export function compileRbac(rbac: Rbac): CompiledRbac {
  const policies = Object.entries(rbac.policies ?? {}).map(([name, policy]) => ({
    name,
    permissions: policy.permissions.map(compilePermission),
    principals: policy.principals.map(compilePrincipal),
  }));
  return { action: rbac.action ?? 'ALLOW', policies: policies.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
}

function compilePermission(rule: Permission): RbacTest {
  if (rule.and_rules !== undefined) return { kind: 'and', tests: rule.and_rules.rules.map(compilePermission) };
  if (rule.or_rules !== undefined) return { kind: 'or', tests: rule.or_rules.rules.map(compilePermission) };
  if (rule.not_rule !== undefined) return { kind: 'not', test: compilePermission(rule.not_rule) };
  if (rule.header !== undefined) return { kind: 'header', header: compileHeaderMatcher(rule.header) };
  if (rule.url_path?.path !== undefined) return { kind: 'urlPath', string: compileStringMatcher(rule.url_path.path) };
  if (rule.destination_ip !== undefined) return { kind: 'destinationIp', range: compileCidr(rule.destination_ip) };
  if (rule.destination_port_range !== undefined) {
    return { kind: 'destinationPort', start: rule.destination_port_range.start ?? 0, end: rule.destination_port_range.end ?? 0 };
  }
  if (rule.destination_port !== undefined) {
    return { kind: 'destinationPort', start: rule.destination_port, end: rule.destination_port + 1 };
  }
  if (rule.metadata !== undefined) return { kind: 'metadata', metadata: compileMetadataMatcher(rule.metadata) };
  if (rule.requested_server_name !== undefined) {
    return { kind: 'serverName', string: compileStringMatcher(rule.requested_server_name) };
  }
  return { kind: rule.any === true ? 'any' : 'never' };
}

function compilePrincipal(id: Principal): RbacTest {
  if (id.and_ids !== undefined) return { kind: 'and', tests: id.and_ids.ids.map(compilePrincipal) };
  if (id.or_ids !== undefined) return { kind: 'or', tests: id.or_ids.ids.map(compilePrincipal) };
  if (id.not_id !== undefined) return { kind: 'not', test: compilePrincipal(id.not_id) };
  if (id.authenticated !== undefined) {
    const name = id.authenticated.principal_name;
    return name === undefined ? { kind: 'authenticated' } : { kind: 'peer', string: compileStringMatcher(name) };
  }
  if (id.source_ip !== undefined) return { kind: 'sourceIp', range: compileCidr(id.source_ip) };
  if (id.direct_remote_ip !== undefined) return { kind: 'directRemoteIp', range: compileCidr(id.direct_remote_ip) };
  if (id.remote_ip !== undefined) return { kind: 'remoteIp', range: compileCidr(id.remote_ip) };
  if (id.header !== undefined) return { kind: 'header', header: compileHeaderMatcher(id.header) };
  if (id.url_path?.path !== undefined) return { kind: 'urlPath', string: compileStringMatcher(id.url_path.path) };
  if (id.metadata !== undefined) return { kind: 'metadata', metadata: compileMetadataMatcher(id.metadata) };
  if (id.filter_state?.string_match !== undefined) {
    return { kind: 'filterState', key: id.filter_state.key, string: compileStringMatcher(id.filter_state.string_match) };
  }
  return { kind: id.any === true ? 'any' : 'never' };
}
