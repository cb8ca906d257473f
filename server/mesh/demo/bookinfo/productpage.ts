import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { callService, forwardedHeaders, parseReply, serviceUrl } from '../call-service';
import { readBody, sendJson, sendText, serveHttp } from '../serve-http';
import type { WorkloadRequest } from '../serve-http';
import { findProduct, products } from './products';
import { renderIndex, renderPage } from './render-page';
import type { Answer } from './render-page';

const timeoutMs = 3000;
const html = { 'content-type': 'text/html; charset=utf-8' };

/** Asks a backend `tries` times; the first 200 wins, else the last status (500 when there was no reply at all). */
async function ask(service: string, id: number, headers: OutgoingHttpHeaders, tries: number): Promise<Answer> {
  let status = 500;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const reply = await callService(`${serviceUrl(service)}/${service}/${id}`, headers, timeoutMs);
    const body = parseReply(reply);
    if (reply?.status === 200 && body !== undefined) return { status: 200, body };
    status = reply?.status ?? 500;
  }
  return { status, body: { error: `Sorry, product ${service} are currently unavailable for this book.` } };
}

/** The name in the session cookie. It is not signed: this shop protects nothing. */
export function userOfCookie(cookie: string | undefined): string | undefined {
  const match = /(?:^|;\s*)session=([A-Za-z0-9_-]+)/.exec(cookie ?? '');
  return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64url').toString('utf8') || undefined;
}

function backendHeaders(request: WorkloadRequest): OutgoingHttpHeaders {
  const headers = forwardedHeaders(request.headers);
  const user = userOfCookie(request.headers.cookie);
  // The session says who calls; a header of the client's own only counts when there is no session (curl, load generators).
  if (user !== undefined) headers['end-user'] = user;
  return headers;
}

async function showPage(request: WorkloadRequest, response: ServerResponse): Promise<void> {
  const [product] = products;
  const headers = backendHeaders(request);
  const details = await ask('details', product.id, headers, 1);
  const reviews = await ask('reviews', product.id, headers, 2);
  sendText(response, 200, renderPage(product, details, reviews, userOfCookie(request.headers.cookie)), html);
}

async function serveApi(request: WorkloadRequest, response: ServerResponse): Promise<void> {
  const [, id, part] = /^\/api\/v1\/products(?:\/(\d+)(?:\/(reviews|ratings))?)?$/.exec(request.url.pathname) ?? [];
  if (id === undefined) {
    sendJson(response, 200, products);
    return;
  }
  const product = findProduct(Number(id));
  if (product === undefined) {
    sendJson(response, 404, { error: 'no such product' });
    return;
  }
  const service = part ?? 'details';
  const answer = await ask(service, product.id, backendHeaders(request), service === 'reviews' ? 2 : 1);
  sendJson(response, answer.status, answer.body);
}

/** Bookinfo's front end: the page, its JSON API, and a login that only remembers a name. */
export async function startProductpage(): Promise<void> {
  await serveHttp(9080, async (request, response) => {
    const { pathname } = request.url;
    if (pathname === '/productpage') {
      await showPage(request, response);
    } else if (/^\/api\/v1\/products(\/\d+(\/(reviews|ratings))?)?$/.test(pathname)) {
      await serveApi(request, response);
    } else if (pathname === '/login' && request.method === 'POST') {
      const user = new URLSearchParams((await readBody(request.incoming)).toString('utf8')).get('username') ?? '';
      const cookie = `session=${Buffer.from(user).toString('base64url')}; HttpOnly; Path=/; SameSite=Lax`;
      sendText(response, 302, '', { location: '/productpage', 'set-cookie': cookie });
    } else if (pathname === '/logout') {
      sendText(response, 302, '', { location: '/productpage', 'set-cookie': 'session=; HttpOnly; Path=/; Max-Age=0' });
    } else if (pathname === '/health') {
      sendText(response, 200, 'Product page is healthy');
    } else if (pathname === '/' || pathname === '/index.html') {
      sendText(response, 200, renderIndex(), html);
    } else {
      sendText(response, 404, 'not found');
    }
  });
}
