import { resolveShortName, serviceHost } from '@/lib/model';
import type {
  AuthorizationPolicy,
  DestinationRule,
  Gateway,
  HTTPRoute,
  PeerAuthentication,
  ServiceEntry,
  VirtualService,
} from '@/lib/kinds';
import type { KubernetesResource } from '@/lib/model';
import { kindKeys, kindOf } from './define-finding';
import { remoteClusterOf } from './remote-cluster';
import { workloadOf } from './workload';

/**
 * Topics are what objects ask about each other: "who answers to this host", "which workloads have this label". An object is listed under
 * each topic it says something about; a check that asks a topic is repeated when the answer changes. They are the references between
 * kinds, followed in both directions.
 */
export const topics = {
  kind: (kind: string) => `kind ${kind}`,
  kindIn: (kind: string, namespace: string) => `kind ${kind} in ${namespace}`,
  object: (kind: string, namespace: string, name: string) => `object ${kind} ${namespace}/${name}`,
  /** The same object in other clusters of the mesh. */
  remote: (kind: string, namespace: string, name: string) => `remote ${kind} ${namespace}/${name}`,
  host: (host: string) => `host ${host}`,
  wildcardHost: () => 'host with a wildcard',
  wildcardRule: () => 'destination rule with a wildcard',
  serviceIn: (namespace: string) => `service in ${namespace}`,
  workloadIn: (namespace: string) => `workload in ${namespace}`,
  label: (namespace: string, key: string, value: string) => `label ${namespace} ${key}=${value}`,
  labelKey: (key: string) => `label key ${key}`,
  account: (namespace: string, name: string) => `account ${namespace}/${name}`,
  rulesOf: (host: string) => `destination rule ${host}`,
  routesOf: (host: string) => `virtual service ${host}`,
  routesTo: (host: string) => `route to ${host}`,
  boundTo: (gateway: string) => `bound to ${gateway}`,
  serverOf: (selector: string) => `gateway selecting ${selector}`,
  servicesSelecting: (namespace: string, pair: string) => `service selecting ${namespace} ${pair}`,
  callersNamed: (namespace: string) => `policy that names callers in ${namespace}`,
  routesUnder: (kind: string, namespace: string, name: string) => `route under ${kind} ${namespace}/${name}`,
} as const;

export interface TopicSettings {
  domain: string;
}

/** Every topic an object says something about. */
export function topicsOf(object: KubernetesResource, { domain }: TopicSettings): string[] {
  const kind = kindOf(object);
  const namespace = object.metadata.namespace ?? '';
  const { name } = object.metadata;
  // What another cluster has counts where somebody asks about other clusters, and nowhere else.
  if (remoteClusterOf(object) !== undefined) return [topics.remote(kind, namespace, name)];
  const found = [topics.kind(kind), topics.kindIn(kind, namespace), topics.object(kind, namespace, name)];
  const workload = workloadOf(object);
  if (workload !== undefined) {
    found.push(topics.workloadIn(namespace), topics.account(namespace, workload.serviceAccount));
    for (const [key, value] of Object.entries(workload.labels))
      found.push(topics.label(namespace, key, value), topics.label('*', key, value), topics.labelKey(key));
  }
  found.push(...(ownTopics[kind]?.(object, namespace, domain) ?? []));
  return found;
}

const ownTopics: Record<string, (object: KubernetesResource, namespace: string, domain: string) => string[]> = {
  [kindKeys.service]: (object, namespace, domain) => {
    const { selector } = (object as KubernetesResource & { spec?: { selector?: Record<string, string> } }).spec ?? {};
    const pairs = Object.entries(selector ?? {}).map(([key, value]) => topics.servicesSelecting(namespace, `${key}=${value}`));
    return [topics.host(serviceHost(object.metadata.name, namespace, domain)), topics.serviceIn(namespace), ...pairs];
  },
  [kindKeys.serviceEntry]: (object) =>
    ((object as ServiceEntry).spec.hosts ?? []).flatMap((host) =>
      host.startsWith('*') ? [topics.host(host), topics.wildcardHost()] : [topics.host(host)],
    ),
  [kindKeys.destinationRule]: (object, namespace, domain) => {
    const host = resolveShortName((object as DestinationRule).spec.host ?? '', namespace, domain);
    return host.startsWith('*') ? [topics.rulesOf(host), topics.wildcardRule()] : [topics.rulesOf(host)];
  },
  [kindKeys.virtualService]: (object, namespace, domain) => {
    const { hosts = [], gateways = ['mesh'], http = [] } = (object as VirtualService).spec;
    return [
      ...hosts.map((host) => topics.routesOf(resolveShortName(host, namespace, domain))),
      ...gateways.map((gateway) => topics.boundTo(gatewayKey(gateway, namespace))),
      ...new Set(
        http.flatMap(({ route = [] }) =>
          route.map(({ destination }) => topics.routesTo(resolveShortName(destination.host, namespace, domain))),
        ),
      ),
      ...http.flatMap(({ delegate }) =>
        delegate === undefined ? [] : [`delegating to ${delegate.namespace ?? namespace}/${delegate.name ?? ''}`],
      ),
    ];
  },
  [kindKeys.gateway]: (object) => [topics.serverOf(selectorKey((object as Gateway).spec.selector))],
  [kindKeys.authorizationPolicy]: (object, namespace) => {
    const sources = ((object as AuthorizationPolicy).spec?.rules ?? []).flatMap((rule) => (rule.from ?? []).map(({ source }) => source));
    const names = sources.some((source) => source?.principals !== undefined || source?.serviceAccounts !== undefined);
    return names ? [topics.callersNamed(namespace)] : [];
  },
  [kindKeys.httpRoute]: routesUnder,
  [kindKeys.grpcRoute]: routesUnder,
  [kindKeys.peerAuthentication]: (object) => {
    const selects = Object.keys((object as PeerAuthentication).spec?.selector?.matchLabels ?? {}).length > 0;
    return selects ? [] : [`peer authentication of ${object.metadata.namespace ?? ''}`];
  },
};

function routesUnder(object: KubernetesResource, namespace: string): string[] {
  return ((object as HTTPRoute).spec.parentRefs ?? []).map((parent) =>
    topics.routesUnder(parent.kind ?? 'Gateway', parent.namespace ?? namespace, parent.name),
  );
}

/** `mesh`, or `namespace/name` of a gateway as a VirtualService of `namespace` writes it. */
export function gatewayKey(gateway: string, namespace: string): string {
  if (gateway === 'mesh') return gateway;
  if (gateway.includes('/')) return gateway.startsWith('./') ? `${namespace}/${gateway.slice(2)}` : gateway;
  if (!gateway.includes('.')) return `${namespace}/${gateway}`;
  const [name = '', space = ''] = gateway.split('.');
  return `${space}/${name}`;
}

/** A selector as one text, whatever the order of its labels. */
export function selectorKey(selector: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
