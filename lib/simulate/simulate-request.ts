import type { KubernetesResource, Pod } from '@/lib/model';
import { hasSidecar, spiffeId, workloadOfPod } from '@/lib/model';
import type { CompiledProxy, MeshState, ObjectChanges, PilotOptions } from '@/lib/pilot';
import { buildMeshState, proxyNodeOfPod, updateMeshState } from '@/lib/pilot';
import type {
  CompiledFault,
  CompiledHttpManager,
  Decision,
  Explanation,
  MutableHeaders,
  PolicyConnection,
  RoutingRequest,
} from '@/lib/routing';
import {
  appliesToRequest,
  applyHeaderMutations,
  buildLocation,
  decideCors,
  explain,
  fractionPercent,
  listConditions,
  normalizePath,
  parseIp,
  plainRequest,
  resolveTimeouts,
  retryPolicyFor,
  rewriteHost,
  rewritePath,
} from '@/lib/routing';
import type { PolicyOutcome } from './apply-filters';
import { applyPolicies } from './apply-filters';
import type { Entrance } from './choose-entrance';
import { chooseEntrance } from './choose-entrance';
import { findCaller, podsAmong } from './find-caller';
import { authorityOf } from './parse-request';
import { placeWorkloads } from './place-workloads';
import { rememberCompiled } from './remember-compiled';
import { callDirectly } from './call-directly';
import type { Authorization, SimulatedDestination, SimulatedFault, SimulatedRequest, Simulation, SimulationInput } from './simulation';
import { objectOf, sourceOf } from './simulation';
import type { Caller, SimulatedMesh } from './visit-destination';
import { visitCluster } from './visit-destination';

const allowed: Authorization = { verdict: 'allow' };

/** A mesh that can be asked about any number of requests. */
export interface OpenedMesh {
  /**
   * Says what becomes of a request before anybody sends it: the caller's proxy is compiled from the objects as the control plane does it,
   * the request routed as the proxy does it, and the policies of the other side asked. `from` is `namespace/workload`.
   * @throws HeddleError `not_found` when there is no such workload, or a gateway has no such port
   */
  ask(from: string, request: SimulatedRequest): Simulation;
  /**
   * What the workloads behind a service say to a caller's request on a port of the service: mutual TLS and policies of the other side,
   * whatever the routes of the caller are. `from` is `namespace/workload`, `host` the full name of the service.
   * @throws HeddleError `not_found` when there is no such workload
   */
  permit(from: string, host: string, port: number, request: Pick<SimulatedRequest, 'method' | 'path' | 'headers'>): SimulatedDestination[];
  /** The same mesh after a change. What the change does not touch is not compiled again. */
  change(changes: ObjectChanges): OpenedMesh;
}

/** Opens a mesh of objects as a cluster has them: pods with addresses, Services with ClusterIPs, EndpointSlices. */
export function openMesh(objects: readonly KubernetesResource[], options: PilotOptions, nowMs: number): OpenedMesh {
  return meshOf(buildMeshState(objects, options), nowMs);
}

function meshOf(state: MeshState, nowMs: number): OpenedMesh {
  const objects = [...state.tables.values()].flatMap((table) => [...table.values()]);
  const pods = podsAmong(objects);
  const podsByIp = new Map(pods.flatMap((one) => (one.status?.podIP === undefined ? [] : [[one.status.podIP, one] as const])));
  const compiled = rememberCompiled(state);
  const mesh: SimulatedMesh = { state, pods, podsByIp, nowMs, compiled };
  const callers = new Map<string, Pod>();
  const podOf = (from: string): Pod => {
    const pod = callers.get(from) ?? findCaller(pods, from);
    callers.set(from, pod);
    return pod;
  };
  return {
    permit(from, host, port, request) {
      const pod = podOf(from);
      const asked: SimulatedRequest = { ...request, scheme: 'http', host, port };
      const node = proxyNodeOfPod(pod);
      if (node.type === 'sidecar' && !hasSidecar(pod)) return [...callDirectly(mesh, objects, pod, asked).destinations];
      const { namespace, serviceAccount } = workloadOfPod(pod);
      const caller: Caller = { ip: node.ip, identity: spiffeId(namespace, serviceAccount, state.mesh.trustDomain) };
      return visitCluster(mesh, compiled.proxy(pod), `outbound|${port}||${host}`, routingRequest(asked, false), caller);
    },
    ask(from, request) {
      const pod = podOf(from);
      const node = proxyNodeOfPod(pod);
      if (node.type === 'sidecar' && !hasSidecar(pod)) return callDirectly(mesh, objects, pod, request);
      const identity = workloadOfPod(pod);
      const caller: Caller = { ip: node.ip, identity: spiffeId(identity.namespace, identity.serviceAccount, state.mesh.trustDomain) };
      return throughProxy(mesh, objects, pod, compiled.proxy(pod), caller, request);
    },
    change: (changes) => meshOf(updateMeshState(state, changes), nowMs),
  };
}

/** One request, asked of manifests (CONTRACTS §4 `heddle simulate`): see `OpenedMesh.ask`. */
export function simulate(input: SimulationInput): Simulation {
  return openMesh(placeWorkloads(input.objects), input.options ?? {}, input.nowMs).ask(input.from, input.request);
}

function throughProxy(
  mesh: SimulatedMesh,
  objects: readonly KubernetesResource[],
  pod: Pod,
  proxy: CompiledProxy,
  caller: Caller,
  request: SimulatedRequest,
): Simulation {
  const node = proxyNodeOfPod(pod);
  const entrance = chooseEntrance(objects, pod, node, proxy, request, mesh.compiled);
  if (entrance.chain === null) return unanswered(entrance, proxy, 'No filter chain of the listener takes the connection');
  const tunnelled = node.type === 'sidecar' && request.scheme !== 'http';
  const asked = tunnelled ? tunnelRequest(request) : routingRequest(normalized(request, entrance), node.type === 'router');
  const { routes, chain } = entrance;
  if (routes === null || chain.http === null) return throughTcp(mesh, proxy, caller, entrance);
  const ownPolicies = applyPolicies(
    chain,
    asked,
    outsideConnection(node.ip, request),
    mesh.nowMs,
    (one) => explain(routes, one, first).decision.filters,
  );
  const routed = ownPolicies.request ?? asked;
  const explanation = explain(routes, routed, first);
  return describe(mesh, proxy, caller, { entrance, manager: chain.http, request: routed, explanation, ownPolicies, tunnelled });
}

/** Draws are not made: of several outcomes all are listed. */
const first = (): number => 0;

function routingRequest(request: SimulatedRequest, isGateway: boolean): RoutingRequest {
  return plainRequest({
    method: request.method,
    path: request.path,
    authority: authorityOf(request),
    scheme: isGateway ? request.scheme : 'http',
    headers: request.headers,
  });
}

/** The path as routes and policies see it. One that cannot be normalised stays: the proxy answers 400. */
function normalized(request: SimulatedRequest, { chain }: Entrance): SimulatedRequest {
  const config = chain?.http?.config;
  if (config?.normalize_path?.value !== true) return request;
  return { ...request, path: normalizePath(request.path, config.merge_slashes ?? false) ?? request.path };
}

/** What an application behind an HTTP proxy sends for anything but plain HTTP. */
function tunnelRequest(request: SimulatedRequest): RoutingRequest {
  return plainRequest({ method: 'CONNECT', path: '', authority: `${request.host}:${request.port}` });
}

function outsideConnection(ip: string, request: SimulatedRequest): PolicyConnection {
  const remote = parseIp(request.headers['x-forwarded-for']?.split(',').at(-1)?.trim() ?? '');
  return {
    sourceIp: null,
    directRemoteIp: null,
    remoteIp: remote,
    destinationIp: parseIp(ip),
    destinationPort: request.port,
    serverName: request.scheme === 'https' ? request.host : '',
    peerNames: null,
  };
}

function unanswered(entrance: Entrance, proxy: CompiledProxy, reason: string): Simulation {
  return {
    ...nothing,
    listener: entrance.listener,
    authorization: { verdict: 'deny', reason },
    statusReason: reason,
    notes: proxy.notes,
  };
}

const nothing = {
  listener: '',
  virtualHost: '',
  route: '',
  object: '',
  path: '',
  clusters: [],
  sources: { listener: null, host: null, clusters: [] },
  fault: null,
  timeoutMs: 0,
  retries: 0,
  retryOn: [],
  mirror: [],
  authorization: allowed,
  mtls: false,
  tried: [],
  destinations: [],
  notes: [],
} as const satisfies Simulation;

/** A gateway's chain that passes bytes on (TLS passthrough, TCP). */
function throughTcp(mesh: SimulatedMesh, proxy: CompiledProxy, caller: Caller, entrance: Entrance): Simulation {
  const tcp = entrance.chain?.tcp;
  if (tcp === null || tcp === undefined) return unanswered(entrance, proxy, 'The route configuration is missing');
  const destinations = tcp.clusters.flatMap(({ name }) => visitCluster(mesh, proxy, name, null, caller));
  return {
    ...nothing,
    listener: entrance.listener,
    object: objectOf(entrance.chain?.provenance),
    path: entrance.chain?.provenance?.path ?? '',
    clusters: tcp.clusters.map(({ name, weight }) => ({ name, weight: tcp.clusters.length === 1 ? 100 : weight })),
    sources: {
      listener: sourceOf(entrance.chain?.provenance),
      host: null,
      clusters: tcp.clusters.map(() => sourceOf(entrance.chain?.provenance)),
    },
    authorization: summarize(destinations),
    mtls: destinations.length > 0 && destinations.every((destination) => destination.mtls),
    destinations,
    notes: proxy.notes,
  };
}

interface Routed {
  readonly entrance: Entrance;
  readonly manager: CompiledHttpManager;
  readonly request: RoutingRequest;
  readonly explanation: Explanation;
  readonly ownPolicies: PolicyOutcome;
  readonly tunnelled: boolean;
}

function describe(mesh: SimulatedMesh, proxy: CompiledProxy, caller: Caller, routed: Routed): Simulation {
  const { request, explanation, ownPolicies } = routed;
  const { decision, outcomes } = explanation;
  const isRefused = ownPolicies.status !== null;
  const action = decision.route?.action ?? null;
  const retry = action === null ? null : retryPolicyFor(action.retry, request);
  const forwarded = decision.kind === 'forward' && !isRefused;
  const upstream =
    action === null
      ? null
      : { host: rewriteHost(decision, request, request.authority), path: rewritePath(action.pathRewrite, request.path) };
  const destinations = forwarded
    ? outcomes.flatMap((outcome) =>
        visitCluster(mesh, proxy, outcome.cluster, routed.tunnelled ? null : forwardedRequest(request, outcome, upstream), caller),
      )
    : [];
  const fault = describeFault(routed);
  const answer = isRefused
    ? { status: ownPolicies.status, reason: ownPolicies.reason }
    : (answerOf(decision, request) ?? faultAnswer(fault) ?? corsAnswer(decision, request) ?? destinationAnswer(destinations));
  const source = decision.route?.provenance ?? decision.virtualHost?.provenance ?? null;
  return {
    listener: routed.entrance.listener,
    virtualHost: explanation.host?.name ?? '',
    route: decision.route?.name ?? '',
    object: objectOf(source),
    path: source?.path ?? '',
    clusters:
      decision.kind === 'forward' ? outcomes.map((one) => ({ name: one.cluster, weight: outcomes.length === 1 ? 100 : one.weight })) : [],
    sources: {
      listener: sourceOf(routed.entrance.chain?.provenance),
      host: sourceOf(decision.virtualHost?.provenance),
      clusters: decision.kind === 'forward' ? outcomes.map((one) => sourceOf(one.provenance)) : [],
    },
    fault,
    timeoutMs: action === null ? 0 : resolveTimeouts(action, retry, request).globalMs,
    retries: retry === null || retry.conditions === 0 ? 0 : retry.attempts,
    retryOn: retry === null ? [] : listConditions(retry),
    mirror: (action?.mirrors ?? []).map((mirror) => ({ name: mirror.cluster, percent: fractionPercent(mirror.fraction) })),
    authorization: isRefused ? ownPolicies.authorization : summarize(destinations),
    mtls: destinations.length > 0 && destinations.every((destination) => destination.mtls),
    ...(answer === null || answer.status === null ? {} : { status: answer.status, statusReason: answer.reason }),
    ...(decision.redirect === null ? {} : { location: buildLocation(decision.redirect, request) }),
    ...(upstream === null || (upstream.host === request.authority && upstream.path === request.path) ? {} : { upstream }),
    tried: explanation.tried.map(({ provenance, route, failed }) => ({
      object: objectOf(provenance) || route,
      path: provenance?.path ?? '',
      ...(provenance?.match === undefined ? {} : { match: provenance.match }),
      failed,
    })),
    destinations,
    notes: proxy.notes,
  };
}

/** The request as the other side gets it: rewritten, and with the headers that the route sets, adds and removes. */
function forwardedRequest(request: RoutingRequest, outcome: Decision, upstream: { host: string; path: string } | null): RoutingRequest {
  const changed = new Map<string, string | undefined>();
  const header = (name: string): string | undefined => (changed.has(name) ? changed.get(name) : request.header(name));
  const headers: MutableHeaders = {
    has: (name) => header(name) !== undefined,
    remove: (name) => void changed.set(name, undefined),
    append: (name, value) => void changed.set(name, header(name) === undefined ? value : `${header(name)},${value}`),
    set: (name, value) => void changed.set(name, value),
  };
  applyHeaderMutations(outcome.requestMutations, headers, () => undefined);
  return {
    method: request.method,
    path: upstream?.path ?? request.path,
    authority: upstream?.host ?? request.authority,
    scheme: 'http',
    header,
  };
}

interface Answer {
  readonly status: number | null;
  readonly reason: string;
}

function answerOf(decision: Decision, request: RoutingRequest): Answer | null {
  switch (decision.kind) {
    case 'redirect':
      return {
        status: decision.redirect?.status ?? 301,
        reason: decision.redirect === null ? '' : `redirect to ${buildLocation(decision.redirect, request)}`,
      };
    case 'direct_response':
      return { status: decision.directResponse?.status ?? 200, reason: 'direct response' };
    case 'no_host':
      return { status: 404, reason: `no virtual host for ${request.authority}` };
    case 'no_route':
      return { status: 404, reason: 'no route fits' };
    case 'forward':
    case 'non_forwarding':
      return null;
  }
}

function describeFault({ explanation, manager, request }: Routed): SimulatedFault | null {
  const { decision } = explanation;
  const own = decision.filters.fault;
  const general = manager.filters.find((filter) => filter.kind === 'fault')?.fault;
  const fault: CompiledFault | null = own === 'disabled' ? null : (own ?? general ?? null);
  const circumstances = { cluster: decision.cluster, nodeId: '', activeFaults: 0 };
  if (fault === null || decision.kind !== 'forward' || !appliesToRequest(fault, request, circumstances)) return null;
  const delayPercent = fault.delay === null ? 0 : fractionPercent(fault.delay.fraction);
  const abortPercent = fault.abort === null ? 0 : fractionPercent(fault.abort.fraction);
  const delay = delayPercent > 0 && fault.delay?.ms != null ? { delay: { ms: fault.delay.ms, percent: delayPercent } } : {};
  const { httpStatus, grpcStatus } = fault.abort ?? { httpStatus: null, grpcStatus: null };
  const abort =
    abortPercent === 0
      ? {}
      : httpStatus !== null
        ? { abort: { status: httpStatus, percent: abortPercent } }
        : grpcStatus !== null
          ? { abort: { grpcStatus, percent: abortPercent } }
          : {};
  const found = { ...delay, ...abort };
  return Object.keys(found).length === 0 ? null : found;
}

function faultAnswer(fault: SimulatedFault | null): Answer | null {
  if (fault?.abort?.percent !== 100) return null;
  return { status: fault.abort.status ?? 200, reason: 'fault: abort' };
}

function corsAnswer(decision: Decision, request: RoutingRequest): Answer | null {
  const { cors } = decision.filters;
  if (cors === null || cors === 'disabled') return null;
  return decideCors(cors, request, first).kind === 'reply' ? { status: 200, reason: 'CORS preflight' } : null;
}

/** Certain only when every destination ends alike. */
function destinationAnswer(destinations: readonly SimulatedDestination[]): Answer | null {
  const statuses = new Set(destinations.map((destination) => destination.status));
  const [status] = statuses;
  if (statuses.size !== 1 || status === undefined) return null;
  const why = destinations[0]?.authorization.reason;
  return { status, reason: why ?? (status === 503 ? 'no endpoint can be reached' : '') };
}

/** One verdict for all destinations. */
function summarize(destinations: readonly SimulatedDestination[]): Authorization {
  const [only] = destinations;
  if (only === undefined) return allowed;
  const isAlike = destinations.every((one) => one.authorization.verdict === only.authorization.verdict);
  return isAlike ? only.authorization : { verdict: 'mixed', reason: 'destinations differ' };
}
