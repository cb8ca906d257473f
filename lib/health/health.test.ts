import { describe, expect, it } from 'vitest';
import { messagesOf } from '@/lib/i18n';
import {
  combineHealth,
  countHealth,
  holdMs,
  judgePods,
  judgeRequests,
  judgeTraffic,
  mergeHealthRules,
  readHealthRules,
  settleHealth,
  wilsonInterval,
  worstHealth,
} from '.';
import type { SettledHealth } from '.';

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

describe('limits by annotation', () => {
  const http = (code: string, requests: number) => ({ protocol: 'http' as const, code, requests });
  const traffic = {
    requests: 1000,
    errors: 40,
    codes: [http('200', 900), http('404', 60), http('503', 40)],
    direction: 'inbound' as const,
  };

  it.each([
    ['5XX,1,10,http,inbound', 'degraded', 'codes_above'],
    ['5XX,10,20,http,inbound', 'healthy', 'codes_some'],
    ['4XX,2,4,http,inbound', 'failing', 'codes_above'],
    ['404,10,20,http,inbound;503,1,3,http,inbound', 'degraded', 'codes_above'],
    // Limits that speak of other traffic leave this one to the defaults.
    ['5XX,0,1,grpc,inbound', 'degraded', 'errors_above'],
    ['5XX,0,1,http,outbound', 'degraded', 'errors_above'],
    ['nonsense', 'degraded', 'errors_above'],
    ['(a+)+$,1,2,http,inbound', 'degraded', 'errors_above'],
  ])("Kiali's %s: %s", (text, status, code) => {
    const health = judgeTraffic(traffic, readHealthRules({ 'health.kiali.io/rate': text }));
    expect([health.status, health.reasons[0]?.code]).toEqual([status, code]);
  });

  it('reads no answer, written as a dash, and any protocol', () => {
    const rules = readHealthRules({ 'health.kiali.io/rate': '-,1,2,,' });
    expect(judgeTraffic({ ...traffic, codes: [http('0', 50), http('200', 950)] }, rules).status).toBe('failing');
  });

  it('reads ours: error rate, latency, least requests', () => {
    const rules = readHealthRules({
      'heddle.dev/error-rate': '5,50%',
      'heddle.dev/latency': 'p95,300ms,1s',
      'heddle.dev/least-requests': '20',
    });
    expect(judgeTraffic(traffic, rules).status).toBe('healthy');
    const slow = (p95: number, requests = 1000) => judgeTraffic({ ...traffic, requests, latencyMs: { p95 } }, rules);
    expect(slow(250).status).toBe('healthy');
    expect(slow(400)).toEqual({
      status: 'degraded',
      reasons: [{ code: 'latency_above', values: { percentile: 'p95', latencyMs: 400, limitMs: 300 } }],
    });
    expect(slow(2000).status).toBe('failing');
    expect(slow(2000, 10).status).toBe('healthy');
    expect(judgeTraffic({ ...traffic, requests: 0, errors: 0, latencyMs: { p95: 2000 } }, rules).status).toBe('idle');
  });

  it('lets the nearest win, thing by thing', () => {
    const service = readHealthRules({ 'heddle.dev/latency': 'p99,1s' });
    const namespace = readHealthRules({ 'heddle.dev/latency': 'p50,5ms', 'heddle.dev/least-requests': '9' });
    expect(mergeHealthRules(service, undefined, namespace)).toEqual({
      latency: { percentile: 'p99', degradedMs: 1000, failingMs: undefined },
      leastRequests: 9,
    });
    expect(readHealthRules({ other: 'x' })).toBeUndefined();
  });
});

describe('smoothing', () => {
  const fine = judgeRequests({ requests: 1000, errors: 0 });
  const bad = judgeRequests({ requests: 1000, errors: 500 });
  const worse = judgeRequests({ requests: 1000, errors: 40 });

  it('shows trouble at once, and its end when it has lasted', () => {
    let state: SettledHealth | undefined;
    const look = (health: typeof fine, seconds: number): string => {
      state = settleHealth(state, health, seconds * 1000);
      return state.health.status;
    };
    expect(look(fine, 0)).toBe('healthy');
    expect(look(bad, 5)).toBe('failing');
    // Flapping around the limit stays one word.
    for (const second of [10, 20, 30]) {
      expect(look(fine, second)).toBe('failing');
      expect(look(bad, second + 5)).toBe('failing');
    }
    expect(look(worse, 40)).toBe('failing');
    expect(state?.health.reasons[0]).toEqual({ code: 'recovering', values: { status: 'degraded', seconds: holdMs / 1000 } });
    expect(look(fine, 55)).toBe('failing');
    expect(look(fine, 40 + holdMs / 1000)).toBe('healthy');
  });

  it('leaves what is no trouble alone', () => {
    const idle = judgeRequests({ requests: 0, errors: 0 });
    expect(settleHealth(settleHealth(undefined, fine, 0), idle, 1).health.status).toBe('idle');
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
    'codes_none',
    'codes_some',
    'codes_above',
    'codes_few',
    'latency_within',
    'latency_above',
    'recovering',
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
