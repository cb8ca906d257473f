import { defaultErrorLimits, judgeRequests } from './judge-requests';
import type { HealthRules, Tolerance } from './read-health-rules';
import type { Health, HealthReason, HealthStatus } from './schema';
import { severityOf } from './schema';

/** What reached (or left) something in a window. */
export interface JudgedTraffic {
  requests: number;
  errors: number;
  /** Requests by answer; a gRPC status is its number. Needed for limits by code. */
  codes?: readonly { protocol: 'http' | 'grpc'; code: string; requests: number }[];
  direction: 'inbound' | 'outbound';
  /** Percentiles in ms, as far as they are known. */
  latencyMs?: Partial<Record<'p50' | 'p90' | 'p95' | 'p99', number | null>>;
}

/** Health of traffic by the rules that are set for it, else by the defaults. Says all that is wrong, the worst first. */
export function judgeTraffic(traffic: JudgedTraffic, rules: HealthRules | undefined): Health {
  const leastRequests = rules?.leastRequests ?? defaultErrorLimits.leastRequests;
  const byCode = rules?.tolerances && traffic.requests > 0 ? judgeTolerances(traffic, rules.tolerances, leastRequests) : undefined;
  const requests = byCode ?? judgeRequests(traffic, { ...defaultErrorLimits, leastRequests });
  const latency = rules?.latency === undefined ? undefined : judgeLatency(traffic, rules, leastRequests);
  if (latency === undefined || requests.status === 'idle') return requests;
  const [first, second] = severityOf[latency.status] > severityOf[requests.status] ? [latency, requests] : [requests, latency];
  const both = severityOf[second.status] >= severityOf.degraded;
  return { status: first.status, reasons: both ? [...first.reasons, ...second.reasons] : first.reasons };
}

/** Undefined when no limit speaks of this traffic. */
function judgeTolerances(traffic: JudgedTraffic, tolerances: readonly Tolerance[], leastRequests: number): Health | undefined {
  let worst: Health | undefined;
  for (const protocol of ['http', 'grpc'] as const) {
    const rows = (traffic.codes ?? []).filter((row) => row.protocol === protocol);
    const requests = rows.reduce((sum, row) => sum + row.requests, 0);
    if (!(requests > 0)) continue;
    for (const tolerance of tolerances) {
      if (!tolerance.protocol.test(protocol) || !tolerance.direction.test(traffic.direction)) continue;
      const errors = rows.filter((row) => tolerance.code.test(row.code)).reduce((sum, row) => sum + row.requests, 0);
      const health = judgeTolerance(tolerance, requests, errors, leastRequests);
      if (worst === undefined || severityOf[health.status] > severityOf[worst.status]) worst = health;
    }
  }
  return worst;
}

function judgeTolerance({ degraded, failing, codeText }: Tolerance, requests: number, errors: number, leastRequests: number): Health {
  const limits = { degraded, failing, leastRequests };
  const health = judgeRequests({ requests, errors }, limits);
  if (codeText === '') return health;
  return {
    status: health.status,
    reasons: health.reasons.map(({ code, values }) => ({
      code: code.replace(/^errors_/, 'codes_'),
      values: { ...values, codes: codeText },
    })),
  };
}

function judgeLatency(traffic: JudgedTraffic, rules: HealthRules, leastRequests: number): Health | undefined {
  const { latency } = rules;
  const value = latency === undefined ? undefined : traffic.latencyMs?.[latency.percentile];
  // Percentiles of a handful of requests are their slowest one.
  if (latency === undefined || value === undefined || value === null || traffic.requests < leastRequests) return undefined;
  const reason = (code: string, limitMs: number): HealthReason[] => [
    { code, values: { percentile: latency.percentile, latencyMs: value, limitMs } },
  ];
  const status: HealthStatus =
    latency.failingMs !== undefined && value > latency.failingMs ? 'failing' : value > latency.degradedMs ? 'degraded' : 'healthy';
  const limitMs = status === 'failing' ? (latency.failingMs ?? latency.degradedMs) : latency.degradedMs;
  return { status, reasons: reason(status === 'healthy' ? 'latency_within' : 'latency_above', limitMs) };
}
