import { describe, expect, it } from 'vitest';
import { formatBytesRate, formatDuration, formatMs, formatMsList, formatNumber, formatPercent, formatRate, parseDurationMs } from '.';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.01234, '0.0123'],
    [12.345, '12.3'],
    [999.4, '999'],
    [999.6, '1k'],
    [1234, '1.23k'],
    [1.5e6, '1.5M'],
    [0.0001, '<0.001'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%s is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.5, '50 %'],
    [0.00001, '<0.01 %'],
    [0.99999, '>99.99 %'],
    [0.9987, '99.87 %'],
    [1, '100 %'],
    [null, '–'],
  ])('ratio %s is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  it('puts units on rates, times and bytes', () => {
    expect(formatRate(0.5)).toBe('0.5 req/s');
    expect(formatRate(null)).toBe('–');
    expect(formatMs(1234)).toBe('1.23 s');
    expect(formatMs(0.5)).toBe('0.5 ms');
    expect(formatMsList([0.25, null, 12])).toBe('0.25 / – / 12 ms');
    expect(formatMsList([250, 950, 1200])).toBe('250 ms / 950 ms / 1.2 s');
    expect(formatMsList([null, null])).toBe('– / –');
    expect(formatBytesRate(2048)).toBe('2.05 kB/s');
  });
});

describe('durations', () => {
  it.each([
    ['5s', 5000],
    ['1m30s', 90_000],
    ['250ms', 250],
    ['0.5s', 500],
    ['100us', 0.1],
    ['0', 0],
    ['5', null],
    ['5 s', null],
    ['', null],
  ])('%s is %s ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it('writes what it reads', () => {
    for (const ms of [1, 250, 999, 1000, 1500, 90_000, 0.1]) expect(parseDurationMs(formatDuration(ms))).toBe(ms);
  });
});
