import { HeddleError } from '@/lib/errors';

/** The parts of a request that tell where it comes from. */
export interface RequestOrigin {
  method: string;
  /** Path, as `/api/v1/changes`. */
  path: string;
  header(name: string): string | null;
}

/** Names of this machine as `URL.hostname` gives them. */
export const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const reads = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another page (or a name that was rebound to this address) sends: the Host must be one of ours; API calls must come from
 * our own pages or from no page at all; writes must say JSON, which no form of another page can.
 */
export function guardRequest(request: RequestOrigin, allowedHosts: readonly string[]): HeddleError | null {
  const host = request.header('host');
  if (host === null || !isAllowedHost(host, allowedHosts)) {
    return new HeddleError('cross_origin', `The console does not answer to the name ${host ?? '(none)'}.`, {
      hint: 'Add the name to HEDDLE_ALLOWED_HOSTS.',
    });
  }
  if (!request.path.startsWith('/api/')) return null;
  const site = request.header('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return refusal();
  const origin = request.header('origin');
  if (origin !== null && !isOwnOrigin(origin, host)) return refusal();
  if (reads.has(request.method)) return null;
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return new HeddleError('unsupported_media_type', 'A write must have the content type application/json.');
  }
  return null;
}

function refusal(): HeddleError {
  return new HeddleError('cross_origin', 'The API is not open to pages of other origins.');
}

function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return loopbackHosts.has(name) || allowed.includes(name);
}

/** A proxy in front may end TLS, so the scheme may differ; host and port may not. A browser leaves a scheme's own port out of both. */
function isOwnOrigin(origin: string, host: string): boolean {
  const parts = /^(https?):\/\/([^/]+)$/.exec(origin.toLowerCase());
  if (parts === null) return false;
  const ownPort = parts[1] === 'http' ? ':80' : ':443';
  const bare = (name: string) => (name.endsWith(ownPort) ? name.slice(0, -ownPort.length) : name);
  return bare(parts[2] ?? '') === bare(host.toLowerCase());
}
