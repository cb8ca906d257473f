import { judgeTraffic } from '@/lib/health';
import type { Health, HealthRules } from '@/lib/health';
import type { CollectedEdge, FlowName, LatencyName } from './collect-edges';
import { chooseReport, chooseValue, mtlsShareOf, ratesBy, reporters } from './merge-reports';
import type { Reported, Tally } from './merge-reports';
import type { EdgeProtocol, GraphEdge, ResponseShare } from './schema';

/** An edge as it is shown. `rules`: what its target asks of its traffic. */
export function finishEdge(edge: CollectedEdge, windowSeconds: number, rules: HealthRules | undefined): GraphEdge {
  const reporter = chooseReport(edge.reports);
  const tally = edge.reports[reporter];
  const rate = tally !== undefined && tally.rate > 0 ? tally.rate : null;
  const tcp = edge.protocol === 'tcp';
  const latency = (name: LatencyName) => {
    const reported = edge.latency[name];
    if (rate === null || reported === undefined) return null;
    const values: Reported<number> = {};
    for (const reporter of reporters) {
      const entry = reported[reporter];
      if (entry !== undefined && entry.weight > 0) values[reporter] = entry.sum / entry.weight;
    }
    return chooseValue(values);
  };
  const flow = (name: FlowName) => {
    const values = edge.flow[name];
    return rate === null || values === undefined ? null : chooseValue(values);
  };
  const returned = edge.returned[chooseReport(edge.returned)]?.rate ?? 0;
  const latencies = { p50Ms: latency('p50Ms'), p90Ms: latency('p90Ms'), p95Ms: latency('p95Ms'), p99Ms: latency('p99Ms') };
  const codes = sorted(ratesBy('code', tally));
  const idle: Health = { status: 'idle', reasons: [{ code: 'no_traffic', values: {} }] };
  const health: Health = tcp
    ? rate === null && !(returned > 0)
      ? idle
      : { status: 'healthy', reasons: [] }
    : judgeTraffic(
        {
          requests: (rate ?? 0) * windowSeconds,
          errors: (tally?.errors ?? 0) * windowSeconds,
          codes: rules?.tolerances === undefined ? [] : codesOf(edge.protocol, codes, windowSeconds),
          direction: 'inbound',
          latencyMs: { p50: latencies.p50Ms, p90: latencies.p90Ms, p95: latencies.p95Ms, p99: latencies.p99Ms },
        },
        rules,
      );
  // Both ends name the same principals; the destination's word is the verified one.
  const named = edge.reports.destination ?? tally;
  const messages = { sent: flow('sentMessagesPerSecond'), received: flow('receivedMessagesPerSecond') };
  const byPart = { codes, flags: sorted(ratesBy('flags', tally)), hosts: sorted(ratesBy('host', tally)) };
  const responses = tcp || tally === undefined ? undefined : responsesOf(tally, byPart);
  return {
    id: edge.id,
    source: edge.source.id,
    target: edge.target.id,
    protocol: edge.protocol,
    rps: tcp ? null : rate,
    errorRatio: tcp || rate === null || tally === undefined ? null : tally.errors / rate,
    ...latencies,
    avgMs: latency('avgMs'),
    mtlsShare: mtlsShareOf(edge.reports),
    ...byPart,
    ...(responses === undefined ? {} : { responses }),
    reporter,
    share: null,
    sentBytesPerSecond: tcp ? rate : flow('requestBytesPerSecond'),
    receivedBytesPerSecond: tcp ? (returned > 0 ? returned : null) : flow('responseBytesPerSecond'),
    ...(messages.sent === null ? {} : { sentMessagesPerSecond: messages.sent }),
    ...(messages.received === null ? {} : { receivedMessagesPerSecond: messages.received }),
    ...(named?.sourcePrincipal === undefined ? {} : { sourcePrincipal: named.sourcePrincipal }),
    ...(named?.targetPrincipal === undefined ? {} : { targetPrincipal: named.targetPrincipal }),
    health: health.status,
    healthReasons: health.reasons,
  };
}

/** Requests of a window by answer, as limits by code want them. @param rates per second by code, as of an edge */
export function codesOf(protocol: EdgeProtocol, rates: Readonly<Record<string, number>>, windowSeconds: number) {
  return Object.entries(rates).map(([code, rate]) => ({
    protocol: protocol === 'grpc' ? ('grpc' as const) : ('http' as const),
    code: code.replace(/^grpc-/, ''),
    requests: rate * windowSeconds,
  }));
}

/** Rows of the table code × flags × host; none when they follow from the parts, because all but one of them is single. */
function responsesOf({ cells }: Tally, { flags, hosts }: Pick<GraphEdge, 'flags' | 'hosts'>): ResponseShare[] | undefined {
  if (cells.length < 2 || (Object.keys(hosts).length < 2 && Object.keys(flags).length === 0)) return undefined;
  return cells
    .map((cell) => ({ code: cell.code, flags: cell.flags === '-' ? '' : cell.flags, host: cell.host, rps: cell.rate }))
    .toSorted((left, right) => right.rps - left.rps);
}

function sorted(rates: Record<string, number>): Record<string, number> {
  const entries = Object.entries(rates);
  return entries.length < 2 ? rates : Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
