import { endpoints } from '@/lib/contract';
import type { EndpointName } from '@/lib/contract';
import {
  actOnRollout,
  answerRequest,
  applyChange,
  checkConvergence,
  checkRights,
  edgeSeries,
  explainFlags,
  groupSeries,
  listMarks,
  explainRequest,
  listChanges,
  listFaults,
  listKinds,
  listMeshObjects,
  listObjects,
  listSeenRequests,
  listRollouts,
  listServices,
  previewChange,
  previewUndo,
  searchTraces,
  serviceSeries,
  showGateways,
  showMeta,
  showObject,
  showOverview,
  showRollout,
  showRelations,
  showSecurity,
  showService,
  showTrace,
  showTraffic,
  startRollout,
  stopFaults,
  traceOperations,
  traceServices,
  undoChange,
  workloadSeries,
} from '..';
import type { RouteHandler } from '..';

const target = (params: Record<string, string>) => ({ namespace: params['namespace'] ?? '', name: params['name'] ?? '' });

/** Every endpoint of the contract; the compiler asks for one that is new. */
const handlers: Record<EndpointName, RouteHandler> = {
  meta: answerRequest('meta', ({ console }) => showMeta(console)),
  overview: answerRequest('overview', ({ console, query }) => showOverview(console, query)),
  graph: answerRequest('graph', ({ console, query }) => console.graphs.graph(query)),
  services: answerRequest('services', ({ console, query }) => listServices(console, query)),
  service: answerRequest('service', ({ console, params, query }) => showService(console, target(params), query.duration)),
  serviceSeries: answerRequest('serviceSeries', ({ console, params, query }) => serviceSeries(console, target(params), query)),
  serviceTraffic: answerRequest('serviceTraffic', ({ console, params, query }) => showTraffic(console, target(params), query.caller)),
  workloadSeries: answerRequest('workloadSeries', ({ console, params, query }) => workloadSeries(console, target(params), query)),
  edgeSeries: answerRequest('edgeSeries', ({ console, query }) => edgeSeries(console, query, query)),
  groupSeries: answerRequest('groupSeries', ({ console, query }) => groupSeries(console, query, query)),
  serviceFlags: answerRequest('serviceFlags', ({ console, params, query }) => explainFlags(console, target(params), query.flags)),
  marks: answerRequest('marks', ({ console, query }) => listMarks(console, query)),
  preview: answerRequest('preview', ({ console, body }) => previewChange(console, body)),
  explain: answerRequest('explain', ({ console, body }) => explainRequest(console, body)),
  seenRequests: answerRequest('seenRequests', ({ console, query }) => listSeenRequests(console, query.from)),
  applyChange: answerRequest('applyChange', ({ console, body }) => applyChange(console, body), 201),
  changes: answerRequest('changes', ({ console, query }) => listChanges(console, query.limit)),
  undoChange: answerRequest('undoChange', ({ console, params, body }) => undoChange(console, params['id'] ?? '', body.reason), 201),
  undoPreview: answerRequest('undoPreview', ({ console, params }) => previewUndo(console, params['id'] ?? '')),
  convergence: answerRequest('convergence', ({ console, params }) => checkConvergence(console, params['id'] ?? '')),
  faults: answerRequest('faults', ({ console }) => listFaults(console)),
  stopFaults: answerRequest('stopFaults', ({ console, body }) => stopFaults(console, body.ids)),
  rollouts: answerRequest('rollouts', ({ console, query }) => listRollouts(console, query.limit)),
  startRollout: answerRequest('startRollout', ({ console, body }) => startRollout(console, body), 201),
  rollout: answerRequest('rollout', ({ console, params }) => showRollout(console, params['id'] ?? '')),
  actOnRollout: answerRequest('actOnRollout', ({ console, params }) => actOnRollout(console, params['id'] ?? '', params['action'] ?? '')),
  traces: answerRequest('traces', ({ console, query }) => searchTraces(console, query)),
  trace: answerRequest('trace', ({ console, params }) => showTrace(console, params['id'] ?? '')),
  traceServices: answerRequest('traceServices', ({ console }) => traceServices(console)),
  traceOperations: answerRequest('traceOperations', ({ console, query }) => traceOperations(console, query.service)),
  objects: answerRequest('objects', ({ console, query }) => listObjects(console, query)),
  object: answerRequest('object', ({ console, params }) =>
    showObject(console, { group: params['group'] ?? '', kind: params['kind'] ?? '', ...target(params) }),
  ),
  meshObjects: answerRequest('meshObjects', ({ console }) => listMeshObjects(console)),
  objectRelations: answerRequest('objectRelations', ({ console, params }) =>
    showRelations(console, { group: params['group'] ?? '', kind: params['kind'] ?? '', ...target(params) }),
  ),
  gateways: answerRequest('gateways', ({ console, query }) => showGateways(console, query)),
  security: answerRequest('security', ({ console, query }) => showSecurity(console, query)),
  rights: answerRequest('rights', ({ console, query }) => checkRights(console, query)),
  kinds: answerRequest('kinds', ({ console }) => listKinds(console)),
};

export interface Call {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls a handler as Next does. */
// The caller says what it expects, as a page does.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export async function call<Body = unknown>(
  name: EndpointName,
  { params = {}, query = '', body, headers = {} }: Call = {},
): Promise<{ status: number; body: Body; text: string }> {
  const url = `http://127.0.0.1:20001/api/v1${endpoints[name].path}?${query}`;
  const post = endpoints[name].method === 'POST';
  const request = new Request(url, {
    method: endpoints[name].method,
    headers: { host: '127.0.0.1:20001', ...(post ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(post ? { body: JSON.stringify(body ?? {}) } : {}),
  });
  const response = await handlers[name](request, { params: Promise.resolve(params) });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Body, text };
}

export const reviews = { namespace: 'default', name: 'reviews' };
export const route = (weights: Record<string, number>) =>
  Object.entries(weights).map(([subset, weight]) => ({ destination: { host: 'reviews', subset }, weight }));
export const virtualService = (http: unknown[], metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'reviews', namespace: 'default', ...metadata },
  spec: { hosts: ['reviews'], http },
});
export const row = (version: string, value: number, more: Record<string, string> = {}) => ({
  metric: {
    reporter: 'source',
    request_protocol: 'http',
    response_code: '200',
    source_cluster: 'Kubernetes',
    source_workload: 'productpage-v1',
    source_workload_namespace: 'default',
    source_canonical_service: 'productpage',
    source_canonical_revision: 'v1',
    destination_cluster: 'Kubernetes',
    destination_workload: `reviews-${version}`,
    destination_workload_namespace: 'default',
    destination_canonical_service: 'reviews',
    destination_canonical_revision: version,
    destination_service: 'reviews.default.svc.cluster.local',
    destination_service_name: 'reviews',
    destination_service_namespace: 'default',
    ...more,
  },
  value,
});
