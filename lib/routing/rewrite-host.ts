import { findPathEnd } from './match-path';
import type { Decision } from './route-table';
import type { RoutingRequest } from './routing-request';
import { readHeader } from './routing-request';

/** The Host sent upstream; `upstreamHost` is the chosen endpoint's host name (used by `auto_host_rewrite`). */
export function rewriteHost(decision: Decision, request: RoutingRequest, upstreamHost: string): string {
  const rewrite = decision.hostRewrite;
  const authority = decision.clusterHost ?? request.authority;
  if (rewrite === null) return authority;
  switch (rewrite.kind) {
    case 'literal':
      return rewrite.host;
    case 'upstream':
      return upstreamHost === '' ? authority : upstreamHost;
    case 'header':
      return readHeader(request, rewrite.name) ?? authority;
    case 'path':
      return rewrite.replace(request.path.slice(0, findPathEnd(request.path, false)));
  }
}

/** The Host of a mirrored request: `-shadow` goes before the port. */
export function shadowHost(authority: string): string {
  const port = /:\d+$/.exec(authority);
  return port === null ? `${authority}-shadow` : `${authority.slice(0, port.index)}-shadow${port[0]}`;
}
