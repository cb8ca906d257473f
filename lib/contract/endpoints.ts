import { z } from 'zod';
import {
  changeRequest,
  changeResponse,
  changesQuery,
  changesResponse,
  convergenceResponse,
  undoPreviewResponse,
  undoRequest,
} from './changes';
import { explainRequest, explainResponse, seenRequestsQuery, seenRequestsResponse } from './explain';
import { faultsResponse, stopFaultsRequest, stopFaultsResponse } from './faults';
import { flagsQuery, flagsResponse, graphQuery, graphResponse } from './graph';
import { meshObjectsResponse } from './mesh-objects';
import { gatewaysQuery, gatewaysResponse } from './gateways';
import { metaResponse } from './meta';
import { kindsResponse, objectResponse, objectsQuery, objectsResponse, relationsResponse, rightsQuery, rightsResponse } from './objects';
import { overviewQuery, overviewResponse } from './overview';
import { previewRequest, previewResponse } from './preview';
import { edgeSeriesQuery, groupSeriesQuery, marksQuery, marksResponse, seriesQuery, seriesResponse } from './series';
import { rolloutResponse, rolloutsQuery, rolloutsResponse, startRolloutRequest } from './rollouts';
import { securityQuery, securityResponse } from './security';
import { serviceQuery, serviceResponse, servicesQuery, servicesResponse } from './services';
import { operationsQuery, traceNamesResponse, traceResponse, tracesQuery, tracesResponse } from './traces';
import { trafficQuery, trafficResponse } from './traffic';

const none = z.object({});

/** Every JSON endpoint below `/api/v1`. `{name}` in a path is a segment, encoded with `encodeURIComponent`. `/events` is a stream and not in here. */
export const endpoints = {
  meta: { method: 'GET', path: '/meta', query: none, body: none, response: metaResponse },
  overview: { method: 'GET', path: '/overview', query: overviewQuery, body: none, response: overviewResponse },
  graph: { method: 'GET', path: '/graph', query: graphQuery, body: none, response: graphResponse },
  services: { method: 'GET', path: '/services', query: servicesQuery, body: none, response: servicesResponse },
  service: { method: 'GET', path: '/services/{namespace}/{name}', query: serviceQuery, body: none, response: serviceResponse },
  serviceSeries: { method: 'GET', path: '/services/{namespace}/{name}/series', query: seriesQuery, body: none, response: seriesResponse },
  serviceFlags: { method: 'GET', path: '/services/{namespace}/{name}/flags', query: flagsQuery, body: none, response: flagsResponse },
  serviceTraffic: {
    method: 'GET',
    path: '/services/{namespace}/{name}/traffic',
    query: trafficQuery,
    body: none,
    response: trafficResponse,
  },
  workloadSeries: { method: 'GET', path: '/workloads/{namespace}/{name}/series', query: seriesQuery, body: none, response: seriesResponse },
  groupSeries: { method: 'GET', path: '/graph/series', query: groupSeriesQuery, body: none, response: seriesResponse },
  edgeSeries: { method: 'GET', path: '/edges/series', query: edgeSeriesQuery, body: none, response: seriesResponse },
  marks: { method: 'GET', path: '/marks', query: marksQuery, body: none, response: marksResponse },
  preview: { method: 'POST', path: '/preview', query: none, body: previewRequest, response: previewResponse },
  explain: { method: 'POST', path: '/explain', query: none, body: explainRequest, response: explainResponse },
  seenRequests: { method: 'GET', path: '/explain/requests', query: seenRequestsQuery, body: none, response: seenRequestsResponse },
  applyChange: { method: 'POST', path: '/changes', query: none, body: changeRequest, response: changeResponse },
  changes: { method: 'GET', path: '/changes', query: changesQuery, body: none, response: changesResponse },
  undoChange: { method: 'POST', path: '/changes/{id}/undo', query: none, body: undoRequest, response: changeResponse },
  undoPreview: { method: 'GET', path: '/changes/{id}/undo', query: none, body: none, response: undoPreviewResponse },
  convergence: { method: 'GET', path: '/changes/{id}/convergence', query: none, body: none, response: convergenceResponse },
  faults: { method: 'GET', path: '/faults', query: none, body: none, response: faultsResponse },
  stopFaults: { method: 'POST', path: '/faults/stop-all', query: none, body: stopFaultsRequest, response: stopFaultsResponse },
  rollouts: { method: 'GET', path: '/rollouts', query: rolloutsQuery, body: none, response: rolloutsResponse },
  startRollout: { method: 'POST', path: '/rollouts', query: none, body: startRolloutRequest, response: rolloutResponse },
  rollout: { method: 'GET', path: '/rollouts/{id}', query: none, body: none, response: rolloutResponse },
  actOnRollout: { method: 'POST', path: '/rollouts/{id}/{action}', query: none, body: none, response: rolloutResponse },
  traces: { method: 'GET', path: '/traces', query: tracesQuery, body: none, response: tracesResponse },
  trace: { method: 'GET', path: '/traces/{id}', query: none, body: none, response: traceResponse },
  traceServices: { method: 'GET', path: '/traces/services', query: none, body: none, response: traceNamesResponse },
  traceOperations: { method: 'GET', path: '/traces/operations', query: operationsQuery, body: none, response: traceNamesResponse },
  objects: { method: 'GET', path: '/objects', query: objectsQuery, body: none, response: objectsResponse },
  object: { method: 'GET', path: '/objects/{group}/{kind}/{namespace}/{name}', query: none, body: none, response: objectResponse },
  meshObjects: { method: 'GET', path: '/mesh-objects', query: none, body: none, response: meshObjectsResponse },
  objectRelations: {
    method: 'GET',
    path: '/objects/{group}/{kind}/{namespace}/{name}/relations',
    query: none,
    body: none,
    response: relationsResponse,
  },
  gateways: { method: 'GET', path: '/gateways', query: gatewaysQuery, body: none, response: gatewaysResponse },
  security: { method: 'GET', path: '/security', query: securityQuery, body: none, response: securityResponse },
  rights: { method: 'GET', path: '/rights', query: rightsQuery, body: none, response: rightsResponse },
  kinds: { method: 'GET', path: '/kinds', query: none, body: none, response: kindsResponse },
} as const;

export type EndpointName = keyof typeof endpoints;
export type EndpointQuery<Name extends EndpointName> = z.input<(typeof endpoints)[Name]['query']>;
export type EndpointBody<Name extends EndpointName> = z.input<(typeof endpoints)[Name]['body']>;
export type EndpointResponse<Name extends EndpointName> = z.output<(typeof endpoints)[Name]['response']>;
