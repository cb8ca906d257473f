import type { StringMatcher } from '@/lib/xds';
import type { CompiledRegex } from './compile-regex';
import { compileRegex } from './compile-regex';

type StringTestKind = 'any' | 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';

/** A compiled envoy.type.matcher.v3.StringMatcher; one shape for all kinds, so that call sites stay monomorphic. */
export interface StringTest {
  readonly kind: StringTestKind;
  /** Lower-case when `ignoreCase`. */
  readonly text: string;
  readonly regex: CompiledRegex | null;
  readonly ignoreCase: boolean;
}

/** Matches every value; what an empty matcher stands for. */
export const anyString: StringTest = { kind: 'any', text: '', regex: null, ignoreCase: false };

/** Compiles a string matcher. Throws `invalid_config` for a bad regular expression. */
export function compileStringMatcher(matcher: StringMatcher): StringTest {
  const ignoreCase = matcher.ignore_case ?? false;
  const make = (kind: StringTestKind, text: string): StringTest => ({
    kind,
    text: ignoreCase ? text.toLowerCase() : text,
    regex: null,
    ignoreCase,
  });
  if (matcher.exact !== undefined) return make('exact', matcher.exact);
  if (matcher.prefix !== undefined) return make('prefix', matcher.prefix);
  if (matcher.suffix !== undefined) return make('suffix', matcher.suffix);
  if (matcher.contains !== undefined) return make('contains', matcher.contains);
  if (matcher.safe_regex !== undefined) return compileRegexTest(matcher.safe_regex.regex);
  return anyString;
}

export function compileRegexTest(pattern: string): StringTest {
  return { kind: 'regex', text: pattern, regex: compileRegex(pattern), ignoreCase: false };
}

export function testString(test: StringTest, value: string): boolean {
  const text = test.ignoreCase ? value.toLowerCase() : value;
  switch (test.kind) {
    case 'exact':
      return text === test.text;
    case 'prefix':
      return text.startsWith(test.text);
    case 'suffix':
      return text.endsWith(test.text);
    case 'contains':
      return text.includes(test.text);
    case 'regex':
      return test.regex !== null && test.regex.matches(value);
    case 'any':
      return true;
  }
}

/** In words, for reasons: `starts with "abc"`. */
export function describeStringTest(test: StringTest): string {
  const text = JSON.stringify(test.text) + (test.ignoreCase ? ' (any case)' : '');
  switch (test.kind) {
    case 'exact':
      return `is ${text}`;
    case 'prefix':
      return `starts with ${text}`;
    case 'suffix':
      return `ends with ${text}`;
    case 'contains':
      return `contains ${text}`;
    case 'regex':
      return `matches the regular expression ${test.text}`;
    case 'any':
      return 'is present';
  }
}
