import type { HttpFault } from '@/lib/xds';
import type { HeaderTest } from './match-header';
import { compileHeaderMatcher, testHeader } from './match-header';
import type { Fraction } from './read-values';
import { compileFraction, drawFraction, durationMs, never } from './read-values';
import type { Random, RoutingRequest } from './routing-request';

/** A compiled envoy.extensions.filters.http.fault.v3.HTTPFault. */
export interface CompiledFault {
  readonly delay: { readonly ms: number | null; readonly fraction: Fraction } | null;
  readonly abort: { readonly httpStatus: number | null; readonly grpcStatus: number | null; readonly fraction: Fraction } | null;
  readonly headers: readonly HeaderTest[];
  readonly upstreamCluster: string;
  readonly downstreamNodes: readonly string[];
  readonly maxActiveFaults: number;
}

export interface FaultDecision {
  /** 0 for none. */
  readonly delayMs: number;
  /** Answer with this instead of forwarding (after the delay). */
  readonly abort: { readonly httpStatus: number } | { readonly grpcStatus: number } | null;
}

export interface FaultCircumstances {
  readonly cluster: string;
  readonly nodeId: string;
  /** Faults being injected right now; none is added at `maxActiveFaults`. */
  readonly activeFaults: number;
}

/** A percentage that is unset never fires. A null `ms` or status is taken from the request's `x-envoy-fault-*` headers. */
export function compileFault(fault: HttpFault): CompiledFault {
  const { delay, abort } = fault;
  return {
    delay:
      delay === undefined
        ? null
        : {
            ms: delay.fixed_delay === undefined ? null : durationMs(delay.fixed_delay, 0),
            fraction: delay.percentage === undefined ? never : compileFraction(delay.percentage),
          },
    abort:
      abort === undefined
        ? null
        : {
            httpStatus: abort.http_status ?? null,
            grpcStatus: abort.grpc_status ?? null,
            fraction: abort.percentage === undefined ? never : compileFraction(abort.percentage),
          },
    headers: (fault.headers ?? []).map(compileHeaderMatcher),
    upstreamCluster: fault.upstream_cluster ?? '',
    downstreamNodes: fault.downstream_nodes ?? [],
    maxActiveFaults: fault.max_active_faults?.value ?? Infinity,
  };
}

/** Whether the fault looks at this request at all; the percentages are drawn afterwards. */
export function appliesToRequest(fault: CompiledFault, request: RoutingRequest, circumstances: FaultCircumstances): boolean {
  if (fault.upstreamCluster !== '' && fault.upstreamCluster !== circumstances.cluster) return false;
  if (fault.downstreamNodes.length > 0 && !fault.downstreamNodes.includes(circumstances.nodeId)) return false;
  for (const test of fault.headers) if (!testHeader(test, request)) return false;
  return circumstances.activeFaults < fault.maxActiveFaults;
}

/** Draws delay and abort; null when the request goes through untouched. */
export function decideFault(
  fault: CompiledFault,
  request: RoutingRequest,
  random: Random,
  circumstances: FaultCircumstances,
): FaultDecision | null {
  if (!appliesToRequest(fault, request, circumstances)) return null;
  const delayMs = drawDelay(fault, request, random);
  const abort = drawAbort(fault, request, random);
  return delayMs === 0 && abort === null ? null : { delayMs, abort };
}

function drawDelay(fault: CompiledFault, request: RoutingRequest, random: Random): number {
  if (fault.delay === null) return 0;
  const fromHeader = fault.delay.ms === null;
  const ms = fault.delay.ms ?? readCount(request, 'x-envoy-fault-delay-request') ?? 0;
  if (ms === 0) return 0;
  const fraction = fromHeader
    ? lowerByHeader(fault.delay.fraction, request, 'x-envoy-fault-delay-request-percentage')
    : fault.delay.fraction;
  return drawFraction(fraction, random) ? ms : 0;
}

function drawAbort(fault: CompiledFault, request: RoutingRequest, random: Random): FaultDecision['abort'] {
  if (fault.abort === null) return null;
  const { httpStatus, grpcStatus, fraction } = fault.abort;
  if (httpStatus !== null) return drawFraction(fraction, random) ? { httpStatus } : null;
  if (grpcStatus !== null) return drawFraction(fraction, random) ? { grpcStatus } : null;
  const http = readCount(request, 'x-envoy-fault-abort-request');
  const grpc = readCount(request, 'x-envoy-fault-abort-grpc-request');
  if (http === null && grpc === null) return null;
  if (!drawFraction(lowerByHeader(fraction, request, 'x-envoy-fault-abort-request-percentage'), random)) return null;
  if (http !== null && http >= 200 && http < 600) return { httpStatus: http };
  return grpc === null ? null : { grpcStatus: grpc };
}

/** A request may ask for a lower share than the configured one, never for a higher one. */
function lowerByHeader(fraction: Fraction, request: RoutingRequest, name: string): Fraction {
  const asked = readCount(request, name);
  return asked === null ? fraction : { numerator: Math.min(asked, fraction.numerator), denominator: fraction.denominator };
}

function readCount(request: RoutingRequest, name: string): number | null {
  const value = request.header(name);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}
