import type { RetryPolicy } from '@/lib/xds';
import type { HeaderTest } from './match-header';
import { compileHeaderMatcher, testHeader, testHeaderValue } from './match-header';
import { durationMs } from './read-values';
import type { Random, RoutingRequest } from './routing-request';

/** Conditions of `retry_on` as bits. */
const conditionBits = {
  '5xx': 1,
  'gateway-error': 2,
  'connect-failure': 4,
  'retriable-4xx': 8,
  'refused-stream': 16,
  'retriable-status-codes': 32,
  reset: 64,
  'retriable-headers': 128,
  'envoy-ratelimited': 256,
  'reset-before-request': 512,
  cancelled: 1024,
  'deadline-exceeded': 2048,
  internal: 4096,
  'resource-exhausted': 8192,
  unavailable: 16_384,
} as const;

const grpcBits: Readonly<Record<number, number>> = {
  1: conditionBits.cancelled,
  4: conditionBits['deadline-exceeded'],
  8: conditionBits['resource-exhausted'],
  13: conditionBits.internal,
  14: conditionBits.unavailable,
};

/** A compiled envoy.config.route.v3.RetryPolicy. */
export interface CompiledRetryPolicy {
  readonly conditions: number;
  /** Tries after the first. */
  readonly attempts: number;
  readonly statusCodes: readonly number[];
  readonly responseHeaders: readonly HeaderTest[];
  /** When not empty, only requests that fit one of them are retried. */
  readonly requestHeaders: readonly HeaderTest[];
  /** 0: the route's timeout alone. */
  readonly perTryTimeoutMs: number;
  readonly perTryIdleTimeoutMs: number;
  readonly backOffBaseMs: number;
  readonly backOffMaxMs: number;
  readonly resetHeaders: readonly { readonly name: string; readonly format: 'SECONDS' | 'UNIX_TIMESTAMP' }[];
  readonly resetMaxMs: number;
  /** Hosts already tried are left out of the choice. */
  readonly avoidPreviousHosts: boolean;
  /** How often a choice is repeated to find a host not tried yet. */
  readonly hostSelectionAttempts: number;
  /** Priorities already tried are left out of the choice. */
  readonly avoidPreviousPriorities: boolean;
}

/** Why an upstream stream ended without a response. */
export type ResetReason = 'connect-failure' | 'refused-stream' | 'reset' | 'per-try-timeout' | 'overflow';

const defaultBackOffMs = 25;

export function compileRetryPolicy(policy: RetryPolicy): CompiledRetryPolicy {
  const base = Math.max(1, durationMs(policy.retry_back_off?.base_interval, defaultBackOffMs));
  const codes = policy.retriable_status_codes ?? [];
  return {
    conditions: readConditions(policy.retry_on ?? ''),
    attempts: policy.num_retries?.value ?? 1,
    statusCodes: codes,
    responseHeaders: (policy.retriable_headers ?? []).map(compileHeaderMatcher),
    requestHeaders: (policy.retriable_request_headers ?? []).map(compileHeaderMatcher),
    perTryTimeoutMs: durationMs(policy.per_try_timeout, 0),
    perTryIdleTimeoutMs: durationMs(policy.per_try_idle_timeout, 0),
    backOffBaseMs: base,
    backOffMaxMs: Math.max(base, durationMs(policy.retry_back_off?.max_interval, base * 10)),
    resetHeaders: (policy.rate_limited_retry_back_off?.reset_headers ?? []).map(({ name, format }) => ({
      name: name.toLowerCase(),
      format: format ?? 'SECONDS',
    })),
    resetMaxMs: durationMs(policy.rate_limited_retry_back_off?.max_interval, 300_000),
    avoidPreviousHosts: (policy.retry_host_predicate ?? []).some(({ name }) => name.includes('previous_hosts')),
    hostSelectionAttempts: Math.max(1, policy.host_selection_retry_max_attempts ?? 1),
    avoidPreviousPriorities: policy.retry_priority?.name.includes('previous_priorities') ?? false,
  };
}

/** A comma-separated list as bits; unknown words count for nothing, as in Envoy. */
function readConditions(list: string): number {
  let bits = 0;
  for (const word of list.split(',')) {
    const name = word.trim();
    if (isCondition(name)) bits |= conditionBits[name];
  }
  return bits;
}

function isCondition(name: string): name is keyof typeof conditionBits {
  return Object.hasOwn(conditionBits, name);
}

/** Names of the conditions that are set, for display. */
export function listConditions(policy: CompiledRetryPolicy): string[] {
  return Object.entries(conditionBits)
    .filter(([, bit]) => (policy.conditions & bit) !== 0)
    .map(([name]) => name);
}

/**
 * The policy as a request changes it: `x-envoy-retry-on`, `x-envoy-retry-grpc-on`, `x-envoy-max-retries`, `x-envoy-retriable-status-codes`
 * (the caller removes those headers from outside requests), and none at all when `retriable_request_headers` do not fit.
 */
export function retryPolicyFor(policy: CompiledRetryPolicy | null, request: RoutingRequest): CompiledRetryPolicy | null {
  const on = request.header('x-envoy-retry-on');
  const grpcOn = request.header('x-envoy-retry-grpc-on');
  if (policy !== null && policy.requestHeaders.length > 0 && !policy.requestHeaders.some((test) => testHeader(test, request))) return null;
  if (on === undefined && grpcOn === undefined && request.header('x-envoy-max-retries') === undefined) return policy;
  const base = policy ?? compileRetryPolicy({});
  const conditions = base.conditions | readConditions(on ?? '') | readConditions(grpcOn ?? '');
  const asked = Number(request.header('x-envoy-max-retries') ?? NaN);
  const codes = (request.header('x-envoy-retriable-status-codes') ?? '').split(',').map(Number).filter(Number.isInteger);
  return {
    ...base,
    conditions,
    attempts: Number.isInteger(asked) && asked >= 0 ? asked : base.attempts,
    statusCodes: [...base.statusCodes, ...codes],
  };
}

/** Whether a response is to be retried. `header` reads response headers (lower-case names), gRPC status among them. */
export function shouldRetryResponse(policy: CompiledRetryPolicy, status: number, header: (name: string) => string | undefined): boolean {
  const on = policy.conditions;
  if (on === 0 || header('x-envoy-overloaded') !== undefined) return false;
  if (header('x-envoy-ratelimited') !== undefined) return (on & conditionBits['envoy-ratelimited']) !== 0;
  if ((on & conditionBits['5xx']) !== 0 && status >= 500 && status < 600) return true;
  if ((on & conditionBits['gateway-error']) !== 0 && status >= 502 && status <= 504) return true;
  if ((on & conditionBits['retriable-4xx']) !== 0 && status === 409) return true;
  if ((on & conditionBits['retriable-status-codes']) !== 0 && policy.statusCodes.includes(status)) return true;
  if ((on & conditionBits['retriable-headers']) !== 0) {
    for (const test of policy.responseHeaders) if (testHeaderValue(test, header(test.name))) return true;
  }
  const grpcStatus = header('grpc-status');
  return grpcStatus !== undefined && (on & (grpcBits[Number(grpcStatus)] ?? 0)) !== 0;
}

/** Whether a stream that ended without a response is to be retried. `requestStarted`: a byte of the request has left. */
export function shouldRetryReset(policy: CompiledRetryPolicy, reason: ResetReason, requestStarted: boolean): boolean {
  const on = policy.conditions;
  if (reason === 'overflow') return false;
  if ((on & conditionBits['reset-before-request']) !== 0 && !requestStarted) return true;
  if ((on & (conditionBits.reset | conditionBits['5xx'] | conditionBits['gateway-error'])) !== 0) return true;
  if ((on & conditionBits['refused-stream']) !== 0 && reason === 'refused-stream') return true;
  return (on & conditionBits['connect-failure']) !== 0 && reason === 'connect-failure';
}

/** Milliseconds to wait before try `attempt` (1 is the first retry): full jitter under a doubling bound. */
export function retryDelayMs(policy: CompiledRetryPolicy, attempt: number, random: Random): number {
  const bound = Math.min(policy.backOffMaxMs, policy.backOffBaseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.floor(random() * bound);
}

/** Milliseconds a response asks to wait by one of the policy's reset headers (`retry-after`); null when it asks for nothing usable. */
export function requestedDelayMs(policy: CompiledRetryPolicy, header: (name: string) => string | undefined, nowMs: number): number | null {
  for (const { name, format } of policy.resetHeaders) {
    const value = header(name);
    if (value === undefined || !/^\d+$/.test(value)) continue;
    const ms = format === 'SECONDS' ? Number(value) * 1000 : Number(value) * 1000 - nowMs;
    if (ms > 0 && ms <= policy.resetMaxMs) return ms;
  }
  return null;
}
