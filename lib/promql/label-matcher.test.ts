import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { compileMatcher } from './label-matcher';

const test = (op: '=' | '!=' | '=~' | '!~', pattern: string, value: string): boolean =>
  compileMatcher({ name: 'a', op, value: pattern }).test(value);

describe('compileMatcher', () => {
  it.each([
    ['=', 'a', 'a', true],
    ['!=', 'a', 'a', false],
    ['=~', 'a|b', 'b', true],
    ['=~', 'a|b', 'ab', false],
    ['=~', '(a|b)', 'a', true],
    ['=~', 'a\\.b|c', 'a.b', true],
    ['=~', 'a\\.b|c', 'axb', false],
    ['=~', '5..', '503', true],
    ['=~', '5..', '5033', false],
    ['=~', 'web-.+', 'web-', false],
    ['=~', 'web-.*', 'web-', true],
    ['=~', '.*-v1', 'reviews-v1', true],
    ['=~', '.+-v1', '-v1', false],
    ['=~', '(?i)ABC', 'abc', true],
    ['=~', 'a.b', 'a\nb', true],
    ['=~', '.*', '', true],
    ['=~', '.+', '', false],
    ['=~', '', '', true],
    ['!~', 'a.*', 'b', true],
    ['!~', '', '', false],
  ] as const)('%s %j on %j is %s', (op, pattern, value, wanted) => {
    expect(test(op, pattern, value)).toBe(wanted);
  });

  it('takes linear time on a pattern that makes backtracking engines hang', () => {
    expect(test('=~', '(a+)+b', 'a'.repeat(5000))).toBe(false);
  });

  it('has the values of a plain list, for the index', () => {
    expect(compileMatcher({ name: 'a', op: '=~', value: 'x|y|' })).toMatchObject({ values: ['x', 'y', ''], matchesEmpty: true });
    expect(compileMatcher({ name: 'a', op: '=~', value: 'x.*' }).values).toBeUndefined();
    expect(compileMatcher({ name: 'a', op: '!=', value: 'x' })).toMatchObject({ values: undefined, matchesEmpty: true });
  });

  it('agrees with RE2 where it takes a short cut', () => {
    const piece = fc.constantFrom('a', 'b', '|', '.*', '.+', '\\.', '.', '(', ')', 'ab', '-');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.array(fc.constantFrom('a', 'b', '.', '-', '\n', '|'), { maxLength: 5 }),
        (pieces, letters) => {
          const pattern = pieces.join('');
          let reference: RE2JS;
          try {
            reference = RE2JS.compile(`(?s:${pattern})`);
          } catch {
            return;
          }
          expect(test('=~', pattern, letters.join(''))).toBe(reference.matches(letters.join('')));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
