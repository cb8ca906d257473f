import type { CidrRange, FilterStateMatcher, Int32Range, MetadataMatcher, PathMatcher, StringMatcher } from './types-base';
import type { HeaderMatcher } from './types-route';

/** envoy.config.rbac.v3: the rule tree shared by the HTTP and the network RBAC filter. */
export interface Rbac {
  /** Absent means ALLOW. */
  action?: 'ALLOW' | 'DENY' | 'LOG';
  policies?: { [name: string]: RbacPolicy };
}

/** Matches when one of the permissions and one of the principals match. */
export interface RbacPolicy {
  permissions: Permission[];
  principals: Principal[];
}

export interface Permission {
  and_rules?: { rules: Permission[] };
  or_rules?: { rules: Permission[] };
  any?: boolean;
  header?: HeaderMatcher;
  url_path?: PathMatcher;
  destination_ip?: CidrRange;
  destination_port?: number;
  destination_port_range?: Int32Range;
  metadata?: MetadataMatcher;
  not_rule?: Permission;
  requested_server_name?: StringMatcher;
}

export interface Principal {
  and_ids?: { ids: Principal[] };
  or_ids?: { ids: Principal[] };
  any?: boolean;
  /** Absent `principal_name`: any authenticated peer. */
  authenticated?: { principal_name?: StringMatcher };
  source_ip?: CidrRange;
  direct_remote_ip?: CidrRange;
  remote_ip?: CidrRange;
  header?: HeaderMatcher;
  url_path?: PathMatcher;
  metadata?: MetadataMatcher;
  filter_state?: FilterStateMatcher;
  not_id?: Principal;
}
