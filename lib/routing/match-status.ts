import { HeddleError } from '@/lib/errors';
import type { ResponsePredicate } from '@/lib/xds';
import { compileStringMatcher, testString } from './match-string';
import type { StringTest } from './match-string';

/** Whether a response of this status counts as an error of its host. */
export type StatusTest = (status: number) => boolean;

/**
 * Compiles the `error_matcher` of outlier detection: which statuses are errors of a host. Null: those of 500 and more.
 * @throws HeddleError `invalid_config` for one that looks at anything but the status
 */
export function compileStatusTest(predicate: ResponsePredicate | undefined): StatusTest | null {
  return predicate === undefined ? null : compile(predicate);
}

function compile({ or_match, any_match, http_response_headers_match }: ResponsePredicate): StatusTest {
  if (any_match === true) return () => true;
  if (or_match !== undefined) {
    const tests = or_match.rules.map(compile);
    return (status) => tests.some((test) => test(status));
  }
  if (http_response_headers_match === undefined) throw unsupported('a predicate of this kind');
  const tests = http_response_headers_match.headers.map(({ name, string_match, invert_match = false }) => {
    if (name !== ':status' || string_match === undefined) throw unsupported(`a condition on ${name}`);
    return { test: compileStringMatcher(string_match), inverted: invert_match };
  });
  return (status) => tests.every(({ test, inverted }) => testStatus(test, status) !== inverted);
}

function testStatus(test: StringTest, status: number): boolean {
  return testString(test, String(status));
}

function unsupported(what: string): HeddleError {
  return new HeddleError('invalid_config', `Outlier detection here looks at the status of responses alone, not at ${what}.`);
}
