/** A request as a proxy's access log tells it. */
export interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** Host, with port where the caller wrote one. */
  readonly authority: string;
  readonly userAgent: string;
  readonly status: number;
  /** The Envoy cluster; `-` when none was chosen. */
  readonly cluster: string;
}

/**
 * One line of Istio's access log, in its default text format or as JSON; `null` for anything else, and for connections without a request.
 * The text has 23 fields: time, request line, status, flags, details, termination, transport failure, bytes, bytes, duration, upstream time,
 * X-Forwarded-For, user agent, request id, authority, upstream host, Envoy cluster, four addresses, SNI, route.
 */
export function readAccessLog(line: string): LoggedRequest | null {
  return line.startsWith('{') ? readJson(line) : readText(line);
}

function readText(line: string): LoggedRequest | null {
  const fields = line.match(/"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\S+/g) ?? [];
  const [time = '', request = '', status = ''] = fields;
  const [agent = '', , authority = '', , cluster = ''] = fields.slice(12);
  if (!time.startsWith('[')) return null;
  const [method = '', path = ''] = unquote(request).split(' ');
  return logged(time.slice(1, -1), method, path, unquote(authority), unquote(agent), Number(status), cluster);
}

function readJson(line: string): LoggedRequest | null {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const status = Number(fields['response_code']);
  return logged(text('start_time'), text('method'), text('path'), text('authority'), text('user_agent'), status, text('upstream_cluster'));
}

function logged(
  at: string,
  method: string,
  path: string,
  authority: string,
  userAgent: string,
  status: number,
  cluster: string,
): LoggedRequest | null {
  if (!/^[A-Z]+$/.test(method) || !path.startsWith('/') || authority === '' || authority === '-') return null;
  return {
    at,
    method,
    path,
    authority,
    userAgent: userAgent === '-' ? '' : userAgent,
    status: Number.isFinite(status) ? status : 0,
    cluster,
  };
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}
