import { sayWords } from '@/lib/i18n';
import type { Words } from '@/lib/i18n';
import type { DestinationRule, VirtualService } from '@/lib/kinds';
import { matchesLabels } from '@/lib/model';

/** An endpoint of the service that was called. */
export interface KnownEndpoint {
  labels: Readonly<Record<string, string>>;
  ready: boolean;
}

/** What is known of the service an edge's requests are for; the objects are those that act on it. */
export interface FlagFacts {
  host: string;
  service: string;
  endpoints: readonly KnownEndpoint[];
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  /** Endpoints that the callers' outlier detection has ejected at this moment, by subset (empty: the service as a whole). */
  ejected: ReadonlyMap<string, number>;
  /** Names of policies that may refuse requests to it, as `Kind namespace/name`. */
  policies: readonly string[];
}

type Rule = NonNullable<VirtualService['spec']['http']>[number];

/**
 * What the mesh's state says about a response flag: facts that explain it, the likeliest first; nothing where it says nothing.
 * Flags: Envoy's access-log documentation, "Response flags".
 */
export function explainFlag(flag: string, facts: FlagFacts): Words[] {
  switch (flag) {
    case 'UH':
      return noHealthyUpstream(facts);
    case 'UF':
    case 'UC':
    case 'UR':
    case 'LR':
      return connectionFacts(facts);
    case 'UO':
      return limitsOf(facts);
    case 'UT':
      return rulesWith(facts, (rule, place) =>
        rule.timeout === undefined ? [] : [sayWords('flag_timeout', { ...place, timeout: rule.timeout })],
      );
    case 'URX':
      return rulesWith(facts, ({ retries }, place) =>
        retries?.attempts === undefined ? [] : [sayWords('flag_retries', { ...place, attempts: retries.attempts })],
      ).concat(noHealthyUpstream(facts));
    case 'FI':
    case 'DI':
      return faultsOf(facts, flag);
    case 'NR':
      return unmatched(facts);
    case 'NC':
      return lostSubsets(facts);
    case 'RL':
    case 'UAEX':
    case 'RBAC':
      return facts.policies.map((policy) => sayWords('flag_policy', { policy }));
    default:
      return [];
  }
}

interface Subset {
  name: string;
  labels: Readonly<Record<string, string>>;
}

function subsetsOf({ destinationRules }: FlagFacts): Subset[] {
  return destinationRules.flatMap((rule) => (rule.spec.subsets ?? []).map(({ name, labels }) => ({ name, labels: labels ?? {} })));
}

/** Subsets that requests are sent to; `undefined`: the service as a whole. */
function routedSubsets({ virtualServices }: FlagFacts): Set<string | undefined> {
  const routes = virtualServices.flatMap(({ spec }) => [...(spec.http ?? []), ...(spec.tcp ?? [])].flatMap((rule) => rule.route ?? []));
  const named = routes.filter((route) => route.weight !== 0).map((route) => route.destination.subset);
  return new Set(named.length === 0 ? [undefined] : named);
}

function noHealthyUpstream(facts: FlagFacts): Words[] {
  const said: Words[] = [];
  const known = subsetsOf(facts);
  for (const name of routedSubsets(facts)) {
    const subset = known.find((one) => one.name === name);
    if (name !== undefined && subset === undefined) continue;
    const members = facts.endpoints.filter((one) => matchesLabels(one.labels, subset?.labels ?? {}));
    const what = name === undefined ? facts.service : sayWords('flag_subset', { subset: name, service: facts.service }).text;
    const ready = members.filter((one) => one.ready).length;
    const ejected = Math.min(ready, facts.ejected.get(name ?? '') ?? 0);
    if (members.length === 0) {
      const labels = Object.entries(subset?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      said.push(sayWords(labels.length === 0 ? 'flag_no_pod' : 'flag_no_pod_labels', { what, labels: labels.join(', ') }));
    } else if (ready === 0) said.push(sayWords('flag_none_ready', { what, endpoints: members.length }));
    else if (ejected > 0 && ejected >= ready) said.push(sayWords('flag_all_ejected', { what, endpoints: ready }));
    else if (ejected > 0) said.push(sayWords('flag_some_ejected', { what, ejected, endpoints: ready }));
  }
  return said;
}

function connectionFacts(facts: FlagFacts): Words[] {
  const said = noHealthyUpstream(facts);
  const ready = facts.endpoints.filter((one) => one.ready).length;
  if (said.length === 0 && ready < facts.endpoints.length)
    said.push(sayWords('flag_some_ready', { what: facts.service, ready, endpoints: facts.endpoints.length }));
  for (const rule of facts.destinationRules) {
    const mode = rule.spec.trafficPolicy?.tls?.mode;
    if (mode !== undefined && mode !== 'ISTIO_MUTUAL') said.push(sayWords('flag_tls', { rule: rule.metadata.name, mode }));
  }
  return said;
}

function limitsOf({ destinationRules }: FlagFacts): Words[] {
  return destinationRules.flatMap((rule) => {
    const policies = [
      { policy: rule.spec.trafficPolicy, subset: undefined },
      ...(rule.spec.subsets ?? []).map((one) => ({ policy: one.trafficPolicy, subset: one.name })),
    ];
    return policies.flatMap(({ policy, subset }) => {
      const { tcp, http } = policy?.connectionPool ?? {};
      const limits = {
        maxConnections: tcp?.maxConnections,
        http1MaxPendingRequests: http?.http1MaxPendingRequests,
        http2MaxRequests: http?.http2MaxRequests,
        maxRetries: http?.maxRetries,
      };
      const set = Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
      if (set.length === 0) return [];
      const values = { rule: rule.metadata.name, limits: set.join(', '), subset: subset ?? '' };
      return [sayWords(subset === undefined ? 'flag_limits' : 'flag_limits_subset', values)];
    });
  });
}

function rulesWith({ virtualServices }: FlagFacts, say: (rule: Rule, place: { object: string; path: string }) => Words[]): Words[] {
  return virtualServices.flatMap(({ metadata, spec }) =>
    (spec.http ?? []).flatMap((rule, index) => say(rule, { object: metadata.name, path: rule.name ?? `http[${index}]` })),
  );
}

function faultsOf(facts: FlagFacts, flag: 'FI' | 'DI'): Words[] {
  return rulesWith(facts, ({ fault }, place) => {
    const said: Words[] = [];
    const abort = fault?.abort;
    const delay = fault?.delay;
    if (flag === 'FI' && abort !== undefined) {
      const status = abort.httpStatus ?? abort.grpcStatus ?? '';
      said.push(sayWords('flag_abort', { ...place, percent: abort.percentage?.value ?? 100, status }));
    }
    if (flag === 'DI' && delay !== undefined)
      said.push(sayWords('flag_delay', { ...place, percent: delay.percentage?.value ?? 100, delay: delay.fixedDelay ?? '' }));
    return said;
  });
}

/** Without a rule that matches everything, a request that no rule matches has no route. */
function unmatched({ virtualServices }: FlagFacts): Words[] {
  return virtualServices.flatMap(({ metadata, spec }) => {
    const rules = spec.http ?? [];
    if (rules.length === 0 || rules.some((rule) => (rule.match ?? []).length === 0)) return [];
    return [sayWords('flag_no_catch_all', { object: metadata.name, rules: rules.length })];
  });
}

function lostSubsets(facts: FlagFacts): Words[] {
  const known = new Set(subsetsOf(facts).map((one) => one.name));
  return [...routedSubsets(facts)].flatMap((name) =>
    name === undefined || known.has(name) ? [] : [sayWords('flag_lost_subset', { subset: name, service: facts.service })],
  );
}
