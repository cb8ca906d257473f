import type { EndpointBody, EndpointName, EndpointQuery, EndpointResponse } from '@/lib/contract';
import type { ErrorBody } from '@/lib/errors';

/** A failed call, with the whole body: a 409 carries the sides of the merge. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.error.message);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

/** Where each endpoint lives. The shapes are `lib/contract`'s; only types are taken from there, so that no schema code reaches the browser. */
const paths: Record<EndpointName, string> = {
  meta: '/meta',
  overview: '/overview',
  graph: '/graph',
  services: '/services',
  service: '/services/{namespace}/{name}',
  serviceSeries: '/services/{namespace}/{name}/series',
  serviceFlags: '/services/{namespace}/{name}/flags',
  serviceTraffic: '/services/{namespace}/{name}/traffic',
  workloadSeries: '/workloads/{namespace}/{name}/series',
  edgeSeries: '/edges/series',
  groupSeries: '/graph/series',
  marks: '/marks',
  preview: '/preview',
  explain: '/explain',
  seenRequests: '/explain/requests',
  applyChange: '/changes',
  changes: '/changes',
  undoChange: '/changes/{id}/undo',
  undoPreview: '/changes/{id}/undo',
  convergence: '/changes/{id}/convergence',
  faults: '/faults',
  stopFaults: '/faults/stop-all',
  rollouts: '/rollouts',
  startRollout: '/rollouts',
  rollout: '/rollouts/{id}',
  actOnRollout: '/rollouts/{id}/{action}',
  traces: '/traces',
  trace: '/traces/{id}',
  traceServices: '/traces/services',
  traceOperations: '/traces/operations',
  objects: '/objects',
  object: '/objects/{group}/{kind}/{namespace}/{name}',
  meshObjects: '/mesh-objects',
  objectRelations: '/objects/{group}/{kind}/{namespace}/{name}/relations',
  gateways: '/gateways',
  security: '/security',
  rights: '/rights',
  kinds: '/kinds',
};

export interface CallOptions<Name extends EndpointName> {
  params?: Record<string, string>;
  query?: EndpointQuery<Name>;
  signal?: AbortSignal;
}

function urlOf<Name extends EndpointName>(name: Name, options: CallOptions<Name>): string {
  const path = paths[name].replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(options.params?.[key] ?? ''));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries<unknown>({ ...options.query })) {
    if (typeof value === 'string' ? value !== '' : typeof value === 'number' || typeof value === 'boolean') query.set(key, String(value));
  }
  const text = query.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}

async function read<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;

    throw new ApiError(0, {
      error: { code: 'source_unavailable', message: 'The console does not answer.', hint: 'The page goes on by itself when it is back.' },
    });
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError(response.status, {
      error: { code: 'source_failed', message: `The console answered ${response.status} without JSON.` },
    });
  }
  if (!response.ok) throw new ApiError(response.status, body as ErrorBody);
  return body as T;
}

/** GETs an endpoint. Throws `ApiError`. */
export function getJson<Name extends EndpointName>(name: Name, options: CallOptions<Name> = {}): Promise<EndpointResponse<Name>> {
  return read(
    fetch(urlOf(name, options), { headers: { accept: 'application/json' }, ...(options.signal ? { signal: options.signal } : {}) }),
  );
}

/** POSTs to an endpoint. Throws `ApiError`. */
export function postJson<Name extends EndpointName>(
  name: Name,
  body: EndpointBody<Name>,
  options: CallOptions<Name> = {},
): Promise<EndpointResponse<Name>> {
  return read(
    fetch(urlOf(name, options), {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(options.signal ? { signal: options.signal } : {}),
    }),
  );
}
