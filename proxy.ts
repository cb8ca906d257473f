import { NextResponse } from 'next/server';
import type { NextRequest } from 'next/server';
import { guardRequest } from '@/lib/contract';
import { errorStatus, toErrorBody } from '@/lib/errors';
import { loadConfig } from '@/server/config';

const { allowedHosts } = loadConfig(process.env, process.cwd());
const development = process.env.NODE_ENV === 'development';

/** Headers of every answer. `style-src` has no nonce: the drawing libraries add styles of their own, which a nonce would forbid. */
function policy(nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** In front of every request: refuses other origins and rebound names, and gives pages a policy with a nonce of their own. */
export function proxy(request: NextRequest): Response {
  const refused = guardRequest(
    { method: request.method, path: request.nextUrl.pathname, header: (name) => request.headers.get(name) },
    allowedHosts,
  );
  if (refused !== null) return secured(NextResponse.json(toErrorBody(refused), { status: errorStatus(refused.code) }));
  if (request.nextUrl.pathname.startsWith('/api/')) return secured(NextResponse.next());
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64');
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy(nonce));
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy(nonce));
  return secured(response);
}

function secured(response: NextResponse): NextResponse {
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('referrer-policy', 'no-referrer');
  response.headers.set('x-frame-options', 'DENY');
  response.headers.set('cross-origin-opener-policy', 'same-origin');
  response.headers.set('cross-origin-resource-policy', 'same-origin');
  return response;
}

export const config = {
  // Everything but the files of the build, which are the same for everyone.
  matcher: ['/((?!_next/static|_next/image).*)'],
};
