import { attribute, valueText } from '@/lib/traces';
import type { Span } from '@/lib/traces';
import type { ObservedRequest } from './diff-behaviour';

/** Requests from one workload to one service over the window, as metrics count them. */
export interface ObservedEdge {
  /** `namespace/workload` */
  readonly from: string;
  /** Full name of the service; `unknown` when no route was found. */
  readonly host: string;
  /** A port of the service that speaks HTTP, for edges that no trace tells of; `null`: the service is not known. */
  readonly port: number | null;
  /** In the window. */
  readonly requests: number;
  /** At present; `null` when there are none. */
  readonly rps: number | null;
}

/** A request as the proxy of its caller traced it. */
export interface TracedRequest {
  readonly from: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface GroupedRequests {
  readonly requests: readonly ObservedRequest[];
  /** Requests in the window, and those whose method and path traces tell. */
  readonly total: number;
  readonly covered: number;
  /** Headers among those asked for that traces carry. */
  readonly tracedHeaders: readonly string[];
}

/** More distinct requests of one edge tell no more about it. */
const mostPerEdge = 200;

/** What traces tell of a request, in the spellings of Envoy, Istio and OpenTelemetry. */
function tag(span: Span, ...keys: string[]): string {
  for (const key of keys) {
    const found = attribute(span.attributes, key);
    if (found === undefined) continue;
    const [first] = found.type === 'list' ? found.value : [found];
    return first === undefined ? '' : valueText(first);
  }
  return '';
}

/**
 * The request behind a span of a caller's proxy; `null` for spans of applications and of the called side. `findCaller` names the workload
 * behind a proxy's `pod.namespace`.
 */
export function readTracedRequest(
  span: Span,
  headerNames: readonly string[],
  findCaller: (podName: string) => string | null,
): TracedRequest | null {
  const node = tag(span, 'node_id');
  const [type, , podName = ''] = node.split('~');
  const cluster = tag(span, 'upstream_cluster', 'upstream_cluster.name');
  if (type !== 'router' && !cluster.startsWith('outbound|')) return null;
  const from = findCaller(podName) ?? ownName(span);
  const url = /^(https?):\/\/([^/?#]+)([/?#].*)?$/.exec(tag(span, 'http.url', 'url.full'));
  if (from === null || url === null) return null;
  const [, scheme = 'http', authority = '', path = '/'] = url;
  const headers: Record<string, string> = {};
  for (const name of headerNames) {
    const value =
      name === 'user-agent'
        ? tag(span, 'user_agent', 'http.user_agent', 'user_agent.original')
        : tag(span, `http.request.header.${name}`, name, `request.header.${name}`);
    if (value !== '' && value !== '-') headers[name] = value;
  }
  return {
    from,
    host: cluster.split('|')[3] ?? 'unknown',
    scheme: scheme === 'https' ? 'https' : 'http',
    authority,
    method: tag(span, 'http.method', 'http.request.method') || 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
    headers,
  };
}

function ownName(span: Span): string | null {
  const workload = tag(span, 'istio.source_workload');
  return workload === '' ? null : `${tag(span, 'istio.source_namespace', 'istio.namespace')}/${workload}`;
}

/**
 * Joins what metrics count with what traces tell: an edge's rate is shared out among the requests traced on it. An edge without a trace
 * stands as one request whose path nobody knows.
 */
export function groupRequests(
  edges: readonly ObservedEdge[],
  traced: readonly TracedRequest[],
  headerNames: readonly string[],
): GroupedRequests {
  const byEdge = Map.groupBy(traced, (one) => edgeKey(one));
  const tracedHeaders = headerNames.filter((name) => traced.some((one) => one.headers[name] !== undefined));
  const known = new Map(edges.map((edge) => [edgeKey(edge), edge]));
  const requests: ObservedRequest[] = [];
  let total = 0;
  let covered = 0;
  for (const edge of edges) {
    total += edge.requests;
    const samples = byEdge.get(edgeKey(edge)) ?? [];
    if (samples.length > 0) covered += edge.requests;
    else if (edge.port !== null) requests.push(untracedRequest(edge, edge.port, tracedHeaders));
  }
  for (const [key, samples] of byEdge) {
    const distinct = [...Map.groupBy(samples, requestKey).values()].toSorted((left, right) => right.length - left.length);
    const kept = distinct.slice(0, mostPerEdge);
    const count = kept.reduce((sum, alike) => sum + alike.length, 0);
    const rps = known.get(key)?.rps ?? null;
    for (const alike of kept) {
      const [first] = alike;
      if (first !== undefined) requests.push(tracedRequest(first, rps === null ? null : (rps * alike.length) / count, tracedHeaders));
    }
  }
  return { requests, total, covered, tracedHeaders };
}

function edgeKey({ from, host }: { from: string; host: string }): string {
  return `${from} ${host}`;
}

function requestKey({ scheme, authority, method, path, headers }: TracedRequest): string {
  return JSON.stringify([scheme, authority, method, path, headers]);
}

function tracedRequest(one: TracedRequest, rps: number | null, tracedHeaders: readonly string[]): ObservedRequest {
  const [, name = one.authority, port] = /^(.*?)(?::(\d+))?$/.exec(one.authority) ?? [];
  return {
    from: one.from,
    host: one.host === 'unknown' ? name : one.host,
    request: {
      method: one.method,
      scheme: one.scheme === 'https' ? 'https' : 'http',
      host: name,
      port: port === undefined ? (one.scheme === 'https' ? 443 : 80) : Number(port),
      path: one.path,
      headers: one.headers,
    },
    pathClass: classOfPath(one.path),
    tracedHeaders,
    rps,
  };
}

function untracedRequest(edge: ObservedEdge, port: number, tracedHeaders: readonly string[]): ObservedRequest {
  return {
    from: edge.from,
    host: edge.host,
    request: { method: 'GET', scheme: 'http', host: edge.host, port, path: '/', headers: {} },
    pathClass: null,
    tracedHeaders: tracedHeaders.filter((name) => name !== 'user-agent'),
    rps: edge.rps,
  };
}

const identifier = /^(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}|.*\d.{15,})$/i;

/** A path without its query, with `*` for segments that name one thing among many: `/reviews/7?x=1` → `/reviews/*`. */
export function classOfPath(path: string): string {
  const [plain = '/'] = path.split(/[?#]/);
  return plain
    .split('/')
    .map((segment) => (identifier.test(segment) ? '*' : segment))
    .join('/');
}
