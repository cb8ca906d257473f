import { compareHosts, hostCovers, isWildcard, matchesLabels, resolveShortName } from '@/lib/model';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import { isVisible } from './visibility';
import type { DestinationRule, DestinationRuleSpec } from '@/lib/kinds';
import type { RegistryService } from '@/lib/model';
import type { MeshState } from './mesh-state';
import type { SourceObject } from './provenance';

type Spec = DestinationRuleSpec;
export type Subset = NonNullable<Spec['subsets']>[number];

/** What rules of one namespace for one host come to, after merging. */
export interface MergedDestinationRule {
  namespace: string;
  host: string;
  exportTo: readonly string[];
  selector: Readonly<Record<string, string>> | undefined;
  trafficPolicy: Spec['trafficPolicy'];
  /** The rule the traffic policy is from. */
  policySource: SourceObject;
  subsets: readonly { subset: Subset; source: SourceObject; path: string }[];
  sources: readonly SourceObject[];
}

interface NamespaceRules {
  exact: ReadonlyMap<string, readonly MergedDestinationRule[]>;
  /** Most specific first. */
  wildcards: readonly [host: string, rules: readonly MergedDestinationRule[]][];
}

/** Merged rules per namespace. A namespace whose rules did not change keeps its objects. */
function rulesByNamespace(state: MeshState): ReadonlyMap<string, NamespaceRules> {
  return state.cache.once(state, 'destination-rules', () => findRules(state));
}

function findRules(state: MeshState): ReadonlyMap<string, NamespaceRules> {
  const rules = table<DestinationRule>(state, 'networking.istio.io/DestinationRule');
  const defaultExport = state.mesh.defaultDestinationRuleExportTo.join();
  return state.cache.memo('destination-rules', [rules, defaultExport, state.domain], () => {
    const groups = new Map<string, DestinationRule[]>();
    for (const rule of rules.values()) {
      if (typeof rule.spec?.host !== 'string' || rule.spec.host === '') continue;
      const namespace = rule.metadata.namespace ?? 'default';
      const host = resolveShortName(rule.spec.host, namespace, state.domain);
      const key = `${namespace}|${host}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [rule]);
      else known.push(rule);
    }
    const merged = new Map<string, Map<string, readonly MergedDestinationRule[]>>();
    for (const [key, group] of groups) {
      group.sort(compareRules);
      const separator = key.indexOf('|');
      const namespace = key.slice(0, separator);
      const host = key.slice(separator + 1);
      const hosts = merged.get(namespace) ?? new Map<string, readonly MergedDestinationRule[]>();
      merged.set(namespace, hosts);
      hosts.set(
        host,
        state.cache.memo(`destination-rule|${key}`, [...group, defaultExport], () => mergeRules(state, namespace, host, group)),
      );
    }
    return new Map([...merged].map(([namespace, hosts]) => [namespace, splitWildcards(hosts)]));
  });
}

function splitWildcards(hosts: ReadonlyMap<string, readonly MergedDestinationRule[]>): NamespaceRules {
  return {
    exact: hosts,
    wildcards: [...hosts].filter(([host]) => isWildcard(host)).sort(([left], [right]) => compareHosts(left, right)),
  };
}

function compareRules(left: DestinationRule, right: DestinationRule): number {
  const leftSelects = left.spec.workloadSelector !== undefined;
  const rightSelects = right.spec.workloadSelector !== undefined;
  if (leftSelects !== rightSelects) return leftSelects ? -1 : 1;
  return compareAge(left, right);
}

/**
 * Rules of one namespace for one host. A rule joins the earlier ones that are exported to the same namespaces or to some of them; in the
 * latter case, and beside a rule for certain workloads, it stays a rule of its own as well.
 */
function mergeRules(state: MeshState, namespace: string, host: string, rules: readonly DestinationRule[]): MergedDestinationRule[] {
  const merged: MergedDestinationRule[] = [];
  for (const rule of rules) {
    const { spec } = rule;
    const source = sourceOf(rule);
    const selector = spec.workloadSelector?.matchLabels;
    const exportTo =
      spec.workloadSelector !== undefined
        ? ['.']
        : spec.exportTo !== undefined && spec.exportTo.length > 0
          ? spec.exportTo
          : state.mesh.defaultDestinationRuleExportTo;
    const own: MergedDestinationRule = {
      namespace,
      host,
      exportTo: [...new Set(exportTo.map((target) => (target === '.' ? namespace : target)))],
      selector,
      trafficPolicy: spec.trafficPolicy,
      policySource: source,
      subsets: (spec.subsets ?? []).map((subset, index) => ({ subset, source, path: `spec.subsets[${index}]` })),
      sources: [source],
    };
    let standsAlone = true;
    for (const [index, known] of merged.entries()) {
      const sameSelector = JSON.stringify(known.selector) === JSON.stringify(selector);
      if (!sameSelector && known.selector !== undefined && selector !== undefined) continue;
      if (!known.exportTo.every((target) => own.exportTo.includes(target))) continue;
      merged[index] = joined(known, own);
      if (!sameSelector || known.exportTo.length < own.exportTo.length) continue;
      standsAlone = false;
      noteRepeatedSubsets(state, known, own);
    }
    if (standsAlone) merged.push(own);
  }
  return merged;
}

function joined(known: MergedDestinationRule, added: MergedDestinationRule): MergedDestinationRule {
  const names = new Set(known.subsets.map((entry) => entry.subset.name));
  const takesPolicy = known.trafficPolicy === undefined && added.trafficPolicy !== undefined;
  return {
    ...known,
    trafficPolicy: takesPolicy ? added.trafficPolicy : known.trafficPolicy,
    policySource: takesPolicy ? added.policySource : known.policySource,
    subsets: [...known.subsets, ...added.subsets.filter((entry) => !names.has(entry.subset.name))],
    sources: [...known.sources, ...added.sources],
  };
}

function noteRepeatedSubsets(state: MeshState, known: MergedDestinationRule, added: MergedDestinationRule): void {
  const names = new Set(known.subsets.map((entry) => entry.subset.name));
  for (const { subset, source, path } of added.subsets) {
    if (!names.has(subset.name)) continue;
    state.cache.note({
      code: 'conflict',
      severity: 'warning',
      object: { kind: source.kind, namespace: source.namespace, name: source.name },
      path,
      message: `Subset ${subset.name} of ${added.host} is already defined by an older DestinationRule of the namespace`,
    });
  }
}

/**
 * The rule a client in `viewer` uses for a service: the client's namespace first, then the service's, then the root namespace; the
 * first level with a match wins whole (istio.md §1.2). `labels` choose between rules with a workloadSelector; leave them out for
 * the server's own (inbound) view.
 */
export function destinationRuleFor(
  state: MeshState,
  viewer: string,
  service: Pick<RegistryService, 'hostname' | 'namespace'>,
  labels?: Readonly<Record<string, string>>,
): MergedDestinationRule | undefined {
  const namespaces = rulesByNamespace(state);
  const levels =
    viewer === state.rootNamespace
      ? [state.rootNamespace, service.namespace, state.rootNamespace]
      : [viewer, service.namespace, state.rootNamespace];
  for (const [level, namespace] of levels.entries()) {
    const rules = namespaces.get(namespace);
    if (rules === undefined) continue;
    const rootPrivate = level === 0 && viewer === state.rootNamespace;
    const accept = (rule: MergedDestinationRule): boolean =>
      isVisible(rule.exportTo, rule.namespace, viewer) &&
      (!rootPrivate || (rule.exportTo.length === 1 && rule.exportTo[0] === rule.namespace));
    const candidates = mostSpecific(rules, service.hostname, accept);
    // The level is chosen before selectors are looked at: rules for other workloads hide the next level all the same.
    if (candidates.length > 0) return pick(candidates, viewer, labels);
  }
  return undefined;
}

function mostSpecific(
  rules: NamespaceRules,
  host: string,
  accept: (rule: MergedDestinationRule) => boolean,
): readonly MergedDestinationRule[] {
  const exact = rules.exact.get(host)?.filter(accept) ?? [];
  if (exact.length > 0) return exact;
  for (const [wildcard, candidates] of rules.wildcards) {
    if (!hostCovers(wildcard, host)) continue;
    const accepted = candidates.filter(accept);
    if (accepted.length > 0) return accepted;
  }
  return [];
}

function pick(
  rules: readonly MergedDestinationRule[],
  viewer: string,
  labels: Readonly<Record<string, string>> | undefined,
): MergedDestinationRule | undefined {
  if (labels !== undefined) {
    const selected = rules.find((rule) => rule.selector !== undefined && rule.namespace === viewer && matchesLabels(labels, rule.selector));
    if (selected !== undefined) return selected;
  }
  return rules.find((rule) => rule.selector === undefined);
}

/** Every set of labels that a rule's workloadSelector asks for, to tell proxies apart. */
export function destinationRuleSelectors(state: MeshState, namespace: string): readonly Readonly<Record<string, string>>[] {
  const rules = rulesByNamespace(state).get(namespace);
  return state.cache.memo(`destination-rule-selectors|${namespace}`, [rules], () =>
    [...(rules?.exact.values() ?? [])].flat().flatMap((rule) => (rule.selector === undefined ? [] : [rule.selector])),
  );
}
