import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { compileRegex, compileReplacement, isSafeForJavaScript } from './compile-regex';

describe('isSafeForJavaScript', () => {
  it.each(['/v\\d+/users', '.*', '/api/(v1|v2)/.*', '[a-z]+', 'a{2,5}', '/a?b?/.*', '[^/]+\\.jpg', ''])('takes %s', (pattern) => {
    expect(isSafeForJavaScript(pattern)).toBe(true);
  });

  it.each([
    '(a+)+',
    '.*.*=.*',
    '(a|a)(a|a)',
    'a?a?a?a?',
    '(a|b)*',
    '(?i)abc',
    '\\s+',
    '[[:alpha:]]',
    '\\pN',
    'a{1000}',
    '(ab)?',
    'a**',
    '^a',
    ')',
  ])('leaves %s to RE2', (pattern) => {
    expect(isSafeForJavaScript(pattern)).toBe(false);
  });
});

describe('compileRegex', () => {
  it('matches whole texts', () => {
    expect(compileRegex('a|b').matches('ab')).toBe(false);
    expect(compileRegex('a|b').matches('b')).toBe(true);
    expect(compileRegex('(?i)ABC').matches('abc')).toBe(true);
  });

  it('takes linear time on patterns made to block', () => {
    const text = `${'a'.repeat(50_000)}!`;
    for (const pattern of ['(a+)+', '(a|a)*b', 'a*a*a*a*b']) expect(compileRegex(pattern).matches(text)).toBe(false);
  });

  it('refuses what is not RE2', () => {
    for (const pattern of ['(?=a)', '(a', '\\1', '(?<!x)y']) expect(() => compileRegex(pattern)).toThrow(/RE2/);
  });

  it('agrees with RE2 whatever the engine', () => {
    const piece = fc.constantFrom('a', 'b', '/', '.', '\\d', '[ab]', '[^a]', 'a*', '.+', 'b?', '(a|b)', '\\.', '[a-c]', '{2}', '|', '-');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '1', '.', '-'), maxLength: 8 }),
        (pieces, text) => {
          const pattern = pieces.join('');
          let engine: RE2JS;
          try {
            engine = RE2JS.compile(pattern);
          } catch {
            expect(() => compileRegex(pattern)).toThrow();
            return;
          }
          expect(compileRegex(pattern).matches(text)).toBe(engine.matches(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('compileReplacement', () => {
  it.each([
    ['^/service/([^/]+)(/.*)$', '\\2/instance/\\1', '/service/foo/v1/api', '/v1/api/instance/foo'],
    ['one', 'two', '/xxx/one/yyy/one/zzz', '/xxx/two/yyy/two/zzz'],
    ['(?i)/xxx/', '/yyy/', '/aaa/XxX/bbb', '/aaa/yyy/bbb'],
    ['b', '\\\\\\0$1', 'abc', 'a\\b$1c'],
    ['x', 'y', 'abc', 'abc'],
  ])('%s → %s', (pattern, substitution, text, expected) => {
    expect(compileReplacement(pattern, substitution)(text)).toBe(expected);
  });

  it('refuses groups that do not exist', () => {
    expect(() => compileReplacement('a', '\\1')).toThrow(/group/);
  });
});
