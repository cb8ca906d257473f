import type { ActingObject, ServiceRoute, ServiceVersion } from '@/lib/contract';
import type { z } from 'zod';
import type { servicePort } from '@/lib/contract';
import { isReady } from '@/lib/graph';
import { describeDestinationRule } from '@/lib/kinds/destination-rule';
import { describeRule, fullHost } from '@/lib/kinds/virtual-service';
import { sayWords } from '@/lib/i18n';
import { detectProtocol, hostCovers, isRunning, matchesLabels, serviceHost, workloadOfPod } from '@/lib/model';
import type { Pod, Service } from '@/lib/model';
import type { AnyKubeObject } from '@/server/kube';
import { configurationKinds, resourceFor } from './known-kinds';
import type { KnownKind } from './known-kinds';
import type { Cluster } from './watch-cluster';

/** Ports in the order of the object, with the protocol the mesh takes them for. */
export function portsOf(service: Service): z.output<typeof servicePort>[] {
  return (service.spec.ports ?? []).map((port) => ({
    name: port.name ?? '',
    number: port.port,
    ...(port.targetPort === undefined ? {} : { targetPort: port.targetPort }),
    protocol: detectProtocol(port),
  }));
}

/** Pods behind a service. */
export function podsBehind(service: Service, cluster: Cluster): Pod[] {
  const selector = service.spec.selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  const { namespace } = service.metadata;
  return cluster
    .pods()
    .filter((pod) => pod.metadata.namespace === namespace && matchesLabels(pod.metadata.labels, selector) && isRunning(pod));
}

export type KnownVersion = Omit<ServiceVersion, 'rps' | 'errorRatio' | 'p95Ms' | 'share'>;

/** Versions of a service by the label `version` of its pods, with the subsets that choose them. Sorted by name. */
export function versionsOf(service: Service, cluster: Cluster): KnownVersion[] {
  const namespace = service.metadata.namespace ?? 'default';
  const host = serviceHost(service.metadata.name, namespace);
  const subsets = cluster
    .destinationRules()
    .filter((rule) => fullHost(rule.spec.host, rule.metadata.namespace ?? 'default') === host)
    .flatMap((rule) => rule.spec.subsets ?? []);
  const context = cluster.context();
  const versions = new Map<string, KnownVersion>();
  for (const pod of podsBehind(service, cluster)) {
    const identity = workloadOfPod(pod);
    const name = identity.version === '' ? identity.canonicalRevision : identity.version;
    const version = versions.get(name) ?? { version: name, subsets: [], workloads: [], readyEndpoints: 0, endpoints: 0 };
    versions.set(name, version);
    version.endpoints += 1;
    if (isReady(pod)) version.readyEndpoints += 1;
    for (const subset of subsets) {
      if (!version.subsets.includes(subset.name) && matchesLabels(pod.metadata.labels, subset.labels)) version.subsets.push(subset.name);
    }
    if (!version.workloads.some((one) => one.name === identity.workload)) {
      const known = context.workloads.get(`${namespace}/${identity.workload}`);
      version.workloads.push({ kind: identity.kind, name: identity.workload, ready: known?.ready ?? 0, desired: known?.desired ?? 0 });
    }
  }
  return [...versions.values()].toSorted((left, right) => left.version.localeCompare(right.version, 'en', { numeric: true }));
}

type Spec = Record<string, unknown>;

/** Objects that act on a service: they name its host, hang on it, or select its pods. */
export function actingObjects(service: Service, cluster: Cluster): ActingObject[] {
  const namespace = service.metadata.namespace ?? 'default';
  const host = serviceHost(service.metadata.name, namespace);
  const pods = podsBehind(service, cluster);
  return configurationKinds.flatMap((kind): ActingObject[] => {
    const role = kind.acts;
    if (role === undefined) return [];
    return cluster
      .list(resourceFor(kind))
      .filter((object) => actsOn(kind, object, { namespace, name: service.metadata.name, host, pods }))
      .map((object) => ({ ref: refOf(kind, object), role, resourceVersion: object.metadata.resourceVersion ?? '' }));
  });
}

export function refOf(kind: KnownKind, object: { metadata: { namespace?: string | undefined; name: string } }) {
  return {
    group: kind.group,
    version: kind.version,
    kind: kind.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

interface Target {
  namespace: string;
  name: string;
  host: string;
  pods: readonly Pod[];
}

function actsOn(kind: KnownKind, object: AnyKubeObject, target: Target): boolean {
  const spec = object['spec'] as Spec | undefined;
  if (spec === undefined) return false;
  const own = object.metadata.namespace ?? 'default';
  const names = (host: unknown) => typeof host === 'string' && hostCovers(fullHost(host, own), target.host);
  switch (kind.kind) {
    case 'VirtualService':
      return asList(spec['hosts']).some((one) => one !== '*' && names(one)) || routesTo(spec, own, target.host);
    case 'DestinationRule':
      return names(spec['host']);
    case 'ServiceEntry':
      return asList(spec['hosts']).some(names);
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TCPRoute':
    case 'TLSRoute':
      return (
        refersTo(spec['parentRefs'], own, target) ||
        asList(spec['rules']).some((rule) => refersTo((rule as Spec)['backendRefs'], own, target))
      );
    case 'BackendTLSPolicy':
      return refersTo(spec['targetRefs'], own, target);
    default:
      return selects(spec, own, target);
  }
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function routesTo(spec: Spec, own: string, host: string): boolean {
  return ['http', 'tcp', 'tls'].some((protocol) =>
    asList(spec[protocol]).some((rule) =>
      asList((rule as Spec)['route']).some((route) => {
        const destination = (route as { destination?: { host?: unknown } }).destination?.host;
        return typeof destination === 'string' && fullHost(destination, own) === host;
      }),
    ),
  );
}

function refersTo(references: unknown, own: string, target: Target): boolean {
  return asList(references).some((one) => {
    const reference = one as { kind?: unknown; name?: unknown; namespace?: unknown };
    return (
      (reference.kind === undefined || reference.kind === 'Service') &&
      reference.name === target.name &&
      (reference.namespace ?? own) === target.namespace
    );
  });
}

/** A policy acts where it selects: the mesh's root namespace on all, another one on itself, by labels when it has a selector. */
function selects(spec: Spec, own: string, target: Target): boolean {
  if (spec['targetRefs'] !== undefined) return own === target.namespace && refersTo(spec['targetRefs'], own, target);
  if (own !== target.namespace && own !== 'istio-system') return false;
  const selector = spec['selector'] as { matchLabels?: Record<string, string> } | undefined;
  const workloadSelector = spec['workloadSelector'] as { labels?: Record<string, string> } | undefined;
  const labels = selector?.matchLabels ?? workloadSelector?.labels;
  return labels === undefined || target.pods.some((pod) => matchesLabels(pod.metadata.labels, labels));
}

/** Where the service's requests go, in the order the rules are tried, then what its DestinationRules say. */
export function routesOf(service: Service, cluster: Cluster): ServiceRoute[] {
  const namespace = service.metadata.namespace ?? 'default';
  const host = serviceHost(service.metadata.name, namespace);
  const routes: ServiceRoute[] = [];
  const virtualService = configurationKinds.find((kind) => kind.kind === 'VirtualService');
  const destinationRule = configurationKinds.find((kind) => kind.kind === 'DestinationRule');
  if (virtualService === undefined || destinationRule === undefined) return routes;
  for (const object of cluster.virtualServices()) {
    const own = object.metadata.namespace ?? 'default';
    const owns = (object.spec.hosts ?? []).some((one) => fullHost(one, own) === host);
    for (const [index, rule] of (object.spec.http ?? []).entries()) {
      if (!owns && !(rule.route ?? []).some((one) => fullHost(one.destination.host, own) === host)) continue;
      routes.push({
        object: refOf(virtualService, object),
        path: `spec.http[${index}]`,
        ...(rule.name === undefined ? {} : { name: rule.name }),
        sentences: describeRule(rule),
      });
    }
  }
  if (routes.length === 0) {
    routes.push({
      object: { group: '', version: 'v1', kind: 'Service', namespace, name: service.metadata.name },
      path: 'spec.selector',
      sentences: [sayWords('route_default')],
    });
  }
  for (const object of cluster.destinationRules()) {
    if (fullHost(object.spec.host, object.metadata.namespace ?? 'default') !== host) continue;
    const sentences = describeDestinationRule(object.spec);
    if (sentences.length > 0) routes.push({ object: refOf(destinationRule, object), path: 'spec', sentences });
  }
  return routes;
}
