import { checkPolicyTargets, isIpOrCidr, quote } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { AuthorizationPolicy, AuthorizationPolicySpec } from './schema';

type Rule = NonNullable<AuthorizationPolicySpec['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;
type Operation = NonNullable<NonNullable<Rule['to']>[number]['operation']>;

const addressFields = ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'] as const;
const portFields = ['ports', 'notPorts'] as const;
const pathFields = ['paths', 'notPaths'] as const;
const hasOnly = ['request.headers[', 'request.regex.headers[', 'request.auth.claims[', 'experimental.envoy.filters.'];
const conditionKeys = new Set([
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.principal',
  'source.serviceAccount',
  'source.trustDomain',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'destination.labels',
  'destination.name',
  'destination.namespace',
  'destination.user',
  'connection.sni',
]);

/** What Istio's webhook says about an AuthorizationPolicy (istio.md §2.1). */
export function checkAuthorizationPolicy({ metadata, spec }: AuthorizationPolicy, report: RuleReport): void {
  checkPolicyTargets(report, spec);
  const { action = 'ALLOW', rules = [] } = spec;
  if ((action === 'DENY' || action === 'CUSTOM') && spec.rules === undefined)
    report.error(
      'spec.rules',
      `${action} action without rules is meaningless as it will never be triggered, add an empty rule \`{}\` if you want it be triggered for every request`,
    );
  if (action === 'CUSTOM') {
    if ((spec.provider?.name ?? '') === '') report.error('spec.provider.name', 'provider.name must not be empty');
  } else if (spec.provider !== undefined) report.error('spec.provider', 'provider must not be with non CUSTOM action');
  const dryRun = metadata.annotations?.['istio.io/dry-run'];
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    report.error(
      'metadata.annotations["istio.io/dry-run"]',
      `could not parse annotation istio.io/dry-run: ${quote(dryRun)} is neither "true" nor "false"`,
    );
  if (dryRun === 'true' && action === 'AUDIT')
    report.error('metadata.annotations["istio.io/dry-run"]', 'dry-run is not supported with AUDIT action');
  for (const [index, rule] of rules.entries()) checkRule(report, rule, index, action);
}

function checkRule(report: RuleReport, rule: Rule, index: number, action: string): void {
  const path = `spec.rules[${index}]`;
  const where = `found at rule ${index}`;
  if (rule.from?.length === 0) report.error(`${path}.from`, `\`from\` cannot be empty, ${where}`);
  if (rule.to?.length === 0) report.error(`${path}.to`, `\`to\` cannot be empty, ${where}`);
  for (const [position, { source }] of (rule.from ?? []).entries()) {
    const at = `${path}.from[${position}].source`;
    if (source === undefined) report.error(`${path}.from[${position}]`, `\`from.source\` cannot be nil, ${where}`);
    else checkSource(report, at, source, where, action);
  }
  for (const [position, { operation }] of (rule.to ?? []).entries()) {
    const at = `${path}.to[${position}].operation`;
    if (operation === undefined) report.error(`${path}.to[${position}]`, `\`to.operation\` cannot be nil, ${where}`);
    else checkOperation(report, at, operation, where);
  }
  for (const [position, condition] of (rule.when ?? []).entries()) {
    const at = `${path}.when[${position}]`;
    const { key, values = [], notValues = [] } = condition;
    if (key === '') report.error(`${at}.key`, '`key` must not be empty');
    else if (!conditionKeys.has(key) && !hasOnly.some((prefix) => key.startsWith(prefix)))
      report.error(`${at}.key`, `unknown attribute: ${key}`);
    if (values.length === 0 && notValues.length === 0)
      report.error(at, 'at least one of `values` or `notValues` must be set for key ' + key);
    if (action === 'CUSTOM' && key.startsWith('request.auth.'))
      report.error(`${at}.key`, `unsupported attribute ${key} with CUSTOM action`);
    if (key === 'source.ip' || key === 'remote.ip' || key === 'destination.ip')
      checkEach(report, at, { values, notValues }, (value) => (isIpOrCidr(value) ? undefined : `invalid ip ${value}`));
    if (key === 'destination.port') checkEach(report, at, { values, notValues }, portProblem);
  }
}

function checkSource(report: RuleReport, path: string, source: Source, where: string, action: string): void {
  const lists = Object.entries(source).filter(([, list]) => list !== undefined);
  if (lists.length === 0) report.error(path, `\`from.source\` cannot be empty, ${where}`);
  for (const [field, list] of lists) checkList(report, `${path}.${field}`, field, list ?? [], where);
  for (const field of addressFields)
    checkEach(report, path, { [field]: source[field] ?? [] }, (value) => (isIpOrCidr(value) ? undefined : `invalid ip ${value}`));
  const accounts = source.serviceAccounts ?? source.notServiceAccounts;
  const names = source.namespaces ?? source.notNamespaces ?? source.principals ?? source.notPrincipals;
  if (accounts !== undefined && names !== undefined)
    report.error(path, `cannot set serviceAccounts with namespaces or principals, ${where}`);
  for (const field of ['serviceAccounts', 'notServiceAccounts'] as const) {
    checkEach(report, path, { [field]: source[field] ?? [] }, (value) =>
      value.includes('*')
        ? `wildcard is not supported in serviceAccounts: ${value}`
        : value.split('/').length > 2
          ? `expected format namespace/serviceAccount or serviceAccount: ${value}`
          : undefined,
    );
  }
  if (action === 'CUSTOM' && (source.requestPrincipals !== undefined || source.notRequestPrincipals !== undefined))
    report.error(path, `unsupported requestPrincipals with CUSTOM action, ${where}`);
}

function checkOperation(report: RuleReport, path: string, operation: Operation, where: string): void {
  const lists = Object.entries(operation).filter(([, list]) => list !== undefined);
  if (lists.length === 0) report.error(path, `\`to.operation\` cannot be empty, ${where}`);
  for (const [field, list] of lists) checkList(report, `${path}.${field}`, field, list ?? [], where);
  for (const field of portFields) checkEach(report, path, { [field]: operation[field] ?? [] }, portProblem);
  for (const field of pathFields) checkEach(report, path, { [field]: operation[field] ?? [] }, templateProblem);
}

function checkList(report: RuleReport, path: string, field: string, list: readonly string[], where: string): void {
  if (list.length === 0) report.error(path, `\`${field}\` cannot be empty, ${where}`);
  for (const [index, value] of list.entries())
    if (value === '') report.error(`${path}[${index}]`, `\`${field}\` value cannot be empty, ${where}`);
}

function checkEach(
  report: RuleReport,
  path: string,
  lists: Record<string, readonly string[]>,
  problem: (value: string) => string | undefined,
): void {
  for (const [field, list] of Object.entries(lists)) {
    for (const [index, value] of list.entries()) {
      const found = value === '' ? undefined : problem(value);
      if (found !== undefined) report.error(`${path}.${field}[${index}]`, found);
    }
  }
}

function portProblem(value: string): string | undefined {
  return /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535 ? undefined : `invalid port ${value}`;
}

/** Templates: `{*}` is one segment, `{**}` any number and only at the end of what may follow literally. */
function templateProblem(path: string): string | undefined {
  if (!path.includes('{') && !path.includes('}')) return undefined;
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '{*}' || segment === '{**}') continue;
    if (/[{}]/.test(segment)) return `invalid or unsupported path ${path}. Contains '{' or '}' beyond a supported path template`;
    if (segment.includes('*')) return `invalid or unsupported path ${path}. Contains '*' beyond a supported path template`;
  }
  return segments.filter((segment) => segment === '{**}').length > 1
    ? `invalid or unsupported path ${path}. '{**}' is not the last operator`
    : undefined;
}
