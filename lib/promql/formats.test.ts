import { describe, expect, it } from 'vitest';
import { formatPlainFloat } from './float-format';
import { formatFloat, formatPromDuration, labelsOf, labelsToRecord, parseFloatText, parsePromDuration } from './index';

describe('numbers', () => {
  it.each([
    [1, '1'],
    [0.1, '0.1'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [1e-7, '1e-07'],
    [1.5e-10, '1.5e-10'],
    [1e300, '1e+300'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFloat(value)).toBe(text);
    expect(parseFloatText(text)).toBe(value);
  });
  it('writes label values without exponents', () => {
    expect(formatPlainFloat(1.25e-7)).toBe('0.000000125');
    expect(formatPlainFloat(-1.5e22)).toBe('-15000000000000000000000');
  });
  it('refuses what is no number', () => {
    expect(['', 'x', '1x', ' 1', 'Infinit'].map(parseFloatText)).toEqual(Array(5).fill(undefined));
  });
});

describe('durations', () => {
  it.each([
    ['5m', 300_000, '5m'],
    ['1h30m', 5_400_000, '1h30m'],
    ['90s', 90_000, '1m30s'],
    ['1w', 604_800_000, '1w'],
    ['8d', 691_200_000, '8d'],
    ['1y', 31_536_000_000, '1y'],
    ['15ms', 15, '15ms'],
    ['0', 0, '0s'],
  ])('%s is %i ms', (text, ms, shortest) => {
    expect(parsePromDuration(text)).toBe(ms);
    expect(formatPromDuration(ms)).toBe(shortest);
  });
  it('refuses other forms', () => {
    expect(['', '5', 'm', '5m1h', '5m5m', '-5m', '1.5h'].map(parsePromDuration)).toEqual(Array(7).fill(undefined));
  });
});

describe('labels', () => {
  it('are sorted, without empty values, and safe with any name', () => {
    expect(labelsOf({ b: '2', a: '1', c: '' })).toEqual(['a', '1', 'b', '2']);
    expect(JSON.stringify(labelsToRecord(['__proto__', 'x']))).toBe('{"__proto__":"x"}');
  });
});
