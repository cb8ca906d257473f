import { jaegerTags } from './jaeger-json';
import { durationUs, valueText, type Attribute, type Span } from './model';

/** What a search asks for. One span must meet all of service, operation, tags and durations. */
export interface SpanQuery {
  service: string;
  operation: string;
  /** Exact values as text; a tag may be one of the span, of an event or of the process. */
  tags: Readonly<Record<string, string>>;
  /** Microseconds. */
  minDurationUs: number;
  maxDurationUs: number;
}

/** Whether a span meets a query. An empty service or operation means any. */
export function matchesSpan(span: Span, query: SpanQuery): boolean {
  if (query.service !== '' && span.resource.serviceName !== query.service) return false;
  if (query.operation !== '' && span.name !== query.operation) return false;
  const duration = durationUs(span);
  if (duration < query.minDurationUs || duration > query.maxDurationUs) return false;
  return Object.entries(query.tags).every(([key, value]) => {
    for (const list of searchable(span)) if (list.some((one) => one.key === key && valueText(one) === value)) return true;
    return false;
  });
}

function* searchable(span: Span): Generator<readonly Attribute[]> {
  yield jaegerTags(span);
  yield span.resource.attributes;
  for (const event of span.events) {
    yield event.attributes;
    yield [{ key: 'event', type: 'string', value: event.name }];
  }
}

/** Longer values are not indexed; a search for one reads the traces. */
export const LONGEST_INDEXED_VALUE = 256;

/** The words a span is found by: its service, service with operation, and service with each tag. */
export function searchTokens(span: Span): string[] {
  const service = span.resource.serviceName;
  const tokens = [serviceToken(service), operationToken(service, span.name)];
  for (const list of searchable(span)) {
    for (const one of list) {
      const value = valueText(one);
      if (value.length <= LONGEST_INDEXED_VALUE) tokens.push(tagToken(service, one.key, value));
    }
  }
  return tokens;
}

/** Tokens every trace found by a query must have; empty when the query names no service. */
export function queryTokens({ service, operation, tags }: SpanQuery): string[] {
  if (service === '') return [];
  const tagTokens = Object.entries(tags)
    .filter(([, value]) => value.length <= LONGEST_INDEXED_VALUE)
    .map(([key, value]) => tagToken(service, key, value));
  const narrow = [...(operation === '' ? [] : [operationToken(service, operation)]), ...tagTokens];
  return narrow.length > 0 ? narrow : [serviceToken(service)];
}

function serviceToken(service: string): string {
  return service;
}

function operationToken(service: string, operation: string): string {
  return `${service}\n${operation}`;
}

function tagToken(service: string, key: string, value: string): string {
  return `${service}\n${key}\n${value}`;
}
