import { isCovered } from '@/lib/kinds/shared/match-space';
import type { Atom, Region } from '@/lib/kinds/shared/match-space';
import type { Condition } from '@/lib/kinds/shared/conditions';
import { incompleteRules, ruleEditorOf } from './edit-rules';
import type { RouteDraft } from './edit-rules';

const properties: Readonly<Partial<Record<Condition['subject'], string>>> = { withoutHeader: 'header', uri: 'uri' };

function regionOf(conditions: readonly Condition[]): Region {
  const is: Atom[] = [];
  const not: Atom[] = [];
  const gateways: string[] = [];
  for (const { subject, name, operator, value } of conditions) {
    // A list of gateways is "one of": more than one is left out, which makes the region wider than it is.
    if (subject === 'gateway') {
      gateways.push(value);
      continue;
    }
    const property = `${properties[subject] ?? subject} ${subject === 'header' || subject === 'withoutHeader' ? name.toLowerCase() : name}`;
    if (subject === 'uri' && operator === 'prefix' && value === '/') continue;
    if (operator === 'regex' && value === '.*' && subject !== 'header' && subject !== 'query' && subject !== 'cookie') continue;
    const atom: Atom = { property, kind: operator, value, ignoreCase: false };
    (subject === 'withoutHeader' ? not : is).push(atom);
  }
  for (const gateway of gateways) is.push({ property: `gateway ${gateway}`, kind: 'present', value: '', ignoreCase: false });
  return { is, not };
}

/** The Gateway API tries precise matches first, whatever the order of the rules (exact path, longest prefix, method, headers, queries). */
function precision(conditions: readonly Condition[]): number[] {
  const path = conditions.find((one) => one.subject === 'uri');
  const count = (...subjects: Condition['subject'][]) => conditions.filter((one) => subjects.includes(one.subject)).length;
  return [
    path?.operator === 'exact' ? 2 : path?.operator === 'regex' ? 1 : 0,
    path?.operator === 'prefix' ? path.value.length : 0,
    count('grpcService') * 2 + count('grpcMethod'),
    count('method'),
    count('header', 'cookie'),
    count('query'),
  ];
}

function isTriedBefore(left: readonly Condition[], right: readonly Condition[], leftIsFirst: boolean): boolean {
  const [one, other] = [precision(left), precision(right)];
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return leftIsFirst;
}

/** Keys of the rules that no request reaches, because others take all of theirs. What is not known is not said. */
export function findUnreachable(draft: RouteDraft): ReadonlySet<string> {
  const editor = ruleEditorOf(draft.object);
  const incomplete = incompleteRules(draft);
  const rules = draft.rules
    .filter((one) => !incomplete.has(one.key))
    .map(({ key, rule }) => {
      const matches = editor.read(rule, 'matches');
      return { key, matches: matches.length === 0 ? [[]] : matches };
    });
  const byPrecision = editor.kind !== 'VirtualService';
  const unreachable = new Set<string>();
  for (const [index, { key, matches }] of rules.entries()) {
    const covered = matches.every((match) => {
      const others = rules.flatMap((other, position) =>
        position === index
          ? []
          : other.matches.filter((taken) => (byPrecision ? isTriedBefore(taken, match, position < index) : position < index)),
      );
      return isCovered(regionOf(match), others.map(regionOf));
    });
    if (covered) unreachable.add(key);
  }
  return unreachable;
}
