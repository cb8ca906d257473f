import { integer } from './decode-otlp-json';
import { spanKinds, spanStatuses, type Attribute, type Resource, type Span, type SpanEvent, type SpanLink, type TypedValue } from './model';
import { newBatch, reject, resourceOf, type SpanBatch } from './otlp-batch';
import { normalSpanId, normalTraceId } from './span-ids';
import { WireReader } from './wire-reader';

/** Values nested deeper than this are refused. */
const MAX_DEPTH = 32;

/**
 * Reads an OTLP `ExportTraceServiceRequest` in protobuf; field numbers as in opentelemetry/proto/trace/v1.
 * @throws HeddleError `bad_request` when the bytes are no such message
 */
export function decodeOtlpProtobuf(bytes: Uint8Array): SpanBatch {
  const batch = newBatch();
  each(new WireReader(bytes), { 1: (request) => readResourceSpans(request.message(), batch) });
  return batch;
}

/** Hands each field of a message to its reader and passes over the others. */
function each(reader: WireReader, fields: Readonly<Record<number, (reader: WireReader) => void>>): void {
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    const read = fields[field];
    if (read === undefined) reader.skip();
    else read(reader);
  }
}

function readResourceSpans(reader: WireReader, batch: SpanBatch): void {
  let attributes: Attribute[] = [];
  const scopes: WireReader[] = [];
  each(reader, {
    1: (r) => {
      attributes = readAttributes(r.message(), 1);
    },
    2: (r) => scopes.push(r.message()),
  });
  const resource = resourceOf(attributes);
  for (const scopeSpans of scopes) readScopeSpans(scopeSpans, resource, batch);
}

function readScopeSpans(reader: WireReader, resource: Resource, batch: SpanBatch): void {
  const scope = { name: '', version: '' };
  const spans: WireReader[] = [];
  each(reader, {
    1: (r) =>
      each(r.message(), {
        1: (s) => {
          scope.name = s.text();
        },
        2: (s) => {
          scope.version = s.text();
        },
      }),
    2: (r) => spans.push(r.message()),
  });
  for (const span of spans) readSpan(span, resource, scope, batch);
}

function readSpan(reader: WireReader, resource: Resource, scope: Span['scope'], batch: SpanBatch): void {
  let start = 0n;
  let end = 0n;
  const span: Span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 'unspecified',
    startUs: 0,
    startNs: 0,
    durationNs: 0,
    status: 'unset',
    statusMessage: '',
    traceState: '',
    attributes: [],
    events: [],
    links: [],
    scope,
    resource,
  };
  each(reader, {
    1: (r) => {
      span.traceId = normalTraceId(r.hex()) ?? '';
    },
    2: (r) => {
      span.spanId = normalSpanId(r.hex()) ?? '';
    },
    3: (r) => {
      span.traceState = r.text();
    },
    4: (r) => {
      span.parentSpanId = normalSpanId(r.hex()) ?? '';
    },
    5: (r) => {
      span.name = r.text();
    },
    6: (r) => {
      span.kind = spanKinds[r.number()] ?? 'unspecified';
    },
    7: (r) => {
      start = r.fixed64();
    },
    8: (r) => {
      end = r.fixed64();
    },
    9: (r) => span.attributes.push(readAttribute(r.message(), 0)),
    11: (r) => span.events.push(readEvent(r.message())),
    13: (r) => span.links.push(...readLink(r.message())),
    15: (r) =>
      each(r.message(), {
        2: (s) => {
          span.statusMessage = s.text();
        },
        3: (s) => {
          span.status = spanStatuses[s.number()] ?? 'unset';
        },
      }),
  });
  if (span.traceId === '' || span.spanId === '') {
    reject(batch, 'a span has no valid trace id and span id');
    return;
  }
  span.startUs = Number(start / 1000n);
  span.startNs = Number(start % 1000n);
  span.durationNs = end > start ? Number(end - start) : 0;
  batch.spans.push(span);
}

function readEvent(reader: WireReader): SpanEvent {
  const event: SpanEvent = { timeUs: 0, name: '', attributes: [] };
  each(reader, {
    1: (r) => {
      event.timeUs = Number(r.fixed64() / 1000n);
    },
    2: (r) => {
      event.name = r.text();
    },
    3: (r) => event.attributes.push(readAttribute(r.message(), 0)),
  });
  return event;
}

function readLink(reader: WireReader): SpanLink[] {
  let traceId: string | undefined;
  let spanId: string | undefined;
  const attributes: Attribute[] = [];
  each(reader, {
    1: (r) => {
      traceId = normalTraceId(r.hex());
    },
    2: (r) => {
      spanId = normalSpanId(r.hex());
    },
    4: (r) => attributes.push(readAttribute(r.message(), 0)),
  });
  return traceId === undefined || spanId === undefined ? [] : [{ traceId, spanId, attributes }];
}

/** Attributes that are the repeated field `field` of a message. */
function readAttributes(reader: WireReader, field: number, depth = 0): Attribute[] {
  const attributes: Attribute[] = [];
  each(reader, { [field]: (r) => attributes.push(readAttribute(r.message(), depth)) });
  return attributes;
}

function readAttribute(reader: WireReader, depth: number): Attribute {
  let key = '';
  let value: TypedValue = { type: 'string', value: '' };
  each(reader, {
    1: (r) => {
      key = r.text();
    },
    2: (r) => {
      value = readValue(r.message(), depth);
    },
  });
  return { key, ...value };
}

function readValue(reader: WireReader, depth: number): TypedValue {
  let value: TypedValue = { type: 'string', value: '' };
  const nested = depth < MAX_DEPTH;
  each(reader, {
    1: (r) => {
      value = { type: 'string', value: r.text() };
    },
    2: (r) => {
      value = { type: 'bool', value: r.number() !== 0 };
    },
    3: (r) => {
      value = { type: 'int64', value: integer(String(BigInt.asIntN(64, r.unsigned()))) };
    },
    4: (r) => {
      value = { type: 'float64', value: r.double() };
    },
    5: (r) => {
      const items: TypedValue[] = [];
      const message = r.message();
      if (nested) each(message, { 1: (item) => items.push(readValue(item.message(), depth + 1)) });
      value = { type: 'list', value: items };
    },
    6: (r) => {
      const message = r.message();
      value = { type: 'map', value: nested ? readAttributes(message, 1, depth + 1) : [] };
    },
    7: (r) => {
      value = { type: 'binary', value: r.base64() };
    },
  });
  return value;
}
