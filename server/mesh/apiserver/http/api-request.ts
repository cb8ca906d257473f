import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'yaml';
import type { User } from '../core';
import { decodeKubernetesProtobuf } from '../protobuf/decode-object';
import { badRequest, statusOf, tooLarge, unsupportedMediaType } from '../status-errors';

/** One request, with what its handlers share. */
export interface ApiRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  query: URLSearchParams;
  message: IncomingMessage;
  user: User;
  /** Texts for `Warning:` headers; sent with whatever answer comes. */
  warnings: string[];
}

/** Kubernetes' own limit for a request body. */
export const bodyLimit = 3 * 1024 * 1024;

/** The whole body. @throws HeddleError `too_large`. */
export function readBytes(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest is read and forgotten, so that the refusal reaches a client that is still sending.
      if (size > bodyLimit) reject(tooLarge(bodyLimit));
      else chunks.push(chunk);
    });
    message.on('end', () => resolve(Buffer.concat(chunks)));
    message.on('error', reject);
    message.on('close', () => reject(badRequest('the connection was closed before the body was complete')));
  });
}

export function mediaTypeOf(message: IncomingMessage): string {
  return (message.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** As {@link readObjectBody}; an empty body is an empty object. */
export async function readOptionalBody(request: ApiRequest): Promise<unknown> {
  const bytes = await readBytes(request.message);
  return bytes.length === 0 ? {} : parseBody(request, bytes);
}

/** An object from a body in JSON, YAML or Kubernetes' protobuf. @throws HeddleError `bad_request`, `unsupported_media_type`. */
export async function readObjectBody(request: ApiRequest): Promise<unknown> {
  return parseBody(request, await readBytes(request.message));
}

function parseBody(request: ApiRequest, bytes: Buffer): unknown {
  const type = mediaTypeOf(request.message);
  switch (type) {
    case 'application/json':
      return parseJson(bytes);
    case 'application/yaml':
      return parseYaml(bytes);
    case 'application/vnd.kubernetes.protobuf':
      return decodeKubernetesProtobuf(bytes);
    default:
      throw unsupportedMediaType(
        `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf`,
      );
  }
}

export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw badRequest(`the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

export function parseYaml(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  // What kubectl sends as apply-patch+yaml is JSON; parsing it as such is much faster.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // It may be YAML in flow style.
    }
  }
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw badRequest(`the body is not YAML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const json = 'application/json';

/** Sends a text answer with the request's warnings. */
export function send(
  request: ApiRequest,
  response: ServerResponse,
  code: number,
  body: string | Buffer,
  contentType = json,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(code, {
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...warningHeader(request.warnings),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export function sendJson(request: ApiRequest, response: ServerResponse, code: number, value: unknown): void {
  send(request, response, code, JSON.stringify(value));
}

/** Sends a failure as a Status object. */
export function sendError(request: ApiRequest, response: ServerResponse, error: unknown): void {
  const status = statusOf(error);
  const retry = status.details?.retryAfterSeconds;
  send(request, response, status.code, JSON.stringify(status), json, {
    ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
    ...(status.code === 413 ? { connection: 'close' } : {}),
  });
}

function warningHeader(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {};
  const lines = [...new Set(warnings)].slice(0, 50).map((text) => {
    const quoted = text
      .replace(/[\r\n\t]+/g, ' ')
      .replace(/["\\]/g, '\\$&')
      .slice(0, 900);
    // Header values are bytes: UTF-8 goes out as it is.
    return `299 - "${Buffer.from(quoted, 'utf8').toString('latin1')}"`;
  });
  return { warning: lines };
}
