import http from 'node:http';
import { PromqlError, type PromqlErrorType } from '@/lib/promql';
import type { ApiContext, ApiReply } from './api-context';
import { ApiParams, invalid } from './api-params';
import { formatQuery, instantQuery, rangeQuery } from './query-routes';
import { federate, labelNames, labelValues, series } from './series-routes';
import {
  buildInfo,
  buildInfoOf,
  config,
  flags,
  metadata,
  noAlertmanagers,
  noAlerts,
  noExemplars,
  noRules,
  runtimeInfo,
  scrapePools,
  storeStatus,
  targetMetadata,
  targets,
  walReplay,
} from './status-routes';

type Handler = (params: ApiParams, api: ApiContext) => ApiReply | Promise<ApiReply>;

/** Requests with a body, a form that is read like the query string. */
const postable: ReadonlySet<string> = new Set(['query', 'query_range', 'query_exemplars', 'series', 'labels', 'format_query']);

const routes: Readonly<Record<string, Handler>> = {
  query: instantQuery,
  query_range: rangeQuery,
  query_exemplars: noExemplars,
  format_query: formatQuery,
  series,
  labels: labelNames,
  metadata,
  targets,
  'targets/metadata': targetMetadata,
  scrape_pools: scrapePools,
  rules: noRules,
  alerts: noAlerts,
  alertmanagers: noAlertmanagers,
  'status/buildinfo': buildInfo,
  'status/runtimeinfo': runtimeInfo,
  'status/flags': flags,
  'status/config': config,
  'status/tsdb': storeStatus,
  'status/walreplay': walReplay,
};

const statusOf: Readonly<Record<PromqlErrorType, number>> = { bad_data: 400, execution: 422, timeout: 503, canceled: 499 };
const MAX_FORM_BYTES = 4 << 20;
const text = (body: string): ApiReply => ({ body, contentType: 'text/plain; charset=utf-8' });

/** The HTTP server with Prometheus' API; not yet listening. */
export function createPrometheusServer(api: ApiContext): http.Server {
  return http.createServer((request, response) => {
    void answer(request, api)
      .catch(errorReply)
      .then(({ status = 200, contentType = 'application/json', body }) => {
        if (response.destroyed) return;
        response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  });
}

function errorReply(error: unknown): ApiReply {
  if (error instanceof PromqlError) return failure(statusOf[error.errorType], error.errorType, error.message);
  // An address or a label name that is not properly encoded.
  if (error instanceof URIError || (error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_URL')) {
    return failure(400, 'bad_data', 'the address of the request is malformed');
  }
  return failure(500, 'internal', error instanceof Error ? error.message : String(error));
}

function failure(status: number, errorType: string, error: string): ApiReply {
  return { status, body: JSON.stringify({ status: 'error', errorType, error }) };
}

async function answer(request: http.IncomingMessage, api: ApiContext): Promise<ApiReply> {
  const url = new URL(request.url ?? '/', 'http://prometheus');
  const { method = 'GET' } = request;
  const name = url.pathname.startsWith('/api/v1/') ? url.pathname.slice('/api/v1/'.length) : undefined;
  if (method === 'POST' && name !== undefined && postable.has(name)) {
    for (const [key, value] of new URLSearchParams(await readForm(request))) url.searchParams.append(key, value);
  } else if (method !== 'GET' && method !== 'HEAD') return failure(405, 'bad_data', `method ${method} is not allowed`);
  const params = new ApiParams(url.searchParams, Date.now());
  if (name === undefined) return answerOutsideApi(url.pathname, params, api);
  const label = /^label\/([^/]+)\/values$/.exec(name);
  if (label !== null) return labelValues(decodeLabel(label[1] ?? ''), params, api);
  const handler = Object.hasOwn(routes, name) ? routes[name] : undefined;
  return handler === undefined ? failure(404, 'not_found', `no such endpoint: ${url.pathname}`) : handler(params, api);
}

async function answerOutsideApi(path: string, params: ApiParams, api: ApiContext): Promise<ApiReply> {
  switch (path) {
    case '/-/ready':
      return text('Prometheus Server is Ready.\n');
    case '/-/healthy':
      return text('Prometheus Server is Healthy.\n');
    case '/metrics':
      return { body: await api.registry.metrics(), contentType: api.registry.contentType };
    case '/federate':
      return federate(params, api);
    case '/version':
      return { body: JSON.stringify(buildInfoOf(api)) };
    default:
      return { ...text('404 page not found\n'), status: 404 };
  }
}

/** Label names with characters outside the classic set come as `U__` and code points between underscores. */
function decodeLabel(text: string): string {
  const name = decodeURIComponent(text);
  if (!name.startsWith('U__')) return name;
  return name
    .slice(3)
    .replaceAll(/__|_([0-9a-fA-F]{1,6})_/g, (_all, hex: string | undefined) =>
      hex === undefined ? '_' : String.fromCodePoint(Number.parseInt(hex, 16)),
    );
}

async function readForm(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_FORM_BYTES) throw invalid('query', 'the request is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
