import { HeddleError } from '@/lib/errors';
import { spanKinds, spanStatuses, type Attribute, type Resource, type Span, type SpanEvent, type SpanLink, type TypedValue } from './model';
import { newBatch, reject, resourceOf, type SpanBatch } from './otlp-batch';
import { normalSpanId, normalTraceId } from './span-ids';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown, path: string): Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new HeddleError('bad_request', 'expected a list', { path });
  return value.filter(isObject);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * Reads an OTLP/JSON `ExportTraceServiceRequest` (also a `TracesData`, which has the same form).
 * Spans without valid ids or times are rejected one by one.
 * @throws HeddleError `bad_request` when the whole is not of that form
 */
export function decodeOtlpJson(body: unknown): SpanBatch {
  if (!isObject(body)) throw new HeddleError('bad_request', 'expected an object with resourceSpans');
  const batch = newBatch();
  list(body['resourceSpans'], 'resourceSpans').forEach((resourceSpans, r) => {
    const path = `resourceSpans[${r}]`;
    const given = resourceSpans['resource'];
    const resource = resourceOf(attributesOf(isObject(given) ? given['attributes'] : undefined));
    list(resourceSpans['scopeSpans'], `${path}.scopeSpans`).forEach((scopeSpans, s) => {
      const given = scopeSpans['scope'];
      const scope = { name: text(isObject(given) ? given['name'] : ''), version: text(isObject(given) ? given['version'] : '') };
      list(scopeSpans['spans'], `${path}.scopeSpans[${s}].spans`).forEach((json, i) => {
        const span = spanOf(json, resource, scope);
        if (typeof span === 'string') reject(batch, `${path}.scopeSpans[${s}].spans[${i}]: ${span}`);
        else batch.spans.push(span);
      });
    });
  });
  return batch;
}

/** A span, or the reason why it is none. */
function spanOf(json: Json, resource: Resource, scope: Span['scope']): Span | string {
  const traceId = normalTraceId(json['traceId']);
  const spanId = normalSpanId(json['spanId']);
  if (traceId === undefined) return 'traceId is not 32 hex digits';
  if (spanId === undefined) return 'spanId is not 16 hex digits';
  const start = nanoseconds(json['startTimeUnixNano']);
  const end = nanoseconds(json['endTimeUnixNano']);
  if (start === undefined || end === undefined) return 'startTimeUnixNano or endTimeUnixNano is not a number';
  const status = isObject(json['status']) ? json['status'] : {};
  return {
    traceId,
    spanId,
    parentSpanId: normalSpanId(json['parentSpanId']) ?? '',
    name: text(json['name']),
    kind: spanKinds[Number(json['kind'] ?? 0)] ?? 'unspecified',
    startUs: Number(start / 1000n),
    startNs: Number(start % 1000n),
    durationNs: end > start ? Number(end - start) : 0,
    status: spanStatuses[Number(status['code'] ?? 0)] ?? 'unset',
    statusMessage: text(status['message']),
    traceState: text(json['traceState']),
    attributes: attributesOf(json['attributes']),
    events: list(json['events'], 'events').map(eventOf),
    links: list(json['links'], 'links').flatMap(linkOf),
    scope,
    resource,
  };
}

/** 64-bit numbers come as decimal text or as numbers. */
function nanoseconds(value: unknown): bigint | undefined {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return BigInt(Math.round(value));
  return undefined;
}

function eventOf(json: Json): SpanEvent {
  const time = nanoseconds(json['timeUnixNano']) ?? 0n;
  return { timeUs: Number(time / 1000n), name: text(json['name']), attributes: attributesOf(json['attributes']) };
}

function linkOf(json: Json): SpanLink[] {
  const traceId = normalTraceId(json['traceId']);
  const spanId = normalSpanId(json['spanId']);
  return traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, attributes: attributesOf(json['attributes']) }];
}

function attributesOf(value: unknown): Attribute[] {
  return list(value, 'attributes').map((entry) => ({ key: text(entry['key']), ...valueOf(entry['value']) }));
}

function valueOf(value: unknown): TypedValue {
  if (!isObject(value)) return { type: 'string', value: '' };
  if (value['boolValue'] !== undefined) return { type: 'bool', value: value['boolValue'] === true };
  if (value['intValue'] !== undefined) return { type: 'int64', value: integer(value['intValue']) };
  if (value['doubleValue'] !== undefined) return { type: 'float64', value: Number(value['doubleValue']) };
  if (value['bytesValue'] !== undefined) return { type: 'binary', value: text(value['bytesValue']) };
  const array = value['arrayValue'];
  if (isObject(array)) return { type: 'list', value: list(array['values'], 'arrayValue.values').map(valueOf) };
  const map = value['kvlistValue'];
  if (isObject(map)) return { type: 'map', value: attributesOf(map['values']) };
  return { type: 'string', value: text(value['stringValue']) };
}

/** A whole number; one that a double cannot hold keeps its digits. */
export function integer(value: unknown): number | string {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? value : Math.trunc(number);
}
