import { z } from 'zod';
import type { RawSpan } from './trace-store';

const endpoint = z.looseObject({ serviceName: z.string().nullish(), ipv4: z.string().nullish(), port: z.number().nullish() });
const zipkinSpan = z.looseObject({
  traceId: z.string(),
  id: z.string(),
  parentId: z.string().nullish(),
  name: z.string().nullish(),
  kind: z.string().nullish(),
  timestamp: z.number().nullish(),
  duration: z.number().nullish(),
  localEndpoint: endpoint.nullish(),
  remoteEndpoint: endpoint.nullish(),
  annotations: z.array(z.looseObject({ timestamp: z.number(), value: z.string() })).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
});

const kinds = ['server', 'client', 'producer', 'consumer'] as const;

/** Spans of one trace in Zipkin's v2 JSON. */
export function readZipkin(data: unknown): RawSpan[] {
  const spans = z.array(zipkinSpan).safeParse(data);
  if (!spans.success) return [];
  return spans.data.map((span): RawSpan => {
    const tags = Object.entries(span.tags ?? {}).map(([key, value]) => ({ key, value }));
    const remote = span.remoteEndpoint;
    if (remote?.serviceName) tags.push({ key: 'peer.service', value: remote.serviceName });
    if (remote?.ipv4) tags.push({ key: 'peer.address', value: `${remote.ipv4}${remote.port ? `:${remote.port}` : ''}` });
    const { error } = span.tags ?? {};
    return {
      traceId: span.traceId,
      spanId: span.id,
      parentId: span.parentId ?? null,
      service: span.localEndpoint?.serviceName ?? 'unknown',
      operation: span.name ?? '',
      kind: kinds.find((one) => one === span.kind?.toLowerCase()) ?? 'unspecified',
      startUs: span.timestamp ?? 0,
      durationUs: span.duration ?? 0,
      error: error !== undefined && error !== 'false',
      tags,
      processTags: [],
      events: (span.annotations ?? []).map((one) => ({ atUs: one.timestamp, name: one.value, tags: [] })),
    };
  });
}
