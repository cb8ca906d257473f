import { parseSpiffeId } from '@/lib/model';
import type { AuthorizationPolicySpec } from '@/lib/kinds';
import type { CidrRange, MetadataMatcher, Permission, Principal, StringMatcher } from '@/lib/xds';
import type { MeshSettings } from './mesh-settings';

type Rule = NonNullable<AuthorizationPolicySpec['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;
type Operation = NonNullable<NonNullable<Rule['to']>[number]['operation']>;
type Condition = NonNullable<Rule['when']>[number];

export interface RuleContext {
  mesh: MeshSettings;
  forTcp: boolean;
  action: 'ALLOW' | 'DENY' | 'AUDIT';
  /** The policy's: service accounts without one are meant there. */
  namespace: string;
}

type Make<T> = (value: string) => T;

/** A field that only HTTP has. */
class HttpOnly extends Error {}

/** The permissions of a rule: what is asked for. One of the list must hold. */
export function permissionOf(rule: Rule, context: RuleContext): Permission[] {
  const shared = (rule.when ?? []).flatMap((condition) => conditionPermissions(condition, context));
  const operations = rule.to ?? [];
  if (operations.length === 0) return [all(shared)];
  return operations.map((entry) => all([...operationPermissions(entry.operation ?? {}, context), ...shared]));
}

/** The principals of a rule: who asks. One of the list must hold. */
export function principalOf(rule: Rule, context: RuleContext): Principal[] {
  const shared = (rule.when ?? []).flatMap((condition) => conditionPrincipals(condition, context));
  const sources = rule.from ?? [];
  if (sources.length === 0) return [allIds(shared)];
  return sources.map((entry) => allIds([...sourcePrincipals(entry.source ?? {}, context), ...shared]));
}

function all(rules: Permission[]): Permission {
  return rules.length === 0 ? { any: true } : { and_rules: { rules } };
}

function allIds(ids: Principal[]): Principal {
  return ids.length === 0 ? { any: true } : { and_ids: { ids } };
}

function permissionList(
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  make: Make<Permission>,
): Permission[] {
  const built: Permission[] = [];
  if (values !== undefined && values.length > 0) built.push({ or_rules: { rules: values.map(make) } });
  if (notValues !== undefined && notValues.length > 0) built.push({ not_rule: { or_rules: { rules: notValues.map(make) } } });
  return built;
}

function principalList(
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  make: Make<Principal>,
): Principal[] {
  const built: Principal[] = [];
  if (values !== undefined && values.length > 0) built.push({ or_ids: { ids: values.map(make) } });
  if (notValues !== undefined && notValues.length > 0) built.push({ not_id: { or_ids: { ids: notValues.map(make) } } });
  return built;
}

/** On TCP an HTTP-only field is ignored by DENY (denies more) and makes an ALLOW or AUDIT rule unusable. */
function httpOnly<T>(context: RuleContext, used: boolean, build: () => T[]): T[] {
  if (!context.forTcp || !used) return build();
  if (context.action === 'DENY') return [];
  throw new HttpOnly('It uses fields that only HTTP has');
}

const has = (...lists: (readonly string[] | undefined)[]): boolean => lists.some((list) => list !== undefined && list.length > 0);

function operationPermissions(operation: Operation, context: RuleContext): Permission[] {
  return [
    ...httpOnly(context, has(operation.hosts, operation.notHosts), () => permissionList(operation.hosts, operation.notHosts, host)),
    ...httpOnly(context, has(operation.methods, operation.notMethods), () =>
      permissionList(operation.methods, operation.notMethods, (value) => headerPermission(':method', value)),
    ),
    ...httpOnly(context, has(operation.paths, operation.notPaths), () =>
      permissionList(operation.paths, operation.notPaths, (value) => ({ url_path: { path: pathMatcher(value) } })),
    ),
    ...permissionList(operation.ports, operation.notPorts, destinationPort),
  ];
}

function host(value: string): Permission {
  if (value === '*') return { header: { name: ':authority', present_match: true } };
  return { header: { name: ':authority', string_match: { ...textMatcher(value), ignore_case: true } } };
}

function headerPermission(name: string, value: string): Permission {
  return value === '*' ? { header: { name, present_match: true } } : { header: { name, string_match: textMatcher(value) } };
}

function destinationPort(value: string): Permission {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`"${value}" is not a port`);
  return { destination_port: port };
}

/** `{*}` is one path segment, `{**}` any number of them. */
function pathMatcher(value: string): StringMatcher {
  if (!value.includes('{*}') && !value.includes('{**}')) return textMatcher(value);
  const regex = value
    .split(/(\{\*\*\}|\{\*\})/)
    .map((part) => (part === '{**}' ? '.*' : part === '{*}' ? '[^/]+' : escapeRegex(part)))
    .join('');
  return { safe_regex: { regex } };
}

function sourcePrincipals(source: Source, context: RuleContext): Principal[] {
  return [
    ...principalList(source.principals, source.notPrincipals, (value) => peer(value, context)),
    ...principalList(source.namespaces, source.notNamespaces, namespacePeer),
    ...principalList(source.serviceAccounts, source.notServiceAccounts, (value) => serviceAccountPeer(value, context)),
    ...principalList(source.trustDomains, source.notTrustDomains, trustDomainPeer),
    ...principalList(source.ipBlocks, source.notIpBlocks, (value) => ({ direct_remote_ip: cidr(value) })),
    ...principalList(source.remoteIpBlocks, source.notRemoteIpBlocks, (value) => ({ remote_ip: cidr(value) })),
    ...httpOnly(context, has(source.requestPrincipals, source.notRequestPrincipals), () =>
      principalList(source.requestPrincipals, source.notRequestPrincipals, requestPrincipal),
    ),
  ];
}

function conditionPermissions(condition: Condition, context: RuleContext): Permission[] {
  const { key, values, notValues } = condition;
  switch (key) {
    case 'destination.ip':
      return permissionList(values, notValues, (value) => ({ destination_ip: cidr(value) }));
    case 'destination.port':
      return permissionList(values, notValues, destinationPort);
    case 'connection.sni':
      return permissionList(values, notValues, (value) => ({ requested_server_name: textMatcher(value) }));
    default:
      if (key.startsWith('experimental.envoy.filters.')) {
        return httpOnly(context, true, () => permissionList(values, notValues, (value) => ({ metadata: experimental(key, value) })));
      }
      return [];
  }
}

function conditionPrincipals(condition: Condition, context: RuleContext): Principal[] {
  const { key, values, notValues } = condition;
  const list = (make: Make<Principal>): Principal[] => principalList(values, notValues, make);
  const claim = (path: readonly string[]) => httpOnly(context, true, () => list((value) => ({ metadata: claimMatcher(path, value) })));
  switch (key) {
    case 'source.ip':
      return list((value) => ({ direct_remote_ip: cidr(value) }));
    case 'remote.ip':
      return list((value) => ({ remote_ip: cidr(value) }));
    case 'source.namespace':
      return list(namespacePeer);
    case 'source.principal':
      return list((value) => peer(value, context));
    case 'source.serviceAccount':
      return list((value) => serviceAccountPeer(value, context));
    case 'source.trustDomain':
      return list(trustDomainPeer);
    case 'request.auth.principal':
      return httpOnly(context, true, () => list(requestPrincipal));
    case 'request.auth.audiences':
      return claim(['aud']);
    case 'request.auth.presenter':
      return claim(['azp']);
    case 'destination.ip':
    case 'destination.port':
    case 'connection.sni':
      return [];
    default: {
      const header = /^request\.headers\[(.+)\]$/.exec(key)?.[1];
      if (header !== undefined) {
        return httpOnly(context, true, () =>
          list((value) => ({
            header: value === '*' ? { name: header, present_match: true } : { name: header, string_match: textMatcher(value) },
          })),
        );
      }
      if (key.startsWith('request.auth.claims')) return claim([...key.matchAll(/\[([^\]]*)\]/g)].map((found) => found[1] ?? ''));
      if (key.startsWith('experimental.envoy.filters.')) return [];
      throw new Error(`Unknown attribute "${key}"`);
    }
  }
}

/** `*` any value, `abc*` prefix, `*abc` suffix, else the whole value. */
function textMatcher(value: string): StringMatcher {
  if (value === '*') return { safe_regex: { regex: '.+' } };
  if (value.startsWith('*')) return { suffix: value.slice(1) };
  if (value.endsWith('*')) return { prefix: value.slice(0, -1) };
  return { exact: value };
}

/** A peer's SPIFFE id without `spiffe://`; one of the local trust domain stands for its aliases too. */
function peer(value: string, context: RuleContext): Principal {
  if (value === '*') return { authenticated: { principal_name: { safe_regex: { regex: '.+' } } } };
  const names = trustDomainVariants(value, context.mesh).map((variant): Principal => {
    const matcher = variant.startsWith('*') ? textMatcher(variant) : textMatcher(`spiffe://${variant}`);
    return { authenticated: { principal_name: matcher } };
  });
  return names.length === 1 && names[0] !== undefined ? names[0] : { or_ids: { ids: names } };
}

function trustDomainVariants(value: string, mesh: MeshSettings): string[] {
  const known = [mesh.trustDomain, ...mesh.trustDomainAliases];
  const slash = value.indexOf('/');
  const domain = slash === -1 ? value : value.slice(0, slash);
  const isLocal = known.includes(domain) || (domain === 'cluster.local' && parseSpiffeId(`spiffe://${value}`) !== undefined);
  if (slash === -1 || !isLocal || value.startsWith('*')) return [value];
  return known.map((name) => `${name}${value.slice(slash)}`);
}

function namespacePeer(value: string): Principal {
  const name = value.split('*').map(escapeRegex).join('.*');
  return { authenticated: { principal_name: { safe_regex: { regex: `.*/ns/${name}/.*` } } } };
}

/** `namespace/account`, or an account of the policy's own namespace. */
function serviceAccountPeer(value: string, context: RuleContext): Principal {
  const slash = value.indexOf('/');
  const namespace = slash === -1 ? context.namespace : value.slice(0, slash);
  const regex = `spiffe://.+/ns/${escapeRegex(namespace)}/(.+/|)sa/${escapeRegex(value.slice(slash + 1))}(/.+)?`;
  return { authenticated: { principal_name: { safe_regex: { regex } } } };
}

function trustDomainPeer(value: string): Principal {
  const name = value.split('*').map(escapeRegex).join('.*');
  return { authenticated: { principal_name: { safe_regex: { regex: `spiffe://${name}/.*` } } } };
}

/** `issuer/subject` of a validated token; either may be `*`. */
function requestPrincipal(value: string): Principal {
  const both = (issuer: StringMatcher, subject: StringMatcher): Principal => ({
    and_ids: { ids: [{ metadata: tokenMatcher(['iss'], issuer) }, { metadata: tokenMatcher(['sub'], subject) }] },
  });
  if (value === '*') return both(textMatcher('*'), textMatcher('*'));
  const slash = value.lastIndexOf('/');
  if (slash === -1) {
    if (value.endsWith('*')) return { metadata: tokenMatcher(['iss'], textMatcher(value)) };
    if (value.startsWith('*')) return { metadata: tokenMatcher(['sub'], textMatcher(value)) };
    throw new Error(`"${value}" is not a request principal such as issuer/subject`);
  }
  return both(textMatcher(value.slice(0, slash)), textMatcher(value.slice(slash + 1)));
}

function tokenMatcher(path: readonly string[], matcher: StringMatcher): MetadataMatcher {
  return {
    filter: 'envoy.filters.http.jwt_authn',
    path: [{ key: 'payload' }, ...path.map((key) => ({ key }))],
    value: { string_match: matcher },
  };
}

/** A claim that is, or is a list with, the value. */
function claimMatcher(path: readonly string[], value: string): MetadataMatcher {
  const matcher = { string_match: textMatcher(value) };
  return {
    filter: 'envoy.filters.http.jwt_authn',
    path: [{ key: 'payload' }, ...path.map((key) => ({ key }))],
    value: { or_match: { value_matchers: [matcher, { list_match: { one_of: matcher } }] } },
  };
}

/** `experimental.envoy.filters.NAME[key]`: metadata another filter left; `[a, b]` values are lists. */
function experimental(key: string, value: string): MetadataMatcher {
  const match = /^experimental\.(envoy\.filters\.[^[]+)\[([^\]]+)\]$/.exec(key);
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`"${key}" does not name a filter's key`);
  const inList = /^\[(.*)\]$/.exec(value)?.[1];
  return {
    filter: match[1],
    path: [{ key: match[2] }],
    value: inList === undefined ? { string_match: textMatcher(value) } : { list_match: { one_of: { string_match: textMatcher(inList) } } },
  };
}

function cidr(value: string): CidrRange {
  const [address = '', length] = value.split('/');
  const isV6 = address.includes(':');
  const bits = length === undefined ? (isV6 ? 128 : 32) : Number(length);
  if (!/^[0-9a-fA-F:.]+$/.test(address) || !Number.isInteger(bits) || bits < 0 || bits > (isV6 ? 128 : 32)) {
    throw new Error(`"${value}" is neither an address nor a CIDR`);
  }
  return { address_prefix: address, prefix_len: { value: bits } };
}

function escapeRegex(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
