import type { Condition, ConditionRules } from './conditions';

/** Where a share of a rule's requests goes. */
export interface RuleDestination {
  /** A host of Istio or the name of a backend, as it is written. */
  host: string;
  /** Namespace of a backend of the Gateway API when it is not the route's own; Istio's hosts contain theirs. */
  namespace: string | null;
  subset: string | null;
  port: number | null;
  /** Per cent of the rule's requests; all of a rule sum to 100. */
  weight: number;
  /** Position in the rule as read: its headers and filters stay with it (and are copied to a new one). `null`: it has none. */
  from: number | null;
}

export interface RuleMirror {
  host: string;
  namespace: string | null;
  subset: string | null;
  port: number | null;
  percent: number;
  from: number | null;
}

export interface RuleFault {
  delay: { ms: number; percent: number } | null;
  abort: { status: number; percent: number } | null;
}

export interface RuleRetries {
  attempts: number;
  perTryTimeoutMs: number | null;
  /** Envoy's conditions, joined by commas; `null`: Istio's default. The Gateway API names status codes instead. */
  retryOn: string | null;
  codes: number[] | null;
}

export interface HeaderChanges {
  set: [name: string, value: string][];
  add: [name: string, value: string][];
  remove: string[];
}

export interface RuleCors {
  origins: { operator: 'exact' | 'prefix' | 'regex'; value: string }[];
  methods: string[];
  headers: string[];
  expose: string[];
  maxAgeSeconds: number | null;
  credentials: boolean | null;
}

/** `prefix`: the matched prefix is replaced (Istio: the whole path, after an exact match). `full`: the whole path. */
export interface PathChange {
  mode: 'prefix' | 'full';
  value: string;
}

/** Every part of the path that the pattern (RE2) finds is replaced; `\1` in `value` is its first group. */
export interface PatternChange {
  mode: 'regex';
  match: string;
  value: string;
}

export interface RuleRewrite {
  path: PathChange | PatternChange | null;
  host: string | null;
}

export interface RuleRedirect {
  scheme: string | null;
  host: string | null;
  path: PathChange | null;
  port: number | null;
  code: number | null;
}

/** What a rule does with a request. `direct`: the proxy answers. `delegate`: another object decides. */
export type RuleAction = 'route' | 'redirect' | 'direct' | 'delegate';

/** A rule of a route, part by part, in the form that all kinds share. */
export interface RuleFacets {
  /** Alternatives, each a list of conditions that all must hold. None: every request. */
  matches: Condition[][];
  destinations: RuleDestination[];
  fault: RuleFault | null;
  timeoutMs: number | null;
  retries: RuleRetries | null;
  mirrors: RuleMirror[];
  cors: RuleCors | null;
  requestHeaders: HeaderChanges | null;
  responseHeaders: HeaderChanges | null;
  rewrite: RuleRewrite | null;
  redirect: RuleRedirect | null;
}
export type FacetName = keyof RuleFacets;

/** A rule as it is stored. */
export type JsonRule = Record<string, unknown>;

/** Reads and writes the rules of one kind of route. Whatever is not written stays as it is, unknown fields included. */
export interface RuleEditor {
  kind: 'VirtualService' | 'HTTPRoute' | 'GRPCRoute';
  /** The parts the kind has. */
  facets: readonly FacetName[];
  conditions: ConditionRules;
  /** Values of `redirect.path.mode`. */
  redirectModes: readonly PathChange['mode'][];
  /** Values of `rewrite.path.mode`. */
  rewriteModes: readonly (PathChange | PatternChange)['mode'][];
  action(rule: JsonRule): RuleAction;
  name(rule: JsonRule): string | null;
  read<Name extends FacetName>(rule: JsonRule, name: Name): RuleFacets[Name];
  write<Name extends FacetName>(rule: JsonRule, name: Name, value: RuleFacets[Name]): JsonRule;
}

/** One pair of functions for each part of a rule. */
export type FacetTable<Rule> = {
  [Name in FacetName]?: { read: (rule: Rule) => RuleFacets[Name]; write: (rule: Rule, value: RuleFacets[Name]) => Rule };
};

const absent: RuleFacets = {
  matches: [],
  destinations: [],
  fault: null,
  timeoutMs: null,
  retries: null,
  mirrors: [],
  cors: null,
  requestHeaders: null,
  responseHeaders: null,
  rewrite: null,
  redirect: null,
};

/** An editor made of a kind's table of parts. */
export function makeRuleEditor<Rule extends object>(
  kind: Pick<RuleEditor, 'kind' | 'conditions' | 'redirectModes' | 'rewriteModes'> & {
    action: (rule: Rule) => RuleAction;
    name: (rule: Rule) => string | null;
  },
  table: FacetTable<Rule>,
): RuleEditor {
  // A rule comes from an object that the API server took for this kind: its shape is the kind's.
  const typed = (rule: JsonRule) => rule as unknown as Rule;
  return {
    kind: kind.kind,
    conditions: kind.conditions,
    redirectModes: kind.redirectModes,
    rewriteModes: kind.rewriteModes,
    facets: Object.keys(table) as FacetName[],
    action: (rule) => kind.action(typed(rule)),
    name: (rule) => kind.name(typed(rule)),
    read: (rule, name) => table[name]?.read(typed(rule)) ?? absent[name],
    write: (rule, name, value) => (table[name]?.write(typed(rule), value) ?? rule) as JsonRule,
  };
}

/** Whole percentages in the given proportions that sum to 100 (largest remainder); even when all are zero. */
export function toPercentages(weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (total > 0 ? (weight / total) * 100 : 100 / weights.length));
  const floors = exact.map(Math.floor);
  let missing = 100 - floors.reduce((sum, one) => sum + one, 0);
  const order = exact.map((value, index) => ({ index, rest: value - Math.floor(value) })).toSorted((left, right) => right.rest - left.rest);
  for (const { index } of order) {
    if (missing === 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    missing -= 1;
  }
  return floors;
}
