import { describe, expect, it } from 'vitest';
import { messagesOf } from '@/lib/i18n';
import { combineHealth, countHealth, judgePods, judgeRequests, wilsonInterval, worstHealth } from '.';

describe('wilsonInterval', () => {
  // Reference values: Newcombe 1998, Statistics in Medicine 17, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [29, 29, 0.883, 1],
  ])('%i of %i', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('knows nothing without trials', () => expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 }));
});

describe('judgeRequests', () => {
  it.each([
    [0, 0, 'idle', 'no_traffic'],
    [1000, 0, 'healthy', 'errors_none'],
    [1000, 1, 'healthy', 'errors_some'],
    [1_000_000, 1, 'healthy', 'errors_some'],
    [1000, 40, 'degraded', 'errors_above'],
    [1000, 500, 'failing', 'errors_above'],
    [1, 1, 'degraded', 'errors_few'],
    [6, 6, 'failing', 'errors_above'],
  ])('%d requests, %d errors: %s, because %s', (requests, errors, status, code) => {
    const health = judgeRequests({ requests, errors });
    expect(health.status).toBe(status);
    expect(health.reasons.map((reason) => reason.code)).toEqual([code]);
  });
});

describe('combined health', () => {
  const busy = judgeRequests({ requests: 100, errors: 0 });
  const quiet = judgeRequests({ requests: 0, errors: 0 });

  it('lets trouble win, and says all of it', () => {
    const health = combineHealth(judgeRequests({ requests: 1000, errors: 40 }), judgePods({ ready: 0, desired: 2 }));
    expect(health.status).toBe('failing');
    expect(health.reasons.map((reason) => reason.code)).toEqual(['pods_none_ready', 'errors_above']);
  });

  it('keeps a workload without traffic idle when its pods are fine', () => {
    expect(combineHealth(quiet, judgePods({ ready: 1, desired: 1 })).status).toBe('idle');
    expect(combineHealth(busy, judgePods({ ready: 1, desired: 1 })).status).toBe('healthy');
    expect(combineHealth(busy, judgePods({ ready: 1, desired: 2 })).status).toBe('degraded');
  });

  it('takes the worst of a group', () => {
    expect(worstHealth(countHealth(['healthy', 'failing', 'idle']))).toEqual({
      status: 'failing',
      reasons: [{ code: 'worst_of', values: { count: 1, total: 3, status: 'failing' } }],
    });
    expect(worstHealth(countHealth([])).status).toBe('unknown');
    expect(worstHealth(countHealth(['idle', 'unknown'])).status).toBe('idle');
  });
});

it('has words for every reason', () => {
  const codes = [
    'errors_none',
    'errors_some',
    'errors_above',
    'errors_few',
    'no_traffic',
    'no_telemetry',
    'pods_none_ready',
    'pods_some_ready',
    'pods_scaled_to_zero',
    'worst_of',
  ];
  expect(Object.keys(messagesOf('en').health.reason).toSorted()).toEqual(codes.toSorted());
});
