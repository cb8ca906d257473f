import type http from 'node:http';
import { HeddleError, errorStatus, isHeddleError } from '@/lib/errors';
import { decodeZipkin } from '@/lib/traces';
import { parseJson, readBody, type HttpReply } from './http-server';
import type { TraceStore } from './trace-store';

const MAX_BODY_BYTES = 64 << 20;

/** `POST /api/v2/spans` of Zipkin: a JSON list. */
export async function receiveZipkin(request: http.IncomingMessage, url: URL, store: TraceStore): Promise<HttpReply> {
  if (url.pathname === '/health') return { body: '{"status":"UP"}' };
  if (url.pathname !== '/api/v2/spans') throw new HeddleError('not_found', `no such endpoint: ${url.pathname}`);
  if (request.method !== 'POST') throw new HeddleError('method_not_allowed', 'spans are sent with POST');
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  if (type !== 'application/json') throw new HeddleError('unsupported_media_type', 'content-type must be application/json');
  const batch = decodeZipkin(parseJson(await readBody(request, MAX_BODY_BYTES)));
  if (batch.rejected > 0) throw new HeddleError('bad_request', batch.message);
  store.add(batch.spans, Date.now());
  return { status: 202, body: '' };
}

export function zipkinError(error: unknown): HttpReply {
  const status = isHeddleError(error) ? errorStatus(error.code) : 500;
  return { status, contentType: 'text/plain; charset=utf-8', body: isHeddleError(error) ? error.message : 'the spans could not be stored' };
}
