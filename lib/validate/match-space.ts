import { compileRegex } from '@/lib/routing';
import type { VirtualService } from '@/lib/kinds';

type HttpMatch = NonNullable<NonNullable<NonNullable<VirtualService['spec']['http']>[number]['match']>[number]>;
type StringMatch = NonNullable<HttpMatch['uri']>;

/** A condition on one property of a request: the property's value is one of a set of texts. */
export interface Atom {
  /** What is looked at: `uri`, `header x-user` … */
  property: string;
  kind: 'exact' | 'prefix' | 'regex' | 'present';
  value: string;
  ignoreCase: boolean;
}

/** Requests for which all of `is` and none of `not` hold. */
export interface Region {
  is: readonly Atom[];
  not: readonly Atom[];
}

/** The conditions of a match; all of them must hold. `null` conditions that hold always are left out. */
export function regionOf(match: HttpMatch): Region {
  const is: Atom[] = [];
  const not: Atom[] = [];
  const add = (list: Atom[], property: string, condition: StringMatch | undefined, ignoreCase = false, presence = false) => {
    const atom = condition === undefined ? undefined : atomOf(property, condition, ignoreCase, presence);
    if (atom !== undefined) list.push(atom);
  };
  for (const field of ['scheme', 'method', 'authority'] as const) add(is, field, match[field]);
  add(is, 'uri', match.uri, match.ignoreUriCase === true);
  const headers = (list: Record<string, StringMatch> | undefined) =>
    Object.entries(list ?? {}).filter(([name]) => !ignoredHeaders.has(name));
  for (const [name, condition] of headers(match.headers)) add(is, `header ${name.toLowerCase()}`, condition, false, true);
  for (const [name, condition] of headers(match.withoutHeaders)) add(not, `header ${name.toLowerCase()}`, condition, false, true);
  for (const [name, condition] of Object.entries(match.queryParams ?? {})) add(is, `query ${name}`, condition, false, true);
  if (match.port !== undefined) is.push(exactly('port', String(match.port)));
  if (match.sourceNamespace !== undefined && match.sourceNamespace !== '') is.push(exactly('source namespace', match.sourceNamespace));
  for (const [key, value] of Object.entries(match.sourceLabels ?? {})) is.push(exactly(`source label ${key}`, value));
  return { is, not };
}

const ignoredHeaders = new Set(['uri', 'scheme', 'method', 'authority']);

function exactly(property: string, value: string): Atom {
  return { property, kind: 'exact', value, ignoreCase: false };
}

function atomOf(property: string, condition: StringMatch, ignoreCase: boolean, presence: boolean): Atom | undefined {
  const { exact, prefix, regex } = condition;
  if (exact !== undefined) return { property, kind: 'exact', value: exact, ignoreCase };
  if (prefix !== undefined)
    return property === 'uri' && prefix === '/' ? undefined : { property, kind: 'prefix', value: prefix, ignoreCase };
  if (regex === undefined || regex === '*') return presence ? { property, kind: 'present', value: '', ignoreCase: false } : undefined;
  if (regex === '.*') return presence ? { property, kind: 'present', value: '', ignoreCase: false } : undefined;
  const literal = /^([\w/-]+)\.\*$/.exec(regex)?.[1];
  if (literal !== undefined) return { property, kind: 'prefix', value: literal, ignoreCase: false };
  return { property, kind: 'regex', value: regex, ignoreCase: false };
}

const maxSteps = 2000;

/**
 * Whether every request of a region is one of some of the others. Found by taking the others away one by one and looking whether anything
 * is left; `false` when that is not known (a regular expression against another) or would take too long.
 */
export function isCovered(region: Region, others: readonly Region[]): boolean {
  const budget = { steps: maxSteps };
  return isEmptyWithout(region, others, budget);
}

function isEmptyWithout(region: Region, others: readonly Region[], budget: { steps: number }): boolean {
  if (isImpossible(region)) return true;
  const [first, ...rest] = others;
  budget.steps -= 1;
  if (first === undefined || budget.steps < 0) return false;
  // Other regions that share no request with this one take nothing away from it.
  if (isImpossible({ is: [...region.is, ...first.is], not: [...region.not, ...first.not] })) return isEmptyWithout(region, rest, budget);
  // What is left of the region is where one of the other's conditions fails: each of these pieces must be covered by the rest.
  let piece = region;
  for (const atom of first.is) {
    if (region.is.some((own) => implies(own, atom))) continue;
    if (!isEmptyWithout({ is: piece.is, not: [...piece.not, atom] }, rest, budget)) return false;
    piece = { is: [...piece.is, atom], not: piece.not };
  }
  for (const atom of first.not) {
    if (region.not.some((own) => implies(atom, own))) continue;
    if (!isEmptyWithout({ is: [...piece.is, atom], not: piece.not }, rest, budget)) return false;
    piece = { is: piece.is, not: [...piece.not, atom] };
  }
  return true;
}

/** Whether no request can satisfy a region. `false` when that is not known. */
function isImpossible({ is, not }: Region): boolean {
  return is.some((atom, index) => not.some((other) => implies(atom, other)) || is.slice(index + 1).some((other) => excludes(atom, other)));
}

/** Whether whatever satisfies the first condition satisfies the second. */
function implies(left: Atom, right: Atom): boolean {
  if (left.property !== right.property) return false;
  if (right.kind === 'present') return true;
  if (left.kind === 'present') return false;
  if (left.kind === right.kind && left.value === right.value && (right.ignoreCase || !left.ignoreCase)) return true;
  if (left.ignoreCase && !right.ignoreCase) return false;
  const value = right.ignoreCase ? left.value.toLowerCase() : left.value;
  const wanted = right.ignoreCase ? right.value.toLowerCase() : right.value;
  switch (right.kind) {
    case 'exact':
      return left.kind === 'exact' && value === wanted;
    case 'prefix':
      return left.kind === 'regex' ? literalHead(left.value).startsWith(wanted) : value.startsWith(wanted);
    case 'regex':
      return left.kind === 'exact' && matchesRegex(right.value, left.value);
  }
}

/** Whether nothing satisfies both conditions. */
function excludes(left: Atom, right: Atom): boolean {
  if (left.property !== right.property || left.kind === 'present' || right.kind === 'present') return false;
  const fold = left.ignoreCase || right.ignoreCase;
  const [one, other] = [left, right].map((atom) => (fold ? atom.value.toLowerCase() : atom.value)) as [string, string];
  if (left.kind === 'exact' && right.kind === 'exact') return one !== other;
  if (left.kind === 'exact' && right.kind === 'prefix') return !one.startsWith(other);
  if (left.kind === 'prefix' && right.kind === 'exact') return !other.startsWith(one);
  if (left.kind === 'prefix' && right.kind === 'prefix') return !one.startsWith(other) && !other.startsWith(one);
  if (fold) return false;
  if (left.kind === 'exact' && right.kind === 'regex') return !matchesRegex(right.value, left.value);
  if (left.kind === 'regex' && right.kind === 'exact') return !matchesRegex(left.value, right.value);
  return false;
}

/** The part of a pattern before anything special: all matches begin with it. */
function literalHead(pattern: string): string {
  if (pattern.includes('|')) return '';
  const head = /^[\w/-]*/.exec(pattern)?.[0] ?? '';
  // A quantifier applies to the last character.
  return /^[?*{]/.test(pattern.slice(head.length)) ? head.slice(0, -1) : head;
}

function matchesRegex(pattern: string, text: string): boolean {
  try {
    return compileRegex(pattern).matches(text);
  } catch {
    return false;
  }
}
