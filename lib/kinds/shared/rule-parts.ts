import type { RuleReport } from '../define-kind';

/** Rules that several kinds share, in the wording of Istio's validation webhook (istio.md §2.1). */

const label = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const subsetLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const octet = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const headerName = /^[-_A-Za-z0-9:@.[\]]+$/;
const maxRegexLength = 1024;
const maxDnsLength = 255;

/** Whether a text is an IPv4 or IPv6 address. */
export function isIp(text: string): boolean {
  const octets = text.split('.');
  if (octets.length === 4 && octets.every((one) => octet.test(one))) return true;
  return text.includes(':') && /^[0-9a-fA-F:]+(?:\d+\.\d+\.\d+\.\d+)?$/.test(text) && text.split('::').length <= 2;
}

/** Whether a text is an address or a range in CIDR notation. */
export function isIpOrCidr(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return isIp(text);
  const address = text.slice(0, slash);
  const bits = Number(text.slice(slash + 1));
  return isIp(address) && /^\d+$/.test(text.slice(slash + 1)) && bits <= (address.includes(':') ? 128 : 32);
}

/** Why a text is no DNS name, if it is none. */
export function dnsProblem(name: string): string | undefined {
  if (name === '') return 'empty domain name not allowed';
  if (name.length > maxDnsLength) return `domain name ${quote(name)} too long (max ${maxDnsLength})`;
  const parts = name.replace(/\.$/, '').split('.');
  const bad = parts.find((part) => !label.test(part.replaceAll('_', '-')) || part.length > 63);
  if (bad !== undefined) return `domain name ${quote(name)} invalid (label ${quote(bad)} invalid)`;
  return /^\d+$/.test(parts.at(-1) ?? '') && parts.length > 1
    ? `domain name ${quote(name)} invalid (top level domain ${quote(parts.at(-1) ?? '')} cannot be all-numeric)`
    : undefined;
}

/** Why a text is no DNS name that may start with a wildcard, if it is none. */
export function wildcardDnsProblem(name: string): string | undefined {
  if (name === '*') return undefined;
  if (name.startsWith('*.')) return dnsProblem(name.slice(2));
  if (name.startsWith('*')) return dnsProblem(`a${name.slice(1)}`) === undefined ? undefined : `domain name ${quote(name)} invalid`;
  return dnsProblem(name);
}

export function checkPort(report: RuleReport, path: string, port: number | undefined): void {
  if (port !== undefined && (port < 1 || port > 65_535)) report.error(path, `port number ${port} must be in the range 1..65535`);
}

/** `exportTo` of a resource that may also be hidden from everyone (`~`). */
export function checkExportTo(report: RuleReport, exportTo: readonly string[] | undefined): void {
  if (exportTo === undefined) return;
  const seen = new Set<string>();
  for (const [index, target] of exportTo.entries()) {
    if (seen.has(target)) report.error(`spec.exportTo[${index}]`, `duplicate entries in exportTo for entry ${target}`);
    seen.add(target);
    if (!['*', '.', '~'].includes(target) && !label.test(target))
      report.error(`spec.exportTo[${index}]`, `${quote(target)} is not a namespace, ".", "*" or "~"`);
  }
  if (seen.has('*') && seen.size > 1)
    report.error('spec.exportTo', 'cannot have both public (*) and non-public exportTo values for a resource');
  if (seen.has('~') && seen.size > 1) report.error('spec.exportTo', 'cannot export service entry to no one and someone');
}

/** Labels that select workloads. */
export function checkSelectorLabels(report: RuleReport, path: string, labels: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (key === '') report.error(path, `empty key is not supported in selector: ${quote(`${key}=${value}`)}`);
    if (key.includes('*') || value.includes('*')) report.error(path, `wildcard is not supported in selector: ${quote(`${key}=${value}`)}`);
  }
}

interface TargetReference {
  group?: string | undefined;
  kind: string;
  name: string;
  namespace?: string | undefined;
}
interface PolicyTargets {
  selector?: { matchLabels?: Record<string, string> | undefined } | undefined;
  targetRef?: TargetReference | undefined;
  targetRefs?: readonly TargetReference[] | undefined;
}

/** What a policy applies to: a selector or target references, not both. */
export function checkPolicyTargets(report: RuleReport, spec: PolicyTargets): void {
  checkSelectorLabels(report, 'spec.selector.matchLabels', spec.selector?.matchLabels);
  const refs = [
    ...(spec.targetRef === undefined ? [] : [{ ref: spec.targetRef, path: 'spec.targetRef' }]),
    ...(spec.targetRefs ?? []).map((ref, index) => ({ ref, path: `spec.targetRefs[${index}]` })),
  ];
  if (spec.selector !== undefined && refs.length > 0)
    report.error(refs[0]?.path ?? 'spec.targetRefs', 'only one of targetRefs or workloadSelector can be set');
  if (spec.targetRef !== undefined && (spec.targetRefs ?? []).length > 0)
    report.error('spec.targetRef', 'only one of targetRef or targetRefs can be set');
  for (const { ref, path } of refs) {
    if (ref.name === '') report.error(`${path}.name`, 'targetRef name must be set');
    if (ref.kind === '') report.error(`${path}.kind`, 'targetRef kind must be set');
    if (ref.namespace !== undefined && ref.namespace !== '')
      report.error(`${path}.namespace`, 'targetRef namespace must not be set; cross namespace referencing is not supported');
    const known = `${ref.group ?? ''}/${ref.kind}`;
    const allowed = [
      'gateway.networking.k8s.io/Gateway',
      'gateway.networking.k8s.io/GatewayClass',
      '/Service',
      'core/Service',
      'networking.istio.io/ServiceEntry',
    ];
    if (ref.kind !== '' && !allowed.includes(known))
      report.error(
        path,
        `targetRef must be to one of [Gateway.gateway.networking.k8s.io/GatewayClass.gateway.networking.k8s.io/Service/ServiceEntry.networking.istio.io] but was ${ref.kind}.${ref.group ?? ''}`,
      );
  }
}

/** Exact, prefix or regex: at most one, and a regex that RE2 reads. */
export function checkRegex(report: RuleReport, path: string, pattern: string): void {
  if (pattern.length > maxRegexLength) {
    report.error(path, `regex is too large, max length allowed is ${maxRegexLength}`);
    return;
  }
  const problem = report.regexProblem(pattern);
  if (problem !== undefined)
    report.error(path, `${problem}; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)`);
}

interface StringMatch {
  exact?: string | undefined;
  prefix?: string | undefined;
  regex?: string | undefined;
}

/** A match of a text; `presence`: an empty match stands for "is there". */
export function checkStringMatch(report: RuleReport, path: string, match: StringMatch | undefined): void {
  if (match === undefined) return;
  const given = (['exact', 'prefix', 'regex'] as const).filter((key) => match[key] !== undefined);
  if (given.length > 1) report.error(path, `oneof StringMatch.match_type is already set: only one of ${given.join(', ')} can be given`);
  if (match.prefix === '') report.error(`${path}.prefix`, 'prefix string match should not be empty');
  if (match.regex !== undefined && match.regex !== '*') checkRegex(report, `${path}.regex`, match.regex);
}

export function checkHeaderName(report: RuleReport, path: string, name: string): void {
  if (name === '') report.error(path, 'header name cannot be empty');
  else if (!headerName.test(name)) report.error(path, `header name ${quote(name)} is not a valid header name`);
}

const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };

/** Milliseconds of a duration in Go's notation; `undefined` when it is none. */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  let total = 0;
  let rest = text;
  do {
    const match = /^(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/.exec(rest);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    total += Number(match[1]) * (unitMs[match[2]] ?? 0);
    rest = rest.slice(match[0].length);
  } while (rest !== '');
  return total;
}

/** A duration that must be at least a millisecond. */
export function checkDuration(report: RuleReport, path: string, text: string | undefined, options: { zero?: boolean } = {}): void {
  if (text === undefined) return;
  const value = durationMs(text);
  if (value === undefined) report.error(path, `invalid duration ${quote(text)}`);
  else if (value < 1 && !(value === 0 && options.zero === true)) report.error(path, 'must be a valid duration greater than 1ms');
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

/** `.name` for plain names, `["x.y"]` for the others. */
export function fieldName(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** The texts that occur again, with their positions. */
export function duplicates(texts: readonly string[]): { text: string; index: number; first: number }[] {
  const first = new Map<string, number>();
  const found: { text: string; index: number; first: number }[] = [];
  for (const [index, text] of texts.entries()) {
    const before = first.get(text);
    if (before === undefined) first.set(text, index);
    else found.push({ text, index, first: before });
  }
  return found;
}

/** The name of a DestinationRule's subset. */
export function subsetNameProblem(name: string): string | undefined {
  if (name === '') return 'subset name cannot be empty';
  return subsetLabel.test(name) && name.length <= 63 ? undefined : `subset name is invalid: ${name}`;
}
