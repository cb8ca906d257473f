import type { Attribute, Span } from '@/lib/traces';

/** 2023-11-14T22:13:20Z in microseconds. */
export const BASE_US = 1_700_000_000_000_000;

export function exampleSpan(change: Partial<Span> & { service?: string; tags?: Record<string, string | number> } = {}): Span {
  const { service = 'reviews.default', tags = {}, ...rest } = change;
  const attributes = Object.entries(tags).map(([key, value]): Attribute =>
    typeof value === 'number' ? { key, type: 'int64', value } : { key, type: 'string', value },
  );
  return {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: '',
    name: 'reviews.default.svc.cluster.local:9080/*',
    kind: 'server',
    startUs: BASE_US,
    startNs: 0,
    durationNs: 5_000_000,
    status: 'unset',
    statusMessage: '',
    traceState: '',
    attributes,
    events: [],
    links: [],
    scope: { name: '', version: '' },
    resource: { serviceName: service, attributes: [] },
    ...rest,
  };
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** Trace number `i`: a client and a server span of each of some services, a second apart from the next trace. */
export function exampleTrace(i: number): Span[] {
  const traceId = hex(i + 1, 32);
  const startUs = BASE_US + i * 1_000_000;
  return ['productpage', 'reviews', 'ratings'].flatMap((service, k) => {
    const failed = i % 50 === 7 && service === 'ratings';
    const server = exampleSpan({
      traceId,
      spanId: hex(i * 16 + k * 2 + 1, 16),
      parentSpanId: k === 0 ? '' : hex(i * 16 + k * 2, 16),
      service,
      name: `GET /${service}`,
      startUs: startUs + k * 1000,
      durationNs: (i % 100) * 1_000_000 + 1000,
      status: failed ? 'error' : 'unset',
      tags: { 'http.status_code': failed ? 503 : 200, 'guid:x-request-id': `${i}-${k}` },
    });
    const client = { ...server, spanId: hex(i * 16 + k * 2 + 2, 16), parentSpanId: server.spanId, kind: 'client' as const, name: `call ${k}` };
    return [server, client];
  });
}
