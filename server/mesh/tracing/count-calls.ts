import type { Span } from '@/lib/traces';

/** Calls between services: whole minutes since the epoch, caller, callee, how many. */
export type CallCount = [minute: number, parent: string, child: string, count: number];

/**
 * Counts the calls from service to service of some spans.
 * @param all all known spans of the same traces, among which the callers are looked up
 */
export function countCalls(spans: readonly Span[], all: readonly Span[] = spans): CallCount[] {
  const services = new Map(all.map((span) => [`${span.traceId} ${span.spanId} ${span.kind}`, span.resource.serviceName]));
  const kinds = ['client', 'producer', 'internal', 'unspecified', 'server', 'consumer'];
  const counts = new Map<string, CallCount>();
  for (const span of spans) {
    const child = span.resource.serviceName;
    // Two halves of a call may share their id; the caller is the client half then.
    const parents = [
      ...(span.kind === 'server' ? [`${span.traceId} ${span.spanId} client`] : []),
      ...kinds.map((kind) => `${span.traceId} ${span.parentSpanId} ${kind}`),
    ];
    const key = parents.find((one) => services.has(one));
    const parent = key === undefined ? undefined : services.get(key);
    if (parent === undefined || parent === child) continue;
    const minute = Math.floor(span.startUs / 60_000_000);
    const name = `${minute}\n${parent}\n${child}`;
    const known = counts.get(name);
    if (known === undefined) counts.set(name, [minute, parent, child, 1]);
    else known[3]++;
  }
  return [...counts.values()];
}
