import { hostCovers, serviceHost } from '@/lib/model';
import { GATEWAY_CONTROLLER, allowsNamespace, deployedGateways, listenerModels } from './gateway-api-gateways';
import { resolveBackend } from './gateway-api-backends';
import { compareRanked, translateRules } from './gateway-api-rules';
import { serviceIndex } from './index-services';
import { compareAge, table } from './mesh-state';
import { sourceOf } from './provenance';
import type { GRPCRoute, HTTPRoute, TCPRoute, TLSRoute } from '@/lib/kinds';
import type { RegistryService } from '@/lib/model';
import type { ReferenceProblem } from './gateway-api-backends';
import type { ListenerModel } from './gateway-api-gateways';
import type { RankedRule } from './gateway-api-rules';
import type { GatewayModel } from './index-gateways';
import type { MeshState } from './mesh-state';
import type { TcpRule, TlsRule, VirtualServiceModel } from './route-model';

const apiGroup = 'gateway.networking.k8s.io';
export type AnyRoute = HTTPRoute | GRPCRoute | TCPRoute | TLSRoute;
type ParentRef = NonNullable<HTTPRoute['spec']['parentRefs']>[number];

/** What became of one parentRef of a route. */
export interface ParentResult {
  route: AnyRoute;
  parent: ParentRef;
  accepted: boolean;
  reason: string;
  message: string;
  problems: readonly ReferenceProblem[];
  refused: string | undefined;
}

/** All of the Gateway API in the compiler's own form, with what the statuses need. */
export interface GatewayApiRoutes {
  models: readonly VirtualServiceModel[];
  gateways: readonly GatewayModel[];
  listeners: readonly ListenerModel[];
  parents: readonly ParentResult[];
  /** Listener key → routes attached. */
  attached: ReadonlyMap<string, number>;
  /** `gateway namespace|kubernetes-gateway://…` of Secrets that a Gateway may use. */
  grantedSecrets: ReadonlySet<string>;
}

const kinds = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'] as const;

/** Every route, oldest first. */
export function allRoutes(state: MeshState): AnyRoute[] {
  return kinds.flatMap((kind) => [...table<AnyRoute>(state, `${apiGroup}/${kind}`).values()]).sort(compareAge);
}

/** Gateways and routes of the Gateway API as gateways and VirtualServices. */
export function gatewayApiRoutes(state: MeshState): GatewayApiRoutes {
  return state.cache.once(state, 'gateway-api', () => findRoutes(state));
}

function findRoutes(state: MeshState): GatewayApiRoutes {
  const inputs = [...kinds, 'Gateway', 'GatewayClass', 'ReferenceGrant'].map((kind) => table(state, `${apiGroup}/${kind}`));
  if (inputs.every((objects) => objects.size === 0)) return nothing;
  return state.cache.memo(
    'gateway-api',
    [...inputs, serviceIndex(state), table(state, '/Namespace'), table(state, '/Secret'), deployedGateways(state)],
    () => build(state),
  );
}

const nothing: GatewayApiRoutes = { models: [], gateways: [], listeners: [], parents: [], attached: new Map(), grantedSecrets: new Set() };

/** Rules of several routes that share a host, gathered before they are put in order. */
interface Gathered {
  hosts: readonly string[];
  gateway: string;
  namespace: string;
  exportTo: string;
  first: AnyRoute;
  http: RankedRule[];
  tcp: TcpRule[];
  tls: TlsRule[];
}

function build(state: MeshState): GatewayApiRoutes {
  const listeners = listenerModels(state);
  const gathered = new Map<string, Gathered>();
  const attached = new Map<string, Set<AnyRoute>>();
  const parents: ParentResult[] = [];
  for (const route of allRoutes(state)) {
    const translated = isHttpRoute(route) ? translateRules(state, route) : undefined;
    const streams = translated === undefined ? streamRules(state, route as TCPRoute | TLSRoute) : undefined;
    const problems = translated?.problems ?? streams?.problems ?? [];
    for (const parent of route.spec.parentRefs ?? []) {
      const result = attach(state, route, parent, listeners, (target) => {
        const key = `${target.gateway}|${target.namespace}|${target.exportTo}|${target.hosts.join()}`;
        const entry = gathered.get(key) ?? { ...target, first: route, http: [], tcp: [], tls: [] };
        gathered.set(key, entry);
        const port = target.port;
        for (const ranked of translated?.rules ?? []) entry.http.push(port === undefined ? ranked : onPort(ranked, port));
        for (const rule of streams?.tcp ?? [])
          entry.tcp.push(port === undefined ? rule : { ...rule, spec: { ...rule.spec, match: [{ port }] } });
        entry.tls.push(...(streams?.tls ?? []));
        if (target.listener !== undefined) attached.set(target.listener, (attached.get(target.listener) ?? new Set()).add(route));
      });
      parents.push({ route, parent, ...result, problems, refused: translated?.refused });
    }
  }
  return {
    models: [...gathered.values()].map(modelOf),
    gateways: listeners.map((listener) => listener.model),
    listeners,
    parents,
    attached: new Map([...attached].map(([listener, found]) => [listener, found.size])),
    grantedSecrets: new Set(
      listeners.flatMap((listener) =>
        listener.grantedSecrets.map((name) => `${listener.model.proxyNamespace ?? listener.model.namespace}|${name}`),
      ),
    ),
  };
}

function isHttpRoute(route: AnyRoute): route is HTTPRoute | GRPCRoute {
  return route.kind === 'HTTPRoute' || route.kind === 'GRPCRoute';
}

function onPort(ranked: RankedRule, port: number): RankedRule {
  const { rule } = ranked;
  return { ...ranked, rule: { ...rule, spec: { ...rule.spec, match: (rule.spec.match ?? []).map((match) => ({ ...match, port })) } } };
}

function modelOf(entry: Gathered): VirtualServiceModel {
  const source = sourceOf(entry.first);
  return {
    source,
    name: entry.first.metadata.name,
    namespace: entry.namespace,
    creationTimestamp: entry.first.metadata.creationTimestamp ?? '',
    hosts: entry.hosts,
    gateways: [entry.gateway],
    exportTo: [entry.exportTo],
    gatewayApi: true,
    http: entry.http.sort(compareRanked).map((ranked) => ranked.rule),
    tcp: entry.tcp,
    tls: entry.tls,
  };
}

function streamRules(state: MeshState, route: TCPRoute | TLSRoute): { tcp: TcpRule[]; tls: TlsRule[]; problems: ReferenceProblem[] } {
  const namespace = route.metadata.namespace ?? 'default';
  const source = sourceOf(route);
  const problems: ReferenceProblem[] = [];
  const tcp: TcpRule[] = [];
  const tls: TlsRule[] = [];
  for (const [index, rule] of (route.spec.rules ?? []).entries()) {
    const targets = (rule.backendRefs ?? []).flatMap((reference) => {
      const resolved = resolveBackend(state, reference, { kind: route.kind, namespace });
      if ('destination' in resolved) return [{ destination: resolved.destination, weight: reference.weight ?? 1 }];
      problems.push(resolved.problem);
      return [];
    });
    const origin = { source, path: `spec.rules[${index}]` };
    if (targets.length === 0) continue;
    if (route.kind === 'TLSRoute') {
      const hosts = (route as TLSRoute).spec.hostnames ?? [];
      tls.push({ origin, spec: { match: [{ sniHosts: hosts.length === 0 ? ['*'] : hosts }], route: targets } });
    } else tcp.push({ origin, spec: { route: targets } });
  }
  return { tcp, tls, problems };
}

interface Target {
  hosts: readonly string[];
  gateway: string;
  namespace: string;
  exportTo: string;
  listener: string | undefined;
  port: number | undefined;
}

type Outcome = Pick<ParentResult, 'accepted' | 'reason' | 'message'>;

const accepted: Outcome = { accepted: true, reason: 'Accepted', message: 'Route was valid' };

function attach(
  state: MeshState,
  route: AnyRoute,
  parent: ParentRef,
  listeners: readonly ListenerModel[],
  add: (target: Target) => void,
): Outcome {
  const kind = parent.kind ?? 'Gateway';
  const group = parent.group ?? apiGroup;
  const namespace = parent.namespace ?? route.metadata.namespace ?? 'default';
  if (kind === 'Service' && (group === '' || group === 'core')) return attachToService(state, route, parent, namespace, add);
  if (kind === 'ServiceEntry' && group === 'networking.istio.io') return attachToEntry(state, route, parent, namespace, add);
  if (kind !== 'Gateway' || group !== apiGroup)
    return { accepted: false, reason: 'InvalidKind', message: `${kind} is not a kind of parent here` };
  return attachToGateway(state, route, parent, namespace, listeners, add);
}

function attachToGateway(
  state: MeshState,
  route: AnyRoute,
  parent: ParentRef,
  namespace: string,
  listeners: readonly ListenerModel[],
  add: (target: Target) => void,
): Outcome {
  const own = listeners.filter((listener) => listener.model.namespace === namespace && listener.model.name === parent.name);
  if (own.length === 0)
    return {
      accepted: false,
      reason: 'NoMatchingParent',
      message: `Gateway ${namespace}/${parent.name} is not one of ${GATEWAY_CONTROLLER}`,
    };
  const named = own.filter(
    (listener) =>
      (parent.sectionName === undefined || listener.listener.name === parent.sectionName) &&
      (parent.port === undefined || listener.listener.port === parent.port),
  );
  if (named.length === 0) return { accepted: false, reason: 'NoMatchingParent', message: 'No listener has the name or port asked for' };
  const open = named.filter(
    (listener) => listener.kinds.includes(route.kind) && allowsNamespace(state, listener, route.metadata.namespace ?? 'default'),
  );
  if (open.length === 0)
    return { accepted: false, reason: 'NotAllowedByListeners', message: 'No listener lets in routes of this kind and namespace' };
  let fits = false;
  for (const listener of open) {
    const hosts = sharedHosts(listener.listener.hostname, hostnamesOf(route));
    if (hosts.length === 0) continue;
    fits = true;
    // Every host by itself: other routes of the same host join it there.
    for (const [index, host] of hosts.entries()) {
      add({
        hosts: [host],
        gateway: listener.key,
        namespace: listener.model.namespace,
        exportTo: '*',
        listener: index === 0 ? listener.key : undefined,
        port: undefined,
      });
    }
  }
  return fits ? accepted : { accepted: false, reason: 'NoMatchingListenerHostname', message: 'No hostname is one of the listener' };
}

function hostnamesOf(route: AnyRoute): readonly string[] {
  return 'hostnames' in route.spec ? (route.spec.hostnames ?? []) : [];
}

function sharedHosts(listener: string | undefined, hostnames: readonly string[]): string[] {
  const own = listener === undefined || listener === '' ? '*' : listener;
  if (hostnames.length === 0) return [own];
  const shared = hostnames.flatMap((host) => (hostCovers(own, host) ? [host] : hostCovers(host, own) ? [own] : []));
  return [...new Set(shared)];
}

/** Mesh routing (GAMMA): of the service's own namespace for everyone, of another namespace for that namespace's clients. */
function attachToService(state: MeshState, route: AnyRoute, parent: ParentRef, namespace: string, add: (target: Target) => void): Outcome {
  const service = serviceIndex(state).byHost.get(serviceHost(parent.name, namespace, state.domain))?.[0];
  if (service === undefined)
    return { accepted: false, reason: 'NoMatchingParent', message: `Service ${namespace}/${parent.name} does not exist` };
  return attachToHost(route, parent, service, add);
}

function attachToEntry(state: MeshState, route: AnyRoute, parent: ParentRef, namespace: string, add: (target: Target) => void): Outcome {
  const services = serviceIndex(state).all.filter(
    (service) => service.source.kind === 'ServiceEntry' && service.source.name === parent.name && service.namespace === namespace,
  );
  if (services.length === 0)
    return { accepted: false, reason: 'NoMatchingParent', message: `ServiceEntry ${namespace}/${parent.name} does not exist` };
  let outcome: Outcome = accepted;
  for (const service of services) outcome = attachToHost(route, parent, service, add);
  return outcome;
}

function attachToHost(route: AnyRoute, parent: ParentRef, service: RegistryService, add: (target: Target) => void): Outcome {
  const port = parent.port ?? service.ports.find((candidate) => candidate.name === parent.sectionName)?.port;
  if (parent.sectionName !== undefined && port === undefined) {
    return { accepted: false, reason: 'NoMatchingParent', message: `The service has no port ${parent.sectionName}` };
  }
  if (port !== undefined && !service.ports.some((candidate) => candidate.port === port)) {
    return { accepted: false, reason: 'NoMatchingParent', message: `The service has no port ${port}` };
  }
  const owner = route.metadata.namespace ?? 'default';
  add({
    hosts: [service.hostname],
    gateway: 'mesh',
    namespace: owner,
    exportTo: owner === service.namespace ? '*' : '.',
    listener: undefined,
    port,
  });
  return accepted;
}
