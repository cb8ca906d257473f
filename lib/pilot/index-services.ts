import { detectProtocol, isIpAddress, meshLabels, parseProtocol, serviceHost } from '@/lib/model';
import { sourceOf } from './provenance';
import { table } from './mesh-state';
import type { RegistryPort, RegistryService, Resolution, Service } from '@/lib/model';
import type { ServiceEntry } from '@/lib/kinds';
import type { MeshState } from './mesh-state';

/** Everything that can be called, oldest first. */
export interface ServiceIndex {
  all: readonly RegistryService[];
  byHost: ReadonlyMap<string, readonly RegistryService[]>;
}

const kubernetesModels = new WeakMap<Service, Map<string, RegistryService>>();
const entryModels = new WeakMap<ServiceEntry, readonly RegistryService[]>();

/** The registry of services: Kubernetes Services and the hosts of ServiceEntries. */
export function serviceIndex(state: MeshState): ServiceIndex {
  return state.cache.once(state, 'services', () => findServices(state));
}

function findServices(state: MeshState): ServiceIndex {
  const services = table<Service>(state, '/Service');
  const entries = table<ServiceEntry>(state, 'networking.istio.io/ServiceEntry');
  return state.cache.memo('services', [services, entries, state.mesh.defaultServiceExportTo.join()], () => {
    const all: RegistryService[] = [];
    for (const service of services.values()) all.push(kubernetesService(service, state));
    for (const entry of entries.values()) all.push(...entryServices(entry, state));
    all.sort(compareServices);
    const byHost = new Map<string, RegistryService[]>();
    for (const service of all) {
      const known = byHost.get(service.hostname);
      if (known === undefined) byHost.set(service.hostname, [service]);
      else known.push(service);
    }
    return { all, byHost };
  });
}

function compareServices(left: RegistryService, right: RegistryService): number {
  if (left.creationTimestamp !== right.creationTimestamp) return left.creationTimestamp < right.creationTimestamp ? -1 : 1;
  if (left.hostname !== right.hostname) return left.hostname < right.hostname ? -1 : 1;
  return left.namespace < right.namespace ? -1 : left.namespace > right.namespace ? 1 : 0;
}

function kubernetesService(service: Service, state: MeshState): RegistryService {
  const models = kubernetesModels.get(service) ?? new Map<string, RegistryService>();
  kubernetesModels.set(service, models);
  const key = `${state.domain}|${state.mesh.defaultServiceExportTo.join()}`;
  const known = models.get(key);
  if (known !== undefined) return known;
  const { metadata, spec } = service;
  const namespace = metadata.namespace ?? 'default';
  const headless = spec.clusterIP === 'None';
  const external = spec.type === 'ExternalName';
  const address = headless || external || spec.clusterIP === undefined || spec.clusterIP === '' ? '0.0.0.0' : spec.clusterIP;
  const model: RegistryService = {
    hostname: serviceHost(metadata.name, namespace, state.domain),
    name: metadata.name,
    namespace,
    registry: 'Kubernetes',
    address,
    addresses: address === '0.0.0.0' ? [] : (spec.clusterIPs ?? [address]),
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? '',
      port: port.port,
      protocol: detectProtocol(port),
      targetPort: port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '' ? port.port : port.targetPort,
    })),
    resolution: external ? 'alias' : headless ? 'passthrough' : 'client-side',
    meshExternal: external,
    headless,
    exportTo: annotatedExportTo(service) ?? state.mesh.defaultServiceExportTo,
    creationTimestamp: metadata.creationTimestamp ?? '',
    labels: metadata.labels ?? {},
    selector: spec.selector,
    subjectAltNames: [],
    trafficDistribution: spec.trafficDistribution ?? metadata.annotations?.['networking.istio.io/traffic-distribution'],
    publishNotReady: spec.publishNotReadyAddresses === true,
    externalName: external ? spec.externalName : undefined,
    source: sourceOf(service),
  };
  models.set(key, model);
  return model;
}

function annotatedExportTo(service: Service): readonly string[] | undefined {
  const names = service.metadata.annotations?.[meshLabels.serviceExportTo]?.split(',').map((name) => name.trim());
  return names === undefined || names.length === 0 ? undefined : names;
}

function entryServices(entry: ServiceEntry, state: MeshState): readonly RegistryService[] {
  const known = entryModels.get(entry);
  if (known !== undefined) return known;
  const { metadata, spec } = entry;
  const ports: RegistryPort[] = (spec.ports ?? []).map((port) => ({
    name: port.name,
    port: port.number,
    protocol: parseProtocol(port.protocol ?? ''),
    targetPort: port.targetPort === undefined || port.targetPort === 0 ? port.number : port.targetPort,
  }));
  const allocated = (entry.status?.['addresses'] as { value?: string }[] | undefined)?.flatMap((address) => address.value ?? []) ?? [];
  const addresses = spec.addresses !== undefined && spec.addresses.length > 0 ? spec.addresses : allocated;
  const single = addresses.find((address) => isIpAddress(address));
  const models = (spec.hosts ?? []).map((hostname): RegistryService => ({
    hostname,
    name: hostname,
    namespace: metadata.namespace ?? 'default',
    registry: 'External',
    address: single ?? '0.0.0.0',
    addresses,
    ports,
    resolution: entryResolution(spec.resolution),
    meshExternal: spec.location !== 'MESH_INTERNAL',
    headless: false,
    exportTo: spec.exportTo !== undefined && spec.exportTo.length > 0 ? spec.exportTo : state.mesh.defaultServiceExportTo,
    creationTimestamp: metadata.creationTimestamp ?? '',
    labels: metadata.labels ?? {},
    selector: spec.workloadSelector?.labels,
    subjectAltNames: spec.subjectAltNames ?? [],
    trafficDistribution: metadata.annotations?.['networking.istio.io/traffic-distribution'],
    publishNotReady: false,
    externalName: undefined,
    source: sourceOf(entry),
  }));
  entryModels.set(entry, models);
  return models;
}

function entryResolution(resolution: string | undefined): Resolution {
  switch (resolution) {
    case 'STATIC':
      return 'client-side';
    case 'DNS':
      return 'dns';
    case 'DNS_ROUND_ROBIN':
      return 'dns-round-robin';
    case 'DYNAMIC_DNS':
      return 'dynamic-dns';
    default:
      return 'passthrough';
  }
}
