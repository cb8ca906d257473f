import { parseServiceHost } from '@/lib/model';
import type { MeshContext } from './mesh-context';
import type { GraphType, NodeKind } from './schema';

/** A row of a metric: its labels and its value. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Identity of a node, before anything is counted. */
export interface NodeIdentity {
  id: string;
  kind: NodeKind;
  cluster: string;
  namespace: string;
  name: string;
  version?: string;
  workload?: string;
  app?: string;
  service?: string;
}

const unknown = 'unknown';

/** What Istio writes into labels of a peer it knows nothing of. */
export function isKnown(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== unknown;
}

const unknownNode: NodeIdentity = {
  id: 'unknown/unknown/unknown/unknown',
  kind: 'unknown',
  cluster: unknown,
  namespace: unknown,
  name: unknown,
};

function identity(kind: NodeKind, cluster: string, namespace: string, name: string, version?: string): NodeIdentity {
  const id = [kind, cluster, namespace, name, ...(version === undefined ? [] : [version])].map(encodePart).join('/');
  return { id, kind, cluster, namespace, name, ...(version === undefined ? {} : { version }) };
}

/** Names may hold anything (a host, an address); a slash must not look like the next part. */
function encodePart(part: string): string {
  return part.includes('%') || part.includes('/') ? part.replaceAll('%', '%25').replaceAll('/', '%2F') : part;
}

/** Parts of a node's id: `kind/cluster/namespace/name[/version]`; `null` when the text is none. */
export function parseNodeId(id: string): { kind: string; cluster: string; namespace: string; name: string; version: string | null } | null {
  const [kind, cluster, namespace, name, version, ...rest] = id
    .split('/')
    .map((part) => part.replaceAll('%2F', '/').replaceAll('%25', '%'));
  if (kind === undefined || cluster === undefined || namespace === undefined || name === undefined || rest.length > 0) return null;
  return { kind, cluster, namespace, name, version: version ?? null };
}

/** The node of a workload, in the given type of graph. */
export function workloadNode(
  peer: { cluster: string; namespace: string; workload: string; app: string; version: string },
  type: GraphType,
  context: MeshContext,
): NodeIdentity {
  const known = context.workloads.get(`${peer.namespace}/${peer.workload}`);
  const app = isKnown(peer.app) ? peer.app : (known?.app ?? peer.workload);
  const version = isKnown(peer.version) ? peer.version : (known?.version ?? 'latest');
  const gateway = known?.gateway ?? /(^|-)(ingress|egress)gateway(-|$)/.test(peer.workload);
  if (type === 'app' || type === 'versionedApp') {
    const node = identity(gateway ? 'gateway' : 'app', peer.cluster, peer.namespace, app, type === 'versionedApp' ? version : undefined);
    return type === 'versionedApp' ? { ...node, app, workload: peer.workload } : { ...node, app };
  }
  const service = type === 'service' && !gateway ? known?.services[0] : undefined;
  if (service !== undefined) return serviceNode(peer.cluster, ...splitKey(service));
  return {
    ...identity(gateway ? 'gateway' : 'workload', peer.cluster, peer.namespace, peer.workload),
    workload: peer.workload,
    app,
    version,
  };
}

export function serviceNode(cluster: string, namespace: string, name: string): NodeIdentity {
  return { ...identity('service', cluster, namespace, name), service: name };
}

function splitKey(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

function peerOf(side: 'source' | 'destination', labels: Readonly<Record<string, string>>) {
  return {
    cluster: labels[`${side}_cluster`] ?? unknown,
    namespace: labels[`${side}_workload_namespace`] ?? unknown,
    workload: labels[`${side}_workload`] ?? labels[`${side}_canonical_service`] ?? unknown,
    app: labels[`${side}_canonical_service`] ?? unknown,
    version: labels[`${side}_canonical_revision`] ?? unknown,
  };
}

/** Where a row's traffic comes from. */
export function sourceNode(labels: Readonly<Record<string, string>>, type: GraphType, context: MeshContext): NodeIdentity {
  const peer = peerOf('source', labels);
  return isKnown(peer.workload) ? workloadNode(peer, type, context) : unknownNode;
}

/** Where a proxy knows no service it names its Envoy cluster, `outbound|9080|v2|HOST`, which ends in the host. */
function hostOfCluster(name: string): string | undefined {
  return /^outbound\|\d*\|[^|]*\|([^|]+)$/.exec(name)?.[1];
}

/** The service a row's traffic was sent to, when the mesh knows it. */
export function calledService(labels: Readonly<Record<string, string>>): { namespace: string; name: string } | null {
  const name = labels['destination_service_name'];
  const namespace = labels['destination_service_namespace'];
  const named = name === undefined ? undefined : hostOfCluster(name);
  if (named !== undefined) return parseServiceHost(named) ?? null;
  if (!isKnown(name) || !isKnown(namespace) || name === 'PassthroughCluster' || name === 'BlackHoleCluster') return null;
  return { namespace, name };
}

/**
 * Where a row's traffic goes. Requests that never reached a workload (aborted by a fault, no healthy endpoint) name the service only:
 * when just one workload stands behind it they belong to that one, else to the service itself, because nobody knows which was meant.
 */
export function targetNode(labels: Readonly<Record<string, string>>, type: GraphType, context: MeshContext): NodeIdentity {
  const peer = peerOf('destination', labels);
  const service = calledService(labels);
  const host = labels['destination_service'];
  const external = hostOutside(labels, context);
  if (isKnown(peer.workload)) {
    if (type !== 'service' || service === null) return workloadNode(peer, type, context);
    return serviceNode(peer.cluster, service.namespace, service.name);
  }
  if (external !== null) return identity('external', isKnown(peer.cluster) ? peer.cluster : unknown, external.namespace, external.name);
  if (service !== null) {
    const cluster = isKnown(peer.cluster) ? peer.cluster : context.cluster;
    const known = context.services.get(`${service.namespace}/${service.name}`);
    const only = type !== 'service' && known?.workloads.length === 1 ? context.workloads.get(known.workloads[0] ?? '') : undefined;
    if (only === undefined) return serviceNode(cluster, service.namespace, service.name);
    return workloadNode({ cluster, namespace: only.namespace, workload: only.name, app: only.app, version: only.version }, type, context);
  }
  if (isKnown(host)) return identity('external', unknown, unknown, host);
  return unknownNode;
}

function hostOutside(labels: Readonly<Record<string, string>>, context: MeshContext): { namespace: string; name: string } | null {
  const name = labels['destination_service_name'];
  if (name === 'PassthroughCluster' || name === 'BlackHoleCluster') return { namespace: unknown, name };
  for (const host of [labels['destination_service'], name, name === undefined ? undefined : hostOfCluster(name)]) {
    const namespace = host === undefined ? undefined : context.externalHosts.get(host);
    if (host !== undefined && namespace !== undefined) return { namespace, name: host };
  }
  return null;
}
