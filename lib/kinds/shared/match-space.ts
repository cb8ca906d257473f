/**
 * What of the space of all requests a list of conditions takes, and whether others take all of it: rules that no request reaches.
 */

/** A condition on one property of a request: the property's value is one of a set of texts. */
export interface Atom {
  /** What is looked at: `uri`, `header x-user` … */
  property: string;
  kind: 'exact' | 'prefix' | 'regex' | 'present';
  value: string;
  ignoreCase: boolean;
}

/** Whether a text matches a pattern as a whole; `undefined`: not known. */
export type RegexMatcher = (pattern: string, text: string) => boolean | undefined;

/** Requests for which all of `is` and none of `not` hold. */
export interface Region {
  is: readonly Atom[];
  not: readonly Atom[];
}

const unknownRegex: RegexMatcher = () => undefined;

interface Budget {
  steps: number;
  matches: RegexMatcher;
}

const maxSteps = 2000;

/**
 * Whether every request of a region is one of some of the others. Found by taking the others away one by one and looking whether anything
 * is left; `false` when that is not known (a regular expression against another) or would take too long.
 */
export function isCovered(region: Region, others: readonly Region[], matches: RegexMatcher = unknownRegex): boolean {
  return isEmptyWithout(region, others, { steps: maxSteps, matches });
}

function isEmptyWithout(region: Region, others: readonly Region[], budget: Budget): boolean {
  if (isImpossible(region, budget.matches)) return true;
  const [first, ...rest] = others;
  budget.steps -= 1;
  if (first === undefined || budget.steps < 0) return false;
  // Other regions that share no request with this one take nothing away from it.
  if (isImpossible({ is: [...region.is, ...first.is], not: [...region.not, ...first.not] }, budget.matches))
    return isEmptyWithout(region, rest, budget);
  // What is left of the region is where one of the other's conditions fails: each of these pieces must be covered by the rest.
  let piece = region;
  for (const atom of first.is) {
    if (region.is.some((own) => implies(own, atom, budget.matches))) continue;
    if (!isEmptyWithout({ is: piece.is, not: [...piece.not, atom] }, rest, budget)) return false;
    piece = { is: [...piece.is, atom], not: piece.not };
  }
  for (const atom of first.not) {
    if (region.not.some((own) => implies(atom, own, budget.matches))) continue;
    if (!isEmptyWithout({ is: [...piece.is, atom], not: piece.not }, rest, budget)) return false;
    piece = { is: piece.is, not: [...piece.not, atom] };
  }
  return true;
}

/** Whether no request can satisfy a region. `false` when that is not known. */
function isImpossible({ is, not }: Region, matches: RegexMatcher): boolean {
  return is.some(
    (atom, index) =>
      not.some((other) => implies(atom, other, matches)) || is.slice(index + 1).some((other) => excludes(atom, other, matches)),
  );
}

/** Whether whatever satisfies the first condition satisfies the second. */
function implies(left: Atom, right: Atom, matches: RegexMatcher): boolean {
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
      return left.kind === 'exact' && matches(right.value, left.value) === true;
  }
}

/** Whether nothing satisfies both conditions. */
function excludes(left: Atom, right: Atom, matches: RegexMatcher): boolean {
  if (left.property !== right.property || left.kind === 'present' || right.kind === 'present') return false;
  const fold = left.ignoreCase || right.ignoreCase;
  const [one, other] = [left, right].map((atom) => (fold ? atom.value.toLowerCase() : atom.value)) as [string, string];
  if (left.kind === 'exact' && right.kind === 'exact') return one !== other;
  if (left.kind === 'exact' && right.kind === 'prefix') return !one.startsWith(other);
  if (left.kind === 'prefix' && right.kind === 'exact') return !other.startsWith(one);
  if (left.kind === 'prefix' && right.kind === 'prefix') return !one.startsWith(other) && !other.startsWith(one);
  if (fold) return false;
  if (left.kind === 'exact' && right.kind === 'regex') return matches(right.value, left.value) === false;
  if (left.kind === 'regex' && right.kind === 'exact') return matches(left.value, right.value) === false;
  return false;
}

/** The part of a pattern before anything special: all matches begin with it. */
function literalHead(pattern: string): string {
  if (pattern.includes('|')) return '';
  const head = /^[\w/-]*/.exec(pattern)?.[0] ?? '';
  // A quantifier applies to the last character.
  return /^[?*{]/.test(pattern.slice(head.length)) ? head.slice(0, -1) : head;
}
