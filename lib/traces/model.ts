/** A value of an attribute; `int64` beyond 2^53 is kept as its digits, `binary` as base64. */
export type TypedValue =
  | { type: 'string'; value: string }
  | { type: 'bool'; value: boolean }
  | { type: 'int64'; value: number | string }
  | { type: 'float64'; value: number }
  | { type: 'binary'; value: string }
  | { type: 'list'; value: TypedValue[] }
  | { type: 'map'; value: Attribute[] };

export type Attribute = TypedValue & { key: string };

/** What sent a span: a service, with attributes of its process. */
export interface Resource {
  serviceName: string;
  attributes: Attribute[];
}

export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof spanKinds)[number];
export const spanStatuses = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof spanStatuses)[number];

export interface SpanEvent {
  /** Microseconds since the epoch. */
  timeUs: number;
  name: string;
  attributes: Attribute[];
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attribute[];
}

/** One span. Ids are lower-case hex: trace 32 digits, span 16, `parentSpanId` '' for a root. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: SpanKind;
  /** Microseconds since the epoch, whole; what is below a microsecond is in `startNs` (0–999). */
  startUs: number;
  startNs: number;
  durationNs: number;
  status: SpanStatus;
  statusMessage: string;
  traceState: string;
  attributes: Attribute[];
  events: SpanEvent[];
  links: SpanLink[];
  scope: { name: string; version: string };
  resource: Resource;
}

/** All known spans of one trace, in no particular order. */
export interface Trace {
  traceId: string;
  spans: Span[];
}

/** End of a span in microseconds since the epoch, whole. */
export function spanEndUs(span: Span): number {
  return span.startUs + durationUs(span);
}

/** Duration in whole microseconds. */
export function durationUs(span: Span): number {
  return Math.floor((span.durationNs + span.startNs) / 1000);
}

export function attribute(attributes: readonly Attribute[], key: string): Attribute | undefined {
  return attributes.find((one) => one.key === key);
}

/** A value as text, the way searches compare it. */
export function valueText(value: TypedValue): string {
  return value.type === 'list' || value.type === 'map' ? JSON.stringify(plainValue(value)) : String(value.value);
}

/** A value as plain JSON. */
export function plainValue(value: TypedValue): unknown {
  if (value.type === 'list') return value.value.map(plainValue);
  if (value.type === 'map') return Object.fromEntries(value.value.map((entry) => [entry.key, plainValue(entry)]));
  return value.value;
}

/** Groups spans by trace, in order of appearance. */
export function groupByTrace(spans: Iterable<Span>): Trace[] {
  const traces = new Map<string, Trace>();
  for (const span of spans) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, { traceId: span.traceId, spans: [span] });
    else trace.spans.push(span);
  }
  return [...traces.values()];
}
