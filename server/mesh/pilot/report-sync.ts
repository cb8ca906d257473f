import type { Note } from '@/lib/pilot';
import { printXds, typeUrls } from '@/lib/xds';
import type { Connection, DiscoveryHub } from './discovery-hub';
import type { TypeState } from './proxy-session';
import { pushOrder, shortTypeName } from './view-resources';

const dumpTypes: Record<string, string> = {
  [typeUrls.cluster]: 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
  [typeUrls.clusterLoadAssignment]: 'type.googleapis.com/envoy.admin.v3.EndpointsConfigDump',
  [typeUrls.listener]: 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump',
  [typeUrls.routeConfiguration]: 'type.googleapis.com/envoy.admin.v3.RoutesConfigDump',
};

/** One row of `/debug/syncz`, with Istio's names; ours begin with `heddle.dev/`. */
export interface SyncRow {
  cluster_id: string;
  proxy: string;
  proxy_type: string;
  istio_version: string;
  cluster_sent: string;
  cluster_acked: string;
  listener_sent: string;
  listener_acked: string;
  route_sent: string;
  route_acked: string;
  endpoint_sent: string;
  endpoint_acked: string;
  'heddle.dev/acked': Record<string, string>;
  'heddle.dev/nacks': { type: string; message: string; resources: readonly string[]; at: string; standing: boolean }[];
  'heddle.dev/notes': number;
  'heddle.dev/compileError'?: string;
}

/** Who holds what. Istio's fields carry nonces: equal ones mean SYNCED, an empty `sent` NOT SENT, others STALE. */
export function reportSync(hub: DiscoveryHub, proxy?: string): SyncRow[] {
  return [...hub.connections].filter((connection) => proxy === undefined || proxyName(connection) === proxy).map(rowOf);
}

/** `pod.namespace`, as istioctl names proxies. */
export function proxyName(connection: Connection): string {
  const { name, namespace } = connection.session.node;
  return `${name}.${namespace}`;
}

function rowOf(connection: Connection): SyncRow {
  const { node, ledger } = connection.session;
  const of = (typeUrl: string) => ledger.types.get(typeUrl);
  return {
    cluster_id: node.clusterId,
    proxy: proxyName(connection),
    proxy_type: node.type,
    istio_version: connection.proxyVersion,
    cluster_sent: of(typeUrls.cluster)?.nonceSent ?? '',
    cluster_acked: of(typeUrls.cluster)?.nonceAcked ?? '',
    listener_sent: of(typeUrls.listener)?.nonceSent ?? '',
    listener_acked: of(typeUrls.listener)?.nonceAcked ?? '',
    route_sent: of(typeUrls.routeConfiguration)?.nonceSent ?? '',
    route_acked: of(typeUrls.routeConfiguration)?.nonceAcked ?? '',
    endpoint_sent: of(typeUrls.clusterLoadAssignment)?.nonceSent ?? '',
    endpoint_acked: of(typeUrls.clusterLoadAssignment)?.nonceAcked ?? '',
    'heddle.dev/acked': Object.fromEntries([...ledger.ackedVersions()].sort(([left], [right]) => (left < right ? -1 : 1))),
    'heddle.dev/nacks': ledger.rejections.map(({ typeUrl, message, resources, at }) => ({
      type: typeUrl,
      message,
      resources,
      at,
      standing: resources.some((name) => ledger.types.get(typeUrl)?.rejected.has(name) === true),
    })),
    'heddle.dev/notes': connection.compiled.notes.length,
    ...(connection.compileError === undefined ? {} : { 'heddle.dev/compileError': connection.compileError }),
  };
}

/** `/debug/config_dump?proxyID=`: what this proxy is served, as Envoy's admin page shows what it has. Private keys are left out. */
export function dumpConfig(connection: Connection): object {
  const { ledger, view } = connection.session;
  const updated = connection.connectedAt.toISOString();
  const configs = pushOrder.flatMap((typeUrl) => {
    const dumpType = dumpTypes[typeUrl];
    if (dumpType === undefined) return [];
    const state = ledger.types.get(typeUrl);
    const entries = [...(view.get(typeUrl)?.values() ?? [])].filter(({ name }) => isServed(state, name));
    const printed = entries.map((entry) => ({ version: entry.version, body: { '@type': typeUrl, ...asObject(printXds(entry.resource)) } }));
    return [{ '@type': dumpType, ...dumpBody(typeUrl, printed, updated) }];
  });
  return { configs };
}

function isServed(state: TypeState | undefined, name: string): boolean {
  return state?.sent.has(name) === true;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function dumpBody(typeUrl: string, entries: readonly { version: string; body: object }[], updated: string): object {
  const list = (field: string) => entries.map(({ version, body }) => ({ version_info: version, [field]: body, last_updated: updated }));
  if (typeUrl === typeUrls.cluster) return { dynamic_active_clusters: list('cluster') };
  if (typeUrl === typeUrls.clusterLoadAssignment) return { dynamic_endpoint_configs: list('endpoint_config') };
  if (typeUrl === typeUrls.routeConfiguration) return { dynamic_route_configs: list('route_config') };
  return {
    dynamic_listeners: entries.map(({ version, body }) => ({
      name: 'name' in body ? body.name : '',
      active_state: { version_info: version, listener: body, last_updated: updated },
    })),
  };
}

/** `/debug/endpointz`: endpoints per service, as the proxies are told. */
export function reportEndpoints(hub: DiscoveryHub): object[] {
  const found = new Map<string, object>();
  for (const { session } of hub.connections) {
    for (const entry of session.view.get(typeUrls.clusterLoadAssignment)?.values() ?? []) {
      if (!found.has(entry.name)) found.set(entry.name, { svc: entry.name, ...asObject(printXds(entry.resource)) });
    }
  }
  return [...found.keys()].sort().flatMap((name) => found.get(name) ?? []);
}

/** What is to be said of objects as such and by the compilation of each connected proxy. */
export function allNotes(hub: DiscoveryHub, ofObjects: readonly Note[]): readonly Note[] {
  return [...ofObjects, ...[...hub.connections].flatMap((connection) => connection.compiled.notes)];
}

/** `/debug/notes`: what the compiler left out or could not act on, and for which proxies. */
export function reportNotes(hub: DiscoveryHub, ofObjects: readonly Note[]): object[] {
  const found = new Map<string, { note: object; proxies: string[] }>();
  for (const note of ofObjects) found.set(JSON.stringify(note), { note, proxies: [] });
  for (const connection of hub.connections) {
    for (const note of connection.compiled.notes) {
      const key = JSON.stringify(note);
      const known = found.get(key) ?? { note, proxies: [] };
      known.proxies.push(proxyName(connection));
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ note, proxies }) => ({ ...note, proxies }));
}

/** `/debug/connections`: who is connected and what each asked for. */
export function reportConnections(hub: DiscoveryHub): object {
  const clients = [...hub.connections].map(({ session, connectedAt, trusted }) => ({
    connectionId: session.node.id,
    connectedAt: connectedAt.toISOString(),
    protocol: session.kind,
    authenticated: trusted,
    watches: Object.fromEntries(
      [...session.ledger.types.values()].map((state) => [
        shortTypeName(state.typeUrl),
        state.wildcard ? ['*', ...state.names] : [...state.names],
      ]),
    ),
  }));
  return { totalClients: clients.length, clients };
}
