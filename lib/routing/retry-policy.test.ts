import { describe, expect, it } from 'vitest';
import {
  compileRetryPolicy,
  listConditions,
  requestedDelayMs,
  retryDelayMs,
  retryPolicyFor,
  shouldRetryReset,
  shouldRetryResponse,
} from './retry-policy';
import type { ResetReason } from './retry-policy';
import { plainRequest } from './routing-request';

const on = (retry_on: string) => compileRetryPolicy({ retry_on });
const response =
  (headers: Record<string, string> = {}) =>
  (name: string) =>
    headers[name];

describe('shouldRetryResponse', () => {
  it.each<[string, number, Record<string, string>, boolean]>([
    ['5xx', 500, {}, true],
    ['5xx', 499, {}, false],
    ['gateway-error', 500, {}, false],
    ['gateway-error', 502, {}, true],
    ['gateway-error', 504, {}, true],
    ['retriable-4xx', 409, {}, true],
    ['retriable-4xx', 404, {}, false],
    ['connect-failure,refused-stream', 503, {}, false],
    ['unavailable', 200, { 'grpc-status': '14' }, true],
    ['unavailable', 200, { 'grpc-status': '13' }, false],
    ['cancelled, internal', 200, { 'grpc-status': '13' }, true],
    ['deadline-exceeded', 200, { 'grpc-status': '4' }, true],
    ['resource-exhausted', 200, { 'grpc-status': '8' }, true],
    ['5xx', 503, { 'x-envoy-overloaded': 'true' }, false],
    ['5xx', 503, { 'x-envoy-ratelimited': 'true' }, false],
    ['envoy-ratelimited', 429, { 'x-envoy-ratelimited': 'true' }, true],
    ['no-such-condition', 503, {}, false],
    ['', 503, {}, false],
  ])('%s on %i %j: %s', (conditions, status, headers, expected) => {
    expect(shouldRetryResponse(on(conditions), status, response(headers))).toBe(expected);
  });

  it('retries listed codes and fitting response headers', () => {
    const policy = compileRetryPolicy({
      retry_on: 'retriable-status-codes,retriable-headers',
      retriable_status_codes: [418],
      retriable_headers: [{ name: 'X-Again', present_match: true }],
    });
    expect(shouldRetryResponse(policy, 418, response())).toBe(true);
    expect(shouldRetryResponse(policy, 503, response())).toBe(false);
    expect(shouldRetryResponse(policy, 200, response({ 'x-again': '1' }))).toBe(true);
  });
});

describe('shouldRetryReset', () => {
  it.each<[string, ResetReason, boolean, boolean]>([
    ['connect-failure', 'connect-failure', false, true],
    ['connect-failure', 'reset', true, false],
    ['connect-failure', 'per-try-timeout', true, false],
    ['refused-stream', 'refused-stream', true, true],
    ['refused-stream', 'reset', true, false],
    ['reset', 'reset', true, true],
    ['5xx', 'reset', true, true],
    ['5xx', 'per-try-timeout', true, true],
    ['gateway-error', 'connect-failure', false, true],
    ['reset-before-request', 'reset', false, true],
    ['reset-before-request', 'reset', true, false],
    ['5xx', 'overflow', false, false],
    ['unavailable', 'reset', true, false],
  ])('%s on %s (request started: %s): %s', (conditions, reason, started, expected) => {
    expect(shouldRetryReset(on(conditions), reason, started)).toBe(expected);
  });
});

describe('policy', () => {
  it('has defaults', () => {
    expect(compileRetryPolicy({})).toMatchObject({ attempts: 1, backOffBaseMs: 25, backOffMaxMs: 250, perTryTimeoutMs: 0 });
  });

  it('can be widened by a request', () => {
    const asked = retryPolicyFor(
      on('5xx'),
      plainRequest({ path: '/', headers: { 'x-envoy-retry-on': 'reset', 'x-envoy-max-retries': '4' } }),
    );
    expect(asked && listConditions(asked)).toEqual(['5xx', 'reset']);
    expect(asked?.attempts).toBe(4);
    expect(retryPolicyFor(null, plainRequest({ path: '/' }))).toBeNull();
  });

  it('holds only for requests that fit', () => {
    const policy = compileRetryPolicy({
      retry_on: '5xx',
      retriable_request_headers: [{ name: ':method', string_match: { exact: 'GET' } }],
    });
    expect(retryPolicyFor(policy, plainRequest({ path: '/', method: 'POST' }))).toBeNull();
    expect(retryPolicyFor(policy, plainRequest({ path: '/' }))).toBe(policy);
  });

  it('backs off with full jitter under a doubling bound', () => {
    const policy = on('5xx');
    expect([1, 2, 3, 4, 5, 50].map((attempt) => retryDelayMs(policy, attempt, () => 0.999999))).toEqual([24, 49, 99, 199, 249, 249]);
    expect(retryDelayMs(policy, 3, () => 0)).toBe(0);
  });

  it('waits as long as a response asks, within its bound', () => {
    const policy = compileRetryPolicy({
      rate_limited_retry_back_off: {
        reset_headers: [{ name: 'Retry-After' }, { name: 'X-Reset', format: 'UNIX_TIMESTAMP' }],
        max_interval: { seconds: 60 },
      },
    });
    expect(requestedDelayMs(policy, response({ 'retry-after': '3' }), 0)).toBe(3000);
    expect(requestedDelayMs(policy, response({ 'retry-after': '300', 'x-reset': '1030' }), 1_000_000)).toBe(30_000);
    expect(requestedDelayMs(policy, response({ 'retry-after': 'soon' }), 0)).toBeNull();
  });
});
