import type { Resource, Span } from './model';

/** What came of reading a batch of spans: those that are sound, and why others are not. */
export interface SpanBatch {
  spans: Span[];
  rejected: number;
  /** The reason of the first rejection, or ''. */
  message: string;
}

export const UNKNOWN_SERVICE = 'unknown_service';

export function newBatch(): SpanBatch {
  return { spans: [], rejected: 0, message: '' };
}

export function reject(batch: SpanBatch, reason: string): void {
  batch.rejected++;
  if (batch.message === '') batch.message = reason;
}

/** The sender of spans, from the attributes of an OTLP resource. */
export function resourceOf(attributes: Resource['attributes']): Resource {
  const service = attributes.find((one) => one.key === 'service.name');
  return {
    serviceName: service?.type === 'string' && service.value !== '' ? service.value : UNKNOWN_SERVICE,
    attributes: attributes.filter((one) => one.key !== 'service.name'),
  };
}
