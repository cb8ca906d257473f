import type http from 'node:http';
import { HeddleError, errorStatus, isHeddleError } from '@/lib/errors';
import { decodeOtlpJson, decodeOtlpProtobuf } from '@/lib/traces';
import { parseJson, readBody, type HttpReply } from './http-server';
import type { TraceStore } from './trace-store';

const MAX_BODY_BYTES = 64 << 20;
const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';

function mediaType(request: http.IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** `POST /v1/traces` of OTLP/HTTP, JSON or protobuf; the answer has the form of the question. */
export async function receiveOtlp(request: http.IncomingMessage, url: URL, store: TraceStore): Promise<HttpReply> {
  if (url.pathname !== '/v1/traces') throw new HeddleError('not_found', `no such endpoint: ${url.pathname}`);
  if (request.method !== 'POST') throw new HeddleError('method_not_allowed', 'spans are sent with POST');
  const type = mediaType(request);
  if (type !== JSON_TYPE && type !== PROTOBUF_TYPE)
    throw new HeddleError('unsupported_media_type', `content-type must be ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
  const body = await readBody(request, MAX_BODY_BYTES);
  const batch = type === JSON_TYPE ? decodeOtlpJson(parseJson(body)) : decodeOtlpProtobuf(body);
  const refused = store.add(batch.spans, Date.now());
  const rejected = batch.rejected + refused;
  const message = batch.message === '' && refused > 0 ? 'a trace has too many spans' : batch.message;
  if (type === JSON_TYPE) {
    return { body: rejected === 0 ? '{}' : JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } }) };
  }
  // ExportTraceServiceResponse.partial_success (1): rejected_spans (1), error_message (2).
  const partial = Buffer.concat([Buffer.of(0x08), varint(rejected), textField(2, message)]);
  return { contentType: PROTOBUF_TYPE, body: rejected === 0 ? '' : Buffer.concat([Buffer.of(0x0a), varint(partial.length), partial]) };
}

/** The error as `google.rpc.Status`, in the form of the question. */
export function otlpError(error: unknown, request: http.IncomingMessage): HttpReply {
  const status = isHeddleError(error) ? errorStatus(error.code) : 500;
  const message = isHeddleError(error) ? error.message : 'the spans could not be stored';
  // 3: INVALID_ARGUMENT, 13: INTERNAL.
  const code = status < 500 ? 3 : 13;
  if (mediaType(request) !== PROTOBUF_TYPE) return { status, body: JSON.stringify({ code, message }) };
  return { status, contentType: PROTOBUF_TYPE, body: Buffer.concat([Buffer.of(0x08, code), textField(2, message)]) };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function textField(field: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of((field << 3) | 2), varint(bytes.length), bytes]);
}
