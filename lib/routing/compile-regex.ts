import { RE2JS } from 're2js';
import { HeddleError } from '@/lib/errors';

/**
 * Regular expressions in RE2 syntax, matched in linear time. RE2JS is linear by construction but slow; JavaScript's engine is fast but
 * backtracks. So the engine is JavaScript's exactly when the pattern is of a form that cannot blow up and that both dialects read alike.
 */
export interface CompiledRegex {
  readonly source: string;
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

/** Compiles a pattern for full matches. Throws `invalid_config` when it is not RE2 syntax. */
export function compileRegex(pattern: string): CompiledRegex {
  const engine = compileRe2(pattern);
  if (isSafeForJavaScript(pattern)) {
    const regex = new RegExp(`^(?:${pattern})$`);
    return { source: pattern, matches: (text) => regex.test(text) };
  }
  return { source: pattern, matches: (text) => engine.matches(text) };
}

/** Compiles pattern and substitution (`\1` stands for a group, `\0` for the match) into a replacer of all matches. */
export function compileReplacement(pattern: string, substitution: string): (text: string) => string {
  const engine = compileRe2(pattern);
  const parts = splitSubstitution(substitution, engine.groupCount());
  return (text) => {
    const matcher = engine.matcher(text);
    let result = '';
    let from = 0;
    while (matcher.find()) {
      result += text.slice(from, matcher.start());
      for (const part of parts) result += typeof part === 'string' ? part : (matcher.group(part) ?? '');
      from = matcher.end();
    }
    return result + text.slice(from);
  };
}

function compileRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new HeddleError('invalid_config', `The regular expression ${JSON.stringify(pattern)} is not RE2 syntax.`, {
      hint: error instanceof Error ? error.message : 'See https://github.com/google/re2/wiki/Syntax.',
      cause: error,
    });
  }
}

function splitSubstitution(substitution: string, groups: number): (string | number)[] {
  const parts: (string | number)[] = [];
  let literal = '';
  for (let at = 0; at < substitution.length; at++) {
    const char = substitution.charAt(at);
    if (char !== '\\') {
      literal += char;
      continue;
    }
    const next = substitution.charAt(++at);
    if (next === '\\') literal += '\\';
    else if (next >= '0' && next <= '9' && Number(next) <= groups) {
      parts.push(literal, Number(next));
      literal = '';
    } else {
      throw new HeddleError('invalid_config', `The substitution ${JSON.stringify(substitution)} names a group that its pattern lacks.`, {
        hint: 'Use \\0 for the whole match, \\1 to \\9 for groups, \\\\ for a backslash.',
      });
    }
  }
  return [...parts, literal].filter((part) => part !== '');
}

const literal = /^(?:[A-Za-z0-9/_~%&=:@!,;# "'<>.-]|\\[./?*+()[\]{}|^$\-dw])/;
const charClass = /^\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9/_~%&=:@!,;.#*+?$]|\\[./dw-])+-?\]/;
const quantifier = /^(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})/;
const maxOptional = 3;

/**
 * Accepts literals, `.`, escaped punctuation, `\d`, `\w`, plain character classes, groups that are not repeated (at most one with
 * alternatives), three `?` and ONE other quantifier on a single character. A backtracking engine then takes at most
 * 8 × alternatives × (length of text) × (length of pattern) steps.
 */
export function isSafeForJavaScript(pattern: string): boolean {
  const openGroups = [0];
  const groupsWithAlternatives = new Set<number>();
  let groups = 0;
  let repeated = 0;
  let optional = 0;
  let rest = pattern;
  while (rest !== '') {
    const bracket = /^(?:\((?:\?:)?|\||\))/.exec(rest)?.[0];
    if (bracket !== undefined) {
      rest = rest.slice(bracket.length);
      if (bracket === '|') groupsWithAlternatives.add(openGroups.at(-1) ?? 0);
      else if (bracket === ')') openGroups.pop();
      else openGroups.push(++groups);
      if (openGroups.length === 0 || quantifier.test(rest)) return false;
      continue;
    }
    const single = (rest.startsWith('[') ? charClass : literal).exec(rest)?.[0];
    if (single === undefined) return false;
    rest = rest.slice(single.length);
    const times = quantifier.exec(rest)?.[0] ?? '';
    rest = rest.slice(times.length);
    if (times === '?') optional++;
    else if (times !== '') repeated++;
    if (quantifier.test(rest)) return false;
  }
  return openGroups.length === 1 && repeated <= 1 && optional <= maxOptional && groupsWithAlternatives.size <= 1;
}
