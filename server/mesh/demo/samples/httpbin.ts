import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readBody, sendJson, sendText, serveHttp } from '../serve-http';
import type { WorkloadRequest } from '../serve-http';

/** How headers and arguments are shown: Go's httpbin has a list for each, the Python one a text. */
export type HttpbinStyle = 'go' | 'python';

function canonicalHeader(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

function shownHeaders(request: WorkloadRequest, style: HttpbinStyle): Record<string, string | string[]> {
  const grouped: Record<string, string[]> = {};
  const raw = request.incoming.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    (grouped[canonicalHeader((raw[index] ?? '').toLowerCase())] ??= []).push(raw[index + 1] ?? '');
  }
  if (style === 'go') return grouped;
  return Object.fromEntries(Object.entries(grouped).map(([name, values]) => [name, values.join(',')]));
}

function shownArguments(url: URL, style: HttpbinStyle): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, style === 'go' || values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

function origin(request: WorkloadRequest): string {
  const forwarded = request.headers['x-forwarded-for'];
  return typeof forwarded === 'string' ? forwarded : (request.incoming.socket.remoteAddress ?? '');
}

function absoluteUrl(request: WorkloadRequest): string {
  const protocol = request.headers['x-forwarded-proto'];
  return `${typeof protocol === 'string' ? protocol : 'http'}://${request.headers.host ?? ''}${request.url.pathname}${request.url.search}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function echo(request: WorkloadRequest, style: HttpbinStyle): Promise<Record<string, unknown>> {
  const shown = {
    args: shownArguments(request.url, style),
    headers: shownHeaders(request, style),
    method: request.method,
    origin: origin(request),
    url: absoluteUrl(request),
  };
  if (request.method === 'GET' || request.method === 'HEAD') return shown;
  const body = (await readBody(request.incoming)).toString('utf8');
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const form = isForm ? shownArguments(new URL(`?${body}`, 'http://form'), style) : {};
  return { ...shown, data: isForm ? '' : body, files: {}, form, json: isForm ? null : parseJson(body) };
}

/** One of `200`, `200,503` or `200:0.9,503:0.1`. */
export function pickStatus(codes: string, random: number): number | undefined {
  const choices = codes.split(',').map((choice) => choice.split(':').map(Number));
  if (choices.some(([code]) => !Number.isInteger(code) || (code ?? 0) < 100 || (code ?? 0) > 599)) return undefined;
  const total = choices.reduce((sum, [, weight]) => sum + (weight ?? 1), 0);
  let rest = random * total;
  for (const [code, weight] of choices) {
    rest -= weight ?? 1;
    if (rest < 0) return code;
  }
  return choices.at(-1)?.[0];
}

function seconds(text: string, most: number): number | undefined {
  const value = Number(text.replace(/s$/, ''));
  return Number.isFinite(value) && value >= 0 ? Math.min(value, most) : undefined;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Answer = (request: WorkloadRequest, response: ServerResponse, argument: string, style: HttpbinStyle) => void | Promise<void>;

async function sendEcho(request: WorkloadRequest, response: ServerResponse, _argument: string, style: HttpbinStyle): Promise<void> {
  sendJson(response, 200, await echo(request, style));
}

function bad(response: ServerResponse, message: string): void {
  sendJson(response, 400, { status_code: 400, error: 'Bad Request', detail: message });
}

function basicUser(request: WorkloadRequest): string | undefined {
  const match = /^Basic (.+)$/.exec(request.headers.authorization ?? '');
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64').toString('utf8');
}

const answers: Record<string, Answer> = {
  get: sendEcho,
  post: sendEcho,
  put: sendEcho,
  patch: sendEcho,
  delete: sendEcho,
  anything: sendEcho,
  headers: (request, response, _argument, style) => sendJson(response, 200, { headers: shownHeaders(request, style) }),
  ip: (request, response) => sendJson(response, 200, { origin: origin(request) }),
  'user-agent': (request, response) => sendJson(response, 200, { 'user-agent': request.headers['user-agent'] ?? '' }),
  hostname: (_request, response) => sendJson(response, 200, { hostname: process.env['HOSTNAME'] ?? '' }),
  uuid: (_request, response) => sendJson(response, 200, { uuid: randomUUID() }),
  json: (_request, response) => sendJson(response, 200, { slideshow: { title: 'Sample Slide Show', author: 'Yours Truly', slides: [] } }),
  html: (_request, response) =>
    sendText(response, 200, '<!DOCTYPE html><html><body><h1>Herman Melville - Moby-Dick</h1></body></html>', {
      'content-type': 'text/html; charset=utf-8',
    }),
  'robots.txt': (_request, response) => sendText(response, 200, 'User-agent: *\nDisallow: /deny\n'),
  gzip: (request, response, _argument, style) => {
    const body = gzipSync(JSON.stringify({ gzipped: true, headers: shownHeaders(request, style), method: request.method }));
    sendText(response, 200, body, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  },
  status: (_request, response, argument) => {
    const status = pickStatus(argument, Math.random());
    if (status === undefined) bad(response, `invalid status code: ${argument}`);
    else if (status >= 300 && status < 400 && status !== 304) sendText(response, status, '', { location: '/redirect/1' });
    else sendText(response, status, status === 418 ? "I'm a teapot!" : '', {});
  },
  delay: async (request, response, argument, style) => {
    const delay = seconds(argument, 10);
    if (delay === undefined) {
      bad(response, `invalid duration: ${argument}`);
      return;
    }
    await pause(delay * 1000);
    sendJson(response, 200, await echo(request, style));
  },
  bytes: (_request, response, argument) => {
    const size = Number(argument);
    if (!Number.isInteger(size) || size < 0) bad(response, `invalid size: ${argument}`);
    else sendText(response, 200, randomBytes(Math.min(size, 1024 * 1024)), { 'content-type': 'application/octet-stream' });
  },
  stream: async (request, response, argument, style) => {
    const lines = Math.min(Number(argument) || 1, 100);
    const line = await echo(request, style);
    response.writeHead(200, { 'content-type': 'application/json' });
    for (let id = 0; id < lines; id += 1) response.write(`${JSON.stringify({ ...line, id })}\n`);
    response.end();
  },
  drip: async (request, response) => {
    const count = Math.min(Number(request.url.searchParams.get('numbytes') ?? 10), 10_000);
    const duration = seconds(request.url.searchParams.get('duration') ?? '2', 10) ?? 2;
    response.writeHead(Number(request.url.searchParams.get('code') ?? 200), { 'content-type': 'application/octet-stream' });
    for (let sent = 0; sent < count; sent += 1) {
      response.write('*');
      await pause((duration * 1000) / count);
    }
    response.end();
  },
  redirect: (_request, response, argument) => {
    const left = Number(argument) || 1;
    sendText(response, 302, '', { location: left > 1 ? `/redirect/${left - 1}` : '/get' });
  },
  'redirect-to': (request, response) =>
    sendText(response, Number(request.url.searchParams.get('status_code') ?? 302), '', {
      location: request.url.searchParams.get('url') ?? '/',
    }),
  'response-headers': (request, response, _argument, style) => {
    const shown = shownArguments(request.url, style);
    sendJson(response, 200, shown, shown);
  },
  cookies: (request, response, argument, style) => {
    if (argument === 'set') {
      const set = [...request.url.searchParams].map(([name, value]) => `${name}=${value}; Path=/`);
      sendText(response, 302, '', { location: '/cookies', 'set-cookie': set });
      return;
    }
    const pairs = (request.headers.cookie ?? '').split(/;\s*/).filter((pair) => pair.includes('='));
    const cookies = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
    sendJson(response, 200, style === 'go' ? cookies : { cookies });
  },
  'basic-auth': (request, response, argument) => {
    const [user = '', password = ''] = argument.split('/');
    const authorized = basicUser(request) === `${user}:${password}`;
    sendJson(
      response,
      authorized ? 200 : 401,
      { authenticated: authorized, authorized, user },
      authorized ? {} : { 'www-authenticate': 'Basic realm="Fake Realm"' },
    );
  },
  bearer: (request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) sendText(response, 401, '', { 'www-authenticate': 'Bearer' });
    else sendJson(response, 200, { authenticated: true, token });
  },
};

/** The common part of httpbin: echo, status, delay, redirects, streams, cookies, authentication. */
export async function startHttpbin(style: HttpbinStyle, port: number): Promise<void> {
  await serveHttp(port, async (request, response) => {
    const [, name = '', argument = ''] = /^\/([^/]*)\/?(.*)$/.exec(request.url.pathname) ?? [];
    const answer = answers[name];
    if (answer !== undefined) await answer(request, response, decodeURIComponent(argument), style);
    else if (name === '') sendText(response, 200, 'httpbin: /get /headers /status/{code} /delay/{seconds} …\n');
    else sendJson(response, 404, { status_code: 404, error: STATUS_CODES[404] ?? '' });
  });
}
