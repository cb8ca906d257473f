import { judgeTraffic } from '@/lib/health';
import type { Health, HealthRules } from '@/lib/health';
import type { CollectedEdge, FlowName, LatencyName } from './collect-edges';
import { chooseReport, chooseValue, mtlsShareOf } from './merge-reports';
import type { Tally } from './merge-reports';
import type { GraphEdge, ResponseShare } from './schema';

/** An edge as it is shown. `rules`: what its target asks of its traffic. */
export function finishEdge(edge: CollectedEdge, windowSeconds: number, rules: HealthRules | undefined): GraphEdge {
  const reporter = chooseReport(edge.reports);
  const tally = edge.reports.get(reporter);
  const rate = tally !== undefined && tally.rate > 0 ? tally.rate : null;
  const tcp = edge.protocol === 'tcp';
  const latency = (name: LatencyName) => {
    const values = new Map([...edge.latency[name]].map(([key, entry]) => [key, entry.weight > 0 ? entry.sum / entry.weight : null]));
    return rate === null ? null : chooseValue(values);
  };
  const flow = (name: FlowName) => {
    const values = edge.flow[name];
    return rate === null || values === undefined ? null : chooseValue(values);
  };
  const returned = edge.returned.get(chooseReport(edge.returned))?.rate ?? 0;
  const latencies = { p50Ms: latency('p50Ms'), p90Ms: latency('p90Ms'), p95Ms: latency('p95Ms'), p99Ms: latency('p99Ms') };
  const idle: Health = { status: 'idle', reasons: [{ code: 'no_traffic', values: {} }] };
  const health: Health = tcp
    ? rate === null && !(returned > 0)
      ? idle
      : { status: 'healthy', reasons: [] }
    : judgeTraffic(
        {
          requests: (rate ?? 0) * windowSeconds,
          errors: (tally?.errors ?? 0) * windowSeconds,
          codes: rules?.tolerances === undefined ? [] : codesOf(edge, tally, windowSeconds),
          direction: 'inbound',
          latencyMs: { p50: latencies.p50Ms, p90: latencies.p90Ms, p95: latencies.p95Ms, p99: latencies.p99Ms },
        },
        rules,
      );
  // Both ends name the same principals; the destination's word is the verified one.
  const named = edge.reports.get('destination') ?? tally;
  const messages = { sent: flow('sentMessagesPerSecond'), received: flow('receivedMessagesPerSecond') };
  const responses = responsesOf(tally);
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
    codes: sorted(tally?.codes),
    flags: sorted(tally?.flags),
    hosts: sorted(tally?.hosts),
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

/** Requests of a window by answer, as limits by code want them. */
export function codesOf(edge: CollectedEdge, tally: Tally | undefined, windowSeconds: number) {
  const protocol: 'http' | 'grpc' = edge.protocol === 'grpc' ? 'grpc' : 'http';
  return [...(tally?.codes ?? [])].map(([code, rate]) => ({
    protocol,
    code: code.replace(/^grpc-/, ''),
    requests: rate * windowSeconds,
  }));
}

/** Rows of the table code × flags × host; none when they follow from the parts, because all but one of them is single. */
function responsesOf(tally: Tally | undefined): ResponseShare[] | undefined {
  if (tally === undefined || tally.cells.size < 2 || (tally.hosts.size < 2 && tally.flags.size === 0)) return undefined;
  return [...tally.cells]
    .map(([key, rps]) => {
      const [code = '', flags = '', host = ''] = key.split('\n');
      return { code, flags: flags === '-' ? '' : flags, host, rps };
    })
    .toSorted((left, right) => right.rps - left.rps);
}

function sorted(map: ReadonlyMap<string, number> | undefined): Record<string, number> {
  return Object.fromEntries([...(map ?? [])].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
