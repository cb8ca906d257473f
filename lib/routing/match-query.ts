import type { QueryParameterMatcher } from '@/lib/xds';
import type { StringTest } from './match-string';
import { anyString, compileStringMatcher, describeStringTest, testString } from './match-string';

/** A compiled envoy.config.route.v3.QueryParameterMatcher: tests the first value of the parameter, not percent-decoded. */
export interface QueryTest {
  readonly name: string;
  readonly string: StringTest;
  readonly present: boolean;
}

export function compileQueryMatcher(matcher: QueryParameterMatcher): QueryTest {
  return {
    name: matcher.name,
    string: matcher.string_match === undefined ? anyString : compileStringMatcher(matcher.string_match),
    present: matcher.present_match ?? true,
  };
}

export function testQuery(test: QueryTest, path: string): boolean {
  const value = readQueryParameter(path, test.name);
  return value === undefined ? !test.present : test.present && testString(test.string, value);
}

/** First value of a query parameter as it stands in the path; empty when it has no `=`, undefined when it is absent. */
export function readQueryParameter(path: string, name: string): string | undefined {
  const question = path.indexOf('?');
  if (question === -1) return undefined;
  const fragment = path.indexOf('#', question);
  const end = fragment === -1 ? path.length : fragment;
  for (let from = question + 1; from < end;) {
    const ampersand = path.indexOf('&', from);
    const to = ampersand === -1 || ampersand > end ? end : ampersand;
    if (path.startsWith(name, from)) {
      const after = from + name.length;
      if (after === to) return '';
      if (after < to && path.charAt(after) === '=') return path.slice(after + 1, to);
    }
    from = to + 1;
  }
  return undefined;
}

export function describeQueryTest(test: QueryTest): string {
  return test.present ? `query parameter ${test.name} ${describeStringTest(test.string)}` : `query parameter ${test.name} is absent`;
}
