import { parseDurationMs } from '@/lib/format';
import type { DestinationRule } from '../destination-rule';
import { sameJson } from '../shared/json';
import { toPercentages } from '../shared/rule-editor';
import { editedRuleIndex, faultRuleName, fullHost, hostOf } from './choose-traffic-objects';
import type { VirtualService } from './schema';
import type { TrafficDestination, TrafficFault, TrafficSettings } from './traffic-settings';

export type HttpRule = NonNullable<VirtualService['spec']['http']>[number];

/** What the settings of a service are read from. */
export interface TrafficSource {
  service: { namespace: string; name: string };
  virtualService: VirtualService | null;
  destinationRule: DestinationRule | null;
  /** Versions found on the pods behind the service, with the labels that choose them. */
  versions: readonly { version: string; labels: Record<string, string> }[];
}

/** How a service's requests are steered: split, fault, timeout, retries of the rule they reach. */
export function readTraffic(source: TrafficSource): TrafficSettings {
  const index = source.virtualService === null ? null : editedRuleIndex(source.virtualService, source.service);
  const http = source.virtualService?.spec.http ?? [];
  const rule = index === null ? undefined : http[index];
  const before = index === null ? [] : http.slice(0, index);
  const retries = rule?.retries;
  return {
    configured: rule !== undefined && undividedRoute(rule, source) === null,
    destinations:
      rule === undefined || undividedRoute(rule, source) !== null ? evenDestinations(source, rule) : ruleDestinations(rule, source),
    fault: rule === undefined ? null : readFault(rule, before),
    timeoutMs: positiveMs(rule?.timeout),
    retries:
      retries === undefined
        ? null
        : { attempts: retries.attempts ?? 0, perTryTimeoutMs: positiveMs(retries.perTryTimeout), retryOn: retries.retryOn ?? null },
    rulePath: index === null ? null : `spec.http[${index}]`,
    conditioned: before.flatMap((one, position) =>
      one.name === faultRuleName ? [] : [{ path: `spec.http[${position}]`, ...(one.name === undefined ? {} : { name: one.name }) }],
    ),
  };
}

function positiveMs(text: string | undefined): number | null {
  const ms = text === undefined ? null : parseDurationMs(text);
  return ms !== null && ms > 0 ? ms : null;
}

/** Subsets of the service: those of its DestinationRule, then one for each version no subset chooses, named like the version. */
function knownSubsets(source: TrafficSource): { subset: string; version: string | null }[] {
  const subsets = (source.destinationRule?.spec.subsets ?? []).map((subset) => ({
    subset: subset.name,
    version: subset.labels?.['version'] ?? null,
  }));
  const missing = source.versions.filter(({ version }) => !subsets.some((one) => one.version === version || one.subset === version));
  return [...subsets, ...missing.map(({ version }) => ({ subset: version, version }))];
}

/** The route of a rule that sends to the service as a whole and so leaves the split to the endpoints; `null` when it divides. */
function undividedRoute(rule: HttpRule, source: TrafficSource): NonNullable<HttpRule['route']>[number] | null {
  const [only, ...others] = rule.route ?? [];
  if (only === undefined || others.length > 0 || only.destination.subset !== undefined) return null;
  const namespace = source.virtualService?.metadata.namespace ?? source.service.namespace;
  return fullHost(only.destination.host, namespace) === hostOf(source.service) ? only : null;
}

/** Without weights every ready endpoint gets its turn; shown as even shares of the versions, which is the best guess for a draft. */
function evenDestinations(source: TrafficSource, rule: HttpRule | undefined): TrafficDestination[] {
  const whole = rule?.route?.[0]?.destination;
  const port = whole?.port?.number ?? null;
  const live = knownSubsets(source).filter(({ version }) => source.versions.some((one) => one.version === version));
  const host = whole?.host ?? source.service.name;
  if (live.length === 0) return [{ host, subset: null, port, version: null, weight: 100 }];
  const weights = toPercentages(live.map(() => 1));
  return live.map(({ subset, version }, index) => ({ host, subset, port, version, weight: weights[index] ?? 0 }));
}

function ruleDestinations(rule: HttpRule, source: TrafficSource): TrafficDestination[] {
  const route = rule.route ?? [];
  const versionOf = new Map(knownSubsets(source).map(({ subset, version }) => [subset, version]));
  // One destination needs no weight; with several, no weight means none (Istio).
  const weights = toPercentages(route.map((one) => (route.length === 1 ? 100 : (one.weight ?? 0))));
  const namespace = source.virtualService?.metadata.namespace ?? source.service.namespace;
  const host = hostOf(source.service);
  const own = route.map((one) => fullHost(one.destination.host, namespace) === host);
  const destinations = route.map((one, index): TrafficDestination => {
    const subset = one.destination.subset ?? null;
    return {
      host: one.destination.host,
      subset,
      port: one.destination.port?.number ?? null,
      version: subset === null || own[index] === false ? null : (versionOf.get(subset) ?? null),
      weight: weights[index] ?? 0,
    };
  });
  const sibling = destinations.find((_, index) => own[index] === true);
  const present = new Set(destinations.filter((_, index) => own[index] === true).map((one) => one.subset));
  for (const { subset, version } of knownSubsets(source)) {
    if (present.has(subset)) continue;
    destinations.push({ host: sibling?.host ?? source.service.name, subset, port: sibling?.port ?? null, version, weight: 0 });
  }
  return destinations;
}

/** Where a fault of the editor sits: on the edited rule, or on a rule above that differs only by one exact header. */
function readFault(rule: HttpRule, before: readonly HttpRule[]): TrafficFault | null {
  const own = faultOf(rule);
  if (own !== null) return { ...own, header: null };
  for (const candidate of before) {
    const fault = faultOf(candidate);
    const header = extraHeader(candidate, rule);
    if (fault !== null && header !== null) return { ...fault, header };
  }
  return null;
}

function faultOf(rule: HttpRule): Pick<TrafficFault, 'delay' | 'abort'> | null {
  const { delay, abort } = rule.fault ?? {};
  const ms = positiveMs(delay?.fixedDelay);
  const status = abort?.httpStatus;
  if (ms === null && status === undefined) return null;
  return {
    delay: ms === null ? null : { ms, percent: delay?.percentage?.value ?? delay?.percent ?? 100 },
    abort: status === undefined ? null : { status, percent: abort?.percentage?.value ?? 100 },
  };
}

/** The header by which `candidate` is narrower than `rule`; `null` when they differ in any other way of matching. */
export function extraHeader(candidate: HttpRule, rule: HttpRule): { name: string; value: string } | null {
  const matches = candidate.match ?? [];
  const wider = rule.match ?? [{}];
  if (matches.length !== Math.max(1, wider.length)) return null;
  for (const [name, { exact }] of Object.entries(matches[0]?.headers ?? {})) {
    if (exact !== undefined && sameJson(matches, withHeader(rule, { name, value: exact }))) return { name, value: exact };
  }
  return null;
}

/** The match of a rule, narrowed to requests with a header. */
export function withHeader(rule: HttpRule, header: { name: string; value: string }): NonNullable<HttpRule['match']> {
  const match = rule.match === undefined || rule.match.length === 0 ? [{}] : rule.match;
  return match.map((one) => ({ ...one, headers: { ...one.headers, [header.name]: { exact: header.value } } }));
}
