import type { Resource, Span } from '@/lib/traces';

/** Spans on disk: JSON with senders and scopes named once. */
interface StoredSpans {
  resources: Resource[];
  scopes: Span['scope'][];
  spans: (Omit<Span, 'resource' | 'scope'> & { resource: number; scope: number })[];
}

export function encodeSpans(spans: readonly Span[]): string {
  const resources = new Map<Resource, number>();
  const scopes = new Map<Span['scope'], number>();
  const numberOf = <T>(known: Map<T, number>, one: T): number => {
    let number = known.get(one);
    if (number === undefined) known.set(one, (number = known.size));
    return number;
  };
  const stored = spans.map((span) => ({ ...span, resource: numberOf(resources, span.resource), scope: numberOf(scopes, span.scope) }));
  return JSON.stringify({ resources: [...resources.keys()], scopes: [...scopes.keys()], spans: stored } satisfies StoredSpans);
}

export function decodeSpans(text: string): Span[] {
  const { resources, scopes, spans } = JSON.parse(text) as StoredSpans;
  return spans.map((span) => ({ ...span, resource: resources[span.resource] as Resource, scope: scopes[span.scope] as Span['scope'] }));
}

/** Joins parts of a trace; a span that was sent twice counts once. */
export function mergeSpans(parts: readonly (readonly Span[])[]): Span[] {
  const seen = new Map<string, Span>();
  for (const part of parts) {
    for (const span of part) {
      const key = `${span.spanId} ${span.kind} ${span.startUs} ${span.resource.serviceName} ${span.name}`;
      if (!seen.has(key)) seen.set(key, span);
    }
  }
  return [...seen.values()];
}
