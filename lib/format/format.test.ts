import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytesRate, formatMs, formatNumber, formatPercent } from './index';

describe('numbers for people', () => {
  it.each([
    [null, '–'],
    [0, '0'],
    [0.0004, '<0.001'],
    [0.01234, '0.0123'],
    [1.2, '1.2'],
    [18.349, '18.3'],
    [999.4, '999'],
    [999.6, '1k'],
    [1_234, '1.23k'],
    [3_450_000, '3.45M'],
  ])('%s is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [null, '–'],
    [0.35, '0.35 ms'],
    [87, '87 ms'],
    [1_234, '1.23 s'],
    [150_000, '2.5 min'],
  ])('%s ms is %s', (value, text) => expect(formatMs(value)).toBe(text));

  it.each([
    [null, '–'],
    [0, '0 %'],
    [0.004, '0.4 %'],
    [0.125, '12.5 %'],
    [0.99999, '>99.99 %'],
    [1, '100 %'],
  ])('ratio %s is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  it('rates of bytes take decimal units', () =>
    expect([formatBytesRate(512), formatBytesRate(1_500), formatBytesRate(null)]).toEqual(['512 B/s', '1.5 kB/s', '–']));

  it('ages take one unit', () =>
    expect([1_000, 12_000, 180_000, 7_200_000, 432_000_000].map((age) => formatAgo(0, age))).toEqual([
      'now',
      '12 s ago',
      '3 min ago',
      '2 h ago',
      '5 d ago',
    ]));
});
