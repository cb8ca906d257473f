import type { Span } from '../index';

/** A span named like its id; times in microseconds. */
export function makeSpan(spanId: string, parentSpanId: string, startUs: number, endUs: number, change: Partial<Span> & { service?: string } = {}): Span {
  const { service = 'a', ...rest } = change;
  return {
    traceId: '1'.repeat(32),
    spanId,
    parentSpanId,
    name: spanId,
    kind: 'internal',
    startUs,
    startNs: 0,
    durationNs: (endUs - startUs) * 1000,
    status: 'unset',
    statusMessage: '',
    traceState: '',
    attributes: [],
    events: [],
    links: [],
    scope: { name: '', version: '' },
    resource: { serviceName: service, attributes: [] },
    ...rest,
  };
}
