import { detectProtocol, parseProtocol } from '@/lib/model';
import type { KubernetesResource, PortProtocol, Service } from '@/lib/model';
import type { ServiceEntry } from '@/lib/kinds';
import { nameOf } from './define-finding';
import type { ObjectName } from './finding';

/** What a host stands for, whether a Service or a ServiceEntry says so. */
export interface MeshService {
  object: ObjectName;
  namespace: string;
  host: string;
  ports: readonly { number: number; name: string; protocol: PortProtocol; targetPort: number | string | undefined }[];
  /** Labels of the workloads behind it; `undefined` when none are selected. */
  selector: Readonly<Record<string, string>> | undefined;
  /** A ServiceEntry, or a Service that names hosts outside. */
  external: boolean;
  headless: boolean;
  /** Labels of endpoints that are written down (ServiceEntry). */
  endpointLabels: readonly Readonly<Record<string, string>>[];
}

const read = new WeakMap<KubernetesResource, MeshService>();

export function readService(object: KubernetesResource, host: string): MeshService {
  let service = read.get(object);
  if (service === undefined) {
    service = object.kind === 'Service' ? readKubernetesService(object as Service) : readServiceEntry(object as ServiceEntry);
    read.set(object, service);
  }
  return { ...service, host };
}

function readKubernetesService(object: Service): MeshService {
  const { spec } = object;
  return {
    object: nameOf(object),
    namespace: object.metadata.namespace ?? '',
    host: '',
    ports: (spec?.ports ?? []).map((port) => ({
      number: port.port,
      name: port.name ?? '',
      protocol: detectProtocol(port),
      targetPort: port.targetPort,
    })),
    selector: spec?.selector,
    external: spec?.type === 'ExternalName',
    headless: spec?.clusterIP === 'None',
    endpointLabels: [],
  };
}

function readServiceEntry(object: ServiceEntry): MeshService {
  const { spec } = object;
  return {
    object: nameOf(object),
    namespace: object.metadata.namespace ?? '',
    host: '',
    ports: (spec.ports ?? []).map((port) => ({
      number: port.number,
      name: port.name,
      protocol: parseProtocol(port.protocol ?? 'TCP'),
      targetPort: port.targetPort,
    })),
    selector: spec.workloadSelector?.labels,
    external: spec.location !== 'MESH_INTERNAL',
    headless: false,
    endpointLabels: (spec.endpoints ?? []).map((endpoint) => endpoint.labels ?? {}),
  };
}
