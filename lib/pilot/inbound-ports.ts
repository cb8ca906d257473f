import { matchesLabels, parseProtocol } from '@/lib/model';
import { targetPortOfPod } from './index-endpoints';
import { table } from './mesh-state';
import { serviceIndex } from './index-services';
import { sourceOf } from './provenance';
import type { Pod, PortProtocol, RegistryPort, RegistryService } from '@/lib/model';
import type { SidecarSpec } from '@/lib/kinds';
import type { MeshState } from './mesh-state';
import type { Origin } from './route-model';
import type { ProxyScope } from './scope-proxy';
import type { ProxyNode } from './types';

type Ingress = NonNullable<SidecarSpec['ingress']>[number];

/** One port on which a workload is reached. */
export interface InboundPort {
  port: number;
  protocol: PortProtocol;
  /** The oldest service that leads here. */
  service: RegistryService | undefined;
  servicePort: RegistryPort | undefined;
  /** Where the application takes it. */
  target: { address: string; port: number } | { path: string };
  bind: string;
  ingress: Ingress | undefined;
  origin: Origin;
}

/** The pod of a proxy, when the mesh state knows it. */
export function podOfProxy(state: MeshState, proxy: ProxyNode): Pod | undefined {
  return table<Pod>(state, '/Pod').get(`${proxy.namespace}/${proxy.name}`);
}

/** Services that select a proxy's pod, oldest first. */
export function servicesOfProxy(state: MeshState, proxy: ProxyNode): readonly RegistryService[] {
  const index = serviceIndex(state);
  const byNamespace = state.cache.memo('services-by-namespace', [index], () => {
    const groups = new Map<string, RegistryService[]>();
    for (const service of index.all) {
      const known = groups.get(service.namespace);
      if (known === undefined) groups.set(service.namespace, [service]);
      else known.push(service);
    }
    return groups;
  });
  const own = byNamespace.get(proxy.namespace) ?? noServices;
  return state.cache.memo(`services-of|${proxy.namespace}|${JSON.stringify(proxy.labels)}`, own, () =>
    own.filter(
      (service) =>
        service.selector !== undefined && Object.keys(service.selector).length > 0 && matchesLabels(proxy.labels, service.selector),
    ),
  );
}

const noServices: readonly RegistryService[] = [];

/**
 * The ports a sidecar takes in: what services lead here, and every container port beside (found out by looking, when no service says
 * what it speaks); or exactly what a Sidecar's `ingress` lists.
 */
export function inboundPorts(state: MeshState, scope: ProxyScope, proxy: ProxyNode): readonly InboundPort[] {
  const pod = podOfProxy(state, proxy);
  const services = servicesOfProxy(state, proxy);
  const key = `inbound-ports|${proxy.id}|${proxy.appIp}`;
  return state.cache.memo(key, [pod?.spec, scope.sidecar, ...services], () => {
    const ingress = scope.sidecar?.spec.ingress ?? [];
    const found = ingress.length > 0 ? sidecarPorts(scope, proxy, services, ingress) : servicePorts(pod, proxy, services);
    return found.sort((left, right) => left.port - right.port);
  });
}

function servicePorts(pod: Pod | undefined, proxy: ProxyNode, services: readonly RegistryService[]): InboundPort[] {
  const found = new Map<number, InboundPort>();
  for (const service of services) {
    for (const servicePort of service.ports) {
      if (servicePort.protocol === 'UDP') continue;
      const port = pod === undefined ? numericTarget(servicePort) : targetPortOfPod(servicePort, pod);
      if (port === undefined || found.has(port)) continue;
      found.set(port, {
        port,
        protocol: servicePort.protocol,
        service,
        servicePort,
        target: { address: proxy.appIp, port },
        bind: proxy.ip,
        ingress: undefined,
        origin: { source: service.source, path: 'spec.ports' },
      });
    }
  }
  if (pod === undefined) return [...found.values()];
  for (const container of pod.spec.containers) {
    if (container.name === 'istio-proxy') continue;
    for (const declared of container.ports ?? []) {
      const port = declared.containerPort;
      if (declared.protocol === 'UDP' || declared.protocol === 'SCTP' || found.has(port)) continue;
      found.set(port, {
        port,
        protocol: 'Unsupported',
        service: undefined,
        servicePort: undefined,
        target: { address: proxy.appIp, port },
        bind: proxy.ip,
        ingress: undefined,
        // Pods change with every status; what is compiled depends on their spec alone, so no version is named.
        origin: { source: { ...sourceOf(pod), resourceVersion: '' }, path: 'spec.containers' },
      });
    }
  }
  return [...found.values()];
}

function numericTarget(port: RegistryPort): number | undefined {
  return typeof port.targetPort === 'number' ? port.targetPort : undefined;
}

function sidecarPorts(
  scope: ProxyScope,
  proxy: ProxyNode,
  services: readonly RegistryService[],
  ingress: readonly Ingress[],
): InboundPort[] {
  const source = scope.sidecarSource;
  if (source === undefined) return [];
  return ingress.flatMap((entry, index): InboundPort[] => {
    const port = entry.port.number;
    if (port === undefined || port === 0) return [];
    const service = services.find((candidate) => candidate.ports.some((own) => own.targetPort === port || own.port === port));
    return [
      {
        port,
        protocol: parseProtocol(entry.port.protocol ?? ''),
        service,
        servicePort: service?.ports.find((own) => own.targetPort === port || own.port === port),
        target: ingressTarget(entry.defaultEndpoint ?? '', proxy, port),
        bind: entry.bind === undefined || entry.bind === '' || entry.bind === '0.0.0.0' ? proxy.ip : entry.bind,
        ingress: entry,
        origin: { source, path: `spec.ingress[${index}]` },
      },
    ];
  });
}

/** `127.0.0.1:P` is the application, which here has an address of its own; `0.0.0.0:P` the pod's; `unix://…` a socket file. */
function ingressTarget(endpoint: string, proxy: ProxyNode, port: number): InboundPort['target'] {
  if (endpoint.startsWith('unix://')) return { path: endpoint.slice('unix://'.length) };
  const colon = endpoint.lastIndexOf(':');
  const target = colon === -1 ? port : Number(endpoint.slice(colon + 1));
  return { address: proxy.appIp, port: Number.isInteger(target) && target > 0 ? target : port };
}
