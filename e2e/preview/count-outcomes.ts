import type { BehaviourChange } from '@/lib/contract';
import { query } from '../support/prometheus';

/** Requests between a workload and a service, by where they ended: a version, or the status that a proxy answered. */
export type Outcomes = Map<string, Map<string, number>>;

const by = 'source_workload_namespace, source_workload, destination_service_name, destination_version, response_code, response_flags';
/** Flags of answers that a proxy makes itself: no route, no cluster, no endpoint, a direct answer, a fault. */
const ownFlags = new Set(['NR', 'NC', 'UH', 'UF', 'FI', 'DI']);

function outcomeOf(labels: Record<string, string>): string {
  const { destination_version: version = 'unknown', response_code: code = '0', response_flags: flags = '-' } = labels;
  // No application of Bookinfo forbids anything: a 403 is a policy's.
  const own = code === '403' || flags.split(',').some((one) => ownFlags.has(one));
  if (flags.split(',').includes('FI')) return `${code} (fault)`;
  return own || version === 'unknown' || version === '' ? code : version;
}

/** All counters as they stand: the difference of two readings is what happened between them. */
export async function readOutcomes(): Promise<Outcomes> {
  const rows = await query(`sum by (${by}) (istio_requests_total{reporter="source"})`);
  const read: Outcomes = new Map();
  for (const { labels, value } of rows) {
    const [, , , host = ''] = (labels['destination_service_name'] ?? '').split('|');
    const name = host === '' ? labels['destination_service_name'] : host.split('.')[0];
    const key = `${labels['source_workload_namespace']}/${labels['source_workload']} ${name}`;
    const outcomes = read.get(key) ?? new Map<string, number>();
    read.set(key, outcomes);
    outcomes.set(outcomeOf(labels), (outcomes.get(outcomeOf(labels)) ?? 0) + value);
  }
  return read;
}

export function differenceOf(before: Outcomes, after: Outcomes): Outcomes {
  return new Map(
    [...after].map(([key, outcomes]) => [
      key,
      new Map(
        [...outcomes].map(([name, count]) => [name, count - (before.get(key)?.get(name) ?? 0)] as const).filter(([, count]) => count > 0),
      ),
    ]),
  );
}

/** Shares 0..1 by outcome. */
export type Shares = Map<string, number>;

/** What the preview says of the requests from a workload to a service, by rate over its kinds of requests; of unknown rates nothing is said. */
export function foretold(changes: readonly BehaviourChange[], service: string): Map<string, Shares> {
  const rates = new Map<string, { total: number; shares: Shares }>();
  for (const change of changes) {
    if (change.rps === null || change.to !== `default/${service}`) continue;
    const key = `${change.from} ${service}`;
    const known = rates.get(key) ?? { total: 0, shares: new Map<string, number>() };
    rates.set(key, known);
    known.total += change.rps;
    for (const { destination, share } of change.after)
      known.shares.set(destination, (known.shares.get(destination) ?? 0) + share * change.rps);
  }
  return new Map(
    [...rates].map(([key, { total, shares }]) => [key, new Map([...shares].map(([name, rate]) => [name, rate / total] as const))]),
  );
}
