import type { RedirectAction } from '@/lib/xds';
import type { PathTest } from './match-path';
import { findPathEnd } from './match-path';
import { compilePathRewrite, rewritePath } from './rewrite-path';
import type { RedirectSettings } from './route-table';
import type { RoutingRequest } from './routing-request';

const statuses = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;

export function compileRedirect(action: RedirectAction, match: PathTest): RedirectSettings {
  return {
    status: statuses[action.response_code ?? 'MOVED_PERMANENTLY'],
    scheme: action.scheme_redirect ?? (action.https_redirect === true ? 'https' : ''),
    host: action.host_redirect ?? '',
    port: action.port_redirect ?? 0,
    path: action.path_redirect === undefined || action.path_redirect === '' ? null : action.path_redirect,
    rewrite: compilePathRewrite(match, action.prefix_rewrite, action.regex_rewrite),
    stripQuery: action.strip_query ?? false,
  };
}

/** What a virtual host that requires TLS answers to plaintext. */
export const redirectToHttps: RedirectSettings = {
  status: 301,
  scheme: 'https',
  host: '',
  port: 0,
  path: null,
  rewrite: null,
  stripQuery: false,
};

/** The value of `Location`. */
export function buildLocation(redirect: RedirectSettings, request: RoutingRequest): string {
  const scheme = redirect.scheme === '' ? request.scheme : redirect.scheme;
  const port = redirect.port === 0 ? '' : `:${redirect.port}`;
  const host = redirect.host === '' ? keptHost(request, scheme, port !== '') : redirect.host;
  return `${scheme}://${host}${port}${redirectPath(redirect, request.path)}`;
}

/** A port given anew replaces the old one; the default port of the old scheme goes when the scheme changes. */
function keptHost(request: RoutingRequest, scheme: string, hasNewPort: boolean): string {
  const port = /:\d*$/.exec(request.authority);
  if (port === null) return request.authority;
  const isDefault = port[0] === (request.scheme === 'https' ? ':443' : ':80');
  const drop = hasNewPort || (scheme !== request.scheme && isDefault);
  return drop ? request.authority.slice(0, port.index) : request.authority;
}

function redirectPath(redirect: RedirectSettings, path: string): string {
  // A query in the configured path wins and stays, whatever `strip_query` says.
  if (redirect.path?.includes('?') === true) return redirect.path;
  const pathEnd = findPathEnd(path, false);
  const query = redirect.stripQuery ? '' : path.slice(pathEnd);
  if (redirect.path !== null) return redirect.path + query;
  return redirect.stripQuery ? rewritePath(redirect.rewrite, path.slice(0, pathEnd)) : rewritePath(redirect.rewrite, path);
}
