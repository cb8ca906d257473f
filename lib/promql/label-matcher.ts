import { RE2JS } from 're2js';
import { labelValue, type Labels } from './labels';

export type MatchOp = '=' | '!=' | '=~' | '!~';

/** One condition on a label. Regular expressions are RE2, anchored at both ends, and `.` matches a line break too. */
export interface Matcher {
  name: string;
  op: MatchOp;
  value: string;
}

/** A matcher made ready to run. */
export interface CompiledMatcher extends Matcher {
  test(value: string): boolean;
  /** Every value that can match, when the pattern is a plain list of them: an index can look these up. */
  values: readonly string[] | undefined;
  /** Whether a series without the label passes. */
  matchesEmpty: boolean;
}

/** Compiles a matcher. @throws Error with RE2's words when the pattern is not a regular expression. */
export function compileMatcher(matcher: Matcher): CompiledMatcher {
  const { name, op, value } = matcher;
  const positive = op === '=' || op === '=~';
  const pattern = op === '=' || op === '!=' ? { test: (text: string) => text === value, values: [value] } : compileAnchored(value);
  const test = (text: string): boolean => pattern.test(text) === positive;
  return { name, op, value, test, values: positive ? pattern.values : undefined, matchesEmpty: test('') };
}

/** A full-match test for a pattern, without an automaton where a list, a prefix or a non-emptiness says the same. */
function compileAnchored(pattern: string): { test(text: string): boolean; values: readonly string[] | undefined } {
  const list = literalList(pattern);
  if (list !== undefined) {
    const set = new Set(list);
    return { test: (text) => set.has(text), values: list };
  }
  if (pattern === '.*') return { test: () => true, values: undefined };
  if (pattern === '.+') return { test: (text) => text !== '', values: undefined };
  const affix = /^(\.\*)?([^\\^$.|?*+()[\]{}]*)(\.[*+])?$/.exec(pattern);
  if (affix !== null && (affix[1] === undefined) !== (affix[3] === undefined)) {
    const text = affix[2] as string;
    const least = text.length + (affix[3] === '.+' ? 1 : 0);
    const test = affix[1] === undefined ? (value: string) => value.startsWith(text) : (value: string) => value.endsWith(text);
    return { test: (value) => value.length >= least && test(value), values: undefined };
  }
  return { test: cached(compileRegex(pattern)), values: undefined };
}

/** The alternatives of `a|b|c` or `(a|b|c)` when none of them holds a special character (an escaped `.`, `-`, `/` or `:` is none). */
function literalList(pattern: string): string[] | undefined {
  const group = /^\((?:\?:)?([^()]*)\)$/.exec(pattern);
  const parts = (group?.[1] ?? pattern).split('|');
  if (!parts.every((part) => /^(?:[^\\^$.|?*+()[\]{}]|\\[.\-/:])*$/.test(part))) return undefined;
  return parts.map((part) => part.replaceAll('\\', ''));
}

/** Compiles an RE2 pattern that must match the whole text. */
export function compileRegex(pattern: string): RE2JS {
  return RE2JS.compile(`(?s:${pattern})`);
}

/** Label values repeat across series, so each is tried once per matcher. */
function cached(regex: RE2JS): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = regex.matches(text);
      known.set(text, result);
    }
    return result;
  };
}

/** Whether a label set passes all matchers. */
export function matchesAll(matchers: readonly CompiledMatcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matcher.test(labelValue(labels, matcher.name)));
}
