import type { AnyObject, Credential, GatewayListener, GatewaySummary, GatewaysResponse, Notice } from '@/lib/contract';
import { isHeddleError } from '@/lib/errors';
import type { Gateway, GRPCRoute, HTTPRoute, KubernetesGateway, TCPRoute, TLSRoute, VirtualService } from '@/lib/kinds';
import type { Pod } from '@/lib/model';
import { matchesLabels, meshLabels } from '@/lib/model';
import type { AnyKubeObject } from '@/server/kube';
import { noticeOf } from './ask-metrics';
import type { Console } from './console-state';
import { refOf } from './describe-service';
import { findKind, resourceFor } from './known-kinds';
import { coversHost, readCredential } from './read-certificate';
import type { Cluster } from './watch-cluster';

const gatewayApi = 'gateway.networking.k8s.io';
const istio = 'networking.istio.io';
type Stored<T> = T & AnyKubeObject;
type Route = HTTPRoute | GRPCRoute | TLSRoute | TCPRoute;

/** Where Secrets may be: everything that may be read, by `namespace/name`; `null`: they may not. */
type Secrets = ReadonlyMap<string, Credential> | null;

/** Every gateway with its listeners, the certificates they serve, and the routes bound to them. */
export async function showGateways(console: Console, query: { namespaces: string[] }): Promise<GatewaysResponse> {
  const cluster = console.cluster();
  const notices: Notice[] = [];
  const wanted = (one: AnyKubeObject) => query.namespaces.length === 0 || query.namespaces.includes(one.metadata.namespace ?? '');
  const secrets = await readSecrets(cluster, console.now(), notices);
  const istioGateways = listOf<Gateway>(cluster, istio, 'Gateway').filter(wanted);
  const apiGateways = listOf<KubernetesGateway>(cluster, gatewayApi, 'Gateway').filter(wanted);
  const virtualServices = listOf<VirtualService>(cluster, istio, 'VirtualService');
  const routes = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'].flatMap((kind) => listOf<Route>(cluster, gatewayApi, kind));
  const gateways = [
    ...istioGateways.map((one) => istioGateway(cluster, one, virtualServices, secrets)),
    ...apiGateways.map((one) => apiGateway(cluster, one, routes, secrets)),
  ];
  const spaces = new Set(gateways.map((one) => one.credentialNamespace));
  return {
    gateways: gateways.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)),
    secrets: [...(secrets?.values() ?? [])].filter((one) => spaces.has(one.namespace) && one.state !== 'unreadable'),
    notices: [...notices, ...cluster.notices()],
  };
}

const nameOf = ({ ref }: GatewaySummary) => `${ref.namespace}/${ref.name} ${ref.group}`;

function listOf<T>(cluster: Cluster, group: string, kind: string): Stored<T>[] {
  // The API server has validated what it stores: the shape goes with the kind.
  return cluster.list(resourceFor(findKind(group, kind))) as Stored<T>[];
}

async function readSecrets(cluster: Cluster, nowMs: number, notices: Notice[]): Promise<Secrets> {
  try {
    const { items } = await cluster.client.listAll({ group: '', version: 'v1', plural: 'secrets' });
    return new Map(items.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, readCredential(one, nowMs)]));
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    notices.push(noticeOf('kubernetes/secrets', error));
    return null;
  }
}

function credentialOf(secrets: Secrets, namespace: string, name: string): Credential {
  if (secrets === null) return { namespace, name, state: 'unreadable', certificate: null, message: 'You may not read Secrets.' };
  return (
    secrets.get(`${namespace}/${name}`) ?? {
      namespace,
      name,
      state: 'missing',
      certificate: null,
      message: `There is no Secret ${namespace}/${name}: the gateway cannot serve TLS here.`,
    }
  );
}

function uncoveredHosts(hosts: readonly string[], credentials: readonly Credential[]): string[] {
  const known = credentials.flatMap((one) => one.certificate ?? []);
  if (known.length === 0) return [];
  const names = known.flatMap((one) => one.names);
  return hosts.filter((host) => host !== '*' && host !== '' && !coversHost(names, host));
}

function readyPods(pods: readonly Pod[]): { ready: number; total: number } {
  const isReady = (pod: Pod) => (pod.status?.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
  return { ready: pods.filter(isReady).length, total: pods.length };
}

/** An object as an editor needs it: without the book-keeping of who owns what. */
function editable({ metadata, ...rest }: AnyKubeObject): AnyObject {
  const { managedFields: _managed, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

function istioGateway(
  cluster: Cluster,
  object: Stored<Gateway>,
  virtualServices: readonly Stored<VirtualService>[],
  secrets: Secrets,
): GatewaySummary {
  const selector = object.spec.selector ?? {};
  const pods = cluster.pods().filter((pod) => Object.keys(selector).length > 0 && matchesLabels(pod.metadata.labels ?? {}, selector));
  // Secrets are looked up where the gateway's pods run.
  const credentialNamespace = pods[0]?.metadata.namespace ?? '';
  const own = `${object.metadata.namespace}/${object.metadata.name}`;
  const bound = virtualServices.filter((one) =>
    (one.spec.gateways ?? []).some((name) => name === own || (!name.includes('/') && `${one.metadata.namespace}/${name}` === own)),
  );
  return {
    ref: refOf(findKind(istio, 'Gateway'), object),
    object: editable(object),
    runsOn: Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    pods: readyPods(pods),
    credentialNamespace,
    listeners: (object.spec.servers ?? []).map((server, index): GatewayListener => {
      const hosts = server.hosts.map((host) => host.slice(host.indexOf('/') + 1));
      const names = [server.tls?.credentialName ?? '', ...(server.tls?.credentialNames ?? [])].filter((name) => name !== '');
      const credentials = names.map((name) => credentialOf(secrets, credentialNamespace, name));
      return {
        path: `spec.servers[${index}]`,
        name: server.name ?? server.port.name,
        port: server.port.number,
        protocol: server.port.protocol,
        hosts: server.hosts,
        tlsMode: server.tls === undefined ? '' : (server.tls.mode ?? (server.tls.httpsRedirect === true ? '' : 'PASSTHROUGH')),
        httpsRedirect: server.tls?.httpsRedirect ?? false,
        credentials,
        uncovered: uncoveredHosts(hosts, credentials),
        routes: bound
          .filter((one) => one.spec.hosts?.some((host) => hosts.some((served) => overlaps(served, host))))
          .map((one) => ({ ref: refOf(findKind(istio, 'VirtualService'), one), hosts: one.spec.hosts ?? [], accepted: null, message: '' })),
      };
    }),
  };
}

/** Whether two hosts, either with a wildcard, have a name in common. */
function overlaps(left: string, right: string): boolean {
  const within = (wild: string, host: string) => wild === '*' || (wild.startsWith('*.') && host.endsWith(wild.slice(1)));
  return left === right || within(left, right) || within(right, left);
}

function apiGateway(
  cluster: Cluster,
  object: Stored<KubernetesGateway>,
  routes: readonly Stored<Route>[],
  secrets: Secrets,
): GatewaySummary {
  const { namespace = '', name } = object.metadata;
  const pods = cluster
    .pods()
    .filter((pod) => pod.metadata.namespace === namespace && pod.metadata.labels?.[meshLabels.gatewayName] === name);
  const parentsOf = (route: Stored<Route>) =>
    (route.spec.parentRefs ?? []).filter(
      (parent) =>
        (parent.kind ?? 'Gateway') === 'Gateway' && parent.name === name && (parent.namespace ?? route.metadata.namespace) === namespace,
    );
  return {
    ref: refOf(findKind(gatewayApi, 'Gateway'), object),
    object: editable(object),
    runsOn: object.spec.gatewayClassName,
    pods: pods.length === 0 ? null : readyPods(pods),
    credentialNamespace: namespace,
    listeners: object.spec.listeners.map((listener, index): GatewayListener => {
      const credentials = (listener.tls?.certificateRefs ?? [])
        .filter((ref) => (ref.kind ?? 'Secret') === 'Secret')
        .map((ref) => credentialOf(secrets, ref.namespace ?? namespace, ref.name));
      const hosts = listener.hostname === undefined ? [] : [listener.hostname];
      return {
        path: `spec.listeners[${index}]`,
        name: listener.name,
        port: listener.port,
        protocol: listener.protocol,
        hosts,
        tlsMode: listener.tls === undefined ? '' : (listener.tls.mode ?? 'Terminate'),
        httpsRedirect: false,
        credentials,
        uncovered: uncoveredHosts(hosts, credentials),
        routes: routes.flatMap((route) => {
          const bound = parentsOf(route).filter((parent) => parent.sectionName === undefined || parent.sectionName === listener.name);
          if (bound.length === 0) return [];
          const hostnames = 'hostnames' in route.spec ? (route.spec.hostnames ?? []) : [];
          if (listener.hostname !== undefined && hostnames.length > 0 && !hostnames.some((host) => overlaps(listener.hostname ?? '', host)))
            return [];
          const { group } = refParts(route.apiVersion);
          return [{ ref: refOf(findKind(group, route.kind), route), hosts: hostnames, ...acceptanceOf(route, name) }];
        }),
      };
    }),
  };
}

function refParts(apiVersion: string): { group: string } {
  return { group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '' };
}

/** What the gateway's controller says of a route, in its status. */
function acceptanceOf(route: Stored<Route>, gateway: string): { accepted: boolean | null; message: string } {
  const status = route['status'] as
    | { parents?: { parentRef?: { name?: string }; conditions?: { type?: string; status?: string; message?: string }[] }[] }
    | undefined;
  const conditions = (status?.parents ?? []).filter((one) => one.parentRef?.name === gateway).flatMap((one) => one.conditions ?? []);
  const bad = conditions.find((one) => (one.type === 'Accepted' || one.type === 'ResolvedRefs') && one.status === 'False');
  if (bad !== undefined) return { accepted: false, message: bad.message ?? '' };
  return { accepted: conditions.some((one) => one.type === 'Accepted' && one.status === 'True') ? true : null, message: '' };
}
