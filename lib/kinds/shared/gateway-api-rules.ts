import { sameJson, withField } from './json';
import type { Condition } from './conditions';
import type { HttpRouteFilter } from './gateway-api-parts';
import { toPercentages } from './rule-editor';
import type { HeaderChanges, RuleDestination, RuleMirror } from './rule-editor';

interface BackendRef {
  name: string;
  namespace?: string | undefined;
  port?: number | undefined;
  weight?: number | undefined;
}

/** What the rules of HTTPRoute and GRPCRoute have in common; the filters of a GRPCRoute are some of those of an HTTPRoute. */
interface GatewayRule {
  backendRefs?: BackendRef[] | undefined;
  filters?: HttpRouteFilter[] | undefined;
}

/** Backends with their shares: no weight means 1. */
export function readBackends(rule: GatewayRule): RuleDestination[] {
  const backends = rule.backendRefs ?? [];
  const weights = toPercentages(backends.map((one) => (backends.length === 1 ? 100 : (one.weight ?? 1))));
  return backends.map((one, from) => ({
    host: one.name,
    namespace: one.namespace ?? null,
    subset: null,
    port: one.port ?? null,
    weight: weights[from] ?? 0,
    from,
  }));
}

export function writeBackends<Rule extends GatewayRule>(rule: Rule, destinations: readonly RuleDestination[]): Rule {
  const now = readBackends(rule);
  const untouched =
    destinations.length === now.length && destinations.every((one) => one.from !== null && now[one.from]?.weight === one.weight);
  const backendRefs = destinations.map((one) => {
    const before = one.from === null ? undefined : rule.backendRefs?.[one.from];
    let next: BackendRef = { ...before, name: one.host };
    if ((before?.namespace ?? null) !== one.namespace) next = withField(next, 'namespace', one.namespace ?? undefined);
    if ((before?.port ?? null) !== one.port) next = withField(next, 'port', one.port ?? undefined);
    const keeps = untouched || (destinations.length === 1 && before?.weight === undefined);
    return keeps ? next : { ...next, weight: one.weight };
  });
  return { ...rule, backendRefs };
}

/** The first filter of a type. */
export function filterOf(rule: GatewayRule, type: HttpRouteFilter['type']): HttpRouteFilter | undefined {
  return rule.filters?.find((one) => one.type === type);
}

/** The rule with the filter of that type replaced in its place, added at the end, or taken away. */
export function withFilter<Rule extends GatewayRule>(rule: Rule, type: HttpRouteFilter['type'], filter: HttpRouteFilter | undefined): Rule {
  const filters = rule.filters ?? [];
  const index = filters.findIndex((one) => one.type === type);
  const next = filters.filter((_, at) => at !== index);
  if (filter !== undefined) next.splice(index === -1 ? next.length : index, 0, filter);
  return withFilters(rule, next);
}

function withFilters<Rule extends GatewayRule>(rule: Rule, filters: HttpRouteFilter[]): Rule {
  return withField<Rule, 'filters'>(rule, 'filters', filters.length === 0 ? undefined : filters);
}

const sides = { requestHeaders: 'RequestHeaderModifier', responseHeaders: 'ResponseHeaderModifier' } as const;
const fields = { requestHeaders: 'requestHeaderModifier', responseHeaders: 'responseHeaderModifier' } as const;

export function readHeaderFilter(rule: GatewayRule, side: keyof typeof sides): HeaderChanges | null {
  const changes = filterOf(rule, sides[side])?.[fields[side]];
  if (changes === undefined) return null;
  const pairs = (list: readonly { name: string; value: string }[] | undefined) =>
    (list ?? []).map(({ name, value }): [string, string] => [name, value]);
  return { set: pairs(changes.set), add: pairs(changes.add), remove: changes.remove ?? [] };
}

export function writeHeaderFilter<Rule extends GatewayRule>(rule: Rule, side: keyof typeof sides, changes: HeaderChanges | null): Rule {
  const empty = changes === null || changes.set.length + changes.add.length + changes.remove.length === 0;
  if (empty) return withFilter(rule, sides[side], undefined);
  const before = filterOf(rule, sides[side]);
  const pairs = (list: readonly [string, string][]) => (list.length === 0 ? undefined : list.map(([name, value]) => ({ name, value })));
  let next: NonNullable<HttpRouteFilter['requestHeaderModifier']> = { ...before?.[fields[side]] };
  next = withField(next, 'set', pairs(changes.set));
  next = withField(next, 'add', pairs(changes.add));
  next = withField(next, 'remove', changes.remove.length === 0 ? undefined : [...changes.remove]);
  return withFilter(rule, sides[side], { ...before, type: sides[side], [fields[side]]: next });
}

export function readMirrorFilters(rule: GatewayRule): RuleMirror[] {
  return (rule.filters ?? []).flatMap((filter, from) => {
    const mirror = filter.type === 'RequestMirror' ? filter.requestMirror : undefined;
    if (mirror === undefined) return [];
    const { fraction } = mirror;
    const percent = mirror.percent ?? (fraction === undefined ? 100 : (fraction.numerator / (fraction.denominator ?? 100)) * 100);
    const { name, namespace, port } = mirror.backendRef;
    return [{ host: name, namespace: namespace ?? null, subset: null, port: port ?? null, percent, from }];
  });
}

/** Mirrors stay among the other filters where they are; new ones come last. */
export function writeMirrorFilters<Rule extends GatewayRule>(rule: Rule, mirrors: readonly RuleMirror[]): Rule {
  const now = readMirrorFilters(rule);
  const made = (one: RuleMirror): HttpRouteFilter => {
    const before = one.from === null ? undefined : rule.filters?.[one.from];
    const known = before?.requestMirror;
    const was = now.find((other) => other.from === one.from);
    let backendRef: { name: string; namespace?: string | undefined; port?: number | undefined } = { ...known?.backendRef, name: one.host };
    backendRef = withField(backendRef, 'namespace', one.namespace ?? undefined);
    backendRef = withField(backendRef, 'port', one.port ?? undefined);
    const { percent: _percent, fraction: _fraction, ...rest } = known ?? {};
    const share = was?.percent === one.percent ? known : one.percent === 100 ? rest : { ...rest, percent: Math.round(one.percent) };
    return { ...before, type: 'RequestMirror', requestMirror: { ...share, backendRef } };
  };
  const kept = (rule.filters ?? []).flatMap((filter, index) => {
    if (filter.type !== 'RequestMirror') return [filter];
    const mirror = mirrors.find((one) => one.from === index);
    return mirror === undefined ? [] : [made(mirror)];
  });
  const filters = [...kept, ...mirrors.filter((one) => one.from === null).map(made)];
  return withFilters(rule, filters);
}

/** Writes alternatives so that each keeps what else it says: the one that is equal stays, else the one in its place is changed. */
export function writeAlternatives<Match extends object>(
  before: readonly Match[],
  matches: readonly Condition[][],
  form: { read: (match: Match) => Condition[]; write: (match: Match, conditions: readonly Condition[]) => Match; empty: Match },
): Match[] | undefined {
  const now = before.map(form.read);
  const taken = new Set<number>();
  const next = matches.map((conditions, position) => {
    const same = now.findIndex((one, index) => !taken.has(index) && sameJson(one, conditions));
    const index = same === -1 ? position : same;
    taken.add(index);
    const match = before[index] ?? form.empty;
    return same === -1 ? form.write(match, conditions) : match;
  });
  return next.length === 0 ? undefined : next;
}
