import type { Pod } from '@/lib/model';
import type { CompiledHttpManager, Decision, RouteTable, RoutingRequest } from '@/lib/routing';
import {
  chooseUpstreamSocket,
  compileCluster,
  compileListener,
  compileRouteConfiguration,
  decideCors,
  explain,
  isGrpc,
  normalizePath,
  plainRequest,
  resolveTimeouts,
  retryPolicyFor,
  rewriteHost,
  rewritePath,
} from '@/lib/routing';
import type { OpenedMesh, SimulatedDestination, Simulation } from '@/lib/simulate';
import { openMesh } from '@/lib/simulate';
import type { CaseRequest, PodName } from '../generate';
import type { CompiledWorld } from '../mesh/merge-proxies';
import { authorityOf, directPod, withToken } from '../wire';
import { foretellConnection } from './foretell-connection';
import { foretellHeaders } from './foretell-headers';
import { foretellTries } from './foretell-tries';
import type { Outcome, Prediction } from './prediction';

const first = (): number => 0;

/** Answers of proxies to gRPC callers are 200 with the truth in `grpc-status`. */
function localStatus(request: RoutingRequest, status: number): number {
  return isGrpc(request) && status !== 0 ? 200 : status;
}

const appHeaders = { 'x-reply': 'app', 'x-internal': 'secret' };

/** What becomes of a request, said by the pure code alone. */
export function foretellRequest(compiled: CompiledWorld, request: CaseRequest, token: string | null): Prediction {
  if (request.protocol !== 'http') return foretellConnection(compiled, request);
  const { world } = compiled;
  const { path, headers } = withToken(request, token);
  const namespace = world.pods.get(request.from)?.metadata.namespace ?? '';
  const simulation = meshOf(compiled).ask(`${namespace}/${request.from}`, {
    method: request.method,
    scheme: 'http',
    host: request.host,
    port: request.port,
    path,
    headers,
  });
  const routing = plainRequest({
    method: request.method,
    path: normalizePath(path, false) ?? path,
    authority: authorityOf(request),
    headers,
  });
  if (request.from === 'legacy') return foretellDirect(simulation, request, routing);
  const entrance = findRoutes(compiled, request);
  if (entrance === null) {
    return {
      outcomes: [{ status: localStatus(routing, simulation.status ?? 0), cluster: '', pods: [] }],
      delayMs: 0,
      mirrors: [],
      refusedBy: [],
      explanation: null,
      branches: ['no entrance'],
    };
  }
  const explanation = explain(entrance.table, routing, first);
  const { decision, outcomes } = explanation;
  const clusters = new Set(compiled.proxies.get(request.from)?.compiled.clusters.map(({ name }) => name));
  const possible = outcomes.filter(({ weight }) => outcomes.length === 1 || weight > 0);
  const delayMs = simulation.fault?.delay?.percent === 100 && decision.kind === 'forward' ? simulation.fault.delay.ms : 0;
  const aborted = simulation.fault?.abort?.percent === 100;
  const answeredByProxy = decision.kind !== 'forward' || aborted || isPreflight(decision, routing);
  return {
    outcomes: possible.flatMap((outcome) =>
      outcomesOf({ compiled, simulation, request, routing, decision: outcome, clusters, answeredByProxy, aborted }),
    ),
    delayMs,
    mirrors: answeredByProxy ? [] : mirrorsOf(simulation),
    refusedBy: simulation.authorization.verdict === 'deny' ? refusers([simulation, ...simulation.destinations]) : [],
    explanation,
    branches: branchesOf(simulation, decision),
  };
}

/** Where nothing allows, no policy is named: Envoy's log says `none`. */
function refusers(places: readonly Pick<Simulation, 'authorization'>[]): string[] {
  const refusing = places.filter(({ authorization }) => authorization.verdict === 'deny');
  return [...new Set(refusing.map(({ authorization }) => authorization.object ?? 'none/none'))];
}

const meshes = new WeakMap<CompiledWorld, OpenedMesh>();

function meshOf(compiled: CompiledWorld): OpenedMesh {
  const mesh = meshes.get(compiled) ?? openMesh(compiled.world.objects, {}, Date.now());
  meshes.set(compiled, mesh);
  return mesh;
}

function isPreflight(decision: Decision, request: RoutingRequest): boolean {
  const { cors } = decision.filters;
  return cors !== null && cors !== 'disabled' && decideCors(cors, request, first).kind === 'reply';
}

function mirrorsOf(simulation: Simulation): readonly string[] {
  return simulation.mirror.filter(({ percent }) => percent === 100).map(({ name }) => name);
}

function branchesOf(simulation: Simulation, decision: Decision): string[] {
  const { verdict } = simulation.authorization;
  return [
    `route: ${decision.kind}`,
    `policies: ${verdict}`,
    ...(simulation.fault?.abort === undefined ? [] : [`fault: abort ${simulation.fault.abort.percent} %`]),
    ...(simulation.fault?.delay === undefined ? [] : [`fault: delay ${simulation.fault.delay.percent} %`]),
    ...simulation.mirror.map(({ percent }) => `mirror: ${percent} %`),
    ...(simulation.statusReason === 'CORS preflight' ? ['cors: preflight'] : []),
    ...(simulation.statusReason?.startsWith('Jwt') === true ? [`token: ${simulation.statusReason}`] : []),
    `mutual TLS: ${simulation.mtls}`,
  ];
}

interface Foreseen {
  readonly compiled: CompiledWorld;
  readonly simulation: Simulation;
  readonly request: CaseRequest;
  readonly routing: RoutingRequest;
  readonly decision: Decision;
  /** Names of the clusters the caller knows. */
  readonly clusters: ReadonlySet<string>;
  readonly answeredByProxy: boolean;
  readonly aborted: boolean;
}

function outcomesOf(foreseen: Foreseen): Outcome[] {
  const { simulation, routing, decision, answeredByProxy, aborted } = foreseen;
  const cors = aborted ? {} : foreseenCors(decision, routing);
  if (answeredByProxy || (simulation.status !== undefined && simulation.destinations.length === 0)) {
    const refused = simulation.authorization.verdict === 'deny';
    const own = refused ? {} : decision.kind !== 'forward' && !aborted ? foretellHeaders(decision.responseMutations, {}) : cors;
    const location = refused || simulation.location === undefined ? {} : { location: [simulation.location] };
    return [
      {
        status: localStatus(routing, simulation.status ?? 0),
        cluster: foreseen.clusters.has(decision.cluster) ? decision.cluster : '',
        pods: [],
        responseHeaders: { ...own, ...location },
        ...(!refused && typeof decision.directResponse?.body === 'string' && foreseen.request.method !== 'HEAD' && !isGrpc(routing)
          ? { body: decision.directResponse.body }
          : {}),
      },
    ];
  }
  const destinations = simulation.destinations.filter(({ cluster }) => cluster === decision.cluster);
  const ends = destinations.map((destination) => endAt(foreseen, destination, cors));
  // Where retries may go from one pod to another that answers differently, any mixture is possible.
  const differ = new Set(ends.map(({ status }) => status)).size > 1;
  const pods = ends.flatMap((end) => end.pods);
  return ends.map(({ attempts, ...end }) => ({ ...end, ...(differ || attempts === undefined ? {} : { attempts }), pods }));
}

function foreseenCors(decision: Decision, request: RoutingRequest): Record<string, readonly string[] | null> {
  const { cors } = decision.filters;
  const names = [
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'access-control-expose-headers',
    'access-control-max-age',
  ];
  const absent = Object.fromEntries(names.map((name) => [name, null]));
  if (cors === null || cors === 'disabled') return absent;
  const present = decideCors(cors, request, first).responseHeaders.map(([name, value]) => [
    name,
    value.split(',').map((one) => one.trim()),
  ]);
  return { ...absent, ...Object.fromEntries(present) };
}

/** The status when a cluster speaks to the outside server what it does not understand there: it takes plaintext on 8000, TLS on 8443. */
function outsideFailure({ compiled, request }: Foreseen, { cluster }: SimulatedDestination): number | null {
  const resource = compiled.proxies.get(request.from)?.compiled.clusters.find(({ name }) => name === cluster)?.resource;
  if (resource === undefined) return 503;
  const { tls } = chooseUpstreamSocket(compileCluster(resource), null).socket;
  if (!cluster.startsWith('outbound|8443|')) return tls === null ? null : 503;
  if (tls === null) return 503;
  const names = tls.common_tls_context?.validation_context?.match_typed_subject_alt_names ?? [];
  return names.every(({ matcher }) => matcher.exact !== 'wrong.example.com') ? null : 503;
}

/** How it ends at the pods of one workload. */
function endAt(foreseen: Foreseen, destination: SimulatedDestination, cors: Outcome['responseHeaders']): Outcome {
  const { simulation, request, routing, decision, clusters } = foreseen;
  const pod = destination.workload.split('/').at(-1) ?? '';
  const name = (destination.workload === 'client/ratings' ? 'own-ratings' : /^[\d.]+$/.test(pod) ? 'ext' : pod) as PodName;
  const base = {
    cluster: clusters.has(decision.cluster) ? decision.cluster : '',
    pods: destination.workload === '' || destination.endpoints === 0 ? [] : [name],
  };
  const failure = name === 'ext' ? outsideFailure(foreseen, destination) : null;
  if (failure !== null) return { ...base, pods: [], status: localStatus(routing, failure) };
  if (destination.status !== undefined) return { ...base, pods: [], status: localStatus(routing, destination.status) };
  const action = decision.route?.action ?? null;
  if (action === null) return { ...base, status: 0 };
  const retry = retryPolicyFor(action.retry, routing);
  const tries = foretellTries(request, retry, resolveTimeouts(action, retry, routing));
  // A proxy that gives up answers itself.
  const gaveUp = tries.status === 504 && request.hangs === true;
  return {
    ...base,
    ...tries,
    status: gaveUp ? localStatus(routing, tries.status) : tries.status,
    // Whether a token in the query goes on is the other side's business.
    ...(request.token?.place === 'query' ? {} : { path: rewritePath(action.pathRewrite, routing.path) }),
    host: rewriteHost(decision, routing, routing.authority),
    requestHeaders: foretellHeaders(decision.requestMutations, request.headers),
    ...(gaveUp ? {} : { responseHeaders: { ...cors, ...foretellHeaders(decision.responseMutations, appHeaders) } }),
    ...(name === 'ext' ? {} : { mtls: simulation.destinations.length === 1 ? simulation.mtls : destination.mtls }),
  };
}

/** A caller without a sidecar is bound by the servers' policies alone. */
function foretellDirect(simulation: Simulation, request: CaseRequest, routing: RoutingRequest): Prediction {
  const tries = foretellTries(request, null, { globalMs: 0, perTryMs: 0 });
  // A plaintext caller of a port that wants TLS sees its connection closed; 503 is what a proxy would make of it.
  const pod = directPod(request);
  const destination = simulation.destinations.find(({ workload }) => workload.endsWith(`/${pod}`));
  const status =
    destination?.status === 503 ? 0 : destination?.status === undefined ? tries.status : localStatus(routing, destination.status);
  const reached = destination?.status === undefined;
  return {
    outcomes: [{ status, cluster: '', pods: reached ? [pod] : [], ...(reached ? { mtls: false, attempts: 1 } : {}) }],
    delayMs: 0,
    mirrors: [],
    refusedBy: destination?.authorization.verdict === 'deny' ? refusers([destination]) : [],
    explanation: null,
    branches: [`direct: ${destination?.authorization.verdict ?? ''}`],
  };
}

interface Entrance {
  readonly manager: CompiledHttpManager;
  readonly table: RouteTable;
}

const entrances = new WeakMap<CompiledWorld, Map<PodName, Entrance | null>>();

function findRoutes(compiled: CompiledWorld, request: CaseRequest): Entrance | null {
  const known = entrances.get(compiled) ?? new Map<PodName, Entrance | null>();
  entrances.set(compiled, known);
  let entrance = known.get(request.from);
  if (entrance === undefined) {
    entrance = compileEntrance(compiled, request.from);
    known.set(request.from, entrance);
  }
  return entrance;
}

function compileEntrance(compiled: CompiledWorld, from: PodName): Entrance | null {
  const pod: Pod | undefined = compiled.world.pods.get(from);
  const proxy = compiled.proxies.get(from)?.compiled;
  if (pod === undefined || proxy === undefined) return null;
  const port = from === 'gateway' ? 8080 : 15_001;
  const listener = proxy.listeners.find(({ resource }) => resource.address?.socket_address?.port_value === port)?.resource;
  const manager = listener === undefined ? null : (compileListener(listener).chains[0]?.http ?? null);
  const routes = proxy.routes.find(({ name }) => name === manager?.routeName)?.resource;
  return manager === null || routes === undefined ? null : { manager, table: compileRouteConfiguration(routes) };
}
