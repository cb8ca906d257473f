import { endpoints, guardRequest } from '@/lib/contract';
import type { EndpointName, EndpointResponse } from '@/lib/contract';
import { HeddleError, errorStatus, isHeddleError, toErrorBody } from '@/lib/errors';
import type { z } from 'zod';
import { ConflictError } from './change-conflict';
import { getConsole } from './console-state';
import type { Console } from './console-state';

const largestBody = 4 * 1024 * 1024;

export interface Asked<Name extends EndpointName> {
  console: Console;
  /** Segments of the path, decoded. */
  params: Record<string, string>;
  query: z.output<(typeof endpoints)[Name]['query']>;
  body: z.output<(typeof endpoints)[Name]['body']>;
  signal: AbortSignal;
}

/** What Next calls: a request and the segments of its path (`undefined` when the path has none). */
export type RouteHandler = (request: Request, context: { params: Promise<Record<string, string> | undefined> }) => Promise<Response>;

/** A route handler: guards, parses query and body by the contract, calls one use case, replies with JSON or with an error's body. */
export function answerRequest<Name extends EndpointName>(
  name: Name,
  use: (asked: Asked<Name>) => Promise<EndpointResponse<Name>> | EndpointResponse<Name>,
  status = 200,
): RouteHandler {
  return async (request, context) => {
    const started = performance.now();
    let console: Console | null = null;
    let response: Response;
    try {
      console = getConsole();
      checkOrigin(request, console);
      await console.ready();
      const endpoint = endpoints[name];
      const query = parseInput(endpoint.query, queryOf(request, endpoint.query), 'query');
      const body = endpoint.method === 'POST' ? parseInput(endpoint.body, await readBody(request), 'body') : {};
      const asked = { console, params: decodeParams((await context.params) ?? {}), query, body, signal: request.signal } as Asked<Name>;
      response = json(await use(asked), status);
    } catch (error) {
      response = failure(error, console, name);
    }
    console?.metrics.observe(name, response.status, (performance.now() - started) / 1000);
    return response;
  };
}

/** Fails with `cross_origin` or `unsupported_media_type`. `proxy.ts` has asked the same before; this holds even when it is bypassed. */
export function checkOrigin(request: Request, console: Console): void {
  const refused = guardRequest(
    { method: request.method, path: new URL(request.url).pathname, header: (key) => request.headers.get(key) },
    console.config.allowedHosts,
  );
  if (refused !== null) throw refused;
}

export function failure(error: unknown, console: Console | null, endpoint: string): Response {
  if (error instanceof ConflictError) return json(error.body, 409);
  if (!isHeddleError(error) && !isAbort(error)) {
    console?.log.error(
      { endpoint, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'a request failed unexpectedly',
    );
  }
  return json(toErrorBody(error), isHeddleError(error) ? errorStatus(error.code) : 500);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function json(body: unknown, status: number): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

/** Segments arrive encoded or decoded, depending on who matched them; a name never holds a `%` of its own in Kubernetes. */
function decodeParams(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      try {
        return [key, decodeURIComponent(value)];
      } catch {
        throw new HeddleError('bad_request', `The segment ${value} of the path is not encoded well.`, { path: key });
      }
    }),
  );
}

export function queryOf(request: Request, schema: z.ZodObject): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [key, value] of new URL(request.url).searchParams) {
    if (!(key in schema.shape)) {
      throw new HeddleError('bad_request', `There is no parameter ${key}.`, {
        path: key,
        hint: `Known ones: ${Object.keys(schema.shape).join(', ') || 'none'}.`,
      });
    }
    query[key] = value;
  }
  return query;
}

export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown, where: 'query' | 'body'): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path =
    issue?.path
      .map((part) => (typeof part === 'number' ? `[${part}]` : String(part)))
      .join('.')
      .replaceAll('.[', '[') ?? '';
  throw new HeddleError(
    'bad_request',
    `The ${where} is wrong${path === '' ? '' : ` at ${path}`}: ${issue?.message ?? 'unknown'}.`,
    path === '' ? {} : { path },
  );
}

async function readBody(request: Request): Promise<unknown> {
  if (Number(request.headers.get('content-length') ?? 0) > largestBody)
    throw new HeddleError('too_large', 'The request is larger than 4 MiB.');
  const text = await request.text();
  if (text.length > largestBody) throw new HeddleError('too_large', 'The request is larger than 4 MiB.');
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new HeddleError('bad_request', 'The body is not JSON.');
  }
}
