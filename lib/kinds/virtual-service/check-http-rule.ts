import {
  checkDuration,
  checkHeaderName,
  checkPort,
  checkRegex,
  checkSelectorLabels,
  checkStringMatch,
  durationMs,
  fieldName,
  quote,
  wildcardDnsProblem,
} from '../shared/rule-parts';
import type { RuleReport } from '../define-kind';
import type { VirtualServiceSpec } from './schema';
import { checkFault } from './check-fault';
import { checkDestination, checkGatewayName, checkPercentage, checkWeights } from './check-parts';

type HttpRule = NonNullable<VirtualServiceSpec['http']>[number];
type HttpMatch = NonNullable<HttpRule['match']>[number];

const maxBodyBytes = 1_048_576;
const largeBodyBytes = 102_400;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']);
/** Envoy's and gRPC's retry conditions; numbers are status codes. */
const retryConditions = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** One entry of `spec.http`. A delegate's routes may lack what the root route has, and the other way round. */
export function checkHttpRule(report: RuleReport, path: string, rule: HttpRule, { isDelegate }: { isDelegate: boolean }): void {
  checkAction(report, path, rule, isDelegate);
  for (const [index, match] of (rule.match ?? []).entries()) checkMatch(report, `${path}.match[${index}]`, match);
  if (rule.fault !== undefined) checkFault(report, `${path}.fault`, rule.fault);
  checkRedirect(report, path, rule);
  checkDirectResponse(report, path, rule);
  checkRewrite(report, path, rule);
  checkMirror(report, path, rule);
  checkCors(report, path, rule);
  checkRetries(report, path, rule);
  checkDuration(report, `${path}.timeout`, rule.timeout, { zero: true });
  checkHeaderOperations(report, `${path}.headers`, rule.headers);
  for (const [index, route] of (rule.route ?? []).entries()) {
    checkDestination(report, `${path}.route[${index}].destination`, route.destination);
    checkHeaderOperations(report, `${path}.route[${index}].headers`, route.headers);
  }
  checkWeights(report, `${path}.route`, rule.route ?? []);
}

function checkAction(report: RuleReport, path: string, rule: HttpRule, isDelegate: boolean): void {
  const hasRoute = (rule.route ?? []).length > 0;
  if (rule.delegate !== undefined) {
    if (isDelegate) report.error(`${path}.delegate`, 'delegate HTTP route cannot contain delegate');
    if (hasRoute) report.error(`${path}.route`, `root HTTP route ${rule.name ?? ''} must not specify route`);
    if (rule.redirect !== undefined) report.error(`${path}.redirect`, `root HTTP route ${rule.name ?? ''} must not specify redirect`);
    return;
  }
  if (rule.redirect !== undefined) {
    if (hasRoute) report.error(`${path}.redirect`, 'HTTP route cannot contain both route and redirect');
    if (rule.fault !== undefined) report.error(`${path}.fault`, 'HTTP route cannot contain both fault and redirect');
    if (rule.rewrite !== undefined) report.error(`${path}.rewrite`, 'HTTP route rule cannot contain both rewrite and redirect');
    if (rule.directResponse !== undefined)
      report.error(`${path}.directResponse`, 'HTTP route cannot contain both redirect and direct_response');
    return;
  }
  if (rule.directResponse !== undefined) {
    if (hasRoute) report.error(`${path}.directResponse`, 'HTTP route cannot contain both route and direct_response');
    if (rule.rewrite !== undefined) report.error(`${path}.rewrite`, 'HTTP route rule cannot contain both rewrite and direct_response');
    return;
  }
  if (!hasRoute) report.error(path, 'HTTP route, redirect or direct_response is required');
}

function checkMatch(report: RuleReport, path: string, match: HttpMatch): void {
  for (const field of ['uri', 'scheme', 'method', 'authority'] as const) checkStringMatch(report, `${path}.${field}`, match[field]);
  for (const field of ['headers', 'withoutHeaders'] as const) {
    for (const [name, value] of Object.entries(match[field] ?? {})) {
      checkHeaderName(report, `${path}.${field}`, name);
      checkStringMatch(report, `${path}.${field}${fieldName(name)}`, value);
    }
  }
  for (const [name, value] of Object.entries(match.queryParams ?? {})) {
    if (name === '') report.error(`${path}.queryParams`, 'query parameter name cannot be empty');
    checkStringMatch(report, `${path}.queryParams${fieldName(name)}`, value);
  }
  checkPort(report, `${path}.port`, match.port);
  checkSelectorLabels(report, `${path}.sourceLabels`, match.sourceLabels);
  for (const [index, gateway] of (match.gateways ?? []).entries()) checkGatewayName(report, `${path}.gateways[${index}]`, gateway);
}

function checkRedirect(report: RuleReport, path: string, rule: HttpRule): void {
  const { redirect } = rule;
  if (redirect === undefined) return;
  const at = `${path}.redirect`;
  const { uri = '', prefixRewrite = '', authority = '', scheme = '' } = redirect;
  if (
    uri === '' &&
    prefixRewrite === '' &&
    authority === '' &&
    scheme === '' &&
    redirect.port === undefined &&
    redirect.derivePort === undefined
  )
    report.error(at, 'redirect must specify URI, authority, scheme, or port');
  if (uri !== '' && prefixRewrite !== '') report.error(at, 'redirect may only specify one of uri or prefix_rewrite');
  if (redirect.port !== undefined && redirect.derivePort !== undefined)
    report.error(at, 'redirect may only specify one of port or derive_port');
  checkPort(report, `${at}.port`, redirect.port);
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https')
    report.error(`${at}.scheme`, 'redirect scheme must be either http or https');
  const code = redirect.redirectCode ?? 0;
  if (code !== 0 && (code < 300 || code > 399)) report.error(`${at}.redirectCode`, `${code} is not a valid redirect code, must be 3xx`);
  if (prefixRewrite !== '' && (rule.match ?? []).some((match) => match.uri !== undefined && match.uri.prefix === undefined))
    report.error(`${at}.prefixRewrite`, 'redirect prefix_rewrite requires all URI matches to use prefix match type');
}

function checkDirectResponse(report: RuleReport, path: string, rule: HttpRule): void {
  const response = rule.directResponse;
  if (response === undefined) return;
  const at = `${path}.directResponse`;
  if (response.status < 200 || response.status > 599)
    report.error(`${at}.status`, `HTTP status ${response.status} is not in range 200-599`);
  const { bytes, string: text } = response.body ?? {};
  const size = text?.length ?? ((bytes?.length ?? 0) * 3) / 4;
  if (size > maxBodyBytes) report.error(`${at}.body`, `body size exceeds the allowed limit of ${maxBodyBytes} bytes`);
  else if (size > largeBodyBytes)
    report.warning(`${at}.body`, `large direct_responses may impact control plane performance, got ${size} bytes`);
}

function checkRewrite(report: RuleReport, path: string, rule: HttpRule): void {
  const { rewrite } = rule;
  if (rewrite === undefined) return;
  const { uri = '', authority = '', uriRegexRewrite } = rewrite;
  const at = `${path}.rewrite`;
  if (uri !== '' && uriRegexRewrite !== undefined) report.error(at, 'rewrite may only contain one of URI or UriRegexRewrite');
  if (uriRegexRewrite !== undefined) {
    if ((uriRegexRewrite.match ?? '') === '' || uriRegexRewrite.rewrite === undefined)
      report.error(`${at}.uriRegexRewrite`, 'UriRegexRewrite requires both Rewrite and Match fields to be specified');
    else checkRegex(report, `${at}.uriRegexRewrite.match`, uriRegexRewrite.match ?? '');
  }
  if (uri === '' && authority === '' && uriRegexRewrite === undefined)
    report.error(at, 'rewrite must specify URI, UriRegexRewrite, or authority');
}

function checkMirror(report: RuleReport, path: string, rule: HttpRule): void {
  if (rule.mirror !== undefined && (rule.mirrors ?? []).length > 0)
    report.error(`${path}.mirrors`, 'HTTP route cannot contain both mirror and mirrors');
  if (rule.mirror !== undefined) checkDestination(report, `${path}.mirror`, rule.mirror);
  for (const [index, mirror] of (rule.mirrors ?? []).entries()) {
    checkDestination(report, `${path}.mirrors[${index}].destination`, mirror.destination);
    checkPercentage(report, `${path}.mirrors[${index}].percentage.value`, mirror.percentage?.value);
  }
  checkPercentage(report, `${path}.mirrorPercentage.value`, rule.mirrorPercentage?.value);
  if (rule.mirrorPercent !== undefined && (rule.mirrorPercent < 0 || rule.mirrorPercent > 100))
    report.error(`${path}.mirrorPercent`, `mirror_percent must have a max value of 100 (it has ${rule.mirrorPercent})`);
}

function checkCors(report: RuleReport, path: string, rule: HttpRule): void {
  const cors = rule.corsPolicy;
  if (cors === undefined) return;
  const at = `${path}.corsPolicy`;
  for (const [index, origin] of (cors.allowOrigins ?? []).entries()) checkStringMatch(report, `${at}.allowOrigins[${index}]`, origin);
  for (const [index, method] of (cors.allowMethods ?? []).entries()) {
    if (!methods.has(method)) report.error(`${at}.allowMethods[${index}]`, `${quote(method)} is not a supported HTTP method`);
  }
  for (const field of ['allowHeaders', 'exposeHeaders'] as const) {
    for (const [index, name] of (cors[field] ?? []).entries()) checkHeaderName(report, `${at}.${field}[${index}]`, name);
  }
  const age = durationMs(cors.maxAge);
  if (age !== undefined && age % 1000 !== 0) report.error(`${at}.maxAge`, 'max_age duration is accurate only to seconds precision');
}

function checkRetries(report: RuleReport, path: string, rule: HttpRule): void {
  const { retries } = rule;
  if (retries === undefined) return;
  const at = `${path}.retries`;
  const { attempts = 0 } = retries;
  if (attempts < 0) report.error(`${at}.attempts`, 'attempts cannot be negative');
  if (
    attempts === 0 &&
    (retries.perTryTimeout !== undefined || (retries.retryOn ?? '') !== '' || retries.retryRemoteLocalities !== undefined)
  )
    report.error(at, 'http retry policy configured when attempts are set to 0 (disabled)');
  checkDuration(report, `${at}.perTryTimeout`, retries.perTryTimeout);
  checkDuration(report, `${at}.backoff`, retries.backoff);
  for (const condition of (retries.retryOn ?? '').split(',').map((one) => one.trim())) {
    if (condition === '' || retryConditions.has(condition) || isStatus(condition)) continue;
    report.error(`${at}.retryOn`, `${quote(condition)} is not a valid retryOn policy`);
  }
}

function isStatus(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 100 && Number(text) <= 599;
}

type HeaderOperations = HttpRule['headers'];

function checkHeaderOperations(report: RuleReport, path: string, operations: HeaderOperations): void {
  for (const side of ['request', 'response'] as const) {
    const { set = {}, add = {}, remove = [] } = operations?.[side] ?? {};
    const at = `${path}.${side}`;
    let hosts = 0;
    for (const [action, headers] of [
      ['set', set],
      ['add', add],
    ] as const) {
      for (const [name, value] of Object.entries(headers)) {
        checkHeaderName(report, `${at}.${action}`, name);
        const isHost = isHostHeader(name);
        if (isHost) hosts += 1;
        if (
          isHost &&
          side === 'request' &&
          action === 'set' &&
          wildcardDnsProblem(value.replace(/:\d+$/, '')) !== undefined &&
          !value.includes('%')
        )
          report.warning(`${at}.${action}${fieldName(name)}`, `${quote(value)} is not a valid authority`);
        if (name.startsWith(':') && !isHost)
          report.error(`${at}.${action}${fieldName(name)}`, `header ${quote(name)} cannot be set or added`);
      }
    }
    if (hosts > 1) report.error(at, 'authority header cannot be set multiple times');
    for (const [index, name] of remove.entries()) {
      checkHeaderName(report, `${at}.remove[${index}]`, name);
      if (name.startsWith(':') || isHostHeader(name))
        report.error(`${at}.remove[${index}]`, `authority header cannot be removed: ${quote(name)}`);
    }
  }
}

function isHostHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === ':authority' || lower === 'host';
}
