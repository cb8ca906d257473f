import { HeddleError } from '@/lib/errors';
import type { Attribute, Resource, Span, SpanKind } from './model';
import { UNKNOWN_SERVICE, newBatch, reject, type SpanBatch } from './otlp-batch';
import { normalSpanId, normalTraceId } from './span-ids';

interface ZipkinEndpoint {
  serviceName?: string;
  ipv4?: string;
  ipv6?: string;
  port?: number;
}

/** A span of Zipkin's API v2 (times in microseconds), as it should be: what arrives is checked field by field. */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId?: string;
  name?: string;
  kind?: string;
  timestamp?: number | string;
  duration?: number | string;
  localEndpoint?: ZipkinEndpoint;
  remoteEndpoint?: ZipkinEndpoint;
  annotations?: { timestamp: number; value: string }[];
  tags?: Record<string, unknown>;
  shared?: boolean;
}

/**
 * Reads a list of Zipkin v2 spans. The two halves of a call may share one id (`shared`); they stay two spans of that id.
 * @throws HeddleError `bad_request` when it is no list
 */
export function decodeZipkin(body: unknown): SpanBatch {
  if (!Array.isArray(body)) throw new HeddleError('bad_request', 'expected a list of spans');
  const batch = newBatch();
  const resources = new Map<string, Resource>();
  body.forEach((json: unknown, i) => {
    const span = typeof json === 'object' && json !== null ? spanOf(json as ZipkinSpan, resources) : 'not an object';
    if (typeof span === 'string') reject(batch, `[${i}]: ${span}`);
    else batch.spans.push(span);
  });
  return batch;
}

function spanOf(json: ZipkinSpan, resources: Map<string, Resource>): Span | string {
  const traceId = normalTraceId(json.traceId);
  const spanId = normalSpanId(json.id);
  if (traceId === undefined) return 'traceId is not 16 or 32 hex digits';
  if (spanId === undefined) return 'id is not 16 hex digits';
  const timestamp = Number(json.timestamp ?? 0);
  const duration = Number(json.duration ?? 0);
  if (!Number.isFinite(timestamp) || !Number.isFinite(duration) || timestamp < 0 || duration < 0)
    return 'timestamp or duration is not a number';
  const serviceName =
    typeof json.localEndpoint?.serviceName === 'string' && json.localEndpoint.serviceName !== ''
      ? json.localEndpoint.serviceName
      : UNKNOWN_SERVICE;
  const key = JSON.stringify(json.localEndpoint ?? {});
  const resource = resources.get(key) ?? { serviceName, attributes: endpointAttributes(json.localEndpoint, 'net.host') };
  resources.set(key, resource);
  // A tag `error` marks a failure whatever its text, unless that says no.
  const error = json.tags?.['error'];
  const failed = error !== undefined && error !== 'false';
  const tags = Object.entries(json.tags ?? {})
    .filter(([name]) => name !== 'error')
    .map(([name, value]): Attribute => ({ key: name, type: 'string', value: textOf(value) }));
  const remote = json.remoteEndpoint;
  const peer: Attribute[] = remote?.serviceName === undefined ? [] : [{ key: 'peer.service', type: 'string', value: remote.serviceName }];
  return {
    traceId,
    spanId,
    parentSpanId: normalSpanId(json.parentId) ?? '',
    name: json.name ?? '',
    kind: kindOf(json.kind),
    startUs: Math.floor(timestamp),
    startNs: 0,
    durationNs: Math.floor(duration) * 1000,
    status: failed ? 'error' : 'unset',
    statusMessage: failed && error !== 'true' ? textOf(error) : '',
    traceState: '',
    attributes: [...tags, ...peer, ...endpointAttributes(remote, 'net.peer')],
    events: (json.annotations ?? []).map((annotation) => ({ timeUs: annotation.timestamp, name: annotation.value, attributes: [] })),
    links: [],
    scope: { name: '', version: '' },
    resource,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function kindOf(kind: string | undefined): SpanKind {
  switch (kind) {
    case 'CLIENT':
      return 'client';
    case 'SERVER':
      return 'server';
    case 'PRODUCER':
      return 'producer';
    case 'CONSUMER':
      return 'consumer';
    default:
      return 'unspecified';
  }
}

function endpointAttributes(endpoint: ZipkinEndpoint | undefined, prefix: string): Attribute[] {
  const ip = endpoint?.ipv4 ?? endpoint?.ipv6;
  return [
    ...(ip === undefined ? [] : [{ key: `${prefix}.ip`, type: 'string', value: ip } satisfies Attribute]),
    ...(endpoint?.port === undefined ? [] : [{ key: `${prefix}.port`, type: 'int64', value: endpoint.port } satisfies Attribute]),
  ];
}
