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

/** The path without a query parameter. Like Envoy it puts what is left in the order of the names, each with its `=`. */
export function removeQueryParameter(path: string, name: string): string {
  const question = path.indexOf('?');
  if (question === -1) return path;
  const left = path
    .slice(question + 1)
    .split('&')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .filter((pair) => pair !== '=' && pair.slice(0, pair.indexOf('=')) !== name)
    .toSorted((one, other) => compareNames(one.slice(0, one.indexOf('=')), other.slice(0, other.indexOf('='))));
  return left.length === 0 ? path.slice(0, question) : `${path.slice(0, question)}?${left.join('&')}`;
}

function compareNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function describeQueryTest(test: QueryTest): string {
  return test.present ? `query parameter ${test.name} ${describeStringTest(test.string)}` : `query parameter ${test.name} is absent`;
}
