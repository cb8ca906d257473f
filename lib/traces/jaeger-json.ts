import { durationUs, plainValue, spanKinds, valueText, type Attribute, type Resource, type Span, type SpanKind, type Trace } from './model';
import { UNKNOWN_SERVICE } from './otlp-batch';

/** The JSON of Jaeger's `/api/traces` (times and durations in microseconds). */
export interface JaegerTag {
  key: string;
  type: string;
  value: unknown;
}
export interface JaegerReference {
  refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  traceID: string;
  spanID: string;
}
export interface JaegerSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  references?: JaegerReference[];
  startTime: number;
  duration: number;
  tags?: JaegerTag[];
  logs?: { timestamp: number; fields: JaegerTag[] }[];
  processID?: string;
  process?: { serviceName: string; tags?: JaegerTag[] };
  warnings?: string[] | null;
}
export interface JaegerTrace {
  traceID: string;
  spans: JaegerSpan[];
  processes: Record<string, { serviceName: string; tags?: JaegerTag[] }>;
  warnings?: string[] | null;
}

/** Attributes of a span as Jaeger lists them: its own, and those that stand for kind, status and scope. */
export function jaegerTags(span: Span): Attribute[] {
  const derived: Attribute[] = [];
  if (span.kind !== 'unspecified') derived.push({ key: 'span.kind', type: 'string', value: span.kind });
  if (span.status === 'error') derived.push({ key: 'error', type: 'bool', value: true });
  if (span.status !== 'unset') derived.push({ key: 'otel.status_code', type: 'string', value: span.status === 'ok' ? 'OK' : 'ERROR' });
  if (span.statusMessage !== '') derived.push({ key: 'otel.status_description', type: 'string', value: span.statusMessage });
  if (span.scope.name !== '') derived.push({ key: 'otel.scope.name', type: 'string', value: span.scope.name });
  if (span.scope.version !== '') derived.push({ key: 'otel.scope.version', type: 'string', value: span.scope.version });
  if (span.traceState !== '') derived.push({ key: 'w3c.tracestate', type: 'string', value: span.traceState });
  const own = new Set(span.attributes.map((one) => one.key));
  return [...span.attributes, ...derived.filter((one) => !own.has(one.key))];
}

function tagJson(attribute: Attribute): JaegerTag {
  const { key, type } = attribute;
  if (type === 'list' || type === 'map') return { key, type: 'string', value: JSON.stringify(plainValue(attribute)) };
  return { key, type, value: attribute.value };
}

/** A trace in Jaeger's form. */
export function encodeJaegerTrace(trace: Trace): JaegerTrace {
  const processes: JaegerTrace['processes'] = {};
  const ids = new Map<string, string>();
  const processOf = (resource: Resource): string => {
    const key = JSON.stringify(resource);
    let id = ids.get(key);
    if (id === undefined) {
      id = `p${ids.size + 1}`;
      ids.set(key, id);
      processes[id] = { serviceName: resource.serviceName, tags: resource.attributes.map(tagJson) };
    }
    return id;
  };
  const spans = trace.spans.map((span): JaegerSpan => {
    const parent: JaegerReference[] =
      span.parentSpanId === '' ? [] : [{ refType: 'CHILD_OF', traceID: span.traceId, spanID: span.parentSpanId }];
    const links = span.links.map((link): JaegerReference => ({ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId }));
    return {
      traceID: span.traceId,
      spanID: span.spanId,
      operationName: span.name,
      references: [...parent, ...links],
      startTime: span.startUs,
      duration: durationUs(span),
      tags: jaegerTags(span).map(tagJson),
      logs: span.events.map((event) => ({
        timestamp: event.timeUs,
        fields: [...(event.name === '' ? [] : [{ key: 'event', type: 'string', value: event.name }]), ...event.attributes.map(tagJson)],
      })),
      processID: processOf(span.resource),
      warnings: null,
    };
  });
  return { traceID: trace.traceId, spans, processes, warnings: null };
}

/** A trace from Jaeger's form; what stands for kind, status and scope goes back to its place. */
export function decodeJaegerTrace(json: JaegerTrace): Trace {
  const resources = new Map<string, Resource>();
  const resourceOf = (span: JaegerSpan): Resource => {
    const id = span.processID ?? '';
    const known = span.process === undefined ? resources.get(id) : undefined;
    if (known !== undefined) return known;
    const process = span.process ?? json.processes[id];
    const resource: Resource = { serviceName: process?.serviceName ?? UNKNOWN_SERVICE, attributes: (process?.tags ?? []).map(attributeOf) };
    if (span.process === undefined) resources.set(id, resource);
    return resource;
  };
  return { traceId: json.traceID.padStart(32, '0'), spans: json.spans.map((span) => spanOf(span, resourceOf(span))) };
}

const standsForField: ReadonlySet<string> = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  'otel.scope.name',
  'otel.scope.version',
  'w3c.tracestate',
]);

function spanOf(json: JaegerSpan, resource: Resource): Span {
  const tags = (json.tags ?? []).map(attributeOf);
  const text = (key: string): string => {
    const tag = tags.find((one) => one.key === key);
    return tag === undefined ? '' : valueText(tag);
  };
  const references = json.references ?? [];
  const parent =
    references.find((one) => one.traceID === json.traceID && one.refType === 'CHILD_OF') ??
    references.find((one) => one.traceID === json.traceID);
  const failed = text('error') === 'true' || text('otel.status_code') === 'ERROR';
  return {
    traceId: json.traceID.padStart(32, '0'),
    spanId: json.spanID,
    parentSpanId: parent?.spanID ?? '',
    name: json.operationName,
    kind: spanKinds.find((kind): kind is SpanKind => kind === text('span.kind')) ?? 'unspecified',
    startUs: json.startTime,
    startNs: 0,
    durationNs: json.duration * 1000,
    status: failed ? 'error' : text('otel.status_code') === 'OK' ? 'ok' : 'unset',
    statusMessage: text('otel.status_description'),
    traceState: text('w3c.tracestate'),
    attributes: tags.filter((tag) => !standsForField.has(tag.key) && !(tag.key === 'error' && tag.type === 'bool')),
    events: (json.logs ?? []).map((log) => {
      const fields = log.fields.map(attributeOf);
      const name = fields.find((field) => field.key === 'event');
      return {
        timeUs: log.timestamp,
        name: name === undefined ? '' : valueText(name),
        attributes: fields.filter((field) => field !== name),
      };
    }),
    links: references.filter((one) => one !== parent).map((one) => ({ traceId: one.traceID, spanId: one.spanID, attributes: [] })),
    scope: { name: text('otel.scope.name'), version: text('otel.scope.version') },
    resource,
  };
}

function attributeOf({ key, type, value }: JaegerTag): Attribute {
  if (type === 'bool' || typeof value === 'boolean') return { key, type: 'bool', value: value === true || value === 'true' };
  if (type === 'int64' && (typeof value === 'number' || typeof value === 'string')) return { key, type: 'int64', value };
  if (typeof value === 'number') return { key, type: 'float64', value };
  if (type === 'binary') return { key, type: 'binary', value: String(value) };
  return { key, type: 'string', value: typeof value === 'string' ? value : JSON.stringify(value) };
}
