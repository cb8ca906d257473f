import { z } from 'zod';
import type { RawSpan } from './trace-store';

type Tag = { key: string; value: string | number | boolean };

const integer = z.union([z.string(), z.number()]);
const attribute = z.looseObject({ key: z.string(), value: z.record(z.string(), z.unknown()).optional() });
const attributes = z.array(attribute).nullish();
const otlpSpan = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string().default(''),
  kind: z.union([z.string(), z.number()]).nullish(),
  startTimeUnixNano: integer.default('0'),
  endTimeUnixNano: integer.default('0'),
  attributes,
  events: z.array(z.looseObject({ timeUnixNano: integer.default('0'), name: z.string().default(''), attributes })).nullish(),
  status: z.looseObject({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }).nullish(),
});
const resourceSpans = z.array(
  z.looseObject({
    resource: z.looseObject({ attributes }).nullish(),
    scopeSpans: z.array(z.looseObject({ spans: z.array(otlpSpan).nullish() })).nullish(),
    // Tempo's older name.
    instrumentationLibrarySpans: z.array(z.looseObject({ spans: z.array(otlpSpan).nullish() })).nullish(),
  }),
);

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** Spans of OTLP JSON `resourceSpans`, with the ids in hex or (Tempo) base64, and enums as numbers or (Tempo) names. */
export function readOtlp(value: unknown): RawSpan[] {
  const parsed = resourceSpans.safeParse(value);
  if (!parsed.success) return [];
  return parsed.data.flatMap((group) => {
    const processTags = tagsOf(group.resource?.attributes);
    const service = processTags.find((tag) => tag.key === 'service.name')?.value ?? 'unknown';
    const scopes = group.scopeSpans ?? group.instrumentationLibrarySpans ?? [];
    return scopes.flatMap((scope) => (scope.spans ?? []).map((span) => readSpan(span, String(service), processTags)));
  });
}

function readSpan(span: z.infer<typeof otlpSpan>, service: string, processTags: Tag[]): RawSpan {
  const tags = tagsOf(span.attributes);
  const failed = span.status?.code === 2 || span.status?.code === 'STATUS_CODE_ERROR';
  if (span.status?.message) tags.push({ key: 'otel.status_description', value: span.status.message });
  const startUs = micros(span.startTimeUnixNano);
  return {
    traceId: hexId(span.traceId, 16),
    spanId: hexId(span.spanId, 8),
    parentId: span.parentSpanId ? hexId(span.parentSpanId, 8) : null,
    service,
    operation: span.name,
    kind: kindOf(span.kind),
    startUs,
    durationUs: Math.max(0, micros(span.endTimeUnixNano) - startUs),
    error: failed || tags.some((tag) => tag.key === 'error' && (tag.value === true || tag.value === 'true')),
    tags,
    processTags: processTags.filter((tag) => tag.key !== 'service.name'),
    events: (span.events ?? []).map((event) => ({ atUs: micros(event.timeUnixNano), name: event.name, tags: tagsOf(event.attributes) })),
  };
}

function kindOf(kind: string | number | null | undefined): RawSpan['kind'] {
  if (typeof kind === 'number') return kinds[kind] ?? 'unspecified';
  const word = (kind ?? '').replace('SPAN_KIND_', '').toLowerCase();
  return kinds.find((one) => one === word) ?? 'unspecified';
}

/** Nanoseconds do not fit a number: the last three digits go before it becomes one. */
function micros(nanos: string | number): number {
  const text = String(nanos);
  if (!/^\d+$/.test(text)) return Math.floor(Number(text) / 1000);
  return Number(`${text.slice(0, -3) || '0'}.${text.slice(-3).padStart(3, '0')}`);
}

/** Hex of an id; one with lost leading zeros gets them back, one in base64 is turned. */
export function hexId(id: string, bytes: number): string {
  const digits = bytes * 2;
  if (/^[0-9a-fA-F]+$/.test(id) && id.length <= digits) return id.toLowerCase().padStart(digits, '0');
  const decoded = Buffer.from(id, 'base64');
  return decoded.length === bytes ? decoded.toString('hex') : id;
}

function tagsOf(list: z.infer<typeof attributes>): Tag[] {
  return (list ?? []).map((one) => ({ key: one.key, value: valueOf(one.value ?? {}) }));
}

function valueOf(value: Record<string, unknown>): string | number | boolean {
  const [kind, content] = Object.entries(value)[0] ?? [];
  if (kind === 'stringValue') return String(content);
  if (kind === 'boolValue') return content === true;
  if (kind === 'intValue' || kind === 'doubleValue') return Number(content);
  return content === undefined ? '' : JSON.stringify(content);
}
