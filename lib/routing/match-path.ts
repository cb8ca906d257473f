import type { RouteMatch } from '@/lib/xds';
import type { CompiledRegex } from './compile-regex';
import { compileRegex } from './compile-regex';

type PathTestKind = 'prefix' | 'exact' | 'segments' | 'regex' | 'connect' | 'any';

/** The compiled path specifier of a RouteMatch. Query and fragment never take part. */
export interface PathTest {
  readonly kind: PathTestKind;
  /** Lower-case when `ignoreCase`. */
  readonly text: string;
  readonly length: number;
  /** Last character: compared first, because neighbouring routes mostly share their beginnings. */
  readonly lastCode: number;
  readonly regex: CompiledRegex | null;
  readonly ignoreCase: boolean;
}

const slash = 47;

export function compilePathMatch(match: RouteMatch): PathTest {
  const ignoreCase = match.case_sensitive?.value === false;
  if (match.connect_matcher !== undefined) return makePathTest('connect', '', false);
  if (match.prefix !== undefined) return makePathTest('prefix', match.prefix, ignoreCase);
  if (match.path !== undefined) return makePathTest('exact', match.path, ignoreCase);
  if (match.path_separated_prefix !== undefined) return makePathTest('segments', match.path_separated_prefix, ignoreCase);
  if (match.safe_regex !== undefined) {
    return { ...makePathTest('regex', match.safe_regex.regex, false), regex: compileRegex(match.safe_regex.regex) };
  }
  return makePathTest('any', '', false);
}

function makePathTest(kind: PathTestKind, written: string, ignoreCase: boolean): PathTest {
  const text = ignoreCase ? written.toLowerCase() : written;
  return { kind, text, length: text.length, lastCode: text === '' ? 0 : text.charCodeAt(text.length - 1), regex: null, ignoreCase };
}

/** Where the path proper ends: at `?` or `#`, and at `;` when path parameters are to be ignored. */
export function findPathEnd(path: string, ignoreParameters: boolean): number {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 63 || code === 35 || (code === 59 && ignoreParameters)) return at;
  }
  return path.length;
}

export function testPath(test: PathTest, path: string, pathEnd: number, method: string): boolean {
  if (test.kind === 'connect') return method === 'CONNECT';
  // A CONNECT request without a path matches no other kind of route.
  if (path === '') return false;
  if (test.ignoreCase) return testText(test, path.toLowerCase(), pathEnd);
  return testText(test, path, pathEnd);
}

function testText(test: PathTest, path: string, pathEnd: number): boolean {
  const length = test.length;
  switch (test.kind) {
    case 'prefix':
      return length === 0 || (pathEnd >= length && path.charCodeAt(length - 1) === test.lastCode && path.startsWith(test.text));
    case 'exact':
      return pathEnd === length && path.charCodeAt(length - 1) === test.lastCode && path.startsWith(test.text);
    case 'segments':
      return (
        pathEnd >= length &&
        path.charCodeAt(length - 1) === test.lastCode &&
        (pathEnd === length || path.charCodeAt(length) === slash) &&
        path.startsWith(test.text)
      );
    case 'regex':
      return test.regex !== null && test.regex.matches(pathEnd === path.length ? path : path.slice(0, pathEnd));
    case 'connect':
    case 'any':
      return true;
  }
}

export function describePathTest(test: PathTest): string {
  const text = JSON.stringify(test.text) + (test.ignoreCase ? ' (any case)' : '');
  switch (test.kind) {
    case 'prefix':
      return `path starts with ${text}`;
    case 'exact':
      return `path is ${text}`;
    case 'segments':
      return `path is ${text} or below it`;
    case 'regex':
      return `path matches the regular expression ${test.text}`;
    case 'connect':
      return 'method is CONNECT';
    case 'any':
      return 'any path';
  }
}
