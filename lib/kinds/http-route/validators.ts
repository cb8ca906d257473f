import { checkParentReferences, checkRouteFilters } from '../shared/check-route-parts';
import { checkPort, checkRegex, dnsProblem, duplicates, durationMs, isIp, quote, wildcardDnsProblem } from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { HTTPRoute, HTTPRouteSpec } from './schema';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];

const maxRules = 16;
const maxMatches = 64;
const forbiddenInPath = ['//', '/./', '/../', '%2f', '%2F', '#'];

/** What the CustomResourceDefinition of HTTPRoute refuses beyond types (Gateway API v1). */
export function checkHttpRoute({ spec }: HTTPRoute, report: RuleReport): void {
  checkParentReferences(report, spec.parentRefs);
  checkHostnames(report, spec.hostnames);
  const rules = spec.rules ?? [];
  if (rules.length > maxRules) report.error('spec.rules', `Too many: ${rules.length}: must have at most ${maxRules} items`);
  for (const [index, rule] of rules.entries()) checkRule(report, `spec.rules[${index}]`, rule);
}

/** Names of hosts: no addresses; a wildcard is a whole first label. */
export function checkHostnames(report: RuleReport, hostnames: readonly string[] | undefined): void {
  for (const [index, hostname] of (hostnames ?? []).entries()) {
    const path = `spec.hostnames[${index}]`;
    if (isIp(hostname)) report.error(path, `Invalid value: ${quote(hostname)}: must be a host name, not an IP address`);
    else if (hostname === '*' || (hostname.startsWith('*') && !hostname.startsWith('*.')) || wildcardDnsProblem(hostname) !== undefined)
      report.error(
        path,
        `Invalid value: ${quote(hostname)}: should match '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'`,
      );
  }
}

function checkRule(report: RuleReport, path: string, rule: Rule): void {
  const { filters = [], backendRefs = [], matches = [] } = rule;
  if (matches.length > maxMatches) report.error(`${path}.matches`, `Too many: ${matches.length}: must have at most ${maxMatches} items`);
  for (const [index, match] of matches.entries()) checkMatch(report, `${path}.matches[${index}]`, match);
  checkRouteFilters(report, `${path}.filters`, filters);
  const types = filters.map((filter) => filter.type);
  if (types.includes('RequestRedirect') && backendRefs.length > 0)
    report.error(path, 'RequestRedirect filter must not be used together with backendRefs');
  const replacesPrefix = filters.some((filter) => (filter.requestRedirect ?? filter.urlRewrite)?.path?.replacePrefixMatch !== undefined);
  const [only] = matches;
  if (replacesPrefix && matches.length > 0 && (matches.length !== 1 || (only?.path?.type ?? 'PathPrefix') !== 'PathPrefix'))
    report.error(path, 'When using a filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified');
  for (const [index, backend] of backendRefs.entries()) {
    checkRouteFilters(report, `${path}.backendRefs[${index}].filters`, backend.filters ?? []);
    checkBackend(report, `${path}.backendRefs[${index}]`, backend);
  }
  const request = durationMs(rule.timeouts?.request);
  const backendRequest = durationMs(rule.timeouts?.backendRequest);
  for (const field of ['request', 'backendRequest'] as const) {
    const text = rule.timeouts?.[field];
    if (text !== undefined && durationMs(text) === undefined)
      report.error(`${path}.timeouts.${field}`, `Invalid value: ${quote(text)}: should match '^([0-9]{1,5}(h|m|s|ms)){1,4}$'`);
  }
  if (request !== undefined && request > 0 && backendRequest !== undefined && backendRequest > request)
    report.error(`${path}.timeouts`, 'backendRequest timeout cannot be longer than request timeout');
}

interface Backend {
  group?: string | undefined;
  kind?: string | undefined;
  name: string;
  port?: number | undefined;
  weight?: number | undefined;
}

export function checkBackend(report: RuleReport, path: string, backend: Backend): void {
  const isService = (backend.group ?? '') === '' && (backend.kind ?? 'Service') === 'Service';
  if (isService && backend.port === undefined) report.error(`${path}.port`, 'Must have port for Service reference');
  checkPort(report, `${path}.port`, backend.port);
  if ((backend.weight ?? 1) < 0)
    report.error(`${path}.weight`, `Invalid value: ${backend.weight ?? 1}: should be greater than or equal to 0`);
  if (isService && dnsProblem(backend.name) !== undefined) report.error(`${path}.name`, `Invalid value: ${quote(backend.name)}`);
}

function checkMatch(report: RuleReport, path: string, match: Match): void {
  const { value = '/', type = 'PathPrefix' } = match.path ?? {};
  if (type !== 'RegularExpression') {
    if (!value.startsWith('/'))
      report.error(`${path}.path.value`, "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']");
    const bad = forbiddenInPath.find((one) => value.includes(one));
    if (bad !== undefined) report.error(`${path}.path.value`, `must not contain '${bad}' when type one of ['Exact', 'PathPrefix']`);
  } else checkRegex(report, `${path}.path.value`, value);
  for (const field of ['headers', 'queryParams'] as const) {
    const list = match[field] ?? [];
    for (const [index, one] of list.entries())
      if (one.type === 'RegularExpression') checkRegex(report, `${path}.${field}[${index}].value`, one.value);
    for (const { text, index } of duplicates(list.map((one) => (field === 'headers' ? one.name.toLowerCase() : one.name))))
      report.error(`${path}.${field}[${index}]`, `Duplicate value: {"name":${quote(text)}}`);
  }
}
