import type { HeaderMatcher } from '@/lib/xds';
import type { RoutingRequest } from './routing-request';
import { readHeader } from './routing-request';
import type { StringTest } from './match-string';
import { anyString, compileRegexTest, compileStringMatcher, describeStringTest, testString } from './match-string';

/** A compiled envoy.config.route.v3.HeaderMatcher. */
export interface HeaderTest {
  readonly name: string;
  readonly kind: 'string' | 'range' | 'present';
  readonly string: StringTest;
  /** Half-open range of integers. */
  readonly start: number;
  readonly end: number;
  readonly present: boolean;
  readonly invert: boolean;
  readonly missingIsEmpty: boolean;
}

/** Compiles a header matcher; without a specifier it tests presence. Throws `invalid_config` for a bad regular expression. */
export function compileHeaderMatcher(matcher: HeaderMatcher): HeaderTest {
  const base = {
    name: matcher.name.toLowerCase(),
    kind: 'string' as HeaderTest['kind'],
    string: anyString,
    start: 0,
    end: 0,
    present: true,
    invert: matcher.invert_match ?? false,
    missingIsEmpty: matcher.treat_missing_header_as_empty ?? false,
  };
  if (matcher.string_match !== undefined) return { ...base, string: compileStringMatcher(matcher.string_match) };
  // The deprecated exact form with an empty value accepts any value.
  if (matcher.exact_match === '') return base;
  if (matcher.exact_match !== undefined) return { ...base, string: compileStringMatcher({ exact: matcher.exact_match }) };
  if (matcher.prefix_match !== undefined) return { ...base, string: compileStringMatcher({ prefix: matcher.prefix_match }) };
  if (matcher.suffix_match !== undefined) return { ...base, string: compileStringMatcher({ suffix: matcher.suffix_match }) };
  if (matcher.contains_match !== undefined) return { ...base, string: compileStringMatcher({ contains: matcher.contains_match }) };
  if (matcher.safe_regex_match !== undefined) return { ...base, string: compileRegexTest(matcher.safe_regex_match.regex) };
  if (matcher.range_match !== undefined) {
    return { ...base, kind: 'range', start: matcher.range_match.start ?? 0, end: matcher.range_match.end ?? 0 };
  }
  return { ...base, kind: 'present', present: matcher.present_match ?? true };
}

/**
 * Envoy's rules: a missing header fails every test but "not present", also an inverted one, unless `treat_missing_header_as_empty`.
 */
export function testHeader(test: HeaderTest, request: RoutingRequest): boolean {
  return testHeaderValue(test, readHeader(request, test.name));
}

/** The same on a value already looked up (response headers, for example). */
export function testHeaderValue(test: HeaderTest, found: string | undefined): boolean {
  if (found === undefined && !test.missingIsEmpty) return test.kind === 'present' && test.present === test.invert;
  const value = found ?? '';
  switch (test.kind) {
    case 'string':
      return testString(test.string, value) !== test.invert;
    case 'range':
      return isIntegerIn(value, test.start, test.end) !== test.invert;
    case 'present':
      return test.present !== test.invert;
  }
}

function isIntegerIn(value: string, start: number, end: number): boolean {
  if (!/^\s*[+-]?\d+\s*$/.test(value)) return false;
  const number = Number(value);
  return number >= start && number < end;
}

/** In words: `header end-user is "jason"`. */
export function describeHeaderTest(test: HeaderTest): string {
  const subject = test.name === ':method' ? 'method' : test.name === ':authority' ? 'authority' : `header ${test.name}`;
  if (test.kind === 'present') return test.present === test.invert ? `${subject} is absent` : `${subject} is present`;
  const rule = test.kind === 'range' ? `is an integer in [${test.start}, ${test.end})` : describeStringTest(test.string);
  return test.invert ? `not: ${subject} ${rule}` : `${subject} ${rule}`;
}
