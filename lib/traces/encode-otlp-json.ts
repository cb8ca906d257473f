import { spanKinds, spanStatuses, type Attribute, type Resource, type Span, type TypedValue } from './model';

/** OTLP/JSON `resourceSpans` of some spans: grouped by sender and scope, hex ids, enums as numbers, 64-bit numbers as text, no zero values. */
export function encodeOtlpJson(spans: readonly Span[]): unknown[] {
  const byResource = new Map<string, { resource: Resource; scopes: Map<string, Span[]> }>();
  for (const span of spans) {
    const key = JSON.stringify(span.resource);
    const entry = byResource.get(key) ?? { resource: span.resource, scopes: new Map<string, Span[]>() };
    byResource.set(key, entry);
    const scope = `${span.scope.name}\n${span.scope.version}`;
    const known = entry.scopes.get(scope);
    if (known === undefined) entry.scopes.set(scope, [span]);
    else known.push(span);
  }
  return [...byResource.values()].map(({ resource, scopes }) => ({
    resource: { attributes: attributes([{ key: 'service.name', type: 'string', value: resource.serviceName }, ...resource.attributes]) },
    scopeSpans: [...scopes.values()].map((members) => ({ scope: scopeOf(members[0] as Span), spans: members.map(spanJson) })),
  }));
}

function scopeOf({ scope }: Span): object {
  return { ...(scope.name === '' ? {} : { name: scope.name }), ...(scope.version === '' ? {} : { version: scope.version }) };
}

function spanJson(span: Span): object {
  const start = BigInt(span.startUs) * 1000n + BigInt(span.startNs);
  const status = {
    ...(span.statusMessage === '' ? {} : { message: span.statusMessage }),
    ...(span.status === 'unset' ? {} : { code: spanStatuses.indexOf(span.status) }),
  };
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.traceState === '' ? {} : { traceState: span.traceState }),
    ...(span.parentSpanId === '' ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    ...(span.kind === 'unspecified' ? {} : { kind: spanKinds.indexOf(span.kind) }),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.round(span.durationNs))),
    ...(span.attributes.length === 0 ? {} : { attributes: attributes(span.attributes) }),
    ...(span.events.length === 0
      ? {}
      : {
          events: span.events.map((event) => ({
            timeUnixNano: String(BigInt(event.timeUs) * 1000n),
            name: event.name,
            ...(event.attributes.length === 0 ? {} : { attributes: attributes(event.attributes) }),
          })),
        }),
    ...(span.links.length === 0
      ? {}
      : { links: span.links.map((link) => ({ traceId: link.traceId, spanId: link.spanId, attributes: attributes(link.attributes) })) }),
    status,
  };
}

function attributes(list: readonly Attribute[]): object[] {
  return list.map((one) => ({ key: one.key, value: valueJson(one) }));
}

function valueJson(value: TypedValue): object {
  switch (value.type) {
    case 'string':
      return { stringValue: value.value };
    case 'bool':
      return { boolValue: value.value };
    case 'int64':
      return { intValue: String(value.value) };
    case 'float64':
      return { doubleValue: value.value };
    case 'binary':
      return { bytesValue: value.value };
    case 'list':
      return { arrayValue: { values: value.value.map(valueJson) } };
    case 'map':
      return { kvlistValue: { values: attributes(value.value) } };
  }
}
