import { isGrpc } from './match-route';
import type { CompiledRetryPolicy } from './retry-policy';
import type { RouteActionSettings } from './route-table';
import type { RoutingRequest } from './routing-request';

/** Milliseconds; 0 means none. */
export interface RequestTimeouts {
  /** For the whole request, all tries together. */
  readonly globalMs: number;
  readonly perTryMs: number;
}

const grpcUnits: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000_001 };

/**
 * Timeouts of a request: the route's, replaced by `grpc-timeout` where the route honours it, replaced by
 * `x-envoy-upstream-rq-timeout-ms` and `-per-try-timeout-ms` (the caller removes those from outside requests). A try is never allowed
 * more than the whole.
 */
export function resolveTimeouts(action: RouteActionSettings, retry: CompiledRetryPolicy | null, request: RoutingRequest): RequestTimeouts {
  let globalMs = action.timeoutMs;
  if (action.grpcTimeoutMaxMs !== null && isGrpc(request)) globalMs = grpcTimeout(action, action.grpcTimeoutMaxMs, request);
  globalMs = readMilliseconds(request, 'x-envoy-upstream-rq-timeout-ms') ?? globalMs;
  const perTryMs = readMilliseconds(request, 'x-envoy-upstream-rq-per-try-timeout-ms') ?? retry?.perTryTimeoutMs ?? 0;
  return { globalMs, perTryMs: globalMs !== 0 && perTryMs >= globalMs ? 0 : perTryMs };
}

function grpcTimeout(action: RouteActionSettings, maxMs: number, request: RoutingRequest): number {
  const asked = parseGrpcTimeout(request.header('grpc-timeout'));
  if (asked === null || asked === 0) return action.grpcTimeoutMissingMs;
  // The offset leaves time to answer; it never turns a short timeout into none.
  const offset = action.grpcTimeoutOffsetMs < asked ? action.grpcTimeoutOffsetMs : 0;
  return maxMs === 0 ? asked - offset : Math.min(asked - offset, maxMs);
}

/** Milliseconds of a `grpc-timeout` header (`100m`, `5S`); null when absent or malformed. */
function parseGrpcTimeout(value: string | undefined): number | null {
  const match = /^(\d{1,8})([HMSmun])$/.exec(value ?? '');
  if (match === null) return null;
  return Math.ceil(Number(match[1]) * (grpcUnits[match[2] ?? 'm'] ?? 1));
}

function readMilliseconds(request: RoutingRequest, name: string): number | null {
  const value = request.header(name);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
