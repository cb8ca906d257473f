import { HeddleError } from '@/lib/errors';
import type { SimulatedRequest } from './simulation';

const defaultPorts = { http: 80, https: 443, tcp: 0 } as const;

/**
 * Parses `GET http://reviews:9080/reviews/1` (the method may be left out, `http://` too) and headers `name: value`.
 * @throws HeddleError `bad_request` with what was expected
 */
export function parseRequest(line: string, headers: readonly string[]): SimulatedRequest {
  const match = /^(?:([A-Za-z]+)\s+)?(?:(https?|tcp):\/\/)?(\[[^\]]+\]|[^/?#:\s]+)(?::(\d{1,5}))?([/?#]\S*)?$/.exec(line.trim());
  if (match === null) {
    throw new HeddleError('bad_request', `${JSON.stringify(line)} is no request.`, {
      hint: "Write it like 'GET http://reviews:9080/reviews/1'.",
    });
  }
  const [, method = 'GET', written = 'http', host = '', portText, path = '/'] = match;
  const scheme = written === 'https' || written === 'tcp' ? written : 'http';
  const port = portText === undefined ? defaultPorts[scheme] : Number(portText);
  if (port < 1 || port > 65_535) throw new HeddleError('bad_request', `${JSON.stringify(line)} needs a port from 1 to 65535.`);
  return {
    method: method.toUpperCase(),
    scheme,
    host,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: Object.fromEntries(headers.map(parseHeader)),
  };
}

function parseHeader(text: string): [string, string] {
  const colon = text.indexOf(':', 1);
  const name = text.slice(0, colon).trim().toLowerCase();
  if (colon === -1 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
    throw new HeddleError('bad_request', `${JSON.stringify(text)} is no header.`, { hint: "Write it like 'end-user: jason'." });
  }
  return [name, text.slice(colon + 1).trim()];
}

/** The Host of a request: its own header, else the URL's host with a port that is not the scheme's. */
export function authorityOf(request: SimulatedRequest): string {
  const own = request.headers['host'];
  if (own !== undefined) return own;
  return request.port === defaultPorts[request.scheme] ? request.host : `${request.host}:${request.port}`;
}
