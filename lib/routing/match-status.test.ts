import { describe, expect, it } from 'vitest';
import { compileStatusTest } from './match-status';

const status = (text: string, invert = false) => ({
  http_response_headers_match: { headers: [{ name: ':status', string_match: { exact: text }, invert_match: invert }] },
});

describe('compileStatusTest', () => {
  it('is of one status, or of several', () => {
    const one = compileStatusTest(status('429'));
    expect([one?.(429), one?.(500)]).toEqual([true, false]);
    const several = compileStatusTest({ or_match: { rules: [status('429'), status('503')] } });
    expect([several?.(429), several?.(503), several?.(500)]).toEqual([true, true, false]);
    expect(compileStatusTest(status('200', true))?.(404)).toBe(true);
    expect(compileStatusTest({ any_match: true })?.(200)).toBe(true);
  });

  it('is none where nothing is asked', () => {
    expect(compileStatusTest(undefined)).toBeNull();
  });

  it('refuses what it cannot tell', () => {
    const header = { http_response_headers_match: { headers: [{ name: 'x-bad', present_match: true }] } };
    expect(() => compileStatusTest(header)).toThrow(/x-bad/);
    expect(() => compileStatusTest({})).toThrow(/status/);
  });
});
